import { expect, test } from "vitest"
import { surplus, wayFor } from "./keeping.ts"

const visit = { method: "GET", mode: "navigate", part: null }

test.each([
  ["/", "page"],
  ["/help", "page"],
  ["/meetings?q=women", "page"],
  ["/meetings/keep-it-simple", "page"],
  ["/meetings/keep-it-simple/report", "visit"],
  ["/credits", "visit"],
  ["/meetings/keep-it-simple.ics", "pass"],
  ["/api/v1/meetings", "pass"],
  ["/static/build/site.css", "static"],
])("%s goes the way %s", (path, way) => {
  expect(wayFor(visit, new URL(path, "https://a.example"))).toBe(way)
})

test("what a person sends is never kept", () => {
  expect(wayFor({ ...visit, method: "POST" }, new URL("https://a.example/meetings"))).toBe("pass")
})

test("the oldest pages go, the help lines stay", () => {
  const keys = ["/help", "/meetings/a", "/meetings/b", "/meetings/c"].map(
    (p) => `https://a.example${p}`,
  )

  expect(surplus(keys, 2, new Set(["/help"]))).toEqual(["https://a.example/meetings/a"])
})
