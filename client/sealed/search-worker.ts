/// <reference lib="webworker" />
// Opens all of a member's writing beside the page, and finds words in it. What it learns is in its memory alone: it
// ends with the page, with the lock, and is written nowhere.
import { TextSearch, textOf } from "../vault/searching.ts"
import { type Author, type Keyring, openDocument } from "../vault/vault.ts"

/** What to open: `bytes` where the device has the newest file, else it is fetched. */
export interface ToOpen {
  readonly id: string
  readonly kind: string
  readonly version: number
  readonly bytes?: Uint8Array
  readonly author?: Author
}

export type Asked =
  | { readonly is: "open"; readonly keyring: Keyring; readonly documents: readonly ToOpen[] }
  | { readonly is: "find"; readonly query: string; readonly number: number }

export type Told =
  | {
      readonly is: "progress"
      readonly done: number
      readonly all: number
      readonly failed: number
    }
  | { readonly is: "opened"; readonly done: number; readonly failed: number }
  | { readonly is: "found"; readonly number: number; readonly ids: readonly string[] }

const worker = self as unknown as DedicatedWorkerGlobalScope
const search = new TextSearch()
// Enough to keep the line busy, few enough for a phone; the server counts requests too.
const AT_ONCE = 6
const TELL_EVERY = 20
const MOST_FOUND = 1000

worker.addEventListener("message", ({ data }: MessageEvent<Asked>) => {
  if (data.is === "open") void openAll(data.keyring, data.documents)
  else {
    const found = search.find(data.query, { most: MOST_FOUND }).map(({ id }) => id)
    tell({ is: "found", number: data.number, ids: found })
  }
})

async function openAll(keyring: Keyring, documents: readonly ToOpen[]): Promise<void> {
  const waiting = [...documents]
  let done = 0
  let failed = 0
  const one = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (!(await opened(keyring, next))) failed++
      done++
      if (done % TELL_EVERY === 0) tell({ is: "progress", done, all: documents.length, failed })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
  tell({ is: "opened", done, failed })
}

async function opened(keyring: Keyring, wanted: ToOpen): Promise<boolean> {
  const { id, kind, version, author } = wanted
  try {
    const bytes = wanted.bytes ?? (await fetched(id))
    const expected = { id, kind, atLeast: version }
    const envelope = await openDocument({ bytes, keyring, expected, ...(author && { author }) })
    const { title, date } = (envelope.body ?? {}) as { title?: unknown; date?: unknown }
    search.put({
      id,
      kind,
      title: typeof title === "string" ? title : "",
      date: typeof date === "string" ? date : "",
      text: textOf(envelope.body),
    })
    return true
  } catch {
    // Counted and told; which one it is shows when it is opened in the list.
    return false
  }
}

async function fetched(id: string): Promise<Uint8Array> {
  const answer = await fetch(`/vault/documents/${id}`)
  if (!answer.ok) throw new Error(`answer ${answer.status}`)
  return new Uint8Array(await answer.arrayBuffer())
}

function tell(told: Told): void {
  worker.postMessage(told)
}
