// What this device still has to send, and the newest file of each document as it came or went. All of it is sealed:
// a thief of the telephone reads here what a thief of the server reads there.
import { type DBSchema, type IDBPDatabase, openDB } from "idb"

/** A save on its way. `read` is the version it was written upon; `key` is its Idempotency-Key. */
export interface Waiting {
  readonly order: number
  readonly account: string
  readonly key: string
  readonly id: string
  readonly kind: string
  readonly read: number
  readonly sealed: Uint8Array
  /** Whom it is sealed to, and whom the version that was read was sealed to. */
  readonly readers: readonly string[]
  readonly readersRead: readonly string[]
  /** It may have reached the server already: from then on neither its bytes nor its key change. */
  readonly tried: boolean
}

/** A save before it has its place in the queue. */
export type Change = Omit<Waiting, "order" | "tried" | "account">

/** The newest version this device has seen. `key` is that of the save that made it, where it was made here. */
export interface KeptFile {
  readonly account: string
  readonly id: string
  readonly kind: string
  readonly owner: string
  readonly version: number
  readonly bytes: Uint8Array
  readonly key: string
}

interface Schema extends DBSchema {
  waiting: { key: number; value: Waiting; indexes: { account: string } }
  files: { key: [string, string]; value: KeptFile; indexes: { account: string } }
}

/** The queue moved on while a change was being sealed: look again, seal again. */
export class Moved extends Error {
  override readonly name = "Moved"
}

// A phone that loses power has kept what the page called sealed.
const STRICT = { durability: "strict" } as const

/** Open the queue of this browser. All accounts of a shared phone lie in it, each with its own keys. */
export async function openQueue(name = "openchair-writing"): Promise<Queue> {
  const database = await openDB<Schema>(name, 1, {
    upgrade(made) {
      const waiting = made.createObjectStore("waiting", { keyPath: "order", autoIncrement: true })
      waiting.createIndex("account", "account")
      const files = made.createObjectStore("files", { keyPath: ["account", "id"] })
      files.createIndex("account", "account")
    },
  })
  return new Queue(database)
}

export class Queue {
  readonly #database: IDBPDatabase<Schema>

  constructor(database: IDBPDatabase<Schema>) {
    this.#database = database
  }

  /** Return what waits for the server, the oldest first. */
  async waiting(account: string): Promise<Waiting[]> {
    const rows = await this.#database.getAllFromIndex("waiting", "account", account)
    return rows.sort((a, b) => a.order - b.order)
  }

  /** Return the last that waits of one document. */
  async lastOf(account: string, id: string): Promise<Waiting | undefined> {
    return (await this.waiting(account)).filter((row) => row.id === id).at(-1)
  }

  /**
   * Put a change behind `seen`, the last of its document when it was sealed; in place of it where that was never sent.
   * Throws Moved where the queue or the kept file has changed since: what was sealed names the wrong version then.
   */
  async put(account: string, change: Change, seen: Waiting | undefined): Promise<void> {
    const work = this.#database.transaction("waiting", "readwrite", STRICT)
    const rows = await work.store.index("account").getAll(account)
    const last = rows.filter((row) => row.id === change.id).at(-1)
    if (last?.order !== seen?.order || last?.tried !== seen?.tried || last?.key !== seen?.key) {
      work.abort()
      await work.done.catch(() => undefined)
      throw new Moved()
    }
    const isInPlace = last !== undefined && !last.tried && last.read === change.read
    const row = { ...change, account, tried: false, ...(isInPlace && { order: last.order }) }
    await work.store.put(row as Waiting)
    await work.done
  }

  /** Note that a save may reach the server from now on. Returns false where it is no longer there as it was. */
  async markTried(waiting: Waiting): Promise<boolean> {
    const work = this.#database.transaction("waiting", "readwrite", STRICT)
    const row = await work.store.get(waiting.order)
    const isThere = row?.key === waiting.key
    if (isThere && row !== undefined && !row.tried) await work.store.put({ ...row, tried: true })
    await work.done
    return isThere
  }

  /** The server has it: keep the file as the newest and take the save out of the queue, both or neither. */
  async settle(waiting: Waiting, version: number, owner: string): Promise<void> {
    const { account, id, kind, key, sealed } = waiting
    const work = this.#database.transaction(["waiting", "files"], "readwrite", STRICT)
    await work.objectStore("waiting").delete(waiting.order)
    const file = { account, id, kind, owner, version, key, bytes: sealed }
    await work.objectStore("files").put(file)
    await work.done
  }

  /**
   * Put `changes` in place of all that waits of one document, both or neither. Throws Moved where something was added
   * to it meanwhile.
   */
  async replace(
    account: string,
    was: readonly Waiting[],
    changes: readonly Change[],
  ): Promise<void> {
    const id = was[0]?.id
    const work = this.#database.transaction("waiting", "readwrite", STRICT)
    const rows = (await work.store.index("account").getAll(account)).filter((row) => row.id === id)
    if (rows.length !== was.length || rows.some(({ key }, at) => key !== was[at]?.key)) {
      work.abort()
      await work.done.catch(() => undefined)
      throw new Moved()
    }
    for (const { order } of was) await work.store.delete(order)
    for (const change of changes)
      await work.store.put({ ...change, account, tried: false } as Waiting)
    await work.done
  }

  /** Return the newest file of a document that this device has seen. */
  file(account: string, id: string): Promise<KeptFile | undefined> {
    return this.#database.get("files", [account, id])
  }

  /** Return all files that were kept, of one kind or all. */
  async files(account: string, kind?: string): Promise<KeptFile[]> {
    const rows = await this.#database.getAllFromIndex("files", "account", account)
    return rows.filter((row) => kind === undefined || row.kind === kind)
  }

  /** Keep a file that came from the server. An older one never takes the place of a newer. */
  async keepFile(file: KeptFile): Promise<void> {
    const work = this.#database.transaction("files", "readwrite")
    const kept = await work.store.get([file.account, file.id])
    if (kept === undefined || kept.version <= file.version) await work.store.put(file)
    await work.done
  }

  /** Forget a document that was erased. */
  async forgetFile(account: string, id: string): Promise<void> {
    await this.#database.delete("files", [account, id])
  }

  close(): void {
    this.#database.close()
  }
}
