import { expect, test } from "vitest"
import { nearAddress } from "./near-me.ts"

test("the position leaves the device rounded to about a kilometre", () => {
  expect(nearAddress("https://a.example/", 42.373611, -71.109733)).toBe(
    "https://a.example/meetings?lat=42.37&lng=-71.11",
  )
})

test("the question that stands is kept, an older place and page are not", () => {
  expect(nearAddress("https://a.example/map?q=women&near=02139&cursor=x&bbox=1,2,3,4", 1, 2)).toBe(
    "https://a.example/map?q=women&lat=1.00&lng=2.00",
  )
})
