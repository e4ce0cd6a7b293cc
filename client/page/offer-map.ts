// The map is heavy, so its script, its style and its outlines come only where a map is drawn.
export function offerMap(): void {
  const element = document.querySelector<HTMLElement>("#map[data-script]")
  if (!element) return
  const { script, style } = element.dataset
  if (!(script && style)) return
  if (!element.hasAttribute("data-wide-only") || matchMedia("(min-width: 64rem)").matches) {
    requestIdle(() => void draw(element, script, style))
  }
}

function requestIdle(work: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(work, { timeout: 1500 })
  else setTimeout(work, 200)
}

async function draw(element: HTMLElement, script: string, style: string): Promise<void> {
  const link = document.createElement("link")
  link.rel = "stylesheet"
  link.href = style
  document.head.append(link)
  const module = (await import(script)) as { drawMap: (element: HTMLElement) => void }
  module.drawMap(element)
}
