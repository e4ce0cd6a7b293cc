// What typage knows and the vault does not use: post-quantum and hardware-tag recipients. They are half of its
// weight, and a phone on a bad line waits for every kilobyte; see docs/adr/0005. The build puts this file in place of
// the modules they stand in:
//   alias: { "@noble/post-quantum/hybrid.js": "vault/left-out.ts", "@noble/curves/nist.js": "vault/left-out.ts" }
// Nothing reaches it: the vault takes "age1…" and "AGE-SECRET-KEY-1…" of X25519 only, and checks that first.

function leftOut(): never {
  throw new Error("this kind of age key was left out of the bundle")
}

const absent = new Proxy({}, { get: leftOut })

export { absent as MLKEM768P256, absent as MLKEM768X25519, absent as p256 }
