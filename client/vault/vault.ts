// The one door to the vault. Heavy parts have doors of their own, loaded where they are needed:
// strength.ts, archive.ts, searching.ts, shares.ts.
export { fromBase64url, toBase64url } from "./bytes.ts"
export type { Envelope, Json } from "./envelope.ts"
export * from "./errors.ts"
export { safetyWords, wordsOf } from "./fingerprint.ts"
export * from "./groups.ts"
export {
  type HeldIdentity,
  holdIdentity,
  type Identity,
  type Keyring,
  makeIdentity,
  publicKeyOf,
} from "./identities.ts"
export * from "./index.ts"
export * from "./keys.ts"
export * from "./recovery.ts"
export { openWithFileKey } from "./report.ts"
export {
  type Author,
  type Expected,
  fileKeyOf,
  type GroupReader,
  MOST_BYTES,
  type Opening,
  openDocument,
  type Reader,
  type Sealing,
  sealDocument,
} from "./seal.ts"
