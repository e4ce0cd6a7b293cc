import { expect, test } from "vitest"
import { InvalidKey } from "./errors.ts"
import { safetyWords, wordsOf } from "./fingerprint.ts"
import { makeIdentity, publicKeyOf } from "./identities.ts"

async function key(): Promise<string> {
  return publicKeyOf(await makeIdentity())
}

test("a key has six words, always the same, and another key has others", async () => {
  const [one, other] = [await key(), await key()]

  expect(wordsOf(one)).toHaveLength(6)
  expect(wordsOf(one)).toEqual(wordsOf(one))
  expect(wordsOf(one)).not.toEqual(wordsOf(other))
})

test("both sides of a pair see the same words, six of each key", async () => {
  const [one, other] = [await key(), await key()]

  const words = safetyWords(one, other)

  expect(safetyWords(other, one)).toEqual(words)
  expect(words).toHaveLength(12)
  expect(words.join(" ")).toContain(wordsOf(one).join(" "))
  expect(words.join(" ")).toContain(wordsOf(other).join(" "))
})

test("what is no key has no words", () => {
  expect(() => wordsOf("age1hello")).toThrow(InvalidKey)
})
