// The small sum that an anonymous form asks for in place of a captcha (openchair/people/effort.py).
import { sha256 } from "@noble/hashes/sha2.js"

/** The server asked for more than a person should wait for. */
export class TooMuchEffort extends Error {
  override readonly name = "TooMuchEffort"
}

// 2^22 digests are a minute on a slow phone. A server that asks for more is broken or means to freeze the page.
const MOST_BITS = 22
// Between two frames: the page scrolls and answers on. Digests are synchronous here because one call of WebCrypto
// costs more than the digest of so few bytes.
const SLICE_MS = 8
const BETWEEN_LOOKS = 64

/** Find the number that answers `challenge`, in slices. Returns what goes into X-Effort. Throws TooMuchEffort. */
export async function workOut(challenge: string, signal?: AbortSignal): Promise<string> {
  const bits = Number.parseInt(challenge, 10)
  if (!(bits >= 0 && bits <= MOST_BITS)) throw new TooMuchEffort(`the server asks for ${bits} bits`)
  const encoder = new TextEncoder()
  const start = sha256.create().update(encoder.encode(`${challenge}.`))
  for (let number = 0; ; ) {
    const sliceEnds = performance.now() + SLICE_MS
    while (performance.now() < sliceEnds) {
      for (const last = number + BETWEEN_LOOKS; number < last; number++) {
        const digest = start
          .clone()
          .update(encoder.encode(String(number)))
          .digest()
        if (startsWithZeros(digest, bits)) return `${challenge}.${number}`
      }
    }
    await new Promise((resume) => setTimeout(resume))
    signal?.throwIfAborted()
  }
}

/**
 * Send a request, and if the answer is `effort-needed`, work its challenge out and send it once more with X-Effort.
 * `send` gets the headers to add. The second answer is returned whatever it is.
 */
export async function sendWithEffort(
  send: (headers: Record<string, string>) => Promise<Response>,
): Promise<Response> {
  const first = await send({})
  const challenge = first.status === 403 ? await readChallenge(first.clone()) : null
  return challenge === null ? first : send({ "X-Effort": await workOut(challenge) })
}

async function readChallenge(response: Response): Promise<string | null> {
  try {
    const body: unknown = await response.json()
    const { error, challenge } = body as { error?: unknown; challenge?: unknown }
    return error === "effort-needed" && typeof challenge === "string" ? challenge : null
  } catch {
    return null // another 403, in another shape: not ours to read
  }
}

function startsWithZeros(digest: Uint8Array, bits: number): boolean {
  const whole = bits >> 3
  for (let index = 0; index < whole; index++) if (digest[index] !== 0) return false
  return (digest[whole] ?? 0) >> (8 - (bits & 7)) === 0
}
