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
 * Group points that would overlap at a zoom where the world is `worldPixels` wide. Every point is in exactly one
 * cluster, and no two clusters stand closer than `apart` pixels: a thumb hits the one it means.
 */
export function cluster(points: readonly Point[], worldPixels: number, apart: number): Cluster[] {
  const placed: { x: number; y: number; cluster: Cluster }[] = []
  for (const point of points) {
    const x = ((point.longitude + 180) / 360) * worldPixels
    const y = mercator(point.latitude) * worldPixels
    const near = placed.find((each) => Math.hypot(each.x - x, each.y - y) < apart)
    if (near) near.cluster.points.push(point)
    else {
      const { latitude, longitude } = point
      placed.push({ x, y, cluster: { latitude, longitude, points: [point] } })
    }
  }
  return placed.map(({ cluster: made }) => made)
}

/** The Web Mercator y of a latitude, 0 at the north edge and 1 at the south. */
function mercator(latitude: number): number {
  const sine = Math.sin((Math.max(-85, Math.min(85, latitude)) * Math.PI) / 180)
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)
}
