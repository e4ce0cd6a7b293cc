// The member's keys on this page, from unlocking to locking. `unlocked()` is all that most of the page needs:
//
//   const keyring = await session().unlocked()
//
// It resolves at once where this device was unlocked, else when somebody typed their passphrase; on a page where
// nobody is signed in it never does.
import { holdKeyring, type Keyring } from "../vault/vault.ts"
import { LockTimer } from "./lock-timer.ts"
import type { Store } from "./store.ts"

/** What tabs of one browser tell each other. Never a key. */
export type Word =
  | { readonly is: "touched"; readonly account: string; readonly at: number }
  | { readonly is: "locked"; readonly account: string }

export interface Channel {
  postMessage(word: Word): void
  onmessage: ((event: MessageEvent<Word>) => void) | null
}

export interface Surroundings {
  readonly account: string
  readonly lockMinutes: number
  readonly store: Store
  readonly channel: Channel
  /** Show the form that unlocks. */
  readonly ask: () => void
  /** Empty the page of what was opened. `isAllSealed` is false where something typed could not be sealed. */
  readonly locked: (isAllSealed: boolean) => void
  readonly now?: () => number
}

/** What must happen while the keys are still there. Resolves to whether nothing typed is left that only the page has. */
export type LastDeed = () => Promise<boolean>

// Sealing what was typed takes milliseconds. A disk that hangs must not keep a page open on somebody else's table.
const LONGEST_LAST_DEED_MS = 3_000

export class Session {
  readonly account: string
  readonly #at: Required<Surroundings>
  readonly #timer: LockTimer
  readonly #lastDeeds = new Set<LastDeed>()
  #keyring: Keyring | null = null
  #text: readonly string[] | null = null
  #waiting: ((keyring: Keyring) => void)[] = []
  #hasAsked = false
  #locking: Promise<void> | null = null

  constructor(surroundings: Surroundings) {
    this.account = surroundings.account
    this.#at = { now: Date.now, ...surroundings }
    this.#timer = new LockTimer({
      minutes: surroundings.lockMinutes,
      now: this.#at.now,
      lock: () => void this.lock(),
      touched: (at) => this.#touched(at),
    })
    surroundings.channel.onmessage = ({ data }) => this.#hear(data)
  }

  /** Return the keyring, after asking for the passphrase where it is needed. */
  unlocked(): Promise<Keyring> {
    if (this.#keyring !== null) return Promise.resolve(this.#keyring)
    const keyring = new Promise<Keyring>((resolve) => this.#waiting.push(resolve))
    void this.#look()
    return keyring
  }

  /** Return the keyring as text, to be sealed for one more way in. Asks as `unlocked` does. */
  async writable(): Promise<readonly string[]> {
    await this.unlocked()
    const { account, lockMinutes, store, now } = this.#at
    const text = this.#text ?? (await store.readUnlocked(account, lockMinutes, now()))
    if (text !== null) return text
    // Locked in this very moment, by another tab.
    this.#keyring = null
    return this.writable()
  }

  /** Take a keyring that somebody opened: this device stays unlocked until it is locked. */
  async take(keyring: readonly string[]): Promise<void> {
    const { account, store, now } = this.#at
    const isKept = await store.keepUnlocked(account, keyring, now())
    await this.#open(keyring, isKept)
  }

  /** Have something done before the keys go. Returns how to have it done no more. */
  beforeLock(deed: LastDeed): () => void {
    this.#lastDeeds.add(deed)
    return () => this.#lastDeeds.delete(deed)
  }

  /** Somebody is here. */
  touch(): void {
    if (this.#keyring !== null) this.#timer.touch()
  }

  /** Lock if nobody was here for long enough. */
  check(): void {
    if (this.#keyring !== null) this.#timer.check()
  }

  /** Seal what was typed, then forget the keys: here, in the database, and in the other tabs. */
  lock(): Promise<void> {
    this.#locking ??= this.#lock(true)
    return this.#locking
  }

  async #lock(isOurs: boolean): Promise<void> {
    const { account, store, channel, locked } = this.#at
    const isAllSealed = await this.#doLastDeeds()
    this.#keyring = null
    this.#text = null
    this.#hasAsked = false
    await store.lock(account)
    if (isOurs) channel.postMessage({ is: "locked", account })
    locked(isAllSealed)
    this.#locking = null
  }

  async #doLastDeeds(): Promise<boolean> {
    const deeds = Array.from(this.#lastDeeds, (deed) => deed().catch(() => false))
    const late = new Promise<boolean[]>((resolve) => {
      setTimeout(() => resolve([false]), LONGEST_LAST_DEED_MS)
    })
    return (await Promise.race([Promise.all(deeds), late])).every(Boolean)
  }

  async #look(): Promise<void> {
    const { account, lockMinutes, store, now, ask } = this.#at
    const kept = await store.readUnlocked(account, lockMinutes, now())
    if (this.#keyring !== null) return
    if (kept !== null) return this.#open(kept, true)
    if (this.#hasAsked) return
    this.#hasAsked = true
    ask()
  }

  async #open(keyring: readonly string[], isKept: boolean): Promise<void> {
    // Where the browser keeps no such keys, there is nothing but the text.
    this.#keyring = isKept ? await holdKeyring(keyring) : keyring
    this.#text = isKept ? null : keyring
    this.#hasAsked = false
    this.#timer.begin()
    const waiting = this.#waiting
    this.#waiting = []
    for (const give of waiting) give(this.#keyring)
  }

  #touched(at: number): void {
    this.#at.channel.postMessage({ is: "touched", account: this.account, at })
    void this.#at.store.touch(this.account, at)
  }

  #hear(word: Word): void {
    if (word.account !== this.account) return
    if (word.is === "touched") this.#timer.hear(word.at)
    else if (this.#keyring !== null) this.#locking ??= this.#lock(false)
  }
}

let current: Session | null = null

/** Return the session of this page. Throws where nobody is signed in. */
export function session(): Session {
  if (current === null) throw new Error("nobody is signed in on this page")
  return current
}

/** Whether somebody is signed in on this page. */
export function hasSession(): boolean {
  return current !== null
}

/** Make a session this page's. sealed.ts does it, and whoever signs somebody in. */
export function useSession(made: Session): Session {
  current = made
  return made
}

/** Return the keyring of whoever is signed in. */
export function unlocked(): Promise<Keyring> {
  return session().unlocked()
}
