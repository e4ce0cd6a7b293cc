// The site's own workers, and the one policy of Trusted Types there may be: it lets through their addresses and nothing
// else, so that no text can become script on a page that holds sealed writing.

type WorkerName = "scryptWorker" | "searchWorker"

interface Policy {
  createScriptURL(address: string): unknown
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL: (address: string) => string }): Policy
}

let policy: Policy | null = null

/** Start a worker whose address the page's shell names: `data-scrypt-worker`, `data-search-worker`. */
export function startWorker(name: WorkerName): Worker {
  const address = document.body.dataset[name] ?? ""
  return new Worker(trusted(address) as string)
}

function trusted(address: string): unknown {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes
  if (types === undefined) return requireOwn(address)
  policy ??= types.createPolicy("openchair", { createScriptURL: requireOwn })
  return policy.createScriptURL(address)
}

function requireOwn(address: string): string {
  const { scryptWorker, searchWorker } = document.body.dataset
  const { origin } = new URL(address, location.href)
  if (origin !== location.origin || ![scryptWorker, searchWorker].includes(address)) {
    throw new TypeError("not one of this site's workers")
  }
  return address
}
