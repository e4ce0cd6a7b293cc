import { expect, test } from "vitest"
import { canonicalJson, decodeEnvelope, encodeEnvelope, type ProvenEnvelope } from "./envelope.ts"
import { NotWhatWasAsked, TooNew } from "./errors.ts"
import { pad } from "./padding.ts"

const PAGE: ProvenEnvelope = {
  v: 1,
  id: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
  kind: "journal",
  version: 2,
  parent: 1,
  author: "alice",
  written: "2026-03-01T20:15:00Z",
  body: { title: "Sunday", text: "Für mich – 🌱" },
  mac: { self: "AAAA" },
}

function plaintext(value: unknown): Uint8Array {
  return pad(new TextEncoder().encode(JSON.stringify(value)))
}

test("keys are sorted by UTF-16 code units, at every depth, without spaces", () => {
  const value = { b: [1, { z: null, a: true }], "\u{1f331}": 1, "\uff5e": 2, a: "é\n" }

  expect(canonicalJson(value)).toBe('{"a":"é\\n","b":[1,{"a":true,"z":null}],"🌱":1,"～":2}')
})

test("the order in which keys were written makes no difference", () => {
  for (let round = 0; round < 100; round++) {
    const members = Object.entries(PAGE.body as object).sort(() => Math.random() - 0.5)

    expect(canonicalJson(Object.fromEntries(members))).toBe(canonicalJson(PAGE.body))
  }
})

test.each([
  ["nothing", undefined],
  ["not a number", Number.NaN],
  ["a date", new Date(0)],
  ["a function", () => 1],
  ["a member that is nothing", { a: undefined }],
  ["a large integer", 1n],
])("%s is refused, not dropped", (_name, value) => {
  expect(() => canonicalJson({ value })).toThrow(TypeError)
})

test("an envelope comes back as it was", () => {
  expect(decodeEnvelope(encodeEnvelope(PAGE))).toEqual(PAGE)
})

test.each([
  ["no version", { ...PAGE, version: undefined }],
  ["version 0", { ...PAGE, version: 0, parent: 0 }],
  ["half a version", { ...PAGE, version: 1.5 }],
  ["its own parent", { ...PAGE, parent: 2 }],
  ["an id that is a number", { ...PAGE, id: 7 }],
  ["no body", { ...PAGE, body: undefined }],
  ["codes that are no text", { ...PAGE, mac: { self: 1 } }],
  ["a member that no code covers", { ...PAGE, note: "hi" }],
  ["a list", [PAGE]],
  ["nothing", null],
])("an envelope with %s is not opened", (_name, value) => {
  expect(() => decodeEnvelope(plaintext(value))).toThrow(NotWhatWasAsked)
})

test("what is not JSON, not UTF-8, too deep or not padded is not opened", () => {
  const deep = new TextEncoder().encode("[".repeat(100_000) + "]".repeat(100_000))

  expect(() => decodeEnvelope(pad(new TextEncoder().encode("{")))).toThrow(NotWhatWasAsked)
  expect(() => decodeEnvelope(pad(new Uint8Array([0xff, 0xfe])))).toThrow(NotWhatWasAsked)
  expect(() => decodeEnvelope(pad(deep))).toThrow(NotWhatWasAsked)
  expect(() => decodeEnvelope(new TextEncoder().encode(JSON.stringify(PAGE)))).toThrow(
    NotWhatWasAsked,
  )
})

test("a later form is told apart", () => {
  expect(() => decodeEnvelope(plaintext({ ...PAGE, v: 2, more: 1 }))).toThrow(TooNew)
})
