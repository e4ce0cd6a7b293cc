// The recovery code in three shares of which two give it back: one at home, two with people who are trusted.
// One share alone tells nothing. Shamir's scheme is a library's; here its 17 bytes become 15 words.
import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39"
import { wordlist } from "@scure/bip39/wordlists/english.js"
import { combine, split } from "shamir-secret-sharing"
import { randomBytes } from "./bytes.ts"
import { SharesDoNotFit, WordsDoNotFit, WrongNumberOfWords } from "./errors.ts"
import { readWords } from "./words.ts"

const SHARES = 3
const NEEDED = 2
const ENTROPY_BYTES = 16
// One byte says which form this is, two which set, then the share: 20 bytes are 15 words with BIP39's own check.
const FORM = 1
const SET_BYTES = 2
const HEAD_BYTES = 1 + SET_BYTES
const WORDS = 15

/** Return three shares of a recovery code's 16 bytes, each as 15 words. Never the same twice. */
export async function splitRecovery(entropy: Uint8Array): Promise<string[][]> {
  if (entropy.length !== ENTROPY_BYTES) throw new RangeError("a recovery code has 16 bytes")
  // Random, not derived: a digest of the code would tell each holder something about it.
  const head = [FORM, ...randomBytes(SET_BYTES)]
  const shares = await split(new Uint8Array(entropy), SHARES, NEEDED)
  return shares.map((share) =>
    entropyToMnemonic(new Uint8Array([...head, ...share]), wordlist).split(" "),
  )
}

/**
 * Return the 16 bytes from two or three shares as somebody typed them.
 * Throws UnknownWord, WrongNumberOfWords, WordsDoNotFit, SharesDoNotFit.
 */
export async function combineShares(texts: readonly string[]): Promise<Uint8Array> {
  const shares = texts.map(readShare)
  const sets = new Set(shares.map((share) => share.subarray(0, HEAD_BYTES).join()))
  const places = new Set(shares.map((share) => share.at(-1)))
  if (shares.length < NEEDED) throw new SharesDoNotFit("two are needed")
  if (sets.size !== 1) throw new SharesDoNotFit("they were made for different codes")
  if (places.size !== shares.length) throw new SharesDoNotFit("one of them was given twice")
  return combine(shares.map((share) => share.slice(HEAD_BYTES)))
}

function readShare(text: string): Uint8Array {
  const words = readWords(text)
  if (words.length !== WORDS) throw new WrongNumberOfWords(words.length, WORDS)
  let share: Uint8Array
  try {
    share = mnemonicToEntropy(words.join(" "), wordlist)
  } catch {
    throw new WordsDoNotFit()
  }
  if (share[0] !== FORM) throw new SharesDoNotFit("this is not a share")
  return share
}
