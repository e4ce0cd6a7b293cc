import { Encrypter } from "age-encryption"
import { beforeAll, expect, test } from "vitest"
import { encodeEnvelope, signEnvelope } from "./envelope.ts"
import {
  CannotOpen,
  InvalidKey,
  NotFromAuthor,
  NotWhatWasAsked,
  RolledBack,
  TooLarge,
  Truncated,
  VaultError,
} from "./errors.ts"
import { type Keyring, makeIdentity, pairMacKey, publicKeyOf } from "./identities.ts"
import { holdKeyring, rotateKeyring } from "./keys.ts"
import { type Author, openDocument, type Sealing, sealDocument } from "./seal.ts"

const ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
const EXPECTED = { id: ID, kind: "journal" }

let alice: string[]
let bob: string[]
let charlie: string[]
let fromAlice: Author
let toBob: Author
let toCharlie: Author

beforeAll(async () => {
  alice = [await makeIdentity()]
  bob = [await makeIdentity()]
  charlie = [await makeIdentity()]
  fromAlice = { id: "alice", publicKey: await publicKeyOf(alice[0] as string) }
  toBob = { id: "bob", publicKey: await publicKeyOf(bob[0] as string) }
  toCharlie = { id: "charlie", publicKey: await publicKeyOf(charlie[0] as string) }
})

function seal(changes: Partial<Sealing> = {}): Promise<Uint8Array> {
  return sealDocument({
    ...EXPECTED,
    version: 3,
    parent: 2,
    author: "alice",
    written: "2026-03-01T20:15:00Z",
    body: { title: "Sunday", text: "Grateful." },
    keyring: alice,
    ...changes,
  })
}

function open(bytes: Uint8Array, keyring: Keyring = alice, author?: Author) {
  return openDocument({ bytes, keyring, expected: EXPECTED, ...(author && { author }) })
}

test("its author opens what they sealed", async () => {
  const envelope = await open(await seal())

  expect(envelope).toEqual({
    v: 1,
    ...EXPECTED,
    version: 3,
    parent: 2,
    author: "alice",
    written: "2026-03-01T20:15:00Z",
    body: { title: "Sunday", text: "Grateful." },
  })
})

test("what fails to open rejects by name only: no error holds a text", async () => {
  const bytes = await seal({ id: "another", body: "Secret." })

  await expect(open(bytes)).rejects.not.toThrow(/Secret/)
})

test("whom it is shared with opens it and knows who wrote; a stranger can't", async () => {
  const bytes = await seal({ readers: [toBob] })

  expect((await open(bytes, bob, fromAlice)).body).toEqual({ title: "Sunday", text: "Grateful." })
  expect((await open(bytes)).author).toBe("alice")
  await expect(open(bytes, charlie, fromAlice)).rejects.toThrow(CannotOpen)
})

test("any text comes back as it was, and its size tells only its class", async () => {
  for (let round = 0; round < 30; round++) {
    const text = randomText(Math.floor(Math.random() ** 3 * 200_000))
    const bytes = await seal({ body: { text, list: [round, null, { text: "" }] } })

    expect((await open(bytes)).body).toEqual({ text, list: [round, null, { text: "" }] })
  }
  const sizes = await Promise.all(["", "a", "b".repeat(500)].map((text) => seal({ body: text })))
  expect(new Set(sizes.map(({ length }) => length)).size).toBe(1)
})

test("keys held in WebCrypto open and seal the same", async () => {
  const [heldAlice, heldBob] = [await holdKeyring(alice), await holdKeyring(bob)]

  const bytes = await seal({ keyring: heldAlice, readers: [toBob] })

  expect((await open(bytes, heldAlice)).id).toBe(ID)
  expect((await open(bytes, alice)).id).toBe(ID)
  expect((await open(bytes, heldBob, fromAlice)).id).toBe(ID)
  expect((await open(bytes, bob, fromAlice)).id).toBe(ID)
  await expect(crypto.subtle.exportKey("jwk", heldAlice[0]?.secret as CryptoKey)).rejects.toThrow()
})

