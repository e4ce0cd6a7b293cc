// What is inside a sealed document: which document this is, who wrote it when, its text, and codes that
// prove the author to each reader. docs: the contract of the format is this file and vectors/vault.
import { fromBase64url, toBase64url, toBytes, toText } from "./bytes.ts"
import { NotWhatWasAsked, TooNew, VaultError } from "./errors.ts"
import { pad, unpad } from "./padding.ts"

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

/** `written` is an ISO 8601 moment; `parent` is the version this one was written upon, 0 for the first. */
export interface Envelope {
  readonly v: 1
  readonly id: string
  readonly kind: string
  readonly version: number
  readonly parent: number
  readonly author: string
  readonly written: string
  readonly body: Json
}

/** An envelope with its codes: under "self", under the id of each reader, under the id of a group. */
export interface ProvenEnvelope extends Envelope {
  readonly mac: { readonly [reader: string]: string }
}

/** Deeper than any text of ours; what comes deeper would overflow the stack. */
const MOST_DEPTH = 64

/**
 * Return the one way to write `value`: keys sorted by UTF-16 code units, no spaces, numbers as JavaScript
 * writes them (RFC 8785). Throws TypeError on what JSON can't say: nothing is dropped in silence.
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > MOST_DEPTH) throw new TypeError("nested too deep")
  if (value === null || typeof value === "boolean" || typeof value === "string") {
    return JSON.stringify(value)
  }
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value)
  if (Array.isArray(value)) {
    return `[${value.map((one) => canonicalJson(one, depth + 1)).join(",")}]`
  }
  if (isRecord(value)) {
    const keys = Object.keys(value).sort()
    const members = keys.map(
      (key) => `${JSON.stringify(key)}:${canonicalJson(value[key], depth + 1)}`,
    )
    return `{${members.join(",")}}`
  }
  throw new TypeError(`JSON has no way to write ${typeof value}`)
}

/** Return the plaintext to seal: length, JSON, zeros to a Padmé length. */
export function encodeEnvelope(envelope: ProvenEnvelope): Uint8Array {
  return pad(toBytes(canonicalJson(envelope)))
}

/** Return the envelope in an opened plaintext. Throws NotWhatWasAsked on anything else, TooNew on a later form. */
export function decodeEnvelope(plaintext: Uint8Array): ProvenEnvelope {
  const content = unpad(plaintext)
  if (content === null) throw new NotWhatWasAsked("its padding is not ours")
  try {
    return readEnvelope(JSON.parse(toText(content)))
  } catch (error) {
    if (error instanceof VaultError) throw error
    throw new NotWhatWasAsked("it is not a document")
  }
}

/** Return `value` as an envelope. Throws NotWhatWasAsked where it is none, TooNew where it is of a later form. */
export function readEnvelope(value: unknown): ProvenEnvelope {
  if (isRecord(value) && typeof value.v === "number" && value.v > 1) throw new TooNew()
  if (!isEnvelope(value)) throw new NotWhatWasAsked("it is not a document")
  // Also what can't be written in one way, or lies deeper than any text, is none.
  canonicalJson(value)
  return value
}

/** Return the code for `envelope` under `key` as base64url. */
export async function signEnvelope(key: CryptoKey, envelope: Envelope): Promise<string> {
  return toBase64url(new Uint8Array(await crypto.subtle.sign("HMAC", key, signedBytes(envelope))))
}

/** Say whether `code` was made for exactly this envelope by someone who holds `key`. */
export async function isSignedBy(
  key: CryptoKey,
  envelope: Envelope,
  code: string | undefined,
): Promise<boolean> {
  if (code === undefined) return false
  try {
    return await crypto.subtle.verify("HMAC", key, fromBase64url(code), signedBytes(envelope))
  } catch {
    return false
  }
}

/** Return the envelope without its codes: what pages get. */
export function withoutCodes({ mac: _, ...envelope }: ProvenEnvelope): Envelope {
  return envelope
}

function signedBytes(envelope: Envelope): Uint8Array<ArrayBuffer> {
  const { v, id, kind, version, parent, author, written, body } = envelope
  return toBytes(canonicalJson({ v, id, kind, version, parent, author, written, body }))
}

const MEMBERS = ["author", "body", "id", "kind", "mac", "parent", "v", "version", "written"]

function isEnvelope(value: unknown): value is ProvenEnvelope {
  if (!isRecord(value)) return false
  // Exactly these: a member that no code covers could be altered by any reader.
  if (Object.keys(value).sort().join() !== MEMBERS.join()) return false
  const { v, id, kind, version, parent, author, written, mac } = value
  const texts = [id, kind, author, written].every((text) => typeof text === "string")
  if (v !== 1 || !texts || !isCount(version) || !isCount(parent)) return false
  if (version < 1 || parent >= version) return false
  return isRecord(mac) && Object.values(mac).every((code) => typeof code === "string")
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
