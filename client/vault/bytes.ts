// Bytes to text and back, as the server and other programs read them.
import { base64urlnopad } from "@scure/base"

/** WebCrypto's types want bytes that are not shared with another thread; ours never are. */
export type Bytes = Uint8Array<ArrayBuffer>

const encoder = new TextEncoder()
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** Return the UTF-8 bytes of `text`. */
export function toBytes(text: string): Bytes {
  return encoder.encode(text)
}

/** Return the text of UTF-8 `bytes`. Throws TypeError where they are not UTF-8. */
export function toText(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/** Return base64url without padding, as every byte travels in JSON. */
export function toBase64url(bytes: Uint8Array): string {
  return base64urlnopad.encode(bytes)
}

/** Return the bytes of base64url without padding. Throws where it is none. */
export function fromBase64url(text: string): Bytes {
  return new Uint8Array(base64urlnopad.decode(text))
}

/** Return `count` bytes of the system's randomness. */
export function randomBytes(count: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(count))
}