test("what was sealed before a rotation stays readable, for the author and for readers", async () => {
  const before = await seal({ readers: [toBob] })
  const rotated = await rotateKeyring(alice)
  const now: Author = {
    id: "alice",
    publicKey: await publicKeyOf(rotated[0] as string),
    pastKeys: [fromAlice.publicKey],
  }

  expect((await open(before, rotated)).version).toBe(3)
  expect((await open(before, await rotateKeyring(bob), now)).version).toBe(3)
  const after = await seal({ keyring: rotated, readers: [toBob] })
  expect((await open(after, bob, now)).version).toBe(3)
  await expect(open(after, alice)).rejects.toThrow(CannotOpen)
})

test("a file cut anywhere does not open", async () => {
  const bytes = await seal({ body: "x".repeat(150_000) })
  const cuts = [0, 1, 20, 100, 200, 250, bytes.length - 1, bytes.length - 16]
  for (let round = 0; round < 40; round++) cuts.push(Math.floor(Math.random() * bytes.length))
  // A whole number of chunks: every piece is sound, only the end is missing.
  const start = payloadStart(bytes)
  cuts.push(start, start + 65_552, start + 65_552 * 2)

  for (const cut of cuts) {
    await expect(open(bytes.subarray(0, cut)), `cut at ${cut}`).rejects.toThrow(Truncated)
  }
})

test("chunks in another order, or twice, do not open", async () => {
  const bytes = await seal({ body: "x".repeat(190_000) })
  const start = payloadStart(bytes)
  const chunk = (at: number) => bytes.subarray(start + at * 65_552, start + (at + 1) * 65_552)
  const joined = (...parts: Uint8Array[]) =>
    new Uint8Array(parts.flatMap((part) => Array.from(part)))
  const head = bytes.subarray(0, start)

  const swapped = joined(head, chunk(1), chunk(0), bytes.subarray(start + 2 * 65_552))
  const doubled = joined(head, chunk(0), chunk(0), bytes.subarray(start + 65_552))
  const longer = joined(bytes, new Uint8Array(20))

  for (const altered of [swapped, doubled, longer]) {
    await expect(open(altered)).rejects.toThrow(Truncated)
  }
})

test("one altered bit anywhere is an error of ours, never a text", async () => {
  const bytes = await seal({ readers: [toBob] })
  for (let round = 0; round < 150; round++) {
    const altered = bytes.slice()
    const at = Math.floor(Math.random() * altered.length)
    altered[at] = (altered[at] ?? 0) ^ (1 << Math.floor(Math.random() * 8))

    await expect(open(altered), `altered at ${at}`).rejects.toThrow(VaultError)
  }
})

test("a header with another's stanza does not open", async () => {
  const text = new TextDecoder("latin1")
  const [one, other] = [text.decode(await seal()), text.decode(await seal())]
  const stanzas = other.slice(0, other.indexOf("\n---"))
  const mixed = stanzas + one.slice(one.indexOf("\n---"))

  await expect(open(Uint8Array.from(mixed, (c) => c.charCodeAt(0)))).rejects.toThrow(Truncated)
})

test("another document in place of the one asked for is refused", async () => {
  const other = await seal({ id: "11111111-2222-4333-8444-555555555555" })

  await expect(open(other)).rejects.toThrow(NotWhatWasAsked)
  await expect(open(await seal({ kind: "step-4" }))).rejects.toThrow(NotWhatWasAsked)
})

test.each([
  ["older than what was seen", { atLeast: 4 }, RolledBack],
  ["another than was asked for", { version: 2 }, NotWhatWasAsked],
])("a version %s is refused", async (_name, version, error) => {
  const bytes = await seal()

  const opening = openDocument({ bytes, keyring: alice, expected: { ...EXPECTED, ...version } })

  await expect(opening).rejects.toThrow(error)
})

test("the version that was seen, or a newer one, opens", async () => {
  const bytes = await seal()
  for (const version of [{ atLeast: 3 }, { atLeast: 1 }, { version: 3, atLeast: 3 }]) {
    const expected = { ...EXPECTED, ...version }

    expect((await openDocument({ bytes, keyring: alice, expected })).version).toBe(3)
  }
})

