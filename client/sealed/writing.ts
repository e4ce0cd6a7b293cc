// The member's documents in this page, from unlocking to locking. Elements wait here until somebody unlocked.
import type { Keyring } from "../vault/vault.ts"
import { Documents } from "./documents.ts"
import { wordsIn } from "./page-words.ts"
import { openQueue } from "./queue.ts"
import { type Send, vaultServer } from "./vault-server.ts"

export interface Writing {
  readonly documents: Documents
  readonly account: string
  readonly keyring: Keyring
  readonly send: Send
}

type Taker = (writing: Writing) => void

let current: Promise<Writing> | null = null
const takers = new Set<Taker>()
const failures = new Set<(error: unknown) => void>()

/** Open the member's documents: called when the keyring is there. */
export function openWriting(given: {
  readonly account: string
  readonly keyring: Keyring
  readonly send: Send
}): Promise<Writing> {
  current ??= begin(given)
  current.then(
    (writing) => {
      for (const take of takers) take(writing)
    },
    (error) => {
      for (const fail of failures) fail(error)
    },
  )
  return current
}

/** Let go of everything that was opened: the page locks. What waits in the queue stays there, sealed. */
export async function closeWriting(): Promise<void> {
  const closing = current
  current = null
  const writing = await closing?.catch(() => undefined)
  writing?.documents.close()
}

/** Call `take` with the documents as soon as they are open, now or later; `fail` where they can't be opened. */
export function whenOpen(take: Taker, fail: (error: unknown) => void = () => undefined): void {
  takers.add(take)
  failures.add(fail)
  current?.then(take, fail)
}

async function begin({
  account,
  keyring,
  send,
}: {
  account: string
  keyring: Keyring
  send: Send
}): Promise<Writing> {
  const say = wordsIn(document)
  const documents = new Documents({
    account,
    keyring,
    server: vaultServer(send),
    queue: await openQueue(),
    copyTitle: (title) => say("copy-title", { title }).trim(),
    alone: (deed) => alone(account, deed),
  })
  await documents.start()
  addEventListener("online", () => void documents.drain())
  void documents.drain()
  return { documents, account, keyring, send }
}

/** Two tabs must not send the same queue at once. */
async function alone<T>(account: string, deed: () => Promise<T>): Promise<T> {
  return navigator.locks.request(`openchair-sending-${account}`, deed) as Promise<T>
}
