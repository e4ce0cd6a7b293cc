// Asking the server for something: with this page's token, and with an answer that is a value either way. A refusal
// carries the server's own sentence, in the reader's language, to be shown as it is.
import { sendWithEffort } from "./effort.ts"

/** What the server would not do, or that it was not reached (`slug` "no-answer", `status` 0, no sentence). */
export interface Refusal {
  readonly status: number
  readonly slug: string
  readonly sentence: string
  /** Seconds to wait before it is worth trying again; null where the server names none. */
  readonly retrySeconds: number | null
}

export type Answer<T> =
  | { readonly is: "done"; readonly value: T }
  | { readonly is: "refused"; readonly refusal: Refusal }

/** A refusal on its way up to whoever shows it. `slug` and `message` are read by `sentenceFor` in page-words.ts. */
export class Refused extends Error {
  override readonly name = "Refused"
  readonly refusal: Refusal
  readonly slug: string
  constructor(refusal: Refusal) {
    super(refusal.sentence)
    this.refusal = refusal
    this.slug = refusal.sentence === "" ? refusal.slug : ""
  }
}

export interface Asking {
  /** Asking twice does what asking once does: then a cut line is tried again. A GET always is. */
  readonly isIdempotent?: boolean
  /** The server may want the small sum of effort.ts first. */
  readonly mayNeedEffort?: boolean
}

export interface Line {
  readonly fetch?: typeof fetch
  readonly token?: string
  readonly wait?: (milliseconds: number) => Promise<void>
  /** Called when the server says that this device is signed out. */
  readonly signedOut?: () => void
}

const MOST_TRIES = 3
// Longer waits are for the person to decide, not for a page that seems to hang.
const LONGEST_WAIT_SECONDS = 5
const FIRST_WAIT_MS = 500

/** One page's line to its server. */
export class Api {
  #token: string
  readonly #fetch: typeof fetch
  readonly #wait: (milliseconds: number) => Promise<void>
  #signedOut: () => void

  constructor({ token = "", ...line }: Line = {}) {
    this.#token = token
    this.#fetch = line.fetch ?? ((...asked) => fetch(...asked))
    this.#wait = line.wait ?? ((ms) => new Promise((resume) => setTimeout(resume, ms)))
    this.#signedOut = line.signedOut ?? (() => undefined)
  }

  /** Take the token that belongs to a new session: signing in makes the page's own worthless. */
  useToken(token: string): void {
    this.#token = token
  }

  /** Call `deed` whenever the server says that this device is signed out. */
  whenSignedOut(deed: () => void): void {
    this.#signedOut = deed
  }

  /** Send one request as it is: same origin, with the token where it changes something. For vault-server.ts. */
  readonly send = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const answer = await this.#fetch(path, this.#dressed(init))
    if (answer.status === 401) this.#signedOut()
    return answer
  }

  /** Read something. */
  get<T>(path: string): Promise<Answer<T>> {
    return this.#ask<T>(path, {}, { isIdempotent: true })
  }

  /** Have something done. */
  post<T>(path: string, body: object = {}, asking: Asking = {}): Promise<Answer<T>> {
    const headers = { "Content-Type": "application/json" }
    return this.#ask<T>(path, { method: "POST", headers, body: JSON.stringify(body) }, asking)
  }

  /** Read something that must be there. Throws Refused. */
  async need<T>(path: string): Promise<T> {
    return requireDone(await this.get<T>(path))
  }

  /** Have something done that must be. Throws Refused. */
  async must<T>(path: string, body: object = {}, asking: Asking = {}): Promise<T> {
    return requireDone(await this.post<T>(path, body, asking))
  }

  #dressed(init: RequestInit): RequestInit {
    const headers = new Headers(init.headers)
    headers.set("Accept", "application/json")
    if ((init.method ?? "GET") !== "GET") headers.set("X-CSRFToken", this.#token)
    return { ...init, headers, credentials: "same-origin", cache: "no-store", redirect: "error" }
  }

  async #ask<T>(path: string, init: RequestInit, asking: Asking): Promise<Answer<T>> {
    for (let tries = 1; ; tries++) {
      const answer = await this.#askOnce<T>(path, init, asking)
      if (answer.is === "done") return answer
      const seconds = secondsToWait(answer.refusal, tries)
      if (!asking.isIdempotent || tries === MOST_TRIES || seconds === null) return answer
      await this.#wait(seconds * 1000)
    }
  }

  async #askOnce<T>(path: string, init: RequestInit, asking: Asking): Promise<Answer<T>> {
    const send = (headers: Record<string, string>) =>
      this.#fetch(path, this.#dressed({ ...init, headers: { ...init.headers, ...headers } }))
    let answer: Response
    try {
      answer = asking.mayNeedEffort ? await sendWithEffort(send) : await send({})
    } catch {
      // What fetch throws says nothing that a person could use.
      return refused({ status: 0, slug: "no-answer", sentence: "", retrySeconds: null })
    }
    const body = await bodyOf(answer)
    if (answer.ok && body !== null) return { is: "done", value: body as T }
    const refusal = refusalOf(answer, body)
    if (refusal.slug === "signed-out") this.#signedOut()
    return refused(refusal)
  }
}

/** Return the value of an answer. Throws Refused. */
export function requireDone<T>(answer: Answer<T>): T {
  if (answer.is === "refused") throw new Refused(answer.refusal)
  return answer.value
}

function refused(refusal: Refusal): Answer<never> {
  return { is: "refused", refusal }
}

/** Return how long to wait before trying again by ourselves, or null where that is of no use. */
function secondsToWait({ status, retrySeconds }: Refusal, tries: number): number | null {
  const isPassing = status === 0 || status === 429 || status === 502 || status === 503
  if (!isPassing) return null
  const seconds = retrySeconds ?? (FIRST_WAIT_MS * 2 ** (tries - 1)) / 1000
  return seconds <= LONGEST_WAIT_SECONDS ? seconds : null
}

async function bodyOf(answer: Response): Promise<object | null> {
  try {
    const body: unknown = await answer.json()
    return typeof body === "object" ? body : null
  } catch {
    return null // a page of something in between, such as a café's captive portal
  }
}

function refusalOf(answer: Response, body: object | null): Refusal {
  const { error, sentence } = (body ?? {}) as { error?: unknown; sentence?: unknown }
  const wait = Number.parseInt(answer.headers.get("Retry-After") ?? "", 10)
  return {
    status: answer.status,
    slug: typeof error === "string" ? error : "no-answer",
    sentence: typeof sentence === "string" ? sentence : "",
    retrySeconds: Number.isNaN(wait) ? null : wait,
  }
}
