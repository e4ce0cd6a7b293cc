// A member's keys. An identity is either the text "AGE-SECRET-KEY-1…", or *held*: imported into WebCrypto
// so that this device can use it but no script can read it out again.
import { x25519 } from "@noble/curves/ed25519.js"
import { hkdf } from "@noble/hashes/hkdf.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { bech32 } from "@scure/base"
import { Decrypter, generateX25519Identity, identityToRecipient } from "age-encryption"
import { type Bytes, toBytes } from "./bytes.ts"
import { CannotOpen, InvalidKey } from "./errors.ts"

/** An identity in WebCrypto. Structured clone keeps it, so it can be stored; its secret can't be read. */
export interface HeldIdentity {
  readonly secret: CryptoKey
  readonly publicKey: string
  // The scalar can't be read any more, so what is derived from it is derived when it is taken in.
  readonly selfMac: CryptoKey
  readonly groupMac: CryptoKey
}

export type Identity = string | HeldIdentity

/** Newest first. The first seals; all open. */
export type Keyring = readonly Identity[]

const SELF = "openchair/mac/self/1"
const GROUP = "openchair/mac/group/1"
const PAIR = "openchair/mac/pair/1"

/** Return a new X25519 age identity. */
export function makeIdentity(): Promise<string> {
  return generateX25519Identity()
}

/** Take `identity` into WebCrypto, where it can be used but not read. Throws where X25519 is not known there. */
export async function holdIdentity(identity: string): Promise<HeldIdentity> {
  return {
    secret: await importSecret(secretBytes(identity)),
    publicKey: await publicKeyOf(identity),
    selfMac: await selfMacKey(identity),
    groupMac: await groupMacKey(identity),
  }
}

/** Return the public key, "age1…". */
export async function publicKeyOf(identity: Identity): Promise<string> {
  return typeof identity === "string" ? identityToRecipient(identity) : identity.publicKey
}

/** Return the identity that seals. Throws CannotOpen on an empty keyring. */
export function newestOf(keyring: Keyring): Identity {
  const [newest] = keyring
  if (newest === undefined) throw new CannotOpen("You have no key on this device. Sign in again.")
  return newest
}

/** Return a reader of age files that tries every identity of the keyring. */
export function decrypterOf(keyring: Keyring): Decrypter {
  const decrypter = new Decrypter()
  for (const identity of keyring) {
    decrypter.addIdentity(typeof identity === "string" ? identity : identity.secret)
  }
  return decrypter
}

/** Return the 32 bytes of a public key "age1…". Throws InvalidKey. */
export function publicKeyBytes(publicKey: string): Bytes {
  // Lower case only: codes of a pair are derived from the text of the keys, so there must be one way to write them.
  const bytes = publicKey === publicKey.toLowerCase() ? decoded(publicKey, "age") : null
  if (bytes === null) throw new InvalidKey()
  return bytes
}

/** Return the 32 secret bytes of "AGE-SECRET-KEY-1…". Throws CannotOpen. */
export function secretBytes(identity: string): Bytes {
  const bytes = identity === identity.toUpperCase() ? decoded(identity, "age-secret-key-") : null
  if (bytes === null) throw new CannotOpen("This is not a key of yours.")
  return bytes
}

/** Return the key that proves a member's own documents to themselves. */
export async function selfMacKey(identity: Identity): Promise<CryptoKey> {
  return typeof identity === "string" ? macKey(secretBytes(identity), SELF) : identity.selfMac
}

/** Return the key that proves to members of a group that one of them wrote. `identity` is the group's. */
export async function groupMacKey(identity: Identity): Promise<CryptoKey> {
  return typeof identity === "string" ? macKey(secretBytes(identity), GROUP) : identity.groupMac
}

/**
 * Return the key that two people share: either could have made its codes, nobody else can. That is what
 * keeps a fifth step deniable towards third parties. The same from both sides. Throws InvalidKey.
 */
export async function pairMacKey(identity: Identity, otherPublicKey: string): Promise<CryptoKey> {
  const secret = await sharedSecret(identity, publicKeyBytes(otherPublicKey))
  const both = [await publicKeyOf(identity), otherPublicKey].sort()
  return macKey(secret, PAIR + both.join(""))
}

async function sharedSecret(identity: Identity, other: Bytes): Promise<Uint8Array> {
  try {
    if (typeof identity === "string") return x25519.getSharedSecret(secretBytes(identity), other)
    const peer = await crypto.subtle.importKey("raw", other, { name: "X25519" }, false, [])
    const algorithm = { name: "X25519", public: peer }
    return new Uint8Array(await crypto.subtle.deriveBits(algorithm, identity.secret, 256))
  } catch (error) {
    // A point of small order gives a secret that everybody knows; both libraries refuse it.
    if (error instanceof CannotOpen) throw error
    throw new InvalidKey()
  }
}

function macKey(secret: Uint8Array, info: string): Promise<CryptoKey> {
  const bytes = new Uint8Array(hkdf(sha256, secret, undefined, toBytes(info), 32))
  const algorithm = { name: "HMAC", hash: "SHA-256" }
  return crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign", "verify"])
}

// RFC 8410: what stands before the 32 bytes of every X25519 private key in PKCS #8. WebCrypto has no "raw" for it.
const PKCS8_HEAD = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 110, 4, 34, 4, 32]

function importSecret(secret: Bytes): Promise<CryptoKey> {
  const pkcs8 = new Uint8Array([...PKCS8_HEAD, ...secret])
  return crypto.subtle.importKey("pkcs8", pkcs8, { name: "X25519" }, false, ["deriveBits"])
}

function decoded(text: string, prefix: string): Bytes | null {
  const found = bech32.decodeUnsafe(text)
  if (found === undefined || found.prefix.toLowerCase() !== prefix) return null
  const bytes = bech32.fromWordsUnsafe(found.words)
  return bytes instanceof Uint8Array && bytes.length === 32 ? new Uint8Array(bytes) : null
}
