import { expect, test } from "vitest"
import { LEAST_BYTES, pad, paddedLength, unpad } from "./padding.ts"

test.each([
  ["nothing", 0, 1024],
  ["just the floor", 1024, 1024],
  ["one above the floor", 1025, 1088],
  ["as in the paper: few bits stay", 10_000, 10_240],
  ["a mebibyte stays", 1_048_576, 1_048_576],
  ["one above", 1_048_577, 1_081_344],
])("%s", (_name, length, padded) => {
  expect(paddedLength(length)).toBe(padded)
})

test("a padded length is itself padded, never shorter, at most 12 % longer, and grows with the text", () => {
  let before = 0
  for (let length = 0; length < 3_000_000; length += 1 + Math.floor(Math.random() * 997)) {
    const padded = paddedLength(length)

    expect(padded).toBeGreaterThanOrEqual(Math.max(length, before))
    expect(paddedLength(padded)).toBe(padded)
    if (length > LEAST_BYTES) expect(padded / length).toBeLessThan(1.12)
    before = padded
  }
})

test("what is padded comes back", () => {
  for (let round = 0; round < 50; round++) {
    const content = crypto.getRandomValues(new Uint8Array(Math.floor(Math.random() * 9000)))

    expect(unpad(pad(content))).toEqual(content)
  }
})

test("a length beyond the end, bytes in the padding, or another size is not ours", () => {
  const padded = pad(new Uint8Array(2000).fill(7))
  const beyond = padded.slice()
  new DataView(beyond.buffer).setUint32(0, 0xffffffff)
  const dirty = padded.slice()
  dirty[dirty.length - 1] = 1
  const longer = new Uint8Array(padded.length + 64)
  longer.set(padded)

  expect(unpad(beyond)).toBeNull()
  expect(unpad(dirty)).toBeNull()
  expect(unpad(longer)).toBeNull()
  expect(unpad(padded.subarray(0, 1023))).toBeNull()
  expect(unpad(new Uint8Array(0))).toBeNull()
})
