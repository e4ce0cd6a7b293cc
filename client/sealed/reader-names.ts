// Names of the people one knows, as this member noted them: never the server's word of the day.
import type { Index } from "../vault/vault.ts"
import type { Say } from "./page-words.ts"

/** Return somebody's noted name, or the beginning of their id. */
export function nameOf(index: Index, account: string): string {
  return index.people[account]?.name ?? account.slice(0, 8)
}

/** Return "Ana, Ben and Cy" in the reader's language. */
export function listNames(index: Index, accounts: readonly string[], say: Say): string {
  const names = accounts.map((account) => nameOf(index, account))
  const last = names.pop() ?? ""
  return names.length === 0 ? last : say("and", { first: names.join(", "), last })
}
