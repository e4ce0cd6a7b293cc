// Words that two people compare, in person or by voice, to know that the server did not put its own key
// between them.
import { sha256 } from "@noble/hashes/sha2.js"
import { toBytes } from "./bytes.ts"
import { publicKeyBytes } from "./identities.ts"
import { spell } from "./words.ts"

const INFO = "openchair/words/1"
// 66 bits: to make a key whose six words are those of a given key takes 2^66 tries.
const WORDS = 6

/** Return the six words of a public key. Throws InvalidKey. */
export function wordsOf(publicKey: string): string[] {
  const digest = sha256(new Uint8Array([...toBytes(INFO), ...publicKeyBytes(publicKey)]))
  return spell(digest, WORDS)
}

/**
 * Return the words of two keys, six of each, in the same order on both sides.
 * Not six words of both together: a server that stands between them chooses a key for either side, and two lists
 * that meet by chance cost it 2^33 tries, an afternoon. Against six of each it needs 2^66.
 */
export function safetyWords(one: string, other: string): string[] {
  return [one, other].sort().flatMap(wordsOf)
}
