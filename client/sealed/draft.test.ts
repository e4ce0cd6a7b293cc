import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { Draft } from "./draft.ts"
import type { Body } from "./fields.ts"

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function draft(save: (body: Body) => Promise<void>, failed = vi.fn()) {
  return { draft: new Draft({ save, failed, pause: 700 }), failed }
}

test("a pause seals the last of what was typed, once", async () => {
  const save = vi.fn(async () => undefined)
  const { draft: typing } = draft(save)

  typing.type({ text: "a" })
  await vi.advanceTimersByTimeAsync(600)
  typing.type({ text: "ab" })
  await vi.advanceTimersByTimeAsync(600)
  expect(save).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(200)

  expect(save.mock.calls).toEqual([[{ text: "ab" }]])
  expect(typing.isUnsealed).toBe(false)
})

test("leaving seals at once", async () => {
  const save = vi.fn(async () => undefined)
  const { draft: typing } = draft(save)
  typing.type({ text: "a" })

  await typing.flush()

  expect(save).toHaveBeenCalledOnce()
})

test("what is typed while it is sealed is sealed after it, in order", async () => {
  const done: string[] = []
  const { draft: typing } = draft(async ({ text }) => {
    await new Promise((resume) => setTimeout(resume, 100))
    done.push(String(text))
  })
  typing.type({ text: "a" })
  const first = typing.flush()
  await vi.advanceTimersByTimeAsync(0)
  typing.type({ text: "ab" })
  const second = typing.flush()
  await vi.runAllTimersAsync()
  await Promise.all([first, second])

  expect(done).toEqual(["a", "ab"])
})

test("what could not be sealed stays typed, is said, and goes with the next pause", async () => {
  let isFull = true
  const sealed: Body[] = []
  const { draft: typing, failed } = draft(async (body) => {
    if (isFull) throw new Error("quota")
    sealed.push(body)
  })
  typing.type({ text: "a" })
  await typing.flush()
  expect(typing.isUnsealed).toBe(true)
  expect(failed).toHaveBeenCalledOnce()

  isFull = false
  await typing.flush()

  expect(sealed).toEqual([{ text: "a" }])
})
