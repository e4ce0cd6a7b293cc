/// <reference lib="webworker" />
import { isSearch, surplus, wayFor } from "./keeping.ts"

const worker = self as unknown as ServiceWorkerGlobalScope

const STATIC = "static-1"
const PAGES = "pages-1"
const ALWAYS = new Set(["/", "/help", "/offline", "/new", "/saved"])
const LAST_SEARCH = "/meetings?last-search"
// A person's last pages, not their history: on a shared phone less is kinder.
const MOST_PAGES = 12
// On a dead network a kept page now is better than the live one in a minute.
const PATIENCE_MS = 4000

worker.addEventListener("install", (event) => {
  event.waitUntil(install())
})

worker.addEventListener("activate", (event) => {
  event.waitUntil(activate())
})

worker.addEventListener("message", (event) => {
  const { keep } = event.data as { keep?: string[] }
  if (keep) event.waitUntil(keepParts(keep))
})

worker.addEventListener("fetch", (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (url.origin !== worker.location.origin) return
  const part = request.headers.get("x-part")
  const way = wayFor({ method: request.method, mode: request.mode, part }, url)
  if (way === "static") event.respondWith(staticFile(request))
  // A part in place is never stored: a whole page must come out of the store.
  if (way === "page" && part === null) event.respondWith(page(request, url))
  if (way === "visit") event.respondWith(visit(request))
})

async function install(): Promise<void> {
  const pages = await caches.open(PAGES)
  // Each alone: one that fails must not keep the help lines from being stored.
  await Promise.allSettled(["/help", "/offline", "/"].map((path) => pages.add(path)))
  await worker.skipWaiting()
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name !== STATIC && name !== PAGES) await caches.delete(name)
  }
  await worker.clients.claim()
}

async function keepParts(addresses: string[]): Promise<void> {
  for (const address of addresses) {
    const url = new URL(address)
    const request = new Request(address)
    const way = wayFor({ method: "GET", mode: "navigate", part: null }, url)
    if (way === "static") await staticFile(request)
    if (way === "page") await page(request, url)
  }
}

async function staticFile(request: Request): Promise<Response> {
  const store = await caches.open(STATIC)
  const kept = await store.match(request)
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.ok) await store.put(request, answer.clone())
  return answer
}

async function page(request: Request, url: URL): Promise<Response> {
  try {
    const answer = await inTime(fetch(request))
    if (answer.ok) await keepPage(request, url, answer.clone())
    return answer
  } catch {
    return keptPage(request, url)
  }
}

async function visit(request: Request): Promise<Response> {
  try {
    return await fetch(request)
  } catch {
    return (await caches.match("/offline")) ?? Response.error()
  }
}

async function keepPage(request: Request, url: URL, answer: Response): Promise<void> {
  const store = await caches.open(PAGES)
  if (isSearch(url)) await store.put(LAST_SEARCH, answer.clone())
  await store.delete(request)
  await store.put(request, answer)
  const keys = (await store.keys()).map(({ url: key }) => key)
  for (const key of surplus(keys, MOST_PAGES, ALWAYS)) await store.delete(key)
}

async function keptPage(request: Request, url: URL): Promise<Response> {
  const store = await caches.open(PAGES)
  const kept =
    (await store.match(request)) ??
    (await store.match(request, { ignoreSearch: !isSearch(url) })) ??
    (isSearch(url) ? await store.match(LAST_SEARCH) : undefined) ??
    (await store.match("/offline"))
  return kept ?? Response.error()
}

function inTime(answer: Promise<Response>): Promise<Response> {
  return Promise.race([
    answer,
    new Promise<Response>((_, refuse) => {
      setTimeout(() => refuse(new Error("too slow")), PATIENCE_MS)
    }),
  ])
}
