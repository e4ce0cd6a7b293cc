// The one Trusted Types policy of a sealed page: it lets through this site's own built scripts, for workers, and
// nothing else. Text that became script would run with a member's keys.

interface Policy {
  createScriptURL(url: string): unknown
}

interface Factory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): Policy
}

let policy: Policy | null = null

/** Return the address of a built script as a worker takes it. Throws TypeError on any other address. */
export function ownScript(address: string): unknown {
  const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes
  if (factory === undefined) return checked(address)
  policy ??= factory.createPolicy("openchair", { createScriptURL: checked })
  return policy.createScriptURL(address)
}

function checked(address: string): string {
  const url = new URL(address, location.origin)
  const isOwn = url.origin === location.origin && url.pathname.startsWith("/static/build/")
  if (!isOwn) throw new TypeError(`not a script of this site: ${url.pathname}`)
  return url.href
}
