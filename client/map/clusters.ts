/** A meeting as the map needs it; the shape of the API's answer. */
export interface Point {
  id: string
  name: string
  url: string
  time: string | null
  day: number | null
  latitude: number
  longitude: number
  place: string
}

export interface Cluster {
  latitude: number
  longitude: number
  points: Point[]
}

/**
 * Group points that would overlap: those in one square of `cell` pixels at a zoom where the world is `worldPixels` wide.
 * Every point is in exactly one cluster; the cluster stands at the middle of its points.
 */
export function cluster(points: readonly Point[], worldPixels: number, cell: number): Cluster[] {
  const cells = new Map<string, Point[]>()
  for (const point of points) {
    const x = Math.floor((((point.longitude + 180) / 360) * worldPixels) / cell)
    const y = Math.floor((mercator(point.latitude) * worldPixels) / cell)
    const key = `${x}:${y}`
    const found = cells.get(key)
    if (found) found.push(point)
    else cells.set(key, [point])
  }
  return [...cells.values()].map((members) => ({
    latitude: mean(members.map(({ latitude }) => latitude)),
    longitude: mean(members.map(({ longitude }) => longitude)),
    points: members,
  }))
}

/** The Web Mercator y of a latitude, 0 at the north edge and 1 at the south. */
function mercator(latitude: number): number {
  const sine = Math.sin((Math.max(-85, Math.min(85, latitude)) * Math.PI) / 180)
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}
