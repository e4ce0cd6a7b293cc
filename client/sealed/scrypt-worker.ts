// scrypt beside the page: a second on a slow phone during which the page still scrolls and shows how far it is.
import { scryptAsync } from "@noble/hashes/scrypt.js"

export interface ScryptTask {
  readonly secret: Uint8Array
  readonly salt: Uint8Array
  readonly logN: number
}

export type ScryptNews = { readonly progress: number } | { readonly result: Uint8Array }

addEventListener("message", ({ data }: MessageEvent<ScryptTask>) => {
  const { secret, salt, logN } = data
  const news = (message: ScryptNews) => postMessage(message)
  // Rejections reach the page as the worker's "error".
  void scryptAsync(secret, salt, {
    N: 2 ** logN,
    r: 8,
    p: 1,
    dkLen: 32,
    maxmem: 2 ** (logN + 10) + 2 ** 20,
    // Nobody waits for this thread: no breath between the blocks.
    asyncTick: 1_000,
    onProgress: (progress) => news({ progress }),
  }).then(
    (result) => news({ result }),
    (error: unknown) => {
      setTimeout(() => {
        throw error
      })
    },
  )
})
