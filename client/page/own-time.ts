import { dayAndTime, untilWords, zoneDiffers } from "./time-words.ts"

// A preference, not a mark on a person: the server reads it to know what "tonight" means. First-party, no identity.
export function rememberZone(): void {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  if (zone && !document.cookie.includes(`zone=${encodeURIComponent(zone)}`)) {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox and older Safari
    document.cookie = `zone=${encodeURIComponent(zone)}; path=/; max-age=2592000; samesite=lax`
  }
}

export function showOwnTime(root: ParentNode): void {
  const language = document.documentElement.lang || "en"
  const now = new Date()
  for (const element of root.querySelectorAll<HTMLElement>("[data-next-start]")) {
    const start = new Date(element.dataset.nextStart ?? "")
    if (Number.isNaN(start.getTime())) continue
    showUntil(element, start, now)
    showYourTime(element, start, language)
  }
}

// A page kept for offline, or left open, must not go on saying "in 12 min".
function showUntil(element: HTMLElement, start: Date, now: Date): void {
  const place = element.querySelector<HTMLElement>("[data-until]")
  if (!place) return
  const { inWords, nowWord } = element.dataset
  if (!(inWords && nowWord)) return
  const words = untilWords(start, now, inWords, nowWord)
  place.textContent = words
  place.hidden = words === ""
}

function showYourTime(element: HTMLElement, start: Date, language: string): void {
  const place = element.querySelector<HTMLElement>("[data-your-time]")
  const zone = element.dataset.zone
  if (!(place && zone && zoneDiffers(start, zone))) return
  const time = dayAndTime(start, language)
  place.textContent = (place.dataset.yourTime ?? "%s").replace("%s", time)
  place.hidden = false
}
