// Padmé lengths (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files", PETS 2019): of a
// length only its highest bits stay, so that sizes fall into few classes, at most 12 % above the text.

/** Below this everything looks alike: a tick, a line and a short page are one size. */
export const LEAST_BYTES = 1024

/** Return the Padmé length for `length` bytes, at least 1024. Whole bytes up to 2^31 − 1. */
export function paddedLength(length: number): number {
  const least = Math.max(length, LEAST_BYTES)
  const exponent = 31 - Math.clz32(least)
  const kept = 32 - Math.clz32(exponent)
  const mask = 2 ** (exponent - kept) - 1
  return (least + mask) & ~mask
}

/** Return `content` behind its length (4 bytes, big-endian), filled with zeros to a Padmé length. */
export function pad(content: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedLength(content.length + 4))
  new DataView(padded.buffer).setUint32(0, content.length)
  padded.set(content, 4)
  return padded
}

/** Return what `pad` was given, or null where the bytes are not exactly what `pad` makes. */
export function unpad(padded: Uint8Array): Uint8Array | null {
  if (padded.length < LEAST_BYTES) return null
  const length = new DataView(padded.buffer, padded.byteOffset).getUint32(0)
  // Checked by subtraction: a length near 2^32 must not wrap round.
  if (length > padded.length - 4) return null
  if (paddedLength(length + 4) !== padded.length) return null
  if (padded.subarray(length + 4).some((byte) => byte !== 0)) return null
  return padded.slice(4, length + 4)
}
