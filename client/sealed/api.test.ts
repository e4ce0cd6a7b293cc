import { expect, test } from "vitest"
import { Api, Refused } from "./api.ts"

const SENTENCE = "That was tried too often. Nothing is lost. Wait a little and try again."

/** A server that gives these answers in turn, and what it was asked. */
function server(...answers: (Response | "cut")[]) {
  const asked: Request[] = []
  const waits: number[] = []
  let signedOut = 0
  const api = new Api({
    token: "token",
    fetch: async (input, init) => {
      asked.push(new Request(new URL(String(input), "https://a.example"), init))
      const answer = answers.shift()
      if (answer === undefined || answer === "cut") throw new TypeError("Failed to fetch")
      return answer
    },
    wait: async (milliseconds) => void waits.push(milliseconds),
    signedOut: () => signedOut++,
  })
  return { api, asked, waits, signedOut: () => signedOut }
}

function refusal(status: number, error: string, headers: Record<string, string> = {}) {
  return Response.json({ error, sentence: SENTENCE }, { status, headers })
}

test("what changes something carries the token, what reads does not", async () => {
  const { api, asked } = server(Response.json({ a: 1 }), Response.json({}))

  expect(await api.get("/account/keys")).toEqual({ is: "done", value: { a: 1 } })
  await api.post("/account/blocks", { account: "b" })

  expect(asked.map((request) => request.headers.get("X-CSRFToken"))).toEqual([null, "token"])
  expect(await asked[1]?.json()).toEqual({ account: "b" })
})

test("a refusal is a value with the server's own sentence", async () => {
  const { api } = server(refusal(409, "kit-differs"))

  const expected = { status: 409, slug: "kit-differs", sentence: SENTENCE, retrySeconds: null }
  expect(await api.post("/account/kit/proof")).toEqual({ is: "refused", refusal: expected })
})

test("what must be throws it", async () => {
  const { api } = server(refusal(409, "kit-differs"))

  await expect(api.must("/account/kit/proof")).rejects.toThrow(Refused)
})

test("a cut line is tried again where asking twice is asking once", async () => {
  const { api, asked, waits } = server("cut", "cut", Response.json({ done: true }))

  const answer = await api.post("/account/join", {}, { isIdempotent: true })

  expect(answer.is).toBe("done")
  expect(asked).toHaveLength(3)
  expect(waits).toEqual([500, 1000])
})

test("it is not tried again where asking twice would do it twice", async () => {
  const { api, asked } = server("cut", Response.json({}))

  expect(await api.post("/account/card/renewal")).toMatchObject({
    refusal: { slug: "no-answer", status: 0, sentence: "" },
  })
  expect(asked).toHaveLength(1)
})

test("Retry-After is waited for where it is short, and told where it is long", async () => {
  const short = server(refusal(503, "busy", { "Retry-After": "2" }), Response.json({}))
  const long = server(refusal(429, "too-many", { "Retry-After": "120" }), Response.json({}))

  expect((await short.api.get("/account/keys")).is).toBe("done")
  expect(short.waits).toEqual([2000])
  expect(await long.api.get("/account/keys")).toMatchObject({ refusal: { retrySeconds: 120 } })
  expect(long.waits).toEqual([])
})

test("a page in place of an answer is no answer", async () => {
  const portal = () => new Response("<html>", { headers: { "Content-Type": "text/html" } })
  const { api } = server(portal())

  expect(await api.post("/account/card")).toMatchObject({ refusal: { slug: "no-answer" } })
})

test("that this device is signed out is heard, but a wrong passphrase is not that", async () => {
  const { api, signedOut } = server(
    refusal(401, "wrong-handle-or-secret"),
    refusal(401, "signed-out"),
  )

  await api.post("/account/sign-in")
  expect(signedOut()).toBe(0)
  await api.get("/account/keys")
  expect(signedOut()).toBe(1)
})
