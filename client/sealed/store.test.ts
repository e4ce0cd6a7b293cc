import "fake-indexeddb/auto"
import { beforeEach, expect, test } from "vitest"
import { makeKeyring } from "../vault/vault.ts"
import { openStore, type Store, type Ways } from "./store.ts"

const ALICE = "11111111-1111-4111-8111-111111111111"
const BOB = "22222222-2222-4222-8222-222222222222"
const DAY = 86_400_000

let store: Store
let keyring: string[]
let stores = 0

beforeEach(async () => {
  store = await openStore(`store-${stores++}`)
  keyring = await makeKeyring()
  await store.keepUnlocked(ALICE, keyring, 0)
})

test("what was unlocked opens, for its account alone", async () => {
  expect(await store.readUnlocked(ALICE, 15, 1)).toEqual(keyring)
  expect(await store.readUnlocked(BOB, 15, 1)).toBeNull()
})

test("it is forgotten where it was not touched for too long, and stays forgotten", async () => {
  expect(await store.readUnlocked(ALICE, 15, 15 * 60_000 + 1)).toBeNull()
  expect(await store.readUnlocked(ALICE, 15, 1)).toBeNull()
})

test("a clock that was set back opens nothing", async () => {
  await store.touch(ALICE, 10 * DAY)

  expect(await store.readUnlocked(ALICE, 15, DAY)).toBeNull()
})

test("after a week it is forgotten, however often it was touched", async () => {
  await store.touch(ALICE, 7 * DAY + 1)

  expect(await store.readUnlocked(ALICE, 15, 7 * DAY + 2)).toBeNull()
})

test("a touch does not bring back what was locked", async () => {
  await store.lock(ALICE)
  await store.touch(ALICE, 1)

  expect(await store.readUnlocked(ALICE, 15, 1)).toBeNull()
})

test("signing out forgets one account, a page without account forgets all keys", async () => {
  const ways: Ways = { account: ALICE, handle: "alice-2345", salt: "", logN: 17, wrappings: [] }
  await store.keepWays(ways)
  await store.keepUnlocked(BOB, keyring, 0)

  await store.lockAll()

  expect(await store.readUnlocked(BOB, 15, 1)).toBeNull()
  expect(await store.ways(ALICE)).toEqual(ways)
  await store.forget(ALICE)
  expect(await store.ways(ALICE)).toBeNull()
})

test("the key of the device can't be read out", async () => {
  const database = await new Promise<IDBDatabase>((resolve) => {
    const opening = indexedDB.open(`store-${stores - 1}`)
    opening.onsuccess = () => resolve(opening.result)
  })
  const row = await new Promise<{ deviceKey: CryptoKey }>((resolve) => {
    const reading = database.transaction("unlocked").objectStore("unlocked").get(ALICE)
    reading.onsuccess = () => resolve(reading.result)
  })

  expect(row.deviceKey.extractable).toBe(false)
  await expect(crypto.subtle.exportKey("pkcs8", row.deviceKey)).rejects.toThrow()
  expect(JSON.stringify(row)).not.toContain("AGE-SECRET-KEY")
})
