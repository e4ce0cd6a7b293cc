import { beforeAll, expect, test } from "vitest"
import { KeyChanged, NotWhatWasAsked, RolledBack, UnknownPerson } from "./errors.ts"
import { makeIdentity, publicKeyOf } from "./identities.ts"
import {
  acceptKey,
  authorOf,
  type Entry,
  emptyIndex,
  expectedOf,
  INDEX_KIND,
  type Index,
  indexBody,
  listEntries,
  mergeIndexes,
  notePerson,
  putEntry,
  readersOf,
  readIndex,
  refuseKey,
  removeEntry,
  removePerson,
  requireNotOlder,
  seeKey,
} from "./index.ts"
import { openDocument, sealDocument } from "./seal.ts"

let first: string
let second: string
let third: string

beforeAll(async () => {
  const keys = [0, 1, 2].map(async () => publicKeyOf(await makeIdentity()))
  ;[first, second, third] = (await Promise.all(keys)) as [string, string, string]
})

function entry(changes: Partial<Entry> = {}): Entry {
  return {
    version: 1,
    kind: "journal",
    title: "A day",
    date: "2026-03-01",
    readers: [],
    ...changes,
  }
}

function withBob(verified = true): Index {
  return notePerson(emptyIndex(), "bob", { name: "Bob", publicKey: first, verified })
}

test("documents are listed by kind, the latest day first, then by title", () => {
  let index = putEntry(emptyIndex(), "a", entry({ date: "2026-02-01" }))
  index = putEntry(index, "b", entry({ title: "Zeal" }))
  index = putEntry(index, "c", entry({ title: "Calm" }))
  index = putEntry(index, "d", entry({ kind: "step-4", date: "2027-01-01" }))

  expect(listEntries(index, "journal").map(({ id }) => id)).toEqual(["c", "b", "a"])
  expect(listEntries(index).map(({ id }) => id)).toEqual(["d", "c", "b", "a"])
  expect(listEntries(removeEntry(index, "d"))).toHaveLength(3)
})

test("a version older than what was seen is a rollback", () => {
  const index = putEntry(emptyIndex(), "a", entry({ version: 5 }))

  expect(expectedOf(index, "a", "journal")).toEqual({ id: "a", kind: "journal", atLeast: 5 })
  expect(expectedOf(index, "constructor", "journal")).toEqual({
    id: "constructor",
    kind: "journal",
  })
  expect(() => requireNotOlder(index, "a", 4)).toThrow(RolledBack)
  expect(() => requireNotOlder(index, "a", 5)).not.toThrow()
  expect(() => requireNotOlder(index, "b", 1)).not.toThrow()
  expect(() => putEntry(index, "a", entry({ version: 4 }))).toThrow(RolledBack)
})

test("a noted person can be sealed to and read from", () => {
  expect(readersOf(withBob(), ["bob"])).toEqual([{ id: "bob", publicKey: first }])
  expect(authorOf(withBob(), "bob")).toEqual({ id: "bob", publicKey: first, pastKeys: [] })
  expect(() => readersOf(withBob(), ["bob", "charlie"])).toThrow(UnknownPerson)
  expect(() => authorOf(removePerson(withBob(), "bob"), "bob")).toThrow(UnknownPerson)
})

test("a changed key is shown and refused until it is accepted", () => {
  const { index, state } = seeKey(withBob(), "bob", second)

  expect(state).toBe("changed")
  expect(() => readersOf(index, ["bob"])).toThrow(KeyChanged)
  const accepted = acceptKey(index, "bob", true)
  expect(readersOf(accepted, ["bob"])).toEqual([{ id: "bob", publicKey: second }])
  expect(authorOf(accepted, "bob").pastKeys).toEqual([first])
  expect(accepted.people.bob?.verified).toBe(true)
  expect(acceptKey(index, "bob", false).people.bob?.verified).toBe(false)
})

test("a change stays shown when the server gives the old key again, until it is refused", () => {
  const changed = seeKey(withBob(), "bob", second).index

  const again = seeKey(changed, "bob", first)

  expect(again.state).toBe("changed")
  expect(() => readersOf(again.index, ["bob"])).toThrow(KeyChanged)
  expect(readersOf(refuseKey(again.index, "bob"), ["bob"])[0]?.publicKey).toBe(first)
})

test("noting somebody again never replaces their key in silence", () => {
  const person = { name: "Bob", publicKey: second, verified: true }
  const index = notePerson(withBob(), "bob", person)

  expect(index.people.bob).toMatchObject({ publicKey: first, changedTo: second })
  expect(() => readersOf(index, ["bob"])).toThrow(KeyChanged)
})

test("once compared, words stay compared", () => {
  const unverified = { name: "Robert", publicKey: first, verified: false }

  expect(notePerson(withBob(true), "bob", unverified).people.bob).toMatchObject({
    name: "Robert",
    verified: true,
  })
  expect(acceptKey(withBob(false), "bob", true).people.bob?.verified).toBe(true)
})

test("a key that was never noted is unknown, the noted one is the same", () => {
  expect(seeKey(withBob(), "charlie", second).state).toBe("unknown")
  expect(seeKey(withBob(), "bob", first).state).toBe("same")
})

test("what two devices noted comes together", () => {
  const base = ["kept", "mine-erased", "raced", "both"].reduce(
    (index, id) => putEntry(index, id, entry()),
    withBob(false),
  )
  let mine = putEntry(removeEntry(base, "mine-erased"), "mine-new", entry())
  mine = acceptKey(putEntry(removeEntry(mine, "raced"), "both", entry({ version: 3 })), "bob", true)
  let theirs = putEntry(base, "theirs-new", entry())
  theirs = putEntry(putEntry(theirs, "raced", entry({ version: 2 })), "both", entry({ version: 2 }))

  const merged = mergeIndexes(base, mine, theirs)

  expect(Object.keys(merged.documents).sort()).toEqual([
    "both",
    "kept",
    "mine-new",
    "raced",
    "theirs-new",
  ])
  expect(merged.documents.both?.version).toBe(3)
  expect(merged.people.bob?.verified).toBe(true)
})

test("of two keys noted on two devices neither wins in silence", () => {
  const noted = (publicKey: string) =>
    notePerson(emptyIndex(), "bob", { name: "Bob", publicKey, verified: true })

  const merged = mergeIndexes(emptyIndex(), noted(second), noted(third))

  expect(merged.people.bob).toMatchObject({ publicKey: second, changedTo: third })
})

test("an index is sealed and read like any document", async () => {
  const keyring = [await makeIdentity()]
  const index = putEntry(withBob(), "a", entry({ readers: ["bob"] }))
  const bytes = await sealDocument({
    id: "i",
    kind: INDEX_KIND,
    version: 1,
    parent: 0,
    author: "alice",
    written: "2026-03-01T20:15:00Z",
    body: indexBody(index),
    keyring,
  })

  const { body } = await openDocument({ bytes, keyring, expected: { id: "i", kind: INDEX_KIND } })

  expect(readIndex(body)).toEqual(index)
})

test.each([
  ["a list", []],
  ["no people", { documents: {} }],
  ["an entry without version", { documents: { a: { kind: "journal" } }, people: {} }],
  ["a person without key", { documents: {}, people: { bob: { name: "Bob" } } }],
])("%s is no index", (_name, body) => {
  expect(() => readIndex(body)).toThrow(NotWhatWasAsked)
})
