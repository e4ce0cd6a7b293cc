import L from "leaflet"
import { feature, mesh } from "topojson-client"
import type { GeometryCollection, Topology } from "topojson-specification"
import { dayAndTime } from "../page/time-words.ts"
import { type Cluster, cluster, type Point } from "./clusters.ts"
import { type City, withoutCollisions } from "./names.ts"
import { clampBox, pointsAddress, readPoints } from "./questions.ts"

// 44 px is the least target for a thumb, and so the closest that two pins may stand.
const PIN_PX = 44
const MOST_POINTS = 200
const MOST_IN_POPUP = 8
// What the zoom buttons take at the edge: a list must not lie beneath them.
const CONTROLS_PX = 64
const NAME_PX = { width: 110, height: 28 }
// The outlines are good to here; past it a city is pins on plain ground, unless the operator added streets.
const OUTLINE_ZOOM = 9
const STREET_ZOOM = 18

/** Draw the map into `element`. Everything it needs is in its data attributes; nothing is asked of another host. */
export function drawMap(element: HTMLElement): void {
  const map = L.map(element, { attributionControl: true, zoomSnap: 0.5, worldCopyJump: true })
  map.attributionControl.setPrefix(false)
  map.attributionControl.addAttribution(element.dataset.credit ?? "Natural Earth")
  show(map, element)
  const pins = L.layerGroup().addTo(map)
  const names = L.layerGroup().addTo(map)
  const question = element.dataset.pointsUrl
  map.on("moveend", () => {
    void nameCities(map, names, element)
    if (question) void refresh(map, pins, new URL(question, location.href).toString(), element)
  })
  document.addEventListener("results-shown", () => {
    const api = new URL(element.dataset.pointsUrl ?? "", location.href)
    api.search = location.search
    element.dataset.pointsUrl = api.toString()
    void refresh(map, pins, api.toString(), element)
  })
  void drawGround(map, element)
  void nameCities(map, names, element)
  if (question) void refresh(map, pins, new URL(question, location.href).toString(), element)
}

function show(map: L.Map, element: HTMLElement): void {
  const numbers = (element.dataset.bounds ?? "").split(",").map(Number)
  const [west = 0, south = 0, east = 0, north = 0] = numbers
  map.setMaxZoom(element.dataset.streets ? STREET_ZOOM : 15)
  if (numbers.length === 4 && numbers.every(Number.isFinite)) {
    map.fitBounds(
      [
        [south, west],
        [north, east],
      ],
      { maxZoom: 13, animate: false },
    )
  } else {
    map.setView([25, 0], 2)
  }
}

async function drawGround(map: L.Map, element: HTMLElement): Promise<void> {
  const { world, states, streets, streetsScript } = element.dataset
  const colours = getComputedStyle(element)
  const land = colours.getPropertyValue("--color-map-land").trim()
  const line = colours.getPropertyValue("--color-map-line").trim()
  const renderer = L.canvas({ padding: 0.5 })
  const quiet = { interactive: false, renderer }
  if (world) {
    const topology = await load(world)
    const countries = topology.objects.countries as GeometryCollection
    L.geoJSON(feature(topology, countries), {
      ...quiet,
      style: { color: line, weight: 1, fillColor: land, fillOpacity: 1 },
    }).addTo(map)
  }
  if (states) {
    const topology = await load(states)
    const borders = mesh(topology, topology.objects.states as GeometryCollection, (a, b) => a !== b)
    L.geoJSON(borders, { ...quiet, style: { color: line, weight: 1 } }).addTo(map)
  }
  if (streets && streetsScript) {
    const module = (await import(streetsScript)) as {
      addStreets: (map: L.Map, url: string, isDark: boolean, above: number) => void
    }
    module.addStreets(
      map,
      streets,
      matchMedia("(prefers-color-scheme: dark)").matches,
      OUTLINE_ZOOM,
    )
  }
}

async function load(url: string): Promise<Topology> {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`map outlines: ${answer.status}`)
  return (await answer.json()) as Topology
}

