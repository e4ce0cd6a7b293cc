// <verify-key>: the words of one's own key, as text and as a code to scan, and those of everybody one has met.
import { encode } from "uqr"
import {
  acceptKey,
  type Index,
  publicKeyOf,
  refuseKey,
  safetyWords,
  wordsOf,
} from "../vault/vault.ts"
import { type Say, sentenceFor, wordsIn } from "./page-words.ts"
import { type Writing, whenOpen } from "./writing.ts"

const SVG = "http://www.w3.org/2000/svg"

export class VerifyKey extends HTMLElement {
  #say: Say = () => ""

  connectedCallback(): void {
    this.#say = wordsIn(document)
    const fail = (error: unknown) => this.#tell(sentenceFor(error, this.#say))
    whenOpen((writing) => {
      this.#show(writing).catch(fail)
    }, fail)
  }

  async #show(writing: Writing): Promise<void> {
    const [own] = writing.keyring
    if (own === undefined) return
    const publicKey = await publicKeyOf(own)
    this.querySelector("[data-own-words]")?.replaceChildren(...wordItems(wordsOf(publicKey)))
    this.querySelector("[data-qr]")?.replaceChildren(drawCode(publicKey))
    this.#listPeople(writing, publicKey)
  }

  #listPeople(writing: Writing, own: string): void {
    const template = this.querySelector<HTMLTemplateElement>("template[data-person]")
    const people = Object.entries(writing.documents.index.people)
    const rows = people.map(([id, { name, publicKey, verified, changedTo }]) => {
      const row = template?.content.firstElementChild?.cloneNode(true) as HTMLElement
      const state = changedTo !== undefined ? "key-changed" : verified ? "verified" : "unverified"
      put(row, "[data-name]", name)
      put(row, "[data-verified]", this.#say(state))
      const words = wordItems(safetyWords(own, changedTo ?? publicKey))
      row.querySelector("[data-words-of]")?.replaceChildren(...words)
      const note = (change: (index: Index) => Index) => {
        writing.documents.noteIndex(change(writing.documents.index)).then(
          () => this.#listPeople(writing, own),
          (error) => this.#tell(sentenceFor(error, this.#say)),
        )
      }
      const same = row.querySelector<HTMLButtonElement>("[data-same]")
      same?.addEventListener("click", () => note((index) => acceptKey(index, id, true)))
      const refuse = row.querySelector<HTMLButtonElement>("[data-refuse]")
      if (refuse !== null) refuse.hidden = changedTo === undefined
      refuse?.addEventListener("click", () => note((index) => refuseKey(index, id)))
      return row
    })
    this.querySelector("[data-people-list]")?.replaceChildren(...rows)
    const nobody = this.querySelector<HTMLElement>("[data-nobody]")
    if (nobody !== null) nobody.hidden = rows.length > 0
  }

  #tell(sentence: string): void {
    put(this, "[data-status]", sentence)
  }
}

/** Draw a QR code. Dark on light in every scheme: scanners read no other. */
export function drawCode(text: string): SVGSVGElement {
  const { data, size } = encode(text, { border: 2 })
  const drawing = document.createElementNS(SVG, "svg")
  drawing.setAttribute("viewBox", `0 0 ${size} ${size}`)
  drawing.setAttribute("class", "qr")
  drawing.setAttribute("aria-hidden", "true")
  const dots = data.flatMap((row, y) =>
    row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])),
  )
  drawing.append(shape("rect", { width: String(size), height: String(size), fill: "white" }))
  drawing.append(shape("path", { d: dots.join(""), fill: "black" }))
  return drawing
}

function shape(name: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  return made
}

function wordItems(words: readonly string[]): HTMLElement[] {
  return words.map((word) => {
    const item = document.createElement("li")
    item.textContent = word
    item.lang = "en"
    return item
  })
}

function put(part: HTMLElement, selector: string, text: string): void {
  const place = part.querySelector(selector)
  if (place !== null) place.textContent = text
}
