// A vault in memory for tests, as strict as the real one, on a line that can be cut: before a save arrives, while it
// does, or after it was stored but before anybody hears of it.
import type { Fetched, GivenKey, Listed, Outcome, Sending, Server } from "./vault-server.ts"
import { NoAnswer } from "./vault-server.ts"

interface Stored {
  kind: string
  owner: string
  readers: string[]
  versions: { bytes: Uint8Array; key: string }[]
}

export type Cut = "before" | "after" | "signed-out" | "busy" | "slow" | null

export class FakeVault {
  readonly documents = new Map<string, Stored>()
  readonly keys = new Map<string, GivenKey>()

  /** Return the vault as `account` sees it, on a line of its own. */
  for(account: string): FakeLine {
    return new FakeLine(this, account)
  }
}

export class FakeLine implements Server {
  cut: Cut = null
  saves = 0
  readonly #vault: FakeVault
  readonly #account: string

  constructor(vault: FakeVault, account: string) {
    this.#vault = vault
    this.#account = account
  }

  async list(_after: string, kind?: string): Promise<{ documents: Listed[]; next: string }> {
    this.#requireLine()
    const documents = [...this.#vault.documents]
      .filter(([, row]) => row.owner === this.#account || row.readers.includes(this.#account))
      .filter(([, row]) => kind === undefined || row.kind === kind)
      .map(([id, { kind, owner, readers, versions }]) => {
        return { id, kind, owner, readers, version: versions.length, day: "2026-03-01" }
      })
    return { documents, next: "" }
  }

  async fetch(id: string, version?: number): Promise<Fetched | null> {
    this.#requireLine()
    const row = this.#vault.documents.get(id)
    const number = version ?? row?.versions.length ?? 0
    const found = row?.versions[number - 1]
    if (row === undefined || found === undefined) return null
    return { bytes: found.bytes, version: number, kind: row.kind, owner: row.owner }
  }

  async save(sending: Sending): Promise<Outcome> {
    this.saves++
    const away = { is: "later", why: "network", seconds: 3600, sentence: "" } as const
    if (this.cut === "before") return away
    if (this.cut === "signed-out") return { is: "signed-out" }
    if (this.cut === "busy") return { ...away, why: "busy", sentence: "In a minute." }
    const outcome = this.#store(sending)
    return this.cut === "after" ? away : outcome
  }

  async erase(id: string): Promise<void> {
    this.#requireLine()
    this.#vault.documents.delete(id)
  }

  async keys(accounts: readonly string[]): Promise<Record<string, GivenKey>> {
    this.#requireLine()
    const found = [...this.#vault.keys].filter(([id]) => accounts.includes(id))
    return Object.fromEntries(found)
  }

  #store({ id, kind, read, key, sealed, readers }: Sending): Outcome {
    const row = this.#vault.documents.get(id)
    const repeated = row?.versions.findIndex((one) => one.key === key) ?? -1
    if (repeated >= 0) return { is: "saved", version: repeated + 1 }
    if (row === undefined && read > 0) return { is: "gone" }
    const other = [...this.#vault.documents].find(
      ([one, { kind: theirs, owner }]) =>
        theirs === "index" && kind === "index" && owner === this.#account && one !== id,
    )
    if (row === undefined && other !== undefined) {
      return { is: "index-exists", document: other[0], version: other[1].versions.length }
    }
    const version = row?.versions.length ?? 0
    if (version !== read) return { is: "conflict", version }
    const stored = row ?? { kind, owner: this.#account, readers: [], versions: [] }
    stored.versions.push({ bytes: sealed, key })
    if (readers !== null) stored.readers = [...readers]
    this.#vault.documents.set(id, stored)
    return { is: "saved", version: version + 1 }
  }

  #requireLine(): void {
    if (this.cut !== null) throw new NoAnswer(0, "")
  }
}
