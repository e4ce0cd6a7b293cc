// Sealing and opening a document, side by side: what one writes the other must read.
import { Decrypter, Encrypter } from "age-encryption"
import {
  decodeEnvelope,
  type Envelope,
  encodeEnvelope,
  isSignedBy,
  type Json,
  type ProvenEnvelope,
  signEnvelope,
  withoutCodes,
} from "./envelope.ts"
import {
  CannotOpen,
  NotFromAuthor,
  NotWhatWasAsked,
  RolledBack,
  TooLarge,
  Truncated,
} from "./errors.ts"
import {
  decrypterOf,
  groupMacKey,
  type Identity,
  type Keyring,
  newestOf,
  pairMacKey,
  publicKeyBytes,
  publicKeyOf,
  selfMacKey,
} from "./identities.ts"

/** The server refuses more; a document this long is a hundred thousand words. */
export const MOST_BYTES = 1024 * 1024

/** A person, by the key that was noted for them. */
export interface Reader {
  readonly id: string
  readonly publicKey: string
}

/** A sealed group as reader: its identity proves to its members that one of them wrote. */
export interface GroupReader {
  readonly id: string
  readonly identity: Identity
}

/** Who wrote. `pastKeys` are keys they had before, newest first: what they wrote then is still theirs. */
export interface Author extends Reader {
  readonly pastKeys?: readonly string[]
}

/** `version` asks for exactly one; `atLeast` is the newest version this member has seen. */
export interface Expected {
  readonly id: string
  readonly kind: string
  readonly version?: number
  readonly atLeast?: number
}

export interface Sealing {
  readonly id: string
  readonly kind: string
  readonly version: number
  readonly parent: number
  readonly author: string
  readonly written: string
  readonly body: Json
  readonly keyring: Keyring
  readonly readers?: readonly (Reader | GroupReader)[]
}

export interface Opening {
  readonly bytes: Uint8Array
  readonly keyring: Keyring
  readonly expected: Expected
  readonly author?: Author | readonly Author[]
  readonly group?: { readonly keyring: Keyring; readonly id: string }
}

/**
 * Seal a document to its author and to `readers`. Returns an age file.
 * Holds against: a server that reads, alters, swaps or makes up what it stores. Does not hide: how many readers.
 * Throws InvalidKey where a reader's key is none, TooLarge above 1 MiB, CannotOpen on an empty keyring.
 */
export async function sealDocument(sealing: Sealing): Promise<Uint8Array> {
  const { id, kind, version, parent, author, written, body, keyring, readers = [] } = sealing
  const own = newestOf(keyring)
  const envelope: Envelope = { v: 1, id, kind, version, parent, author, written, body }
  const mac: Record<string, string> = { self: await signEnvelope(await selfMacKey(own), envelope) }
  const encrypter = new Encrypter()
  encrypter.addRecipient(await publicKeyOf(own))
  for (const reader of readers) {
    const isGroup = "identity" in reader
    const key = isGroup ? groupMacKey(reader.identity) : pairMacKey(own, reader.publicKey)
    mac[reader.id] = await signEnvelope(await key, envelope)
    encrypter.addRecipient(isGroup ? await publicKeyOf(reader.identity) : checked(reader.publicKey))
  }
  const bytes = await encrypter.encrypt(encodeEnvelope({ ...envelope, mac }))
  if (bytes.length > MOST_BYTES) throw new TooLarge(bytes.length, MOST_BYTES)
  return bytes
}

/**
 * Open a document and hold it against what was asked for. Without `author` it must be the member's own; with
 * `author` (or several, any of whom may have written) it must be theirs, by the key noted for them; with
 * `group` it must come from a member of that group: which of them, the code can't say.
 * Throws CannotOpen, Truncated, TooLarge, TooNew, NotWhatWasAsked, RolledBack, NotFromAuthor. Nothing is returned before all is checked.
 */
export async function openDocument(opening: Opening): Promise<Envelope> {
  const { bytes, keyring, expected, author, group } = opening
  const all = group === undefined ? keyring : [...group.keyring, ...keyring]
  const envelope = decodeEnvelope(await openWith(bytes, await fileKeyOf(bytes, all)))
  const proven =
    group !== undefined
      ? await isFromGroup(envelope, group)
      : author !== undefined
        ? await isFromOneOf(envelope, keyring, [author].flat())
        : await isOwn(envelope, keyring)
  if (!proven) throw new NotFromAuthor()
  requireExpected(envelope, expected)
  return withoutCodes(envelope)
}

