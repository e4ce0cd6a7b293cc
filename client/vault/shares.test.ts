import { expect, test } from "vitest"
import { SharesDoNotFit, UnknownWord, WordsDoNotFit, WrongNumberOfWords } from "./errors.ts"
import { makeRecoveryEntropy, recoveryWords } from "./recovery.ts"
import { combineShares, splitRecovery } from "./shares.ts"

async function made(entropy = makeRecoveryEntropy()): Promise<[Uint8Array, string[]]> {
  return [entropy, (await splitRecovery(entropy)).map((words) => words.join(" "))]
}

test("any two of the three give the code back, and all three do", async () => {
  for (let round = 0; round < 30; round++) {
    const [entropy, [a = "", b = "", c = ""]] = await made()

    for (const shares of [
      [a, b],
      [c, a],
      [b, c],
      [a, b, c],
    ]) {
      expect(await combineShares(shares)).toEqual(entropy)
    }
  }
})

test("one share is not enough, nor the same one twice", async () => {
  const [, [a = ""]] = await made()

  await expect(combineShares([a])).rejects.toThrow(SharesDoNotFit)
  await expect(combineShares([])).rejects.toThrow(SharesDoNotFit)
  await expect(combineShares([a, a.toUpperCase()])).rejects.toThrow(SharesDoNotFit)
})

test("shares of two codes are told apart, and so is a recovery code given for a share", async () => {
  const [entropy, [a = "", b = ""]] = await made()
  let other: string[]
  do [, other] = await made(entropy)
  while (a.split(" ").slice(0, 2).join() === other[0]?.split(" ").slice(0, 2).join())

  await expect(combineShares([a, other[1] ?? ""])).rejects.toThrow(SharesDoNotFit)
  const code = recoveryWords(entropy).join(" ")
  await expect(combineShares([code, b])).rejects.toThrow(WrongNumberOfWords)
})

test("a misspelled share names the word; one with another word is refused", async () => {
  const [, [a = "", b = ""]] = await made()

  await expect(combineShares([a, b.replace(/^\w+/, "hopp")])).rejects.toThrow(UnknownWord)
  await expect(combineShares([a, "zoo ".repeat(15)])).rejects.toThrow(WordsDoNotFit)
})
