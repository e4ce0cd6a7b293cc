import type { Point } from "./clusters.ts"

/** The API's address for the same question within what the map shows. The list decides the rest of the question. */
export function pointsAddress(
  base: string,
  box: readonly [number, number, number, number],
  limit: number,
): string {
  const url = new URL(base)
  for (const name of ["cursor", "facets", "limit", "bbox"]) url.searchParams.delete(name)
  url.searchParams.set("bbox", box.map((edge) => edge.toFixed(4)).join(","))
  url.searchParams.set("limit", String(limit))
  return url.toString()
}

/** West, south, east, north of a view, each within the world; a view wider than the world is the world. */
export function clampBox(
  west: number,
  south: number,
  east: number,
  north: number,
): [number, number, number, number] {
  if (east - west >= 360) return [-180, Math.max(south, -90), 180, Math.min(north, 90)]
  return [wrap(west), Math.max(south, -90), wrap(east), Math.min(north, 90)]
}

function wrap(longitude: number): number {
  return ((((longitude + 180) % 360) + 360) % 360) - 180
}

/** The meetings of an API answer that have a point. Anything of another shape is left out. */
export function readPoints(answer: unknown): Point[] {
  const meetings = (answer as { meetings?: unknown } | null)?.meetings
  if (!Array.isArray(meetings)) return []
  return meetings.flatMap((meeting: Record<string, unknown>) =>
    typeof meeting.latitude === "number" && typeof meeting.longitude === "number"
      ? [
          {
            id: String(meeting.id),
            name: String(meeting.name),
            url: String(meeting.url),
            time: typeof meeting.time === "string" ? meeting.time : null,
            day: typeof meeting.day === "number" ? meeting.day : null,
            latitude: meeting.latitude,
            longitude: meeting.longitude,
            place: String(meeting.location || meeting.address || meeting.city || ""),
          },
        ]
      : [],
  )
}