/** Throw NotWhatWasAsked or RolledBack where `envelope` is not what was expected. */
export function requireExpected(envelope: Envelope, expected: Expected): void {
  if (envelope.id !== expected.id) throw new NotWhatWasAsked("another document")
  if (envelope.kind !== expected.kind) throw new NotWhatWasAsked("another kind of document")
  const { version, atLeast } = expected
  if (atLeast !== undefined && envelope.version < atLeast) {
    throw new RolledBack(envelope.version, atLeast)
  }
  if (version !== undefined && envelope.version !== version) {
    throw new NotWhatWasAsked(`version ${envelope.version} in place of ${version}`)
  }
}

/** Return the 16-byte key of this one file: it opens nothing else. Throws CannotOpen, Truncated, TooLarge. */
export async function fileKeyOf(bytes: Uint8Array, keyring: Keyring): Promise<Uint8Array> {
  if (bytes.length > MOST_BYTES) throw new TooLarge(bytes.length, MOST_BYTES)
  const decrypter = decrypterOf(keyring)
  try {
    return await decrypter.decryptHeader(headerOf(bytes))
  } catch (error) {
    throw isNoMatch(error) ? new CannotOpen() : new Truncated()
  }
}

/** Return the plaintext under a file key. A wrong key fails the header's code. Throws Truncated. */
export async function openWith(bytes: Uint8Array, fileKey: Uint8Array): Promise<Uint8Array> {
  const decrypter = new Decrypter()
  decrypter.addIdentity({ unwrapFileKey: () => fileKey })
  try {
    return await decrypter.decrypt(bytes)
  } catch {
    throw new Truncated()
  }
}

async function isOwn(envelope: ProvenEnvelope, keyring: Keyring): Promise<boolean> {
  for (const identity of keyring) {
    if (await isSignedBy(await selfMacKey(identity), envelope, envelope.mac.self)) return true
  }
  return false
}

async function isFromOneOf(
  envelope: ProvenEnvelope,
  keyring: Keyring,
  authors: readonly Author[],
): Promise<boolean> {
  // The pair's key is the same from both sides: without this line the server could hand back to me,
  // as theirs, what I wrote to them.
  const author = authors.find(({ id }) => id === envelope.author)
  if (author === undefined) return false
  for (const publicKey of [author.publicKey, ...(author.pastKeys ?? [])]) {
    for (const identity of keyring) {
      if (await isFromPair(envelope, await pairMacKey(identity, publicKey))) return true
    }
  }
  return false
}

async function isFromPair(envelope: ProvenEnvelope, key: CryptoKey): Promise<boolean> {
  // Whatever name it stands under: only the two who share the key could have made it.
  for (const code of Object.values(envelope.mac)) {
    if (await isSignedBy(key, envelope, code)) return true
  }
  return false
}

async function isFromGroup(
  envelope: ProvenEnvelope,
  { id, keyring }: { id: string; keyring: Keyring },
): Promise<boolean> {
  for (const identity of keyring) {
    if (await isSignedBy(await groupMacKey(identity), envelope, envelope.mac[id])) return true
  }
  return false
}

function checked(publicKey: string): string {
  publicKeyBytes(publicKey)
  return publicKey
}

/** Return the head of an age file: it ends with the line "--- " and its code. Throws Truncated. */
function headerOf(bytes: Uint8Array): Uint8Array {
  for (let at = 0; at >= 0 && at < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, at)
    if (end < 0) break
    if (END_MARK.every((byte, i) => bytes[at + i] === byte)) return bytes.subarray(0, end + 1)
    at = end + 1
  }
  throw new Truncated()
}

const NEWLINE = 10
const END_MARK = [45, 45, 45, 32]

/** typage names its errors by sentence only; a test holds this one to the pinned version. */
function isNoMatch(error: unknown): boolean {
  return error instanceof Error && /no identity matched/.test(error.message)
}
