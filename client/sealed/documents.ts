// A member's documents on this device: sealed before anything else happens to them, sent when it can be, and never
// overwritten blind. The page learns what became of each save; what it typed is in the queue by then.
import { canonicalJson, type Json } from "../vault/envelope.ts"
import {
  type Author,
  authorOf,
  type Entry,
  type Envelope,
  emptyIndex,
  INDEX_KIND,
  type Index,
  indexBody,
  type Keyring,
  listEntries,
  mergeIndexes,
  openDocument,
  putEntry,
  type Reader,
  RolledBack,
  readIndex,
  removeEntry,
  sealDocument,
  seeKey,
  VaultError,
} from "../vault/vault.ts"
import { type Change, type KeptFile, Moved, type Queue, type Waiting } from "./queue.ts"
import { type Fetched, type Listed, NoAnswer, type Server } from "./vault-server.ts"

/** What the page may say of a document. `later` is not a fault: the text is sealed here and goes out by itself. */
export type SaveState =
  | { readonly is: "sealed" }
  | { readonly is: "sending" }
  | { readonly is: "saved"; readonly version: number; readonly notFor: readonly string[] }
  | { readonly is: "later"; readonly why: "network" | "busy"; readonly sentence: string }
  | { readonly is: "signed-out" }
  | { readonly is: "refused"; readonly slug: string; readonly sentence: string }
  | { readonly is: "conflict"; readonly copy: string }
  | { readonly is: "moved"; readonly to: string }

export interface Opened {
  readonly envelope: Envelope
  readonly owner: string
  readonly readers: readonly string[]
  /** Typed on this device and not on the server yet. */
  readonly isWaiting: boolean
}

export interface Surroundings {
  readonly account: string
  readonly keyring: Keyring
  readonly server: Server
  readonly queue: Queue
  /** "{title}, written on another device" in the reader's language. */
  readonly copyTitle: (title: string) => string
  readonly now?: () => Date
  readonly newId?: () => string
  /** Runs one draining at a time, over all tabs of this browser. */
  readonly alone?: <T>(deed: () => Promise<T>) => Promise<T>
}

type Listener = (id: string, state: SaveState) => void

/** The server has no such document for this member, or says so. */
export class NotThere extends Error {
  override readonly name = "NotThere"
}

export class Documents {
  index: Index = emptyIndex()
  readonly account: string
  readonly #at: Required<Surroundings>
  readonly #listeners = new Set<Listener>()
  /** What this page read or wrote last of a document: the version, and the key of the save that made it. */
  readonly #read = new Map<string, { version: number; key: string }>()
  readonly #refused = new Map<string, string>()
  #indexId = ""
  #chain: Promise<unknown> = Promise.resolve()
  #saving: Promise<void> = Promise.resolve()
  #retry: ReturnType<typeof setTimeout> | undefined
  #isClosed = false

