import { expect, test } from "vitest"
import { UnknownWord, WordsDoNotFit, WrongNumberOfWords } from "./errors.ts"
import { makeRecoveryEntropy, readRecoveryWords, recoveryWords } from "./recovery.ts"

// From the test vectors of BIP39 itself.
const PUBLISHED: [string, string][] = [
  ["00000000000000000000000000000000", `${"abandon ".repeat(11)}about`],
  [
    "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f",
    "legal winner thank year wave sausage worth useful legal winner thank yellow",
  ],
  ["ffffffffffffffffffffffffffffffff", `${"zoo ".repeat(11)}wrong`],
]

test.each(PUBLISHED)("%s is the words that BIP39 says", (hex, words) => {
  const entropy = Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))

  expect(recoveryWords(entropy).join(" ")).toBe(words)
  expect(readRecoveryWords(words)).toEqual(entropy)
})

test("every code comes back from its words, however they are typed", () => {
  for (let round = 0; round < 100; round++) {
    const entropy = makeRecoveryEntropy()
    const words = recoveryWords(entropy)

    expect(readRecoveryWords(words.join(" "))).toEqual(entropy)
    expect(
      readRecoveryWords(words.map((w, i) => `${i + 1}. ${w.toUpperCase()}\r\n`).join("")),
    ).toEqual(entropy)
    expect(readRecoveryWords(words.map((word) => word.slice(0, 4)).join(","))).toEqual(entropy)
  }
})

test("a word that is not in the list is named, with its place", () => {
  const words = `legal winner thank yaer${" legal".repeat(8)}`

  expect(() => readRecoveryWords(words)).toThrow(new UnknownWord("yaer", 4))
  expect(new UnknownWord("yaer", 4).message).toBe(
    'Word 4, "yaer", is not in the list. Check how it is spelled.',
  )
})

test("eleven words, or words that changed places, are refused", () => {
  const words = recoveryWords(new Uint8Array(16).map((_, i) => i * 7))

  expect(() => readRecoveryWords(words.slice(1).join(" "))).toThrow(WrongNumberOfWords)
  expect(() => readRecoveryWords("")).toThrow(WrongNumberOfWords)
  expect(() => readRecoveryWords("zoo ".repeat(12))).toThrow(WordsDoNotFit)
})
