// From what a member knows (a passphrase, twelve words) to what opens their keyring, and the keyring itself:
// an age identity file, newest identity first, sealed once for each way in.
import { hkdf } from "@noble/hashes/hkdf.js"
import { scryptAsync } from "@noble/hashes/scrypt.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { Decrypter, Encrypter, identityToRecipient } from "age-encryption"
import { toBase64url, toBytes } from "./bytes.ts"
import { CannotOpen, UnsafeDerivation } from "./errors.ts"
import { type HeldIdentity, holdIdentity, makeIdentity, secretBytes } from "./identities.ts"

/** scrypt with r = 8, p = 1, 32 bytes out. Pages pass one that runs in a worker: 2^17 takes a second on a slow phone. */
export type Scrypt = (secret: Uint8Array, salt: Uint8Array, logN: number) => Promise<Uint8Array>

/** `auth` is sent at sign-in and opens no text; `wrap` is never sent and opens no session. 32 bytes each. */
export interface Derived {
  readonly auth: Uint8Array
  readonly wrap: Uint8Array
}

export interface Derivation {
  /** 16 bytes from the server. */
  readonly salt: Uint8Array
  readonly logN: number
  readonly scrypt?: Scrypt
}

/** A new account derives at 2^17: 128 MiB. */
export const LOG_N = 17
// A hostile server that names a small number could guess the passphrase from what it is sent; one that
// names a large one freezes the phone. 2^20 is a gibibyte.
const LEAST_LOG_N = 17
const MOST_LOG_N = 20
const SALT_BYTES = 16

/** What plain `age -p` uses; an exported keyring is guarded by a passphrase that people choose. */
const EXPORT_LOG_N = 18
// The passphrase of a wrapping is 256 random-looking bits: nobody guesses it at any speed, so the least
// that scrypt costs is enough and a phone opens its keyring at once.
const WRAP_LOG_N = 10

/** noble's scrypt, in the thread that calls it. */
export const plainScrypt: Scrypt = (secret, salt, logN) =>
  scryptAsync(secret, salt, {
    N: 2 ** logN,
    r: 8,
    p: 1,
    dkLen: 32,
    maxmem: 2 ** (logN + 10) + 2 ** 20,
  })

/** Derive from a passphrase: Unicode NFKC, without space at its ends. Throws UnsafeDerivation. */
export async function deriveFromPassphrase({
  passphrase,
  ...derivation
}: Derivation & { readonly passphrase: string }): Promise<Derived> {
  return derive(toBytes(passphrase.normalize("NFKC").trim()), derivation)
}

/** Derive from the 16 bytes of a recovery code. Throws UnsafeDerivation. */
export async function deriveFromEntropy({
  entropy,
  ...derivation
}: Derivation & { readonly entropy: Uint8Array }): Promise<Derived> {
  return derive(entropy, derivation)
}

/** Return the keyring of a new member. */
export async function makeKeyring(): Promise<string[]> {
  return [await makeIdentity()]
}

/** Return the keyring with a new identity on top. What was sealed before stays readable; nothing is re-sealed. */
export async function rotateKeyring(keyring: readonly string[]): Promise<string[]> {
  return [await makeIdentity(), ...keyring]
}

/** Return the keyring as an age identity file, newest first: `age -d -i` reads it as it is. */
export function writeKeyring(keyring: readonly string[]): string {
  for (const identity of keyring) secretBytes(identity)
  return `${keyring.join("\n")}\n`
}

/** Return the identities of an age identity file. Throws CannotOpen where there is none, or a line is none. */
export function readKeyring(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  const identities = lines.filter((line) => line !== "" && !line.startsWith("#"))
  if (identities.length === 0) throw new CannotOpen("There is no key in this.")
  for (const identity of identities) secretBytes(identity)
  return identities
}

/** Seal the keyring for one way in. Returns an age file. `wrap` is Derived.wrap. */
export function wrapKeyring(keyring: readonly string[], wrap: Uint8Array): Promise<Uint8Array> {
  return sealWithPassphrase(keyring, toBase64url(wrap), WRAP_LOG_N)
}

/** Open the keyring again. Throws CannotOpen where `wrap` is another. */
export function unwrapKeyring(sealed: Uint8Array, wrap: Uint8Array): Promise<string[]> {
  return openWithPassphrase(sealed, toBase64url(wrap))
}

/** Seal the keyring for the member to take away: `age -d` opens it with their passphrase. Takes seconds. */
export function exportKeyring(keyring: readonly string[], passphrase: string): Promise<Uint8Array> {
  return sealWithPassphrase(keyring, passphrase, EXPORT_LOG_N)
}

/** Read what `exportKeyring` or `age -p` sealed. Throws CannotOpen. */
export function importKeyring(sealed: Uint8Array, passphrase: string): Promise<string[]> {
  return openWithPassphrase(sealed, passphrase)
}

/** Return a key that only this device has and no script can read. Throws where WebCrypto lacks X25519. */
export async function makeDeviceKey(): Promise<CryptoKey> {
  const pair = await crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"])
  return (pair as CryptoKeyPair).privateKey
}

/** Seal the keyring to this device. An age file like any other: no format of our own. */
export async function deviceWrap(
  keyring: readonly string[],
  deviceKey: CryptoKey,
): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  encrypter.addRecipient(await identityToRecipient(deviceKey))
  return encrypter.encrypt(writeKeyring(keyring))
}

/** Open what was sealed to this device. Throws CannotOpen. */
export function deviceUnwrap(sealed: Uint8Array, deviceKey: CryptoKey): Promise<string[]> {
  const decrypter = new Decrypter()
  decrypter.addIdentity(deviceKey)
  return opened(decrypter, sealed)
}

/** Take a whole keyring into WebCrypto. */
export function holdKeyring(keyring: readonly string[]): Promise<HeldIdentity[]> {
  return Promise.all(keyring.map(holdIdentity))
}

async function derive(secret: Uint8Array, derivation: Derivation): Promise<Derived> {
  const { salt, logN, scrypt = plainScrypt } = derivation
  const isSafe = Number.isInteger(logN) && logN >= LEAST_LOG_N && logN <= MOST_LOG_N
  if (!isSafe || salt.length !== SALT_BYTES) throw new UnsafeDerivation()
  const master = await scrypt(secret, salt, logN)
  return { auth: branch(master, "openchair/auth/1"), wrap: branch(master, "openchair/wrap/1") }
}

function branch(master: Uint8Array, info: string): Uint8Array {
  return hkdf(sha256, master, undefined, toBytes(info), 32)
}

function sealWithPassphrase(
  keyring: readonly string[],
  passphrase: string,
  logN: number,
): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  encrypter.setPassphrase(passphrase)
  encrypter.setScryptWorkFactor(logN)
  return encrypter.encrypt(writeKeyring(keyring))
}

function openWithPassphrase(sealed: Uint8Array, passphrase: string): Promise<string[]> {
  const decrypter = new Decrypter()
  decrypter.addPassphrase(passphrase)
  return opened(decrypter, sealed)
}

async function opened(decrypter: Decrypter, sealed: Uint8Array): Promise<string[]> {
  let text: string
  try {
    text = await decrypter.decrypt(sealed, "text")
  } catch {
    throw new CannotOpen("This does not open your keys. Check what you typed.")
  }
  return readKeyring(text)
}
