import { showOwnTime } from "./own-time.ts"

// Long enough that typing does not ask for every letter, short enough to feel at once.
const TYPING_PAUSE_MS = 250

let running: AbortController | undefined

export function searchInPlace(): void {
  const results = document.querySelector<HTMLElement>("[data-results]")
  if (!results) return
  let waiting: number | undefined
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-live-search]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault()
      clearTimeout(waiting)
      void show(results, address(form), true)
    })
    form.addEventListener("input", (event) => {
      const isTyping = (event.target as HTMLInputElement).type === "search"
      clearTimeout(waiting)
      waiting = setTimeout(
        () => void show(results, address(form), !isTyping),
        isTyping ? TYPING_PAUSE_MS : 0,
      )
    })
  }
  results.addEventListener("click", (event) => follow(event, results))
  addEventListener("popstate", () => void show(results, location.href, false))
}

/** The page that the form asks for, without its empty fields. */
export function address(form: HTMLFormElement): string {
  const target = new URL(form.action, location.href)
  const asked = new URLSearchParams()
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value !== "") asked.append(name, value)
  }
  target.search = asked.toString()
  return target.toString()
}

function follow(event: MouseEvent, results: HTMLElement): void {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-in-place]")
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
  event.preventDefault()
  void show(results, link.href, true, link)
}

async function show(
  results: HTMLElement,
  url: string,
  isStep: boolean,
  link?: HTMLAnchorElement,
): Promise<void> {
  running?.abort()
  running = new AbortController()
  results.setAttribute("aria-busy", "true")
  try {
    const answer = await fetch(url, { headers: { "X-Part": "results" }, signal: running.signal })
    if (!answer.headers.get("content-type")?.startsWith("text/html")) throw new Error("no page")
    const part = new DOMParser().parseFromString(await answer.text(), "text/html")
    if (link?.hasAttribute("data-more")) append(results, part, link)
    else replace(results, part, url, isStep)
    say(results)
    results.removeAttribute("aria-busy")
    showOwnTime(results)
    document.dispatchEvent(new CustomEvent("results-shown"))
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return
    // In place did not work: the plain way always does.
    location.assign(url)
  }
}

function replace(results: HTMLElement, part: Document, url: string, isStep: boolean): void {
  const found = part.querySelector("[data-results]") ?? part.body
  const place = placeOf(results)
  results.replaceChildren(...found.childNodes)
  returnTo(results, place)
  if (isStep) history.pushState(null, "", url)
  else history.replaceState(null, "", url)
}

function append(results: HTMLElement, part: Document, link: HTMLAnchorElement): void {
  const list = results.querySelector("[data-cards]")
  const cards = [...(part.querySelector("[data-cards]")?.children ?? [])]
  const more = part.querySelector("a[data-more]")
  list?.append(...cards)
  cards[0]?.querySelector<HTMLElement>("a")?.focus()
  if (more) link.replaceWith(more)
  else link.remove()
}

interface Place {
  unfolded: string[]
  focused: string | null
}

function placeOf(results: HTMLElement): Place {
  const unfolded = [...results.querySelectorAll("details[open]")].map(({ id }) => id)
  const focused = results.contains(document.activeElement)
    ? (document.activeElement?.id ?? "")
    : null
  return { unfolded, focused }
}

// Who chooses by keyboard, or three filters in a row, goes on where they were; if that is gone, at the new count.
function returnTo(results: HTMLElement, { unfolded, focused }: Place): void {
  for (const fold of results.querySelectorAll("details")) {
    if (unfolded.includes(fold.id)) fold.open = true
  }
  if (focused === null) return
  const same = focused ? results.querySelector<HTMLElement>(`#${CSS.escape(focused)}`) : null
  const place = same ?? results.querySelector<HTMLElement>("[data-count]")
  place?.focus({ preventScroll: true })
}

// The live region stands outside the results: one that comes with new text is not read out.
function say(results: HTMLElement): void {
  const said = document.querySelector("[data-said]")
  const count = results.querySelector("[data-count]")?.textContent?.trim()
  if (said && count) said.textContent = count
}