  constructor(surroundings: Surroundings) {
    this.account = surroundings.account
    this.#at = {
      now: () => new Date(),
      newId: () => crypto.randomUUID(),
      alone: (deed) => this.#afterOthers(deed),
      ...surroundings,
    }
  }

  /** Hear what becomes of saves. Returns how to stop. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Open the index: from the server, or without a network from this device. Throws what openDocument throws, RolledBack
   * above all: a server that gives an older index than was seen has lost or hidden writing.
   */
  async start(): Promise<void> {
    const kept = (await this.#at.queue.files(this.account, INDEX_KIND))[0]
    const [waiting] = (await this.#at.queue.waiting(this.account))
      .filter((row) => row.kind === INDEX_KIND)
      .slice(-1)
    const listed = await this.#listedIndex()
    this.#indexId = listed?.id ?? waiting?.id ?? kept?.id ?? this.#at.newId()
    if (listed === null && kept !== undefined) throw new RolledBack(0, kept.version)
    if (kept !== undefined || listed) this.index = await this.#readNewestIndex(kept, listed)
    if (waiting) this.index = readIndex((await this.#openWaiting(waiting)).body)
  }

  /** Return the documents of a kind, the latest day first, those that still wait among them. */
  async list(
    kind: string,
  ): Promise<(Entry & { readonly id: string; readonly isWaiting: boolean })[]> {
    let shown = this.index
    const waiting = (await this.#at.queue.waiting(this.account)).filter((row) => row.kind === kind)
    for (const row of waiting) {
      const envelope = await this.#openWaiting(row)
      const documents = { ...shown.documents, [row.id]: entryOf(envelope, row.readers) }
      shown = { ...shown, documents }
    }
    const ids = new Set(waiting.map(({ id }) => id))
    return listEntries(shown, kind).map((entry) => ({ ...entry, isWaiting: ids.has(entry.id) }))
  }

  /**
   * Bring the index up to what the server lists: what another device wrote or somebody shared. Returns what could not
   * be opened, and what was noted here but the server no longer lists.
   */
  async catchUp(): Promise<{ failed: Map<string, unknown>; missing: string[] }> {
    const failed = new Map<string, unknown>()
    const listed = await this.#listAll()
    let index = await this.#seeKeys(this.index, listed)
    for (const row of listed) {
      if (row.kind === INDEX_KIND) continue
      const noted = index.documents[row.id]
      if (noted !== undefined && noted.version === row.version) continue
      try {
        if (noted !== undefined && row.version < noted.version) {
          throw new RolledBack(row.version, noted.version)
        }
        const { envelope, owner } = await this.load(row.id, row.kind)
        const entry = entryOf(envelope, noted?.readers ?? [], owner === this.account ? "" : owner)
        index = putEntry(index, row.id, entry)
      } catch (error) {
        failed.set(row.id, error)
      }
    }
    const there = new Set(listed.map(({ id }) => id))
    const waiting = new Set((await this.#at.queue.waiting(this.account)).map(({ id }) => id))
    const missing = Object.keys(index.documents).filter((id) => !there.has(id) && !waiting.has(id))
    await this.noteIndex(index)
    return { failed, missing }
  }

  /** Open a document: what was typed here and waits, else the server's newest, else what this device keeps of it. */
  async load(id: string, kind: string): Promise<Opened> {
    const waiting = await this.#at.queue.lastOf(this.account, id)
    if (waiting !== undefined) {
      const envelope = await this.#openWaiting(waiting)
      this.#read.set(id, { version: waiting.read, key: waiting.key })
      return { envelope, owner: this.account, readers: waiting.readers, isWaiting: true }
    }
    const file = await this.#newestFile(id, kind)
    const noted = this.index.documents[id]
    const seen = noted?.version
    const author = file.owner === this.account ? undefined : authorOf(this.index, file.owner)
    const envelope = await this.#open(id, kind, file, seen, author)
    await this.#at.queue.keepFile({ ...file, account: this.account, id, kind })
    this.#read.set(id, { version: envelope.version, key: file.key })
    return { envelope, owner: file.owner, readers: noted?.readers ?? [], isWaiting: false }
  }

  /** Open one version of an own document, an older one too. */
  async loadVersion(id: string, kind: string, version: number): Promise<Envelope> {
    const fetched = await this.#at.server.fetch(id, version)
    if (fetched === null) throw new NotThere()
    const expected = { id, kind, version }
    return openDocument({ bytes: fetched.bytes, keyring: this.#at.keyring, expected })
  }

  /**
   * Seal what was typed and put it into the queue; when this returns it survives a closed page and a lost network.
   * Sending goes on by itself. `readers` are left as they are unless given.
   */
  save(id: string, kind: string, body: Json, readers?: readonly string[]): Promise<void> {
    // One after the other: two at once would each take the other for another device, and make a copy of it.
    const turn = this.#saving.then(() => this.#save(id, kind, body, readers))
    this.#saving = turn.catch(() => undefined)
    return turn
  }

  async #save(
    id: string,
    kind: string,
    body: Json,
    readers: readonly string[] | undefined,
  ): Promise<void> {
    for (;;) {
      const seen = await this.#at.queue.lastOf(this.account, id)
      const readersRead = seen?.readersRead ?? this.index.documents[id]?.readers ?? []
      const wanted = readers ?? seen?.readers ?? readersRead
      const read = await this.#readBefore(id, seen)
      const change = await this.#seal(id, kind, body, read, wanted, readersRead)
      try {
        await this.#at.queue.put(this.account, change, seen)
      } catch (error) {
        if (error instanceof Moved) continue
        throw error
      }
      this.#read.set(id, { version: read, key: change.key })
      break
    }
    this.#refused.delete(id)
    this.#tell(id, { is: "sealed" })
    void this.drain()
  }

  /** Return who else can read a document, as the member wants it: what still waits counts. */
  async readers(id: string): Promise<readonly string[]> {
    const waiting = await this.#at.queue.lastOf(this.account, id)
    return waiting?.readers ?? this.index.documents[id]?.readers ?? []
  }

  /** Return the key that the server gives for somebody now, or null where it gives none or can't be asked. */
  async keyOf(account: string): Promise<string | null> {
    try {
      return (await this.#at.server.keys([account]))[account]?.public_key ?? null
    } catch (error) {
      if (error instanceof NoAnswer) return null
      throw error
    }
  }

  /** Return the newest sealed file of each document on this device, what waits to be sent before what was. */
  async newestKept(kind: string): Promise<Map<string, { bytes: Uint8Array; version: number }>> {
    const files = await this.#at.queue.files(this.account, kind)
    const newest = new Map(files.map(({ id, bytes, version }) => [id, { bytes, version }]))
    for (const { id, sealed, read } of await this.#at.queue.waiting(this.account)) {
      newest.set(id, { bytes: sealed, version: read + 1 })
    }
    return newest
  }

  /** Put another index in the place of this one, and send it. */
  async noteIndex(index: Index): Promise<void> {
    if (JSON.stringify(index) === JSON.stringify(this.index)) return
    this.index = index
    await this.save(this.#indexId, INDEX_KIND, indexBody(index))
  }

  /** Erase an own document on the server and here. Throws NoAnswer where the server can't be reached. */
  async erase(id: string): Promise<void> {
    const waiting = (await this.#at.queue.waiting(this.account)).filter((row) => row.id === id)
    const version = this.index.documents[id]?.version
    if (version !== undefined) await this.#at.server.erase(id, version)
    if (waiting.length > 0) await this.#at.queue.replace(this.account, waiting, [])
    await this.#at.queue.forgetFile(this.account, id)
    await this.noteIndex(removeEntry(this.index, id))
  }

  /** Send what waits, in order. Resolves when everything is sent, or nothing more can be now. */
  drain(): Promise<void> {
    clearTimeout(this.#retry)
    return this.#at.alone(() => this.#drain())
  }

  /** Stop by itself going on: the page locks. What waits stays. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#retry)
  }

  async #drain(): Promise<void> {
    while (!this.#isClosed) {
      const rows = await this.#at.queue.waiting(this.account)
      const next = rows.find((row) => this.#refused.get(row.id) !== row.key && isFirst(rows, row))
      if (next === undefined) return
      if (!(await this.#send(next))) return
    }
  }

  /** Send one. Returns false where the rest must wait too. */
  async #send(row: Waiting): Promise<boolean> {
    const { id, kind, key, read, sealed } = row
    this.#tell(id, { is: "sending" })
    if (!(await this.#at.queue.markTried(row))) return true
    // The door is touched only when it is meant to be: an older page must not let somebody in again.
    const readers = isSameSet(row.readers, row.readersRead) ? null : row.readers
    const outcome = await this.#at.server.save({ id, kind, read, key, sealed, readers })
    switch (outcome.is) {
      case "saved":
        await this.#settle(row, outcome.version)
        return true
      case "conflict":
        return this.#attempt(id, () => this.#keepBoth(row))
      case "index-exists":
        return this.#attempt(id, () => this.#joinIndexes(row, outcome.document))
      case "gone":
        return this.#attempt(id, () => this.#saveElsewhere(row))
      case "cannot-share":
        await this.#attempt(id, () => this.#leaveOut(row, outcome.accounts))
        this.#tell(id, { is: "refused", slug: "cannot-share", sentence: outcome.sentence })
        return true
      case "signed-out":
        this.#tell(id, { is: "signed-out" })
        return false
      case "later":
        this.#tell(id, { is: "later", why: outcome.why, sentence: outcome.sentence })
        if (!this.#isClosed) {
          this.#retry = setTimeout(() => void this.drain(), outcome.seconds * 1000)
        }
        return false
      case "refused":
        // Others may go through: a text that is too long must not hold up the rest.
        this.#refused.set(id, key)
        this.#tell(id, { is: "refused", slug: outcome.slug, sentence: outcome.sentence })
        return true
    }
  }

  async #settle(row: Waiting, version: number): Promise<void> {
    const { id, kind, readers } = row
    await this.#at.queue.settle(row, version, this.account)
    const last = this.#read.get(id)
    if (last?.key === row.key) this.#read.set(id, { version, key: row.key })
    const notFor = readers.filter((one) => this.index.people[one]?.changedTo !== undefined)
    if (kind !== INDEX_KIND) {
      const envelope = await this.#openWaiting(row)
      const noted = this.index.documents[id]
      // A newer one may be noted already, by another device's index.
      if (noted === undefined || noted.version <= version) {
        const entry = { ...entryOf(envelope, readers), version }
        await this.noteIndex(putEntry(this.index, id, entry))
      }
    }
    // "Saved" is said of all that was typed, or not at all.
    if ((await this.#at.queue.lastOf(this.account, id)) !== undefined) return
    this.#tell(id, { is: "saved", version, notFor })
  }

  /**
   * Another device saved since. Its text becomes a document of its own, ours the newest version of this one; both go
   * into the queue at once, so that no cut between them loses either.
   */
  async #keepBoth(row: Waiting): Promise<void> {
    if (row.kind === INDEX_KIND) return this.#mergeIndex(row, row.id)
    await this.#refreshIndex()
    const all = await this.#allOf(row)
    const mine = await this.#openWaiting(all.at(-1) as Waiting)
    const file = await this.#fetch(row.id)
    const theirs = await this.#open(row.id, row.kind, file, this.index.documents[row.id]?.version)
    const readersRead = this.index.documents[row.id]?.readers ?? []
    const readers = changedAlike(row, readersRead)
    await this.#at.queue.keepFile({ ...file, account: this.account, id: row.id, kind: row.kind })
    const ours = await this.#seal(row.id, row.kind, mine.body, theirs.version, readers, readersRead)
    if (isSameText(mine.body, theirs.body)) {
      await this.#replace(all, [ours])
      return
    }
    const copyId = this.#at.newId()
    const copyBody = this.#renamed(theirs.body)
    const copy = await this.#seal(copyId, row.kind, copyBody, 0, [], [])
    await this.#replace(all, [copy, ours])
    this.#tell(row.id, { is: "conflict", copy: copyId })
  }

  /** Learn what other devices noted, above all whom they withdrew a text from: nothing is sealed to those again. */
  async #refreshIndex(): Promise<void> {
    const known = this.#read.get(this.#indexId)?.version ?? 0
    const file = await this.#at.server.fetch(this.#indexId)
    if (file === null || file.version <= known) return
    const theirs = readIndex((await this.#open(this.#indexId, INDEX_KIND, file, known)).body)
    this.index = mergeIndexes(await this.#indexAt(this.#indexId, known), this.index, theirs)
  }

  async #mergeIndex(row: Waiting, id: string): Promise<void> {
    const all = await this.#allOf(row)
    const file = await this.#fetch(id)
    const theirs = readIndex((await this.#open(id, INDEX_KIND, file)).body)
    const base = id === row.id ? await this.#indexAt(id, row.read) : emptyIndex()
    this.#indexId = id
    this.index = mergeIndexes(base, this.index, theirs)
    await this.#at.queue.keepFile({ ...file, account: this.account, id, kind: INDEX_KIND })
    const merged = await this.#seal(id, INDEX_KIND, indexBody(this.index), file.version, [], [])
    await this.#replace(all, [merged])
  }

  /** Two devices began an index at once: the other's stays. */
  async #joinIndexes(row: Waiting, id: string): Promise<void> {
    await this.#mergeIndex(row, id)
  }

  /** Erased on another device while it was written here: what was typed becomes a new document. */
  async #saveElsewhere(row: Waiting): Promise<void> {
    const all = await this.#allOf(row)
    const mine = await this.#openWaiting(all.at(-1) as Waiting)
    const id = this.#at.newId()
    const change = await this.#seal(id, row.kind, mine.body, 0, [], [])
    await this.#replace(all, [change])
    if (row.kind === INDEX_KIND) this.#indexId = id
    else await this.noteIndex(removeEntry(this.index, row.id))
    this.#tell(row.id, { is: "moved", to: id })
  }

  /** Somebody can't be given anything any more. The text is saved without them. */
  async #leaveOut(row: Waiting, accounts: readonly string[]): Promise<void> {
    const all = await this.#allOf(row)
    const last = all.at(-1) as Waiting
    const mine = await this.#openWaiting(last)
    const kept = last.readers.filter((one) => !accounts.includes(one))
    // Where the server names nobody, nobody new is let in.
    const readers = kept.length < last.readers.length ? kept : last.readersRead
    const change = await this.#seal(row.id, row.kind, mine.body, row.read, readers, row.readersRead)
    await this.#replace(all, [change])
  }

  async #replace(all: readonly Waiting[], changes: readonly Change[]): Promise<void> {
    await this.#at.queue.replace(this.account, all, changes)
    for (const { id, read, key } of changes) this.#read.set(id, { version: read, key })
  }

  /** Do what needs the server once more. A cut or somebody typing in between leaves all as it was: it is tried again. */
  async #attempt(id: string, deed: () => Promise<void>): Promise<boolean> {
    try {
      await deed()
      return true
    } catch (error) {
      if (error instanceof Moved) return true
      if (error instanceof NoAnswer) {
        this.#tell(id, { is: "later", why: "network", sentence: error.message })
        if (!this.#isClosed) this.#retry = setTimeout(() => void this.drain(), 15_000)
        return false
      }
      const row = await this.#at.queue.lastOf(this.account, id)
      if (row !== undefined) this.#refused.set(id, row.key)
      const sentence = error instanceof Error ? error.message : ""
      this.#tell(id, { is: "refused", slug: slugOf(error), sentence })
      return true
    }
  }

  async #seal(
    id: string,
    kind: string,
    body: Json,
    read: number,
    readers: readonly string[],
    readersRead: readonly string[],
  ): Promise<Change> {
    const sealed = await sealDocument({
      id,
      kind,
      version: read + 1,
      parent: read,
      author: this.account,
      written: this.#at.now().toISOString(),
      body,
      keyring: this.#at.keyring,
      readers: this.#sealable(readers),
    })
    return { id, kind, key: crypto.randomUUID(), read, sealed, readers, readersRead }
  }

  /** Whom to seal to. Somebody whose key has changed gets nothing until it is accepted; the rest must not wait for it. */
  #sealable(readers: readonly string[]): Reader[] {
    return readers.flatMap((id) => {
      const person = this.index.people[id]
      if (person === undefined || person.changedTo !== undefined) return []
      return [{ id, publicKey: person.publicKey }]
    })
  }

  /** The version that a change is written upon, as the server will count it. */
  async #readBefore(id: string, seen: Waiting | undefined): Promise<number> {
    const last = this.#read.get(id)
    if (seen !== undefined && (last === undefined || last.key === seen.key)) {
      return seen.tried ? seen.read + 1 : seen.read
    }
    if (seen === undefined && last !== undefined) {
      // Sent meanwhile, perhaps by another tab: ours is the newest then.
      const file = await this.#at.queue.file(this.account, id)
      if (file !== undefined && file.key !== "" && file.key === last.key) return file.version
    }
    if (last !== undefined) return last.version
    const file = await this.#at.queue.file(this.account, id)
    return id === this.#indexId ? (file?.version ?? 0) : 0
  }

  async #newestFile(id: string, kind: string): Promise<KeptFile> {
    const kept = await this.#at.queue.file(this.account, id)
    try {
      const file = await this.#fetch(id)
      if (kept !== undefined && file.version < kept.version) {
        throw new RolledBack(file.version, kept.version)
      }
      return { ...file, account: this.account, id, kind }
    } catch (error) {
      if (error instanceof NoAnswer && error.status === 0 && kept !== undefined) return kept
      throw error
    }
  }

  async #fetch(id: string): Promise<Fetched & { readonly key: string }> {
    const fetched = await this.#at.server.fetch(id)
    if (fetched === null) throw new NotThere()
    const kept = await this.#at.queue.file(this.account, id)
    const key = kept?.version === fetched.version ? kept.key : ""
    return { ...fetched, key }
  }

  #open(
    id: string,
    kind: string,
    { bytes, version }: Pick<Fetched, "bytes" | "version">,
    atLeast?: number,
    author?: Author,
  ): Promise<Envelope> {
    // Seen before named: an older version must show as what it is.
    if (atLeast !== undefined && version < atLeast) throw new RolledBack(version, atLeast)
    const expected = { id, kind, version }
    const { keyring } = this.#at
    return openDocument({ bytes, keyring, expected, ...(author && { author }) })
  }

  #openWaiting({ id, kind, sealed }: Waiting): Promise<Envelope> {
    return openDocument({ bytes: sealed, keyring: this.#at.keyring, expected: { id, kind } })
  }

  async #allOf(row: Waiting): Promise<Waiting[]> {
    const rows = await this.#at.queue.waiting(this.account)
    return rows.filter(({ id }) => id === row.id)
  }

  #renamed(body: Json): Json {
    const members = typeof body === "object" && !Array.isArray(body) ? body : { text: body }
    const { title } = (members ?? {}) as { title?: Json }
    return { ...members, title: this.#at.copyTitle(typeof title === "string" ? title : "") }
  }

  async #listedIndex(): Promise<Listed | null> {
    try {
      const { documents } = await this.#at.server.list("", INDEX_KIND)
      return documents.find(({ owner }) => owner === this.account) ?? null
    } catch (error) {
      const isAway = error instanceof NoAnswer && (error.status === 0 || error.status >= 500)
      const kept = (await this.#at.queue.files(this.account, INDEX_KIND))[0]
      if (isAway && kept !== undefined) return { ...kept, day: "", readers: [] }
      throw error
    }
  }

  async #readNewestIndex(kept: KeptFile | undefined, listed: Listed | null): Promise<Index> {
    const id = this.#indexId
    const isKept = kept !== undefined && kept.version === listed?.version
    const file = isKept ? kept : await this.#newestFile(id, INDEX_KIND)
    const envelope = await this.#open(id, INDEX_KIND, file, kept?.version)
    await this.#at.queue.keepFile(file)
    this.#read.set(id, { version: file.version, key: file.key })
    return readIndex(envelope.body)
  }

  /** Return the index as it was at a version: what both sides of a merge started from. */
  async #indexAt(id: string, version: number): Promise<Index> {
    if (version === 0) return emptyIndex()
    return readIndex((await this.loadVersion(id, INDEX_KIND, version)).body)
  }

  async #listAll(): Promise<Listed[]> {
    const all: Listed[] = []
    for (let after = ""; ; ) {
      const { documents, next } = await this.#at.server.list(after)
      all.push(...documents)
      if (next === "") return all
      after = next
    }
  }

  /** Hold the keys that the server gives now against those that were noted. */
  async #seeKeys(index: Index, listed: readonly Listed[]): Promise<Index> {
    const others = new Set([...Object.keys(index.people), ...listed.map(({ owner }) => owner)])
    others.delete(this.account)
    const known = [...others].filter((id) => index.people[id] !== undefined)
    if (known.length === 0) return index
    const given = await this.#at.server.keys(known.slice(0, MOST_KEYS))
    return Object.entries(given).reduce(
      (seen, [id, { public_key }]) => seeKey(seen, id, public_key).index,
      index,
    )
  }

  #tell(id: string, state: SaveState): void {
    for (const listener of this.#listeners) listener(id, state)
  }

  #afterOthers<T>(deed: () => Promise<T>): Promise<T> {
    const turn = this.#chain.then(deed, deed)
    this.#chain = turn.catch(() => undefined)
    return turn
  }
}

