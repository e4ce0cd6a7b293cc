// Two decimals are about a kilometre: near enough for "near me", too coarse for a home.
const DECIMALS = 2

export function offerNearMe(): void {
  if (!("geolocation" in navigator)) return
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-near-me]")) {
    button.hidden = false
    button.addEventListener("click", () => goNear(button))
  }
}

function goNear(button: HTMLButtonElement): void {
  button.setAttribute("aria-busy", "true")
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      location.assign(nearAddress(location.href, coords.latitude, coords.longitude))
    },
    () => {
      button.removeAttribute("aria-busy")
      button.textContent = button.dataset.refused ?? button.textContent
    },
    { maximumAge: 300_000, timeout: 15_000 },
  )
}

/** The results page near a point, keeping the question that stands in `from`. */
export function nearAddress(from: string, latitude: number, longitude: number): string {
  const here = new URL(from)
  const isQuestion = here.pathname.startsWith("/meetings") || here.pathname.startsWith("/map")
  const target = new URL(isQuestion ? here.pathname : "/meetings", here)
  if (isQuestion) target.search = here.search
  for (const name of ["near", "cursor", "bbox"]) target.searchParams.delete(name)
  target.searchParams.set("lat", latitude.toFixed(DECIMALS))
  target.searchParams.set("lng", longitude.toFixed(DECIMALS))
  return target.toString()
}
