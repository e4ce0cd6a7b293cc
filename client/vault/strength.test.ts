import { wordlist } from "@scure/bip39/wordlists/english.js"
import { expect, test } from "vitest"
import { judgePassphrase, makePassphrase } from "./strength.ts"

test.each([
  "password",
  "onedayatatime",
  "Qwertyuiop1!",
  "serenity2024",
  "michaelgratitude",
  "aaaaaaaaaaaaaaaa",
  "",
])('"%s" is not enough', async (passphrase) => {
  expect((await judgePassphrase(passphrase)).isEnough).toBe(false)
})

test("what others know of the member does not count", async () => {
  const known = ["quietheron", "Quiet Heron"]

  expect((await judgePassphrase("quietheron.quietheron", known)).isEnough).toBe(false)
})

test("words that were made here are always enough, and are words", async () => {
  const made = Array.from({ length: 30 }, makePassphrase)

  for (const passphrase of made) {
    expect((await judgePassphrase(passphrase)).isEnough).toBe(true)
    const words = passphrase.split(" ")
    expect(words).toHaveLength(6)
    expect(words.every((word) => wordlist.includes(word))).toBe(true)
  }
  expect(new Set(made).size).toBe(30)
})

test("a weak one says why", async () => {
  const { warning, suggestions, score } = await judgePassphrase("password")

  expect(score).toBe(0)
  expect(warning).toBeTruthy()
  expect(suggestions.length).toBeGreaterThan(0)
})
