// The recovery code: 128 random bits, written as twelve words (BIP39).
import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39"
import { wordlist } from "@scure/bip39/wordlists/english.js"
import { randomBytes } from "./bytes.ts"
import { WordsDoNotFit, WrongNumberOfWords } from "./errors.ts"
import { readWords } from "./words.ts"

const ENTROPY_BYTES = 16
const WORDS = 12

/** Return the 16 random bytes of a new recovery code. */
export function makeRecoveryEntropy(): Uint8Array {
  return randomBytes(ENTROPY_BYTES)
}

/** Return the twelve words for 16 bytes. */
export function recoveryWords(entropy: Uint8Array): string[] {
  if (entropy.length !== ENTROPY_BYTES) throw new RangeError("a recovery code has 16 bytes")
  return entropyToMnemonic(entropy, wordlist).split(" ")
}

/**
 * Return the 16 bytes of twelve words as somebody typed them.
 * Throws UnknownWord naming the word, WrongNumberOfWords, or WordsDoNotFit where the check in the last word fails.
 */
export function readRecoveryWords(text: string): Uint8Array {
  const words = readWords(text)
  if (words.length !== WORDS) throw new WrongNumberOfWords(words.length, WORDS)
  try {
    return mnemonicToEntropy(words.join(" "), wordlist)
  } catch {
    throw new WordsDoNotFit()
  }
}
