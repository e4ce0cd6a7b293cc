// One document while somebody types: sealed after a pause, at once when they leave, and never two saves at a time.
import type { Body } from "./fields.ts"

export interface Saving {
  readonly save: (body: Body) => Promise<void>
  readonly failed: (error: unknown) => void
  /** Milliseconds without a key after which it is sealed. */
  readonly pause?: number
}

// A sentence's breath: long enough not to seal every letter, short enough that a dead battery costs a few words.
const PAUSE_MS = 700

export class Draft {
  readonly #saving: Required<Saving>
  #typed: Body | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #work: Promise<void> = Promise.resolve()
  #isAtWork = false

  constructor(saving: Saving) {
    this.#saving = { pause: PAUSE_MS, ...saving }
  }

  /** Whether there are words that only the page holds. */
  get isUnsealed(): boolean {
    return this.#typed !== null || this.#isAtWork
  }

  /** Whether something was typed since the last sealing began. */
  get isTyping(): boolean {
    return this.#typed !== null
  }

  /** Take in what the fields say now. It is sealed after the pause. */
  type(body: Body): void {
    this.#typed = body
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.flush(), this.#saving.pause)
  }

  /** Seal what was typed, now. Resolves when all of it is in the queue, or could not be put there. */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#work = this.#work.then(() => this.#sealTyped())
    return this.#work
  }

  async #sealTyped(): Promise<void> {
    const body = this.#typed
    if (body === null) return
    this.#typed = null
    this.#isAtWork = true
    try {
      await this.#saving.save(body)
    } catch (error) {
      // Still only in the page: the next pause tries again, and leaving the page asks first.
      this.#typed ??= body
      this.#saving.failed(error)
    } finally {
      this.#isAtWork = false
    }
  }
}
