import { beforeAll, expect, test } from "vitest"
import { CannotOpen, NotWhatWasAsked, Truncated } from "./errors.ts"
import { makeIdentity, publicKeyOf } from "./identities.ts"
import { fileKeyOf, openWithFileKey } from "./report.ts"
import { sealDocument } from "./seal.ts"

let reported: Uint8Array
let other: Uint8Array
let bob: string[]

beforeAll(async () => {
  bob = [await makeIdentity()]
  const keyring = [await makeIdentity()]
  const reader = { id: "bob", publicKey: await publicKeyOf(bob[0] as string) }
  const seal = (id: string) =>
    sealDocument({
      id,
      kind: "message",
      version: 1,
      parent: 0,
      author: "alice",
      written: "2026-03-01T20:15:00Z",
      body: { text: `Words of ${id}.` },
      keyring,
      readers: [reader],
    })
  reported = await seal("reported")
  other = await seal("other")
})

test("the file key opens what was reported, and nothing else", async () => {
  const fileKey = await fileKeyOf(reported, bob)

  expect(fileKey).toHaveLength(16)
  const envelope = await openWithFileKey(reported, fileKey, { id: "reported", kind: "message" })
  expect(envelope).toMatchObject({ author: "alice", body: { text: "Words of reported." } })
  expect(envelope).not.toHaveProperty("mac")
  await expect(openWithFileKey(other, fileKey)).rejects.toThrow(Truncated)
})

test("words that were not stored can't be put under a report", async () => {
  const fileKey = await fileKeyOf(reported, bob)
  const altered = reported.slice()
  altered[altered.length - 30] = (altered.at(-30) ?? 0) ^ 1

  await expect(openWithFileKey(altered, fileKey)).rejects.toThrow(Truncated)
  const asked = { id: "other", kind: "message" }
  await expect(openWithFileKey(reported, fileKey, asked)).rejects.toThrow(NotWhatWasAsked)
  await expect(openWithFileKey(reported, new Uint8Array(3))).rejects.toThrow(CannotOpen)
})

test("only a reader can hand over the key", async () => {
  await expect(fileKeyOf(reported, [await makeIdentity()])).rejects.toThrow(CannotOpen)
})
