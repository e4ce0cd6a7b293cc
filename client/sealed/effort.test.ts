import { sha256 } from "@noble/hashes/sha2.js"
import { describe, expect, test } from "vitest"
import { sendWithEffort, TooMuchEffort, workOut } from "./effort.ts"

const tail = "1772366400.AAAAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"

function zeroBits(answer: string): number {
  const digest = sha256(new TextEncoder().encode(answer))
  let bits = 0
  for (const byte of digest) {
    if (byte !== 0) return bits + Math.clz32(byte) - 24
    bits += 8
  }
  return bits
}

describe("working a challenge out", () => {
  test.each([0, 1, 7, 8, 9, 12])("of %i bits gives an answer with as many zeros", async (bits) => {
    const answer = await workOut(`${bits}.${tail}`)

    expect(answer.startsWith(`${bits}.${tail}.`)).toBe(true)
    expect(zeroBits(answer)).toBeGreaterThanOrEqual(bits)
  })

  test("gives the page its turn in between", async () => {
    let turns = 0
    const ticking = setInterval(() => turns++)

    await workOut(`14.${tail}`)

    clearInterval(ticking)
    expect(turns).toBeGreaterThan(0)
  })

  test.each(["23", "400", "-1", "many"])("of %s bits is refused", async (bits) => {
    await expect(workOut(`${bits}.${tail}`)).rejects.toThrow(TooMuchEffort)
  })

  test("ends when it is no longer wanted", async () => {
    const leaving = AbortSignal.abort(new Error("left"))

    await expect(workOut(`22.${tail}`, leaving)).rejects.toThrow("left")
  })
})

describe("sending with effort", () => {
  test("sends once more with the answer when the server asks", async () => {
    const sent: Record<string, string>[] = []

    const answer = await sendWithEffort(async (headers) => {
      sent.push(headers)
      const asked = { error: "effort-needed", sentence: "…", challenge: `4.${tail}` }
      return sent.length === 1 ? Response.json(asked, { status: 403 }) : Response.json({ ok: 1 })
    })

    expect(answer.status).toBe(200)
    expect(sent[0]).toEqual({})
    expect(zeroBits(sent[1]?.["X-Effort"] ?? "")).toBeGreaterThanOrEqual(4)
  })

  test.each([
    ["let in", Response.json({ ok: 1 })],
    ["another refusal", Response.json({ error: "kit-untested" }, { status: 403 })],
    ["a page", new Response("<h1>No</h1>", { status: 403 })],
  ])("returns what came first when it is %s", async (_, first) => {
    let times = 0

    const answer = await sendWithEffort(async () => {
      times++
      return first
    })

    expect(answer).toBe(first)
    expect(answer.bodyUsed).toBe(false)
    expect(times).toBe(1)
  })
})
