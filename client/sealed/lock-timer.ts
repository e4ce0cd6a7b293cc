// When a page locks by itself. By the clock on the wall, not by one long timer: a phone that slept for an hour must not
// go on where it was.

export interface LockTiming {
  readonly minutes: number
  readonly now: () => number
  readonly lock: () => void
  /** Told at most every few seconds that somebody is here. */
  readonly touched: (at: number) => void
}

const MINUTE_MS = 60_000
// A finger on the glass fires sixty times a second; other tabs need to hear of it far less often.
const TELL_EVERY_MS = 5_000

export class LockTimer {
  readonly #timing: LockTiming
  #touchedAt: number
  #toldAt = Number.NEGATIVE_INFINITY
  #isLocked = false

  constructor(timing: LockTiming) {
    this.#timing = timing
    this.#touchedAt = timing.now()
  }

  /** Start to count anew: it was unlocked. */
  begin(): void {
    this.#isLocked = false
    this.#touchedAt = this.#timing.now()
  }

  /** Somebody touched this page. Too late is too late: then it locks, whatever they touched. */
  touch(): void {
    if (this.check()) return
    const now = this.#timing.now()
    this.#touchedAt = now
    if (now - this.#toldAt < TELL_EVERY_MS) return
    this.#toldAt = now
    this.#timing.touched(now)
  }

  /** Another tab was touched. */
  hear(at: number): void {
    // A time to come would keep this page open for as long.
    this.#touchedAt = Math.max(this.#touchedAt, Math.min(at, this.#timing.now()))
  }

  /** Lock if it is time. Returns whether it is locked. To be called every few seconds and when the page is seen again. */
  check(): boolean {
    if (this.#isLocked) return true
    const idle = this.#timing.now() - this.#touchedAt
    if (idle >= 0 && idle < this.#timing.minutes * MINUTE_MS) return false
    this.#isLocked = true
    this.#timing.lock()
    return true
  }
}
