export function keepOffline(): void {
  if (!("serviceWorker" in navigator)) return
  addEventListener("load", () => void register())
}

async function register(): Promise<void> {
  await navigator.serviceWorker.register("/sw.js")
  const { active } = await navigator.serviceWorker.ready
  // What this page was made of is what it needs without a network; the worker keeps it.
  const parts = performance
    .getEntriesByType("resource")
    .map(({ name }) => name)
    .filter((name) => name.startsWith(`${location.origin}/static/`))
  active?.postMessage({ keep: [...parts, location.href] })
}
