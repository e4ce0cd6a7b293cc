// <take-out>: everything a member has, taken away and brought back. Keys leave under a passphrase of their own; what is
// readable is made here and goes to no server.
import type { Envelope } from "../vault/envelope.ts"
import { authorOf, exportKeyring, importKeyring, type Keyring } from "../vault/vault.ts"
import type { Body } from "./fields.ts"
import { type Say, sentenceFor, wordsIn } from "./page-words.ts"
import { localDay } from "./sealed-form.ts"
import { answered } from "./vault-server.ts"
import { type Writing, whenOpen } from "./writing.ts"

const LEAST_PASSPHRASE = 12

interface Brought {
  readonly count: number
  readonly there: number
  readonly failed: number
}

export class TakeOut extends HTMLElement {
  #say: Say = () => ""
  #writing: Writing | null = null

  connectedCallback(): void {
    this.#say = wordsIn(document)
    this.#on("[data-keys]", "submit", (form) => this.#saveKeys(form as HTMLFormElement))
    this.#on("[data-plain]", "click", () => this.#savePlain())
    this.#on("[data-bring]", "submit", (form) => this.#bring(form as HTMLFormElement))
    whenOpen(
      (writing) => {
        this.#writing = writing
      },
      (error) => this.#tell(sentenceFor(error, this.#say)),
    )
  }

  async #saveKeys(form: HTMLFormElement): Promise<void> {
    const passphrase = String(new FormData(form).get("passphrase"))
    if (passphrase.length < LEAST_PASSPHRASE) return this.#tell(this.#say("short"))
    this.#tell(this.#say("at-work"))
    const sealed = await exportKeyring(textsOf(this.#open.keyring), passphrase)
    offer(sealed, "openchair-keys.age")
    form.reset()
    this.#tell(this.#say("keys-saved"))
  }

  async #savePlain(): Promise<void> {
    this.#tell(this.#say("at-work"))
    const { makePlainArchive } = await import("../vault/archive.ts")
    const { envelopes } = await this.#openEverything()
    offer(makePlainArchive(envelopes, localDay(new Date())), "openchair-readable.zip")
    this.#tell(this.#say("plain-saved", { count: new Set(envelopes.map(({ id }) => id)).size }))
  }

  async #openEverything(): Promise<{ envelopes: readonly Envelope[] }> {
    const { openArchive, readSealedArchive } = await import("../vault/archive.ts")
    const { send, keyring } = this.#open
    const answer = await answered(send, "/vault/archive")
    const archive = readSealedArchive(new Uint8Array(await answer.arrayBuffer()))
    return openArchive(archive, keyring, this.#people())
  }

  async #bring(form: HTMLFormElement): Promise<void> {
    const given = new FormData(form)
    const zip = given.get("archive")
    if (!(zip instanceof File) || zip.size === 0) return
    this.#tell(this.#say("at-work"))
    const keyring = await this.#keyringOf(given)
    const { envelopes, failed } = await this.#read(new Uint8Array(await zip.arrayBuffer()), keyring)
    const brought = await this.#add(envelopes, failed)
    form.reset()
    this.#tell(this.#say("brought", { ...brought }))
  }

  async #keyringOf(given: FormData): Promise<Keyring> {
    const file = given.get("keys")
    const own = this.#open.keyring
    if (!(file instanceof File) || file.size === 0) return own
    const sealed = new Uint8Array(await file.arrayBuffer())
    return [...(await importKeyring(sealed, String(given.get("passphrase")))), ...own]
  }

  async #read(
    zip: Uint8Array,
    keyring: Keyring,
  ): Promise<{ envelopes: readonly Envelope[]; failed: number }> {
    const archive = await import("../vault/archive.ts")
    try {
      return { envelopes: archive.readPlainArchive(zip), failed: 0 }
    } catch {
      // Not in the clear: sealed, or no archive, which is said then.
      const sealed = archive.readSealedArchive(zip)
      const { envelopes, failed } = await archive.openArchive(sealed, keyring, this.#people())
      return { envelopes, failed: failed.length }
    }
  }

  /** Add what is not here, the newest version of each, as new writing of this member. */
  async #add(envelopes: readonly Envelope[], failed: number): Promise<Brought> {
    const { documents, account } = this.#open
    let count = 0
    let there = 0
    for (const envelope of newestOwn(envelopes)) {
      const known = documents.index.documents[envelope.id]
      if (known !== undefined) {
        there++
        continue
      }
      // On another account the id is taken: the server keeps one document to an id.
      const id = envelope.author === account ? envelope.id : crypto.randomUUID()
      await documents.save(id, envelope.kind, envelope.body as Body)
      count++
    }
    await documents.drain()
    return { count, there, failed }
  }

  #people() {
    const { index } = this.#open.documents
    return Object.keys(index.people).map((id) => authorOf(index, id))
  }

  get #open(): Writing {
    if (this.#writing === null) throw new Error(this.#say("error-unexpected"))
    return this.#writing
  }

  #on(selector: string, type: string, deed: (part: HTMLElement) => Promise<void>): void {
    const part = this.querySelector<HTMLElement>(selector)
    part?.addEventListener(type, (event) => {
      event.preventDefault()
      deed(part).catch((error) => this.#tell(sentenceFor(error, this.#say)))
    })
  }

  #tell(sentence: string): void {
    const place = this.querySelector("[data-status]")
    if (place !== null) place.textContent = sentence
  }
}

/** Return the newest of each document, the index apart: that is made anew. */
export function newestOwn(envelopes: readonly Envelope[]): Envelope[] {
  const newest = new Map<string, Envelope>()
  for (const envelope of envelopes) {
    if (envelope.kind === "index") continue
    const other = newest.get(envelope.id)
    if (other === undefined || other.version < envelope.version) newest.set(envelope.id, envelope)
  }
  return [...newest.values()]
}

function textsOf(keyring: Keyring): string[] {
  return keyring.map((identity) => {
    if (typeof identity !== "string") throw new Error("keys held by the device can't be taken out")
    return identity
  })
}

function offer(bytes: Uint8Array, name: string): void {
  const address = URL.createObjectURL(new Blob([new Uint8Array(bytes)]))
  const link = document.createElement("a")
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
