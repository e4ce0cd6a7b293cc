import type L from "leaflet"
import { leafletLayer } from "protomaps-leaflet"

/** Lay the operator's own street tiles (a PMTiles file) over the outlines. */
export function addStreets(map: L.Map, url: string, isDark: boolean, above: number): void {
  const layer = leafletLayer({
    url,
    flavor: isDark ? "dark" : "light",
    attribution: "© OpenStreetMap",
    minZoom: above,
  }) as unknown as L.Layer
  layer.addTo(map)
}
