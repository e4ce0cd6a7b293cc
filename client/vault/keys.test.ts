import { expect, test } from "vitest"
import { fromBase64url, toBase64url, toBytes } from "./bytes.ts"
import { CannotOpen, UnsafeDerivation } from "./errors.ts"
import { makeIdentity, publicKeyOf } from "./identities.ts"
import {
  deriveFromEntropy,
  deriveFromPassphrase,
  deviceUnwrap,
  deviceWrap,
  exportKeyring,
  importKeyring,
  makeDeviceKey,
  makeKeyring,
  readKeyring,
  rotateKeyring,
  type Scrypt,
  unwrapKeyring,
  wrapKeyring,
  writeKeyring,
} from "./keys.ts"

const SALT = fromBase64url("AAECAwQFBgcICQoLDA0ODw")

test("a passphrase is the same however it is typed: composed or not, with space at its ends or not", async () => {
  const asked: string[] = []
  const scrypt: Scrypt = async (secret) => {
    asked.push(toBase64url(secret))
    return new Uint8Array(32)
  }
  for (const passphrase of ["été à la mer", " été à la mer\n", "e\u0301te\u0301 a\u0300 la mer"]) {
    await deriveFromPassphrase({ passphrase, salt: SALT, logN: 17, scrypt })
  }

  expect(new Set(asked).size).toBe(1)
})

test("what is sent and what is kept are two different values", async () => {
  const scrypt: Scrypt = async () => new Uint8Array(32).fill(9)

  const { auth, wrap } = await deriveFromEntropy({
    entropy: new Uint8Array(16),
    salt: SALT,
    logN: 17,
    scrypt,
  })

  expect([auth.length, wrap.length]).toEqual([32, 32])
  expect(auth).not.toEqual(wrap)
})

test.each([
  ["cheap to guess", 16, SALT],
  ["out of reach for a phone", 21, SALT],
  ["no number", Number.NaN, SALT],
  ["a salt that is none", 17, new Uint8Array(0)],
])("settings that are %s are refused before anything is derived", async (_name, logN, salt) => {
  const derive = () => deriveFromPassphrase({ passphrase: "x", salt, logN, scrypt: neverCalled })

  await expect(derive()).rejects.toThrow(UnsafeDerivation)
})

const neverCalled: Scrypt = () => Promise.reject(new Error("was called"))

test("a keyring opens with its own value only", async () => {
  const keyring = await rotateKeyring(await makeKeyring())
  const wrap = crypto.getRandomValues(new Uint8Array(32))

  const sealed = await wrapKeyring(keyring, wrap)

  expect(await unwrapKeyring(sealed, wrap)).toEqual(keyring)
  await expect(unwrapKeyring(sealed, new Uint8Array(32))).rejects.toThrow(CannotOpen)
  await expect(unwrapKeyring(sealed.subarray(0, 150), wrap)).rejects.toThrow(CannotOpen)
})

test("a rotation puts a new identity on top and keeps the others", async () => {
  const keyring = await makeKeyring()

  const [newest, ...others] = await rotateKeyring(keyring)

  expect(others).toEqual(keyring)
  expect(await publicKeyOf(newest as string)).not.toBe(await publicKeyOf(keyring[0] as string))
})

test("the keyring is an age identity file, with or without remarks", async () => {
  const keyring = [await makeIdentity(), await makeIdentity()]

  expect(readKeyring(writeKeyring(keyring))).toEqual(keyring)
  expect(readKeyring(`# created: today\r\n\r\n${keyring.join("\r\n")}`)).toEqual(keyring)
  expect(() => readKeyring("# nothing\n")).toThrow(CannotOpen)
  expect(() => readKeyring(`${keyring[0]}\nAGE-SECRET-KEY-1QQQQ\n`)).toThrow(CannotOpen)
  expect(() => writeKeyring(["hello"])).toThrow(CannotOpen)
})

test("an exported keyring opens with its passphrase, at the work factor of plain age", async () => {
  const keyring = await makeKeyring()

  const sealed = await exportKeyring(keyring, "correct horse")

  expect(new TextDecoder("latin1").decode(sealed.subarray(0, 80))).toMatch(/-> scrypt \S+ 18\n/)
  expect(await importKeyring(sealed, "correct horse")).toEqual(keyring)
}, 60_000)

test("a device opens what was sealed to it; another device does not", async () => {
  const keyring = await makeKeyring()
  const [mine, other] = [await makeDeviceKey(), await makeDeviceKey()]

  const sealed = await deviceWrap(keyring, mine)

  expect(mine.extractable).toBe(false)
  expect(await deviceUnwrap(sealed, mine)).toEqual(keyring)
  await expect(deviceUnwrap(sealed, other)).rejects.toThrow(CannotOpen)
  await expect(deviceUnwrap(toBytes("nothing"), mine)).rejects.toThrow(CannotOpen)
})
