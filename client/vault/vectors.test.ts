import { base64 } from "@scure/base"
import { expect, test } from "vitest"
import canonical from "../../vectors/vault/canonical.json"
import keys from "../../vectors/vault/keys.json"
import vectors from "../../vectors/vault/sealed.json"
import { fromBase64url, toBase64url } from "./bytes.ts"
import { canonicalJson } from "./envelope.ts"
import { VaultError } from "./errors.ts"
import { wordsOf } from "./fingerprint.ts"
import { publicKeyOf } from "./identities.ts"
import { deriveFromEntropy, deriveFromPassphrase, importKeyring } from "./keys.ts"
import { readRecoveryWords } from "./recovery.ts"
import { type Author, type Expected, openDocument } from "./seal.ts"

// What Python, pyrage and Debian's age made: scripts/make_vault_vectors.py. Read the same by tests/test_vault_interop.py.
interface Case {
  name: string
  sealed: string
  keyring: string[]
  expected: Expected
  author?: Author
  group?: { id: string; keyring: string[] }
  opens?: unknown
  fails?: string
}

const CASES = vectors.cases as Case[]
const IDENTITIES: Record<string, { identity: string; public_key: string }> = vectors.identities

function keyringOf(names: string[]): string[] {
  return names.map((name) => IDENTITIES[name]?.identity ?? "")
}

function open({ sealed, keyring, expected, author, group }: Case) {
  return openDocument({
    bytes: base64.decode(sealed),
    keyring: keyringOf(keyring),
    expected,
    ...(author && { author }),
    ...(group && { group: { id: group.id, keyring: keyringOf(group.keyring) } }),
  })
}

test.each(CASES.filter(({ opens }) => opens !== undefined))("opens: $name", async (one) => {
  expect(await open(one)).toEqual(one.opens)
})

test.each(CASES.filter(({ fails }) => fails !== undefined))("$fails: $name", async (one) => {
  const error: unknown = await open(one).catch((thrown: unknown) => thrown)

  expect(error).toBeInstanceOf(VaultError)
  expect((error as VaultError).constructor.name).toBe(one.fails)
})

test.each(canonical.cases)("written in one way: %#", ({ value, written }) => {
  expect(canonicalJson(value)).toBe(written)
})

test.each(keys.words)("words of $public_key", ({ public_key, words }) => {
  expect(wordsOf(public_key)).toEqual(words)
})

test("public keys are those of their identities", async () => {
  for (const { identity, public_key } of Object.values(IDENTITIES)) {
    expect(await publicKeyOf(identity)).toBe(public_key)
  }
})

test.each(keys.passphrases)(
  "derived from a passphrase: %#",
  async (one) => {
    const { passphrase, salt, log_n, auth, wrap } = one
    const derived = await deriveFromPassphrase({
      passphrase,
      salt: fromBase64url(salt),
      logN: log_n,
    })

    expect([derived.auth, derived.wrap].map(toBase64url)).toEqual([auth, wrap])
  },
  60_000,
)

test("derived from a recovery code", async () => {
  const { words, entropy, salt, log_n, auth, wrap } = keys.recovery
  const read = readRecoveryWords(words)
  const derived = await deriveFromEntropy({ entropy: read, salt: fromBase64url(salt), logN: log_n })

  expect(toBase64url(read)).toBe(entropy)
  expect([derived.auth, derived.wrap].map(toBase64url)).toEqual([auth, wrap])
}, 60_000)

test("a keyring that plain age wrapped opens", async () => {
  const { passphrase, keyring, sealed } = keys.exported

  expect(await importKeyring(base64.decode(sealed), passphrase)).toEqual(keyring)
}, 60_000)
