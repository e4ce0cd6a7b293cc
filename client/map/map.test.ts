import { expect, test } from "vitest"
import { cluster, type Point } from "./clusters.ts"
import { withoutCollisions } from "./names.ts"
import { clampBox, pointsAddress, readPoints } from "./questions.ts"

function point(id: string, latitude: number, longitude: number): Point {
  return {
    id,
    name: id,
    url: `/meetings/${id}`,
    time: null,
    day: null,
    latitude,
    longitude,
    place: "",
  }
}

test("every point is in exactly one cluster", () => {
  const points = Array.from({ length: 500 }, (_, i) =>
    point(String(i), (i % 170) - 85, ((i * 7) % 360) - 180),
  )

  const ids = cluster(points, 1024, 44).flatMap((one) => one.points.map(({ id }) => id))

  expect(ids.sort()).toEqual(points.map(({ id }) => id).sort())
})

test("neighbours stand together when the map is far, apart when it is near", () => {
  const two = [point("a", 40.71, -74.0), point("b", 40.72, -74.0)]

  expect(cluster(two, 256, 44)).toHaveLength(1)
  expect(cluster(two, 256 * 2 ** 16, 44)).toHaveLength(2)
})

test("the question is kept and the box is added", () => {
  expect(
    pointsAddress("https://a.example/api/v1/meetings?q=women&cursor=x", [-1, 2, 3, 4], 200),
  ).toBe(
    "https://a.example/api/v1/meetings?q=women&bbox=-1.0000%2C2.0000%2C3.0000%2C4.0000&limit=200",
  )
})

test("a view past the date line is asked in the world's own degrees", () => {
  expect(clampBox(170, -20, 190, 20)).toEqual([170, -20, -170, 20])
  expect(clampBox(-400, -95, 400, 95)).toEqual([-180, -90, 180, 90])
})

test("what has no point, or is no answer at all, is left out", () => {
  expect(readPoints(null)).toEqual([])
  expect(
    readPoints({
      meetings: [
        { id: 1, latitude: null },
        { id: 2, latitude: 1, longitude: 2 },
      ],
    }),
  ).toHaveLength(1)
})

test("no two clusters stand closer than a thumb is wide", () => {
  const points = Array.from({ length: 300 }, (_, i) =>
    point(String(i), 40 + ((i * 37) % 100) / 1000, -74 + ((i * 61) % 100) / 1000),
  )
  const world = 256 * 2 ** 12

  const made = cluster(points, world, 44)

  const spots = made.map(({ longitude, latitude }) => {
    const sine = Math.sin((latitude * Math.PI) / 180)
    const y = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)
    return [((longitude + 180) / 360) * world, y * world] as const
  })
  for (const [i, [x, y]] of spots.entries()) {
    for (const [u, v] of spots.slice(i + 1)) {
      expect(Math.hypot(x - u, y - v)).toBeGreaterThanOrEqual(44)
    }
  }
})

test("a name gives way to a larger city's", () => {
  const spots = [
    { name: "Boston", x: 100, y: 100 },
    { name: "Cambridge", x: 60, y: 95 },
    { name: "Worcester", x: 400, y: 100 },
  ]

  const kept = withoutCollisions(spots, { width: 110, height: 28 })

  expect(kept.map(({ name }) => name)).toEqual(["Boston", "Worcester"])
})
