// Reporting a sealed message: whoever reports hands over the key of that one file. It opens what the server has
// stored, unaltered, and nothing else; outside the house it proves nothing, for no signature is involved.
import { decodeEnvelope, type Envelope, withoutCodes } from "./envelope.ts"
import { CannotOpen } from "./errors.ts"
import { type Expected, openWith, requireExpected } from "./seal.ts"

export { fileKeyOf } from "./seal.ts"

const FILE_KEY_BYTES = 16

/**
 * Open a reported document, as moderator. Who wrote it can't be checked without a key of theirs: that the stored
 * file came from the author's account is what the server knows.
 * Throws CannotOpen where the key has another length, Truncated where it is another file's, NotWhatWasAsked.
 */
export async function openWithFileKey(
  bytes: Uint8Array,
  fileKey: Uint8Array,
  expected?: Expected,
): Promise<Envelope> {
  if (fileKey.length !== FILE_KEY_BYTES) throw new CannotOpen("This key opens no file.")
  const envelope = decodeEnvelope(await openWith(bytes, fileKey))
  if (expected !== undefined) requireExpected(envelope, expected)
  return withoutCodes(envelope)
}
