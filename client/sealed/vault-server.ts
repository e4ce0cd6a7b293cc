// The vault's addresses, asked and answered in types. What can go wrong with a save is a value, not an exception:
// the queue decides what to do with each.

/** Sends one request of this page: with its cookie and, where something changes, its CSRF token. */
export type Send = (path: string, init?: RequestInit) => Promise<Response>

export interface Listed {
  readonly id: string
  readonly kind: string
  readonly owner: string
  readonly version: number
  readonly day: string
  readonly readers: readonly string[]
}

export interface Fetched {
  readonly bytes: Uint8Array
  readonly version: number
  readonly kind: string
  readonly owner: string
}

export interface Sending {
  readonly id: string
  readonly kind: string
  readonly read: number
  readonly key: string
  readonly sealed: Uint8Array
  /** Null leaves the readers as the server has them. */
  readonly readers: readonly string[] | null
}

/** What became of a save. `later`: nothing is wrong with it, only not now. */
export type Outcome =
  | { readonly is: "saved"; readonly version: number }
  | { readonly is: "conflict"; readonly version: number }
  | { readonly is: "index-exists"; readonly document: string; readonly version: number }
  | { readonly is: "cannot-share"; readonly accounts: readonly string[]; readonly sentence: string }
  | { readonly is: "gone" }
  | {
      readonly is: "later"
      readonly why: "network" | "busy"
      readonly seconds: number
      readonly sentence: string
    }
  | { readonly is: "signed-out" }
  | { readonly is: "refused"; readonly slug: string; readonly sentence: string }

export interface GivenKey {
  readonly public_key: string
  readonly shown_name: string
}

/** The server did not answer, or not in the way that was agreed. `status` 0: there was no answer. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer"
  readonly status: number
  readonly slug: string
  constructor(status: number, sentence: string, slug = "") {
    super(sentence)
    this.status = status
    this.slug = slug
  }
}

/** Everything that documents.ts asks of a server; tests have one of their own that cuts the line. */
export interface Server {
  list(after: string, kind?: string): Promise<{ documents: readonly Listed[]; next: string }>
  fetch(id: string, version?: number): Promise<Fetched | null>
  save(sending: Sending): Promise<Outcome>
  erase(id: string, version: number): Promise<void>
  keys(accounts: readonly string[]): Promise<Readonly<Record<string, GivenKey>>>
}

// Where the server does not say: long enough for a lift to arrive, short enough to notice.
const RETRY_SECONDS = 15

/** Return the vault of the site this page came from. */
export function vaultServer(send: Send): Server {
  return {
    async list(after, kind) {
      const asked = new URLSearchParams({ ...(after && { after }), ...(kind && { kind }) })
      return (await answered(send, `/vault/documents?${asked}`)).json()
    },
    async fetch(id, version) {
      const query = version === undefined ? "" : `?version=${version}`
      const answer = await sent(send, `/vault/documents/${id}${query}`)
      if (answer.status === 404) return null
      await requireOk(answer)
      return {
        bytes: new Uint8Array(await answer.arrayBuffer()),
        version: Number(answer.headers.get("X-Version")),
        kind: answer.headers.get("X-Kind") ?? "",
        owner: answer.headers.get("X-Owner") ?? "",
      }
    },
    async save(sending) {
      try {
        return await outcomeOf(await sent(send, `/vault/documents/${sending.id}`, saving(sending)))
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error
        return { is: "later", why: "network", seconds: RETRY_SECONDS, sentence: "" }
      }
    },
    async erase(id, version) {
      await answered(send, `/vault/documents/${id}/erasure`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ version }),
      })
    },
    async keys(accounts) {
      const answer = await answered(send, `/vault/keys?accounts=${accounts.join(",")}`)
      return ((await answer.json()) as { keys: Record<string, GivenKey> }).keys
    },
  }
}

/** Ask for an answer that must be good. Throws NoAnswer with the server's own sentence. */
export async function answered(send: Send, path: string, init?: RequestInit): Promise<Response> {
  const answer = await sent(send, path, init)
  await requireOk(answer)
  return answer
}

function saving({ kind, read, key, readers, sealed }: Sending): RequestInit {
  return {
    method: "PUT",
    headers: {
      "Content-Type": "application/octet-stream",
      "If-Match": `"${read}"`,
      "Idempotency-Key": key,
      "X-Kind": kind,
      ...(readers !== null && { "X-Readers": readers.join(",") }),
    },
    body: new Uint8Array(sealed),
  }
}

async function sent(send: Send, path: string, init?: RequestInit): Promise<Response> {
  try {
    return await send(path, init)
  } catch {
    // What fetch throws says nothing that a person could use.
    throw new NoAnswer(0, "")
  }
}

async function requireOk(answer: Response): Promise<void> {
  if (answer.ok) return
  const { error, sentence } = await refusalOf(answer)
  throw new NoAnswer(answer.status, sentence, error)
}

async function outcomeOf(answer: Response): Promise<Outcome> {
  if (answer.ok) {
    const { version } = (await answer.json()) as { version?: unknown }
    // A captive portal of a café answers 200 to everything.
    if (typeof version !== "number") throw new NoAnswer(answer.status, "")
    return { is: "saved", version }
  }
  const refusal = await refusalOf(answer)
  const { error: slug, sentence, version = 0 } = refusal
  if (answer.status === 401) return { is: "signed-out" }
  if (answer.status === 404 && slug === "not-found") return { is: "gone" }
  if (slug === "conflict" || slug === "key-used") return { is: "conflict", version }
  if (slug === "index-exists") {
    return { is: "index-exists", document: refusal.document ?? "", version }
  }
  if (slug === "cannot-share") {
    return { is: "cannot-share", accounts: refusal.accounts ?? [], sentence }
  }
  if (answer.status === 429 || answer.status >= 500) {
    const seconds = Number(answer.headers.get("Retry-After")) || RETRY_SECONDS
    return { is: "later", why: "busy", seconds, sentence }
  }
  return { is: "refused", slug, sentence }
}

interface Refusal {
  readonly error: string
  readonly sentence: string
  readonly version?: number
  readonly document?: string
  readonly accounts?: readonly string[]
}

async function refusalOf(answer: Response): Promise<Refusal> {
  try {
    const body = (await answer.json()) as Partial<Refusal>
    return { ...body, error: String(body.error ?? ""), sentence: String(body.sentence ?? "") }
  } catch {
    return { error: "", sentence: "" }
  }
}
