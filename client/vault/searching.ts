// Searching in opened texts. The index lives in memory, in the worker that opened them, and is gone with the lock:
// stored in the clear it would give away every word; that is why nothing here can write it anywhere.
import MiniSearch, { type Options } from "minisearch"
import type { Json } from "./envelope.ts"

/** An opened text to be found again. `date` is "2026-03-01". */
export interface SearchableText {
  readonly id: string
  readonly kind: string
  readonly title: string
  readonly date: string
  readonly text: string
}

export interface Found {
  readonly id: string
  readonly kind: string
  readonly title: string
  readonly date: string
}

/** Letters that Unicode does not take apart, as people type them without their marks. */
const PLAIN: { readonly [letter: string]: string } = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  ł: "l",
  þ: "th",
  ı: "i",
}

const OPTIONS: Options<SearchableText> = {
  fields: ["title", "text"],
  storeFields: ["kind", "title", "date"],
  processTerm: (term) => foldWord(term) || null,
  searchOptions: {
    boost: { title: 2 },
    combineWith: "AND",
    prefix: (term) => term.length >= 2,
    // A slip of the finger in a longer word; in a short one it would find everything.
    fuzzy: (term) => (term.length >= 5 ? 0.2 : false),
  },
}

/** What was opened, by its words. */
export class TextSearch {
  #texts: MiniSearch<SearchableText>

  /** `copied` is what `copy` gave, in another worker of the same unlocked session. */
  constructor(copied?: string) {
    this.#texts =
      copied === undefined ? new MiniSearch(OPTIONS) : MiniSearch.loadJSON(copied, OPTIONS)
  }

  get size(): number {
    return this.#texts.documentCount
  }

  /** Take in a text, in place of what was known under its id. */
  put(text: SearchableText): void {
    this.remove(text.id)
    this.#texts.add(text)
  }

  /** Forget a text. One that is not known is forgotten already. */
  remove(id: string): void {
    if (this.#texts.has(id)) this.#texts.discard(id)
  }

  /** Return the texts with all words of `query`, or words that begin so, the best first. */
  find(query: string, { kind, most = 50 }: { kind?: string; most?: number } = {}): Found[] {
    const all = this.#texts.search(query, {
      filter: (found) => kind === undefined || found.kind === kind,
    })
    return all.slice(0, most).map(({ id, kind, title, date }) => ({ id, kind, title, date }))
  }

  /** Return the index to hand to a worker. Never to be stored. */
  copy(): string {
    return JSON.stringify(this.#texts)
  }
}

/** Return every text inside a body, without its title and date. */
export function textOf(body: Json): string {
  if (typeof body === "string") return body
  if (typeof body !== "object" || body === null) return ""
  if (Array.isArray(body)) return body.map(textOf).join("\n")
  const members = Object.entries(body as { readonly [name: string]: Json })
  const texts = members.filter(([name]) => name !== "title" && name !== "date")
  return texts.map(([, value]) => textOf(value)).join("\n")
}

/** Return a word as it is compared: without capitals and accents. */
export function foldWord(word: string): string {
  // Accents alone: the marks of Hindi or Thai are their vowels.
  const bare = word
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
  return bare.replace(/[ßæœøđðłþı]/g, (letter) => PLAIN[letter] ?? letter)
}
