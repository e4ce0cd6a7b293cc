// <journal-list>: the journal from the sealed index, one file for a thousand pages; and words found in all of it by a
// worker that opens it when somebody begins to search, not before.
import type { Entry } from "../vault/vault.ts"
import { authorOf } from "../vault/vault.ts"
import type { Documents } from "./documents.ts"
import { type Say, sentenceFor, wordsIn } from "./page-words.ts"
import { listNames, nameOf } from "./reader-names.ts"
import type { Asked, Told, ToOpen } from "./search-worker.ts"
import { startWorker } from "./workers.ts"
import { type Writing, whenOpen } from "./writing.ts"

const KIND = "journal"
type Row = Entry & { readonly id: string; readonly isWaiting: boolean }

export class JournalList extends HTMLElement {
  #say: Say = () => ""
  #writing: Writing | null = null
  #rows: readonly Row[] = []
  #worker: Worker | null = null
  #asked = 0

  connectedCallback(): void {
    this.#say = wordsIn(document)
    const form = this.#part<HTMLFormElement>("[data-search]")
    form.addEventListener("submit", (event) => event.preventDefault())
    form.addEventListener("input", () => void this.#search())
    whenOpen(
      (writing) => void this.#begin(writing),
      (error) => this.#warn(sentenceFor(error, this.#say)),
    )
  }

  disconnectedCallback(): void {
    this.#worker?.terminate()
  }

  async #begin(writing: Writing): Promise<void> {
    this.#writing = writing
    const { documents } = writing
    documents.listen((_id, state) => {
      if (state.is === "saved" || state.is === "conflict") void this.#list(documents)
    })
    await this.#list(documents)
    await this.#catchUp(documents)
  }

  async #list(documents: Documents): Promise<void> {
    this.#rows = await documents.list(KIND)
    this.#show(this.#rows)
    this.#part("[data-status]").textContent = this.#say("count", { count: this.#rows.length })
    this.#part("[data-empty]").hidden = this.#rows.length > 0
  }

  /** What another device wrote, or somebody shared; and what is not as it was. */
  async #catchUp(documents: Documents): Promise<void> {
    try {
      const { failed, missing } = await documents.catchUp()
      const warnings = [...failed.values()].map((error) =>
        this.#say("unopened", { count: 1, why: sentenceFor(error, this.#say) }),
      )
      if (missing.length > 0) warnings.push(this.#say("missing", { count: missing.length }))
      if (warnings.length > 0) this.#warn([...new Set(warnings)].join(" "))
      await this.#list(documents)
    } catch (error) {
      this.#warn(sentenceFor(error, this.#say))
    }
  }

  #show(rows: readonly Row[]): void {
    const template = this.querySelector<HTMLTemplateElement>("template[data-entry]")
    const made = rows.map((row) => {
      const card = template?.content.firstElementChild?.cloneNode(true) as HTMLElement
      const link = card.querySelector<HTMLAnchorElement>("[data-link]")
      if (link !== null) link.href = `/journal/entry#${row.id}`
      put(card, "[data-title]", row.title || this.#say("untitled"))
      const time = card.querySelector("time")
      if (time !== null) {
        time.dateTime = row.date
        time.textContent = dayWords(row.date)
      }
      put(card, "[data-note]", this.#noteOf(row))
      return card
    })
    this.#part("[data-entries]").replaceChildren(...made)
  }

  #noteOf(row: Row): string {
    const index = this.#writing?.documents.index
    if (index === undefined) return ""
    if (row.isWaiting) return this.#say("waiting-list")
    if (row.owner !== undefined) return this.#say("from-list", { name: nameOf(index, row.owner) })
    if (row.readers.length === 0) return ""
    return this.#say("shared-list", { names: listNames(index, row.readers, this.#say) })
  }

  async #search(): Promise<void> {
    const query = this.#part<HTMLInputElement>("input[type=search]").value.trim()
    if (query === "") {
      this.#show(this.#rows)
      this.#part("[data-search-status]").textContent = ""
      return
    }
    const worker = this.#worker ?? (await this.#startWorker())
    worker?.postMessage({ is: "find", query, number: ++this.#asked } satisfies Asked)
  }

  async #startWorker(): Promise<Worker | null> {
    const writing = this.#writing
    if (writing === null) return null
    const worker = startWorker("searchWorker")
    this.#worker = worker
    worker.addEventListener("message", ({ data }: MessageEvent<Told>) => this.#heard(data))
    const documents = await this.#toOpen(writing)
    worker.postMessage({ is: "open", keyring: writing.keyring, documents } satisfies Asked)
    return worker
  }

  async #toOpen({ documents, account }: Writing): Promise<ToOpen[]> {
    const kept = await documents.newestKept(KIND)
    return this.#rows.flatMap((row) => {
      const { id, kind, version, owner = account } = row
      const file = kept.get(id)
      const bytes = file !== undefined && file.version >= version ? file.bytes : undefined
      if (row.isWaiting && bytes === undefined) return []
      if (owner !== account && documents.index.people[owner] === undefined) return []
      const author = owner === account ? undefined : authorOf(documents.index, owner)
      return [{ id, kind, version, ...(bytes && { bytes }), ...(author && { author }) }]
    })
  }

  #heard(told: Told): void {
    const progress = this.#part<HTMLProgressElement>("[data-search-progress]")
    if (told.is === "found") {
      if (told.number === this.#asked) this.#showFound(told.ids)
      return
    }
    progress.hidden = told.is === "opened"
    if (told.is === "progress") {
      progress.max = told.all
      progress.value = told.done
      this.#part("[data-search-status]").textContent = this.#say("opening", { ...told })
      return
    }
    this.dataset.opened = String(told.done)
    if (told.failed > 0) this.#warn(this.#say("unopened", { count: told.failed, why: "" }).trim())
    void this.#search()
  }

  #showFound(ids: readonly string[]): void {
    const rows = new Map(this.#rows.map((row) => [row.id, row]))
    const found = ids.flatMap((id) => rows.get(id) ?? [])
    this.#show(found)
    this.#part("[data-search-status]").textContent =
      found.length === 0 ? this.#say("found-none") : this.#say("found", { count: found.length })
  }

  #warn(sentence: string): void {
    const place = this.#part("[data-warnings]")
    place.textContent = sentence
    place.hidden = false
  }

  #part<T extends HTMLElement = HTMLElement>(selector: string): T {
    return this.querySelector(selector) as T
  }
}

function put(card: HTMLElement, selector: string, text: string): void {
  const place = card.querySelector(selector)
  if (place !== null) place.textContent = text
}

function dayWords(date: string): string {
  const day = new Date(`${date}T12:00:00`)
  if (Number.isNaN(day.getTime())) return date
  return day.toLocaleDateString(document.documentElement.lang, { dateStyle: "full" })
}
