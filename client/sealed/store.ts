// What this browser keeps of a member's keys, in IndexedDB. Two things, both useless to whoever copies the database:
//   "ways"      the keyring as the server has it, sealed for passphrase, kit and passkeys, so that a phone without
//               network can be unlocked;
//   "unlocked"  the keyring sealed to a key of this device that no script can read out, from unlocking to locking.
// What waits to be sent and the sealed documents are queue.ts's.
import { type DBSchema, type IDBPDatabase, openDB } from "idb"
import { deviceUnwrap, deviceWrap, makeDeviceKey, VaultError } from "../vault/vault.ts"

/** One way of opening the keyring, as GET /account/keys gives it. `sealed` is base64url. */
export interface Wrapping {
  readonly id: string
  readonly way: "passphrase" | "recovery" | "passkey"
  readonly passkey: {
    readonly id: string
    readonly credential_id: string
    readonly name: string
  } | null
  readonly sealed: string
}

/** All that is needed to unlock. `salt` is base64url, "" for an account without passphrase. */
export interface Ways {
  readonly account: string
  readonly handle: string
  readonly salt: string
  readonly logN: number
  readonly wrappings: readonly Wrapping[]
}

interface Unlocked {
  readonly account: string
  readonly deviceKey: CryptoKey
  readonly sealed: Uint8Array
  readonly madeAt: number
  readonly touchedAt: number
}

interface Schema extends DBSchema {
  ways: { key: string; value: Ways }
  unlocked: { key: string; value: Unlocked }
}

// However busy a device is: after a week somebody types their passphrase once, and so still knows it.
const MOST_DAYS = 7
const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** Open the keys of this browser. Accounts that share it lie side by side. */
export async function openStore(name = "openchair-keys"): Promise<Store> {
  const database = await openDB<Schema>(name, 1, {
    upgrade(made) {
      made.createObjectStore("ways", { keyPath: "account" })
      made.createObjectStore("unlocked", { keyPath: "account" })
    },
  })
  return new Store(database)
}

export class Store {
  readonly #database: IDBPDatabase<Schema>

  constructor(database: IDBPDatabase<Schema>) {
    this.#database = database
  }

  /** Let this device open the keyring until it is locked. Returns false where the browser has no such keys. */
  async keepUnlocked(account: string, keyring: readonly string[], now: number): Promise<boolean> {
    let deviceKey: CryptoKey
    try {
      deviceKey = await makeDeviceKey()
    } catch {
      // A browser from before 2024: its pages ask for the passphrase each time, and nothing is kept.
      return false
    }
    const sealed = await deviceWrap(keyring, deviceKey)
    await this.#database.put("unlocked", {
      account,
      deviceKey,
      sealed,
      madeAt: now,
      touchedAt: now,
    })
    return true
  }

  /**
   * Return the keyring where this device was unlocked and touched within `lockMinutes`, else null; what is too old is
   * forgotten. A clock that was set back locks as well: there is no telling for how long nobody was here.
   */
  async readUnlocked(account: string, lockMinutes: number, now: number): Promise<string[] | null> {
    const row = await this.#database.get("unlocked", account)
    if (row === undefined) return null
    const idle = now - row.touchedAt
    const isFresh = idle >= 0 && idle <= lockMinutes * MINUTE_MS
    if (!isFresh || now - row.madeAt > MOST_DAYS * DAY_MS) {
      await this.lock(account)
      return null
    }
    try {
      return await deviceUnwrap(row.sealed, row.deviceKey)
    } catch (error) {
      if (!(error instanceof VaultError)) throw error
      await this.lock(account)
      return null
    }
  }

  /** Note that somebody is here. */
  async touch(account: string, now: number): Promise<void> {
    const work = this.#database.transaction("unlocked", "readwrite")
    const row = await work.store.get(account)
    // Never makes a row: another tab may have locked a moment ago.
    if (row !== undefined) await work.store.put({ ...row, touchedAt: now })
    await work.done
  }

  /** Forget the key of this device. */
  async lock(account: string): Promise<void> {
    await this.#database.delete("unlocked", account)
  }

  /** Forget the keys of everybody on this device: nobody is signed in here. */
  async lockAll(): Promise<void> {
    await this.#database.clear("unlocked")
  }

  /** Keep the sealed keyring, for unlocking without a network. */
  async keepWays(ways: Ways): Promise<void> {
    await this.#database.put("ways", ways)
  }

  /** Return the sealed keyring as it was last seen. */
  async ways(account: string): Promise<Ways | null> {
    return (await this.#database.get("ways", account)) ?? null
  }

  /** Forget all that is kept of an account: it signed out, or was erased. */
  async forget(account: string): Promise<void> {
    await this.#database.delete("unlocked", account)
    await this.#database.delete("ways", account)
  }

  close(): void {
    this.#database.close()
  }
}
