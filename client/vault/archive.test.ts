import { strToU8, unzipSync, zipSync } from "fflate"
import { beforeAll, expect, test } from "vitest"
import {
  makePlainArchive,
  makeSealedArchive,
  openArchive,
  readPlainArchive,
  readSealedArchive,
  writeMarkdown,
} from "./archive.ts"
import type { Envelope } from "./envelope.ts"
import { ArchiveRefused } from "./errors.ts"
import { groupReader, makeGroupKey } from "./groups.ts"
import { makeIdentity, publicKeyOf } from "./identities.ts"
import { type Author, type Sealing, sealDocument } from "./seal.ts"

const DAY = "2026-03-01"
const PAGE: Envelope = {
  v: 1,
  id: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
  kind: "journal",
  version: 1,
  parent: 0,
  author: "alice",
  written: "2026-03-01T20:15:00Z",
  body: { title: "Sunday", date: DAY, text: "Grateful.\nTired.", list: ["one", { who: "Bob" }] },
}

let alice: string
let bob: string
let fromBob: Author

beforeAll(async () => {
  alice = await makeIdentity()
  bob = await makeIdentity()
  fromBob = { id: "bob", publicKey: await publicKeyOf(bob) }
})

async function row(envelope: Envelope, how: Partial<Sealing> = {}) {
  const { v: _, ...fields } = envelope
  const bytes = await sealDocument({ ...fields, keyring: [alice], ...how })
  const { id, kind, version, author } = envelope
  return { id, kind, version, owner: author, day: DAY, bytes }
}

async function archiveOf(...documents: Awaited<ReturnType<typeof row>>[]) {
  return readSealedArchive(makeSealedArchive({ account: "alice", day: DAY, documents }))
}

test("an archive of age files opens: one's own, and what others shared", async () => {
  const toAlice = { id: "alice", publicKey: await publicKeyOf(alice) }
  const second = { ...PAGE, version: 2, parent: 1 }
  const shared = { ...PAGE, id: "shared", author: "bob" }
  const archive = await archiveOf(
    await row(PAGE),
    await row(second),
    await row(shared, { keyring: [bob], readers: [toAlice] }),
  )

  expect(await openArchive(archive, [alice], [fromBob])).toEqual({
    envelopes: [PAGE, second, shared],
    failed: [],
  })
  expect((await openArchive(archive, [alice])).failed.map(({ error }) => error.slug)).toEqual([
    "not-from-author",
  ])
})

test("what does not open is told with its reason, the rest opens", async () => {
  const swapped = { ...(await row({ ...PAGE, id: "another" })), id: "swapped" }
  const archive = await archiveOf(await row(PAGE), await row(PAGE, { keyring: [bob] }), swapped)

  const { envelopes, failed } = await openArchive(archive, [alice])

  expect(envelopes).toHaveLength(0)
  expect(failed.map(({ error }) => error.slug)).toEqual([
    "cannot-open",
    "cannot-open",
    "not-what-was-asked",
  ])
})

test("the server's archive opens with its group keys", async () => {
  const author = { author: "bob", keyring: [bob], written: PAGE.written }
  const toAlice = { id: "alice", publicKey: await publicKeyOf(alice) }
  const key = await makeGroupKey({ ...author, group: "group", members: [toAlice] })
  const board = { ...PAGE, id: "board", kind: "board", author: "bob" }
  const sealed = await row(board, { keyring: [bob], readers: [groupReader([key])] })
  const file = "documents/board/1.age"
  const manifest = {
    v: 1,
    account: "alice",
    day: DAY,
    documents: [{ id: "board", kind: "board", owner: "bob", version: 1, day: DAY, file }],
    group_keys: [
      { group: "group", epoch: 1, public_key: key.publicKey, file: "group-keys/group/1.age" },
    ],
  }
  const zip = zipSync({
    [file]: sealed.bytes,
    "group-keys/group/1.age": key.wrapped.alice as Uint8Array,
    "manifest.json": strToU8(JSON.stringify(manifest)),
  })

  const opened = await openArchive(readSealedArchive(zip), [alice], [fromBob])

  expect(opened).toEqual({ envelopes: [board], failed: [] })
})

test("an archive in the clear comes back as it was", () => {
  const envelopes = [
    PAGE,
    { ...PAGE, version: 2, parent: 1 },
    { ...PAGE, id: "x", body: "Übung 🌱" },
  ]

  expect(readPlainArchive(makePlainArchive(envelopes, DAY))).toEqual(envelopes)
})

