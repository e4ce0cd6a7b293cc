/** How a request is answered when the network may be gone. */
export type Way = "static" | "page" | "visit" | "pass"

const STATIC = /^\/static\//
// Pages that a person may need again without a network. Writing pages and the API are never kept.
const PAGE = /^\/($|meetings($|\?)|meetings\/[\w-]+$|help$|new$|saved$|offline$)/

const FILE = /\.\w+$|^\/api\//

export function wayFor(
  request: { method: string; mode: string; part: string | null },
  url: URL,
): Way {
  if (request.method !== "GET") return "pass"
  if (STATIC.test(url.pathname)) return "static"
  const isPage = request.mode === "navigate" || request.part === "results"
  if (isPage && PAGE.test(url.pathname)) return "page"
  // Not kept, but without a network a kind word is better than the browser's dinosaur.
  return request.mode === "navigate" && !FILE.test(url.pathname) ? "visit" : "pass"
}

/** Whether the address is a search: the last one is shown offline in place of any other. */
export function isSearch(url: URL): boolean {
  return url.pathname === "/meetings"
}

/** The keys to drop so that at most `most` pages stay, oldest first; those in `always` are never dropped. */
export function surplus(
  keys: readonly string[],
  most: number,
  always: ReadonlySet<string>,
): string[] {
  const others = keys.filter((key) => !always.has(new URL(key).pathname))
  return others.slice(0, Math.max(0, others.length - most))
}