test("a server that knows every public key can't make up a document", async () => {
  const server = await makeIdentity()
  const forged = {
    v: 1,
    ...EXPECTED,
    version: 4,
    parent: 3,
    author: "alice",
    written: "2026-03-02T08:00:00Z",
    body: "Relapsed.",
  } as const
  const guess = await signEnvelope(await pairMacKey(server, toBob.publicKey), forged)
  const encrypter = new Encrypter()
  encrypter.addRecipient(fromAlice.publicKey)
  encrypter.addRecipient(toBob.publicKey)
  const bytes = await encrypter.encrypt(
    encodeEnvelope({ ...forged, mac: { self: guess, bob: guess } }),
  )

  await expect(open(bytes)).rejects.toThrow(NotFromAuthor)
  await expect(open(bytes, bob, fromAlice)).rejects.toThrow(NotFromAuthor)
})

test("a reader can't alter what they were given and pass it on as the author's", async () => {
  const envelope = { ...(await open(await seal())), body: "Other words." }
  const code = await signEnvelope(await pairMacKey(bob[0] as string, fromAlice.publicKey), envelope)
  const encrypter = new Encrypter()
  encrypter.addRecipient(fromAlice.publicKey)
  encrypter.addRecipient(toCharlie.publicKey)
  const mac = { self: code, charlie: code, bob: code }
  const bytes = await encrypter.encrypt(encodeEnvelope({ ...envelope, mac }))

  await expect(open(bytes)).rejects.toThrow(NotFromAuthor)
  await expect(open(bytes, charlie, fromAlice)).rejects.toThrow(NotFromAuthor)
})

test("what I wrote to Bob can't be handed back to me as Bob's", async () => {
  const bytes = await seal({ readers: [toBob] })

  await expect(open(bytes, alice, toBob)).rejects.toThrow(NotFromAuthor)
  await expect(open(bytes, alice, { ...toBob, id: "alice" })).resolves.toBeDefined()
})

test("what another wrote is not taken for one's own", async () => {
  await expect(open(await seal({ readers: [toBob] }), bob)).rejects.toThrow(NotFromAuthor)
})

test("of several who may have written, the one who did is found", async () => {
  const bytes = await seal({ readers: [toBob] })
  const author = [toCharlie, fromAlice]

  const envelope = await openDocument({ bytes, keyring: bob, expected: EXPECTED, author })

  expect(envelope.author).toBe("alice")
})

test("a group opens what a member sealed to it, and nobody else's making", async () => {
  const group = [await makeIdentity()]
  const reader = { id: "group", identity: group[0] as string }
  const bytes = await seal({ readers: [reader] })
  const opening = { keyring: bob, expected: EXPECTED, group: { id: "group", keyring: group } }

  expect((await openDocument({ ...opening, bytes })).author).toBe("alice")
  const publicKey = await publicKeyOf(reader.identity)
  const forged = await seal({ keyring: charlie, readers: [{ id: "group", publicKey }] })
  await expect(openDocument({ ...opening, bytes: forged })).rejects.toThrow(NotFromAuthor)
})

test("too long a document is neither sealed nor opened", async () => {
  await expect(seal({ body: "x".repeat(1_100_000) })).rejects.toThrow(TooLarge)
  await expect(open(new Uint8Array(3_000_000))).rejects.toThrow(TooLarge)
})

test.each([
  ["no key", "hello"],
  ["a cut one", "age1qqqq"],
  ["one of small order", "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqkwp4a6"],
  ["capitals", "AGE1"],
])("%s is not sealed to", async (_name, publicKey) => {
  await expect(seal({ readers: [{ id: "bob", publicKey }] })).rejects.toThrow(InvalidKey)
})

test("nothing is sealed without a key of one's own", async () => {
  await expect(seal({ keyring: [] })).rejects.toThrow(CannotOpen)
})

function payloadStart(bytes: Uint8Array): number {
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, 2000))
  return text.indexOf("\n", text.indexOf("\n---") + 1) + 1 + 16
}

function randomText(length: number): string {
  const signs = 'abc äßñ 日本 🌱\n"\\\u0000\u2028'
  const points = Array.from(signs)
  return Array.from({ length }, () => points[Math.floor(Math.random() * points.length)]).join("")
}
