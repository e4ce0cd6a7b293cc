// Words of the BIP39 English list: 2048 of them, no two alike in their first four letters, 11 bits each.
import { wordlist } from "@scure/bip39/wordlists/english.js"
import { UnknownWord } from "./errors.ts"

const BITS = 11
const KNOWN = new Set(wordlist)

/** Return the first `count` words that `bytes` spell. Throws RangeError where there are too few bits. */
export function spell(bytes: Uint8Array, count: number): string[] {
  if (bytes.length * 8 < count * BITS) throw new RangeError("too few bits for the words")
  return Array.from({ length: count }, (_, i) => wordlist[bitsAt(bytes, i * BITS)] as string)
}

/**
 * Return the words in what somebody typed or pasted: any case, any space, with or without numbers and commas,
 * the first four letters for the word. Throws UnknownWord naming the first that is not in the list.
 */
export function readWords(text: string): string[] {
  const typed = text
    .normalize("NFKC")
    .toLowerCase()
    .split(/[\s,;.\d]+/)
  return typed.filter((word) => word !== "").map((word, i) => inFull(word, i + 1))
}

function inFull(word: string, position: number): string {
  if (KNOWN.has(word)) return word
  const meant = word.length === 4 ? wordlist.find((one) => one.startsWith(word)) : undefined
  if (meant === undefined) throw new UnknownWord(word, position)
  return meant
}

function bitsAt(bytes: Uint8Array, start: number): number {
  let value = 0
  for (let bit = start; bit < start + BITS; bit++) {
    value = (value << 1) | (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1)
  }
  return value
}
