export function offerShare(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-share]")) {
    if (!(navigator.share || navigator.clipboard)) continue
    button.hidden = false
    button.addEventListener("click", () => void share(button))
  }
}

async function share(button: HTMLButtonElement): Promise<void> {
  const url = location.href.split(/[?#]/)[0] ?? location.href
  if (navigator.share) {
    try {
      await navigator.share({ title: document.title, url })
    } catch {
      // The person closed the sheet: that is an answer, not a fault.
    }
    return
  }
  await navigator.clipboard.writeText(url)
  button.textContent = button.dataset.copiedWords ?? button.textContent
}
