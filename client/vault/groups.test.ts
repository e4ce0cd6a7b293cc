import { Encrypter } from "age-encryption"
import { beforeAll, expect, test } from "vitest"
import { CannotOpen, NotFromAuthor, NotWhatWasAsked } from "./errors.ts"
import {
  groupKeyring,
  groupReader,
  makeGroupKey,
  type NewGroupKey,
  openGroupKey,
  rotateGroupKey,
} from "./groups.ts"
import { makeIdentity, publicKeyOf } from "./identities.ts"
import { type Author, openDocument, sealDocument } from "./seal.ts"

const WRITTEN = "2026-03-01T20:15:00Z"
let keys: Record<"alice" | "bob" | "charlie", string>
let people: Record<"alice" | "bob" | "charlie", Author>
let key: NewGroupKey

beforeAll(async () => {
  const [alice, bob, charlie] = [await makeIdentity(), await makeIdentity(), await makeIdentity()]
  keys = { alice, bob, charlie }
  people = {
    alice: { id: "alice", publicKey: await publicKeyOf(alice) },
    bob: { id: "bob", publicKey: await publicKeyOf(bob) },
    charlie: { id: "charlie", publicKey: await publicKeyOf(charlie) },
  }
  key = await makeGroupKey({
    group: "group",
    author: "alice",
    keyring: [alice],
    members: [people.bob, people.charlie],
    written: WRITTEN,
  })
})

function opening(from: NewGroupKey, bytes: Uint8Array, identity: string) {
  const { group, epoch, publicKey } = from
  return { bytes, group, epoch, publicKey, keyring: [identity] }
}

function wrapped(from: NewGroupKey, account: string): Uint8Array {
  return from.wrapped[account] as Uint8Array
}

test("each member opens the group's key with their own, and the maker too", async () => {
  const bob = opening(key, wrapped(key, "bob"), keys.bob)

  const opened = await openGroupKey({ ...bob, author: [people.charlie, people.alice] })

  expect(opened).toEqual({ group: "group", epoch: 1, identity: key.identity })
  expect(await openGroupKey(opening(key, wrapped(key, "alice"), keys.alice))).toEqual(opened)
  const charlie = opening(key, wrapped(key, "bob"), keys.charlie)
  await expect(openGroupKey({ ...charlie, author: people.alice })).rejects.toThrow(CannotOpen)
})

test("a key that the server made up is not taken", async () => {
  const identity = await makeIdentity()
  const server = await makeGroupKey({
    group: "group",
    author: "alice",
    keyring: [await makeIdentity()],
    members: [people.bob],
    written: WRITTEN,
  })
  const bare = new Encrypter()
  bare.addRecipient(people.bob.publicKey)

  const forged = opening(server, wrapped(server, "bob"), keys.bob)
  await expect(openGroupKey({ ...forged, author: people.alice })).rejects.toThrow(NotFromAuthor)
  const unproven = opening(key, await bare.encrypt(identity), keys.bob)
  await expect(openGroupKey({ ...unproven, author: people.alice })).rejects.toThrow(NotWhatWasAsked)
})

test("a key of another group, epoch or public key is not taken", async () => {
  const bob = { ...opening(key, wrapped(key, "bob"), keys.bob), author: people.alice }
  const other = people.charlie.publicKey

  for (const changes of [{ group: "another" }, { epoch: 2 }, { publicKey: other }]) {
    await expect(openGroupKey({ ...bob, ...changes })).rejects.toThrow(NotWhatWasAsked)
  }
})

test("who has left reads what was sealed before, not what is sealed after", async () => {
  const next = await rotateGroupKey({
    current: key,
    author: "bob",
    keyring: [keys.bob],
    members: [people.alice],
    written: WRITTEN,
  })
  const document = {
    id: "d",
    kind: "board",
    version: 1,
    parent: 0,
    author: "alice",
    written: WRITTEN,
  }
  const expected = { id: "d", kind: "board" }
  const seal = (reader: ReturnType<typeof groupReader>) =>
    sealDocument({ ...document, body: "Coffee at six.", keyring: [keys.alice], readers: [reader] })
  const [before, after] = [await seal(groupReader([key])), await seal(groupReader([next, key]))]
  const stayed = { id: "group", keyring: groupKeyring([key, next]) }
  const left = { id: "group", keyring: groupKeyring([key]) }

  expect(next.epoch).toBe(2)
  expect(Object.keys(next.wrapped).sort()).toEqual(["alice", "bob"])
  expect(stayed.keyring).toEqual([next.identity, key.identity])
  for (const bytes of [before, after]) {
    const opened = await openDocument({ bytes, keyring: [keys.bob], expected, group: stayed })
    expect(opened.body).toBe("Coffee at six.")
  }
  const charlie = { keyring: [keys.charlie], expected, group: left }
  expect((await openDocument({ ...charlie, bytes: before })).author).toBe("alice")
  await expect(openDocument({ ...charlie, bytes: after })).rejects.toThrow(CannotOpen)
})
