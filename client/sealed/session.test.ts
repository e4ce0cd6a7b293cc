import "fake-indexeddb/auto"
import { beforeEach, describe, expect, test, vi } from "vitest"
import { makeKeyring } from "../vault/vault.ts"
import { type Channel, Session, type Word } from "./session.ts"
import { openStore, type Store } from "./store.ts"

const ALICE = "11111111-1111-4111-8111-111111111111"
const MINUTE = 60_000

let keyring: string[]
let clock: number
let store: Store
let stores = 0

beforeEach(async () => {
  keyring = await makeKeyring()
  clock = 1_000_000
  store = await openStore(`keys-${stores++}`)
})

/** Tabs that hear each other. */
function line(): () => Channel {
  const tabs: Channel[] = []
  return () => {
    const tab: Channel = {
      onmessage: null,
      postMessage(word: Word) {
        for (const other of tabs) {
          if (other !== tab) other.onmessage?.({ data: word } as MessageEvent<Word>)
        }
      },
    }
    tabs.push(tab)
    return tab
  }
}

function tab(channel: Channel) {
  const heard = { asked: 0, locked: [] as boolean[] }
  const session = new Session({
    account: ALICE,
    lockMinutes: 5,
    store,
    channel,
    ask: () => heard.asked++,
    locked: (isAllSealed) => heard.locked.push(isAllSealed),
    now: () => clock,
  })
  return { session, heard }
}

test("it asks once, however many wait, and gives all of them the keyring", async () => {
  const { session, heard } = tab(line()())
  const waiting = [session.unlocked(), session.unlocked()]
  await vi.waitFor(() => expect(heard.asked).toBe(1))

  await session.take(keyring)

  expect(await Promise.all(waiting)).toHaveLength(2)
  expect(await session.writable()).toEqual(keyring)
})

test("another page of an unlocked device does not ask", async () => {
  const join = line()
  await tab(join()).session.take(keyring)

  const other = tab(join())

  expect(await other.session.writable()).toEqual(keyring)
  expect(other.heard.asked).toBe(0)
})

describe("after the minutes without a touch", () => {
  test("it locks, here and in the database", async () => {
    const { session, heard } = tab(line()())
    await session.take(keyring)

    clock += 5 * MINUTE
    session.check()

    await vi.waitFor(() => expect(heard.locked).toEqual([true]))
    expect(await store.readUnlocked(ALICE, 5, clock)).toBeNull()
    void session.unlocked()
    await vi.waitFor(() => expect(heard.asked).toBe(1))
  })

  test("a touch comes too late", async () => {
    const { session, heard } = tab(line()())
    await session.take(keyring)

    clock += 60 * MINUTE
    session.touch()

    await vi.waitFor(() => expect(heard.locked).toEqual([true]))
  })

  test("a page that is opened later asks, though nothing ran meanwhile", async () => {
    await tab(line()()).session.take(keyring)

    clock += 5 * MINUTE + 1
    const later = tab(line()())
    void later.session.unlocked()

    await vi.waitFor(() => expect(later.heard.asked).toBe(1))
  })
})

test("a touch in one tab keeps the others open", async () => {
  const join = line()
  const one = tab(join())
  const other = tab(join())
  await one.session.take(keyring)
  await other.session.unlocked()

  clock += 4 * MINUTE
  one.session.touch()
  clock += 4 * MINUTE
  other.session.check()

  expect(other.heard.locked).toEqual([])
})

test("locking one tab locks all of them", async () => {
  const join = line()
  const one = tab(join())
  const other = tab(join())
  await one.session.take(keyring)
  await other.session.unlocked()

  await one.session.lock()

  await vi.waitFor(() => expect(other.heard.locked).toEqual([true]))
  void other.session.unlocked()
  await vi.waitFor(() => expect(other.heard.asked).toBe(1))
})

test("what was typed is sealed while the keys are still there, and what could not be is told", async () => {
  const { session, heard } = tab(line()())
  await session.take(keyring)
  const order: string[] = []
  session.beforeLock(async () => {
    expect(await store.readUnlocked(ALICE, 5, clock)).not.toBeNull()
    order.push("sealed")
    return true
  })
  session.beforeLock(() => Promise.reject(new Error("disk full")))

  await session.lock()

  expect(order).toEqual(["sealed"])
  expect(heard.locked).toEqual([false])
})

test("it can be unlocked again, and locks again", async () => {
  const { session, heard } = tab(line()())
  await session.take(keyring)
  await session.lock()
  await session.take(keyring)

  clock += 5 * MINUTE
  session.check()

  await vi.waitFor(() => expect(heard.locked).toEqual([true, true]))
})