// Names on the plain ground, from our own gazetteer; where an operator laid streets, those bring their names.
async function nameCities(map: L.Map, names: L.LayerGroup, element: HTMLElement): Promise<void> {
  const { cities, streets } = element.dataset
  if (!cities || (streets && map.getZoom() > OUTLINE_ZOOM)) {
    names.clearLayers()
    return
  }
  const view = map.getBounds()
  const box = clampBox(view.getWest(), view.getSouth(), view.getEast(), view.getNorth())
  const answer = await fetch(`${cities}?bbox=${box.map((edge) => edge.toFixed(1)).join(",")}`)
  if (!answer.ok) return
  const spots = ((await answer.json()) as City[]).map((city) => ({
    city,
    ...map.latLngToContainerPoint([city.latitude, city.longitude]),
  }))
  names.clearLayers()
  for (const { city } of withoutCollisions(spots, NAME_PX)) {
    const icon = L.divIcon({ className: "map-city", iconSize: [NAME_PX.width, 18] })
    const label = L.marker([city.latitude, city.longitude], {
      icon,
      interactive: false,
      keyboard: false,
    })
    label.addTo(names)
    // As text, never as HTML.
    const place = label.getElement()
    if (place) place.textContent = city.name
  }
}

async function refresh(
  map: L.Map,
  pins: L.LayerGroup,
  question: string,
  element: HTMLElement,
): Promise<void> {
  const view = map.getBounds()
  const box = clampBox(view.getWest(), view.getSouth(), view.getEast(), view.getNorth())
  const answer = await fetch(pointsAddress(question, box, MOST_POINTS))
  if (!answer.ok) return
  const points = readPoints(await answer.json())
  pins.clearLayers()
  for (const one of cluster(points, 256 * 2 ** map.getZoom(), PIN_PX)) {
    pin(one, element, map).addTo(pins)
  }
}

function pin(one: Cluster, element: HTMLElement, map: L.Map): L.Marker {
  const count = one.points.length
  const label =
    count === 1
      ? (one.points[0]?.name ?? "")
      : (element.dataset.manyWords ?? "%s").replace("%s", String(count))
  const marker = L.marker([one.latitude, one.longitude], {
    icon: L.divIcon({
      className: "map-pin",
      iconSize: [count === 1 ? 28 : 36, count === 1 ? 28 : 36],
      html: count === 1 ? "" : String(count),
    }),
    title: label,
    alt: label,
  })
  marker.on("click", () => open(one, element, map))
  marker.on("keypress", () => open(one, element, map).getElement()?.querySelector("a")?.focus())
  marker.on("dblclick", () => map.setView([one.latitude, one.longitude], map.getZoom() + 2))
  return marker
}

// The map's own, not the pin's: it may move the map to fit, and a map that moves gets new pins.
function open(one: Cluster, element: HTMLElement, map: L.Map): L.Popup {
  const size = map.getSize()
  return L.popup({
    offset: [0, -8],
    maxWidth: Math.min(300, size.x - CONTROLS_PX - 56),
    maxHeight: size.y - 90,
    autoPanPaddingTopLeft: [CONTROLS_PX, 8],
  })
    .setLatLng([one.latitude, one.longitude])
    .setContent(popup(one, element))
    .openOn(map)
}

// Built from nodes, never from text as HTML: names come from feeds.
function popup(one: Cluster, element: HTMLElement): HTMLElement {
  const list = document.createElement("ul")
  list.className = "map-popup"
  for (const point of one.points.slice(0, MOST_IN_POPUP)) {
    const item = document.createElement("li")
    const link = document.createElement("a")
    link.href = point.url.startsWith("/meetings/") ? point.url : "#"
    link.textContent = [whenWords(point, element), point.name].filter(Boolean).join(" ")
    const place = document.createElement("div")
    place.textContent = point.place
    item.append(link, place)
    list.append(item)
  }
  if (one.points.length > MOST_IN_POPUP) {
    const more = document.createElement("li")
    more.textContent = `+ ${one.points.length - MOST_IN_POPUP}`
    list.append(more)
  }
  return list
}

function whenWords(point: Point, element: HTMLElement): string {
  if (point.day === null || point.time === null) return ""
  const language = element.closest("[lang]")?.getAttribute("lang") ?? "en"
  const [hour = 0, minute = 0] = point.time.split(":").map(Number)
  // 4 January 1970 was a Sunday.
  return dayAndTime(new Date(Date.UTC(1970, 0, 4 + point.day, hour, minute)), language, "UTC")
}
