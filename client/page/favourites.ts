import { showOwnTime } from "./own-time.ts"

// Kept in this browser only; nothing of it ever reaches the server.
const KEY = "saved-meetings"

export type Saved = Record<string, Record<string, unknown>>

export function keepFavourites(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-save]")) offer(button)
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("[data-save]")
    if (button) toggle(button)
  })
  document.addEventListener("results-shown", () => {
    for (const button of document.querySelectorAll<HTMLButtonElement>("[data-save]")) offer(button)
  })
  fillSavedPage()
}

export function read(storage: Storage): Saved {
  try {
    const found: unknown = JSON.parse(storage.getItem(KEY) ?? "{}")
    return found !== null && typeof found === "object" && !Array.isArray(found)
      ? (found as Saved)
      : {}
  } catch {
    return {}
  }
}

export function write(storage: Storage, saved: Saved): void {
  storage.setItem(KEY, JSON.stringify(saved))
}

function offer(button: HTMLButtonElement): void {
  button.hidden = false
  show(button, (button.dataset.save ?? "") in read(localStorage))
}

function toggle(button: HTMLButtonElement): void {
  const saved = read(localStorage)
  const id = button.dataset.save ?? ""
  if (id in saved) delete saved[id]
  else saved[id] = JSON.parse(button.dataset.meeting ?? "{}")
  write(localStorage, saved)
  show(button, id in saved)
}

function show(button: HTMLButtonElement, isSaved: boolean): void {
  button.setAttribute("aria-pressed", String(isSaved))
  const words = isSaved ? button.dataset.savedWords : button.dataset.saveWords
  if (words) button.textContent = words
}

function fillSavedPage(): void {
  const list = document.querySelector<HTMLElement>("[data-saved-list]")
  const template = document.querySelector<HTMLTemplateElement>("#saved-card")
  if (!(list && template)) return
  const saved = Object.entries(read(localStorage))
  for (const [id, meeting] of saved) list.append(card(template, id, meeting))
  const empty = document.querySelector<HTMLElement>("[data-saved-empty]")
  if (empty) empty.hidden = saved.length > 0
  showOwnTime(list)
}

function card(
  template: HTMLTemplateElement,
  id: string,
  meeting: Record<string, unknown>,
): DocumentFragment {
  const filled = template.content.cloneNode(true) as DocumentFragment
  for (const place of filled.querySelectorAll<HTMLElement>("[data-field]")) {
    place.textContent = String(meeting[place.dataset.field ?? ""] ?? "")
  }
  const link = filled.querySelector("a")
  // Only a path of this site: what is in storage is no more trusted than any other input.
  const url = String(meeting.url ?? "")
  if (link && /^\/meetings\/[\w-]+$/.test(url)) link.href = url
  const button = filled.querySelector<HTMLButtonElement>("[data-save]")
  if (button) {
    button.dataset.save = id
    button.dataset.meeting = JSON.stringify(meeting)
    offer(button)
  }
  return filled
}
