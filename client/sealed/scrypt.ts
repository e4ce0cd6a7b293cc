// The vault's scrypt, run in a worker.
import type { Scrypt } from "../vault/vault.ts"
import type { ScryptNews, ScryptTask } from "./scrypt-worker.ts"
import { startWorker } from "./workers.ts"

/** The worker could not work: most often there was no room for 128 MiB. */
export class NoRoomToDerive extends Error {
  override readonly name = "NoRoomToDerive"
  readonly slug = "no-room-to-derive"
}

/** Return a scrypt that tells how far it is, 0 to 1. A worker is started for each: its memory goes with it. */
export function scryptBeside(progress: (done: number) => void = () => undefined): Scrypt {
  return (secret, salt, logN) =>
    new Promise((resolve, reject) => {
      const worker = startWorker("scryptWorker")
      worker.addEventListener("message", ({ data }: MessageEvent<ScryptNews>) => {
        if ("progress" in data) return progress(data.progress)
        worker.terminate()
        resolve(data.result)
      })
      worker.addEventListener("error", () => {
        worker.terminate()
        reject(new NoRoomToDerive())
      })
      const task: ScryptTask = { secret, salt, logN }
      worker.postMessage(task)
    })
}
