import { expect, test } from "vitest"
import { dayAndTime, untilWords, zoneDiffers } from "./time-words.ts"

const now = new Date("2026-11-24T19:18:00Z")

test.each([
  ["2026-11-24T19:30:00Z", "in 12 min"],
  ["2026-11-24T19:18:20Z", "in 1 min"],
  ["2026-11-24T19:18:00Z", "now"],
  ["2026-11-24T19:08:00Z", "now"],
  ["2026-11-24T19:07:00Z", ""],
  ["2026-11-24T21:18:00Z", "in 120 min"],
  ["2026-11-24T21:19:00Z", ""],
])("at 19:18 a start at %s reads %j", (start, words) => {
  expect(untilWords(new Date(start), now, "in %s min", "now")).toBe(words)
})

test("a zone with the same clock does not differ, and a nonsense zone says nothing", () => {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  expect(zoneDiffers(now, own)).toBe(false)
  expect(zoneDiffers(now, "Nowhere/None")).toBe(false)
  expect(zoneDiffers(now, own === "Asia/Tokyo" ? "America/New_York" : "Asia/Tokyo")).toBe(true)
})

test.each([
  ["en", "Tue 7:18\u00a0pm"],
  ["es", "mar, 19:18"],
  ["fr", "mar. 19:18"],
])("weekday and time in %s", (language, words) => {
  expect(dayAndTime(now, language, "UTC")).toBe(words)
})