test("people read the newest version of each document under its day and title", () => {
  const second = { ...PAGE, version: 2, parent: 1, body: { title: "../../Sun:day?", date: DAY } }

  const files = unzipSync(makePlainArchive([second, PAGE], DAY))

  const readable = Object.keys(files).filter((name) => name.startsWith("readable/"))
  expect(readable).toEqual(["readable/journal/2026-03-01 .. .. Sun day 7c9e6679.md"])
})

test("every text in a document is in its Markdown", () => {
  expect(writeMarkdown(PAGE)).toBe(
    "# Sunday\n\njournal, 2026-03-01\n\n## text\n\nGrateful.\nTired.\n\n## list\n\n- one\n\n### who\n\nBob\n",
  )
  expect(writeMarkdown({ ...PAGE, body: "Only words." })).toContain("Only words.")
  expect(writeMarkdown({ ...PAGE, body: null })).toBe("# journal\n\njournal, 2026-03-01\n")
})

test.each([
  ["nothing", new Uint8Array(0)],
  ["no zip", strToU8("hello".repeat(100))],
  ["a zip without manifest", zipSync({ "a.age": strToU8("x") })],
  ["a manifest that is no JSON", zipSync({ "manifest.json": strToU8("{") })],
  ["a manifest that is a list", zipSync({ "manifest.json": strToU8("[]") })],
  ["a manifest of rows that are none", manifestZip({ documents: [null], group_keys: [] })],
  ["a file that is missing", manifestZip({ documents: [{ file: "a.age" }], group_keys: [] })],
  ["another form", manifestZip({ v: 2, documents: [], group_keys: [] })],
])("%s is refused", (_name, zip) => {
  expect(() => readSealedArchive(zip)).toThrow(ArchiveRefused)
  expect(() => readPlainArchive(zip)).toThrow(ArchiveRefused)
})

test("a cut archive is refused", async () => {
  const zip = makeSealedArchive({ account: "alice", day: DAY, documents: [await row(PAGE)] })

  for (const cut of [1, 21, 22, 100, zip.length - 1]) {
    expect(() => readSealedArchive(zip.subarray(0, cut))).toThrow(ArchiveRefused)
  }
})

test("a document that is none is named", () => {
  const zip = zipSync({
    "manifest.json": strToU8(JSON.stringify({ v: 1, plain: true, documents: ["a.json"] })),
    "a.json": strToU8("{}"),
  })

  expect(() => readPlainArchive(zip)).toThrow(/a\.json is not a document/)
})

test("a zip bomb is refused before it is unpacked", () => {
  const zip = zipSync({ "manifest.json": new Uint8Array(1_000_000) })
  const bomb = withSize(zip, 0xfffffff0)

  expect(() => readSealedArchive(bomb)).toThrow(/too large once unpacked/)
})

test("a file that is longer than the zip says is cut off there, not unpacked", () => {
  const json = JSON.stringify({ v: 1, plain: true, documents: [] }) + " ".repeat(1_000_000)
  const lying = withSize(zipSync({ "manifest.json": strToU8(json) }), 10)

  expect(() => readPlainArchive(lying)).toThrow(ArchiveRefused)
})

test("one content under many entries is refused", () => {
  const zip = zipSync({ "manifest.json": new Uint8Array(1_000_000) })
  const entry = centralDirectoryOf(zip)
  const entries = Array.from({ length: 3 }, () => entry)
  const bomb = new Uint8Array([
    ...zip.subarray(0, directoryStart(zip)),
    ...entries.flat(),
    ...zip.subarray(-22),
  ])
  new DataView(bomb.buffer).setUint16(bomb.length - 22 + 8, 3, true)

  expect(() => readSealedArchive(bomb)).toThrow(ArchiveRefused)
})

function manifestZip(manifest: object): Uint8Array {
  return zipSync({ "manifest.json": strToU8(JSON.stringify({ v: 1, ...manifest })) })
}

function directoryStart(zip: Uint8Array): number {
  return new DataView(zip.buffer, zip.byteOffset).getUint32(zip.length - 22 + 16, true)
}

function centralDirectoryOf(zip: Uint8Array): number[] {
  return Array.from(zip.subarray(directoryStart(zip), zip.length - 22))
}

/** Return the zip with another unpacked size noted for its only file. */
function withSize(zip: Uint8Array, size: number): Uint8Array {
  const lying = zip.slice()
  new DataView(lying.buffer).setUint32(directoryStart(lying) + 24, size, true)
  return lying
}
