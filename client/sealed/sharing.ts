// <share-document>: who can read the document that is open. Somebody is let in by their card or because one has met
// them here; words are compared before or after; a key that changed lets nobody in until it is accepted.
import {
  acceptKey,
  type Index,
  notePerson,
  publicKeyOf,
  readersOf,
  refuseKey,
  safetyWords,
  seeKey,
} from "../vault/vault.ts"
import type { Opened } from "./documents.ts"
import { type Say, sentenceFor, wordsIn } from "./page-words.ts"
import { listNames, nameOf } from "./reader-names.ts"
import { SealedForm } from "./sealed-form.ts"
import { answered, NoAnswer } from "./vault-server.ts"
import { type Writing, whenOpen } from "./writing.ts"

/** A card as the server gives it. */
interface Card {
  readonly account: string
  readonly shown_name: string
  readonly public_key: string
}

export class ShareDocument extends HTMLElement {
  #say: Say = () => ""
  #writing: Writing | null = null
  #opened: Opened | null = null

  connectedCallback(): void {
    this.#say = wordsIn(document)
    document.addEventListener("opened", (event) => {
      this.#opened = (event as CustomEvent<Opened | null>).detail
      this.#show()
    })
    document.addEventListener("made", () => this.#show())
    this.#part("[data-share-card]").addEventListener("submit", (event) => {
      event.preventDefault()
      this.#attempt(() => this.#openCard())
    })
    this.#part("[data-share-person]").addEventListener("click", () => {
      const { value } = this.#part<HTMLSelectElement>("[data-people]")
      this.#attempt(() => this.#shareWithKnown(value))
    })
    whenOpen((writing) => {
      this.#writing = writing
      writing.documents.listen((id, state) => {
        if (id === this.#form.documentId && state.is === "saved") this.#show()
      })
      this.#show()
    })
  }

  /** Who can read this, in the same words everywhere. */
  #show(): void {
    const { documents, account } = this.#writing ?? {}
    if (documents === undefined) return
    const { index } = documents
    const owner = this.#opened?.owner ?? account
    const isOwn = owner === account
    this.hidden = !isOwn
    const marker = document.querySelector("sealed-form [data-readers]")
    if (marker !== null) {
      marker.textContent = isOwn
        ? this.#readersSentence(index)
        : this.#say("from", { name: nameOf(index, owner ?? "") })
    }
    this.#listReaders(index)
    this.#offerPeople(index)
  }

  #readersSentence(index: Index): string {
    const readers = this.#readers(index)
    if (readers.length === 0) return this.#say("only-you")
    return this.#say("you-and", { names: listNames(index, readers, this.#say) })
  }

  #readers(index: Index): readonly string[] {
    return index.documents[this.#form.documentId]?.readers ?? []
  }

  #listReaders(index: Index): void {
    const template = this.querySelector<HTMLTemplateElement>("template[data-reader]")
    const rows = this.#readers(index).map((id) => {
      const row = template?.content.firstElementChild?.cloneNode(true) as HTMLElement
      const person = index.people[id]
      const state =
        person?.changedTo !== undefined
          ? "key-changed"
          : person?.verified
            ? "verified"
            : "unverified"
      this.#put(row, "[data-name]", nameOf(index, id))
      this.#put(row, "[data-verified]", this.#say(state))
      row.querySelector("[data-withdraw]")?.addEventListener("click", () => {
        this.#attempt(() => this.#withdraw(id))
      })
      return row
    })
    this.#part("[data-reader-list]").replaceChildren(...rows)
    const changed = this.#readers(index).find((id) => index.people[id]?.changedTo !== undefined)
    if (changed !== undefined) this.#attempt(() => this.#showChanged(changed))
  }

  #offerPeople(index: Index): void {
    const readers = this.#readers(index)
    const others = Object.entries(index.people).filter(([id]) => !readers.includes(id))
    const options = others.map(([id, { name }]) => new Option(name, id))
    this.#part("[data-known]").hidden = options.length === 0
    this.#part<HTMLSelectElement>("[data-people]").replaceChildren(...options)
  }

  async #openCard(): Promise<void> {
    const input = this.#part<HTMLInputElement>("[data-share-card] input")
    const token = tokenIn(input.value)
    const { send, account, documents } = this.#open
    if (this.#form.documentId === "") return this.#tell(this.#say("write-first"))
    if (token === "") return input.focus()
    let card: Card
    try {
      const path = `/account/cards/${encodeURIComponent(token)}`
      card = (await (await answered(send, path)).json()) as Card
    } catch (error) {
      if (error instanceof NoAnswer && error.status === 404) return this.#tell(this.#say("no-card"))
      throw error
    }
    if (card.account === account) return this.#tell(this.#say("own-card"))
    const { account: id, public_key: publicKey, shown_name: name } = card
    if (documents.index.people[id] !== undefined) {
      await documents.noteIndex(seeKey(documents.index, id, publicKey).index)
      return this.#shareWithKnown(id)
    }
    await this.#compare(id, { name, publicKey })
  }

  async #shareWithKnown(id: string): Promise<void> {
    const { documents } = this.#open
    const given = await documents.keyOf(id)
    if (given !== null) await documents.noteIndex(seeKey(documents.index, id, given).index)
    const person = documents.index.people[id]
    if (person?.changedTo !== undefined) return this.#showChanged(id)
    if (person !== undefined && !person.verified) return this.#compare(id, person)
    await this.#share(id)
  }

  /** Show the words of both. Whoever says they differ shares nothing, and notes nothing. */
  async #compare(
    id: string,
    { name, publicKey }: { name: string; publicKey: string },
  ): Promise<void> {
    const part = this.#part("[data-compare]")
    this.#put(part, "[data-compare-heading]", this.#say("compare-heading", { name }))
    await this.#putWords(part, "[data-safety-words]", publicKey)
    part.hidden = false
    this.#part("[data-compare-heading]").focus()
    for (const button of part.querySelectorAll<HTMLButtonElement>("[data-compared]")) {
      button.onclick = () => {
        part.hidden = true
        const answer = button.dataset.compared
        if (answer === "no") return this.#tell(this.#say("differ"))
        const person = { name, publicKey, verified: answer === "yes" }
        return this.#attempt(() => this.#noteAndShare(id, person))
      }
    }
  }

  async #noteAndShare(
    id: string,
    person: { name: string; publicKey: string; verified: boolean },
  ): Promise<void> {
    const { documents } = this.#open
    await documents.noteIndex(notePerson(documents.index, id, person))
    await this.#share(id)
  }

  async #share(id: string): Promise<void> {
    const { documents } = this.#open
    // Refuses a key that is not accepted, whichever way we came here.
    readersOf(documents.index, [id])
    const readers = [...new Set([...(await documents.readers(this.#form.documentId)), id])]
    await this.#saveFor(readers)
    this.#tell(this.#say("shared", { name: nameOf(documents.index, id) }))
  }

  async #withdraw(id: string): Promise<void> {
    const { documents } = this.#open
    const readers = await documents.readers(this.#form.documentId)
    await this.#saveFor(readers.filter((one) => one !== id))
    this.#tell(this.#say("withdrawn", { name: nameOf(documents.index, id) }))
  }

  async #saveFor(readers: readonly string[]): Promise<void> {
    await this.#form.seal()
    const { documentId, kind, body } = this.#form
    await this.#open.documents.save(documentId, kind, body, readers)
  }

  async #showChanged(id: string): Promise<void> {
    const { documents } = this.#open
    const person = documents.index.people[id]
    if (person?.changedTo === undefined) return
    const part = this.#part("[data-changed]")
    const { name } = person
    this.#put(part, "[data-changed-heading]", this.#say("changed-heading", { name }))
    await this.#putWords(part, "[data-changed-words]", person.changedTo)
    part.hidden = false
    this.querySelector("details")?.setAttribute("open", "")
    for (const button of part.querySelectorAll<HTMLButtonElement>("[data-accept]")) {
      button.onclick = () => {
        part.hidden = true
        this.#attempt(async () => {
          const isAccepted = button.dataset.accept === "yes"
          const { index } = documents
          await documents.noteIndex(isAccepted ? acceptKey(index, id, true) : refuseKey(index, id))
          this.#show()
        })
      }
    }
  }

  async #putWords(part: HTMLElement, selector: string, publicKey: string): Promise<void> {
    const [own] = this.#open.keyring
    if (own === undefined) return
    const items = safetyWords(await publicKeyOf(own), publicKey).map((word) => {
      const item = document.createElement("li")
      item.textContent = word
      item.lang = "en"
      return item
    })
    part.querySelector(selector)?.replaceChildren(...items)
  }

  #attempt(deed: () => Promise<void>): void {
    deed().catch((error) => this.#tell(sentenceFor(error, this.#say)))
  }

  #tell(sentence: string): void {
    this.#part("[data-share-status]").textContent = sentence
  }

  #put(part: HTMLElement, selector: string, text: string): void {
    const place = part.querySelector(selector)
    if (place !== null) place.textContent = text
  }

  get #open(): Writing {
    if (this.#writing === null) throw new Error("the vault is locked")
    return this.#writing
  }

  get #form(): SealedForm {
    const form = document.querySelector("sealed-form")
    if (!(form instanceof SealedForm)) throw new Error("a document is shared from its form")
    return form
  }

  #part<T extends HTMLElement = HTMLElement>(selector: string): T {
    return this.querySelector(selector) as T
  }
}

/** <erase-document>: the way to be rid of the document that is open. */
export class EraseDocument extends HTMLElement {
  connectedCallback(): void {
    const say = wordsIn(document)
    whenOpen(({ documents, account }) => {
      const show = () => {
        const form = document.querySelector("sealed-form") as SealedForm | null
        const entry = documents.index.documents[form?.documentId ?? ""]
        this.hidden = entry === undefined || (entry.owner ?? account) !== account
      }
      show()
      document.addEventListener("opened", show)
      documents.listen((_id, state) => state.is === "saved" && show())
      this.querySelector("[data-erase]")?.addEventListener("click", () => {
        const form = document.querySelector("sealed-form") as SealedForm
        documents.erase(form.documentId).then(
          () => location.assign("/journal"),
          (error) => {
            const place = form.querySelector("[data-status]")
            if (place !== null) place.textContent = sentenceFor(error, say)
          },
        )
      })
    })
  }
}

/** Return the token of a card: alone, or in the address that was sent along. */
export function tokenIn(text: string): string {
  const typed = text.trim()
  return /#card=([^&\s]+)/.exec(typed)?.[1] ?? typed
}