// The server answers for two hundred at a time.
const MOST_KEYS = 200

/** Whether nothing of the same document waits before `row`: its versions go out in order. */
function isFirst(rows: readonly Waiting[], row: Waiting): boolean {
  return rows.find(({ id }) => id === row.id)?.order === row.order
}

/** Apply to `now` what a save meant to change: who was added stays added, who was withdrawn stays withdrawn. */
function changedAlike(row: Waiting, now: readonly string[]): string[] {
  const withdrawn = row.readersRead.filter((one) => !row.readers.includes(one))
  const added = row.readers.filter((one) => !row.readersRead.includes(one))
  return [...new Set([...now, ...added])].filter((one) => !withdrawn.includes(one))
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id) => other.includes(id))
}

function isSameText(one: Json, other: Json): boolean {
  return canonicalJson(one) === canonicalJson(other)
}

function entryOf(envelope: Envelope, readers: readonly string[], owner = ""): Entry {
  const { title, date } = (envelope.body ?? {}) as { title?: Json; date?: Json }
  return {
    version: envelope.version,
    kind: envelope.kind,
    title: typeof title === "string" ? title : "",
    date: typeof date === "string" ? date : "",
    readers,
    ...(owner !== "" && { owner }),
  }
}

function slugOf(error: unknown): string {
  return error instanceof VaultError ? error.slug : "unexpected"
}
