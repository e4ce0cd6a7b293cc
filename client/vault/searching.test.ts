import { expect, test } from "vitest"
import { foldWord, TextSearch, textOf } from "./searching.ts"

function search(...texts: [string, string][]): TextSearch {
  const search = new TextSearch()
  for (const [id, text] of texts) {
    search.put({ id, kind: "journal", title: `Page ${id}`, date: "2026-03-01", text })
  }
  return search
}

function ids(found: readonly { id: string }[]): string[] {
  return found.map(({ id }) => id).sort()
}

test.each([
  ["ETE", "Cet été"],
  ["été", "CET ETE"],
  ["strasse", "die Straße"],
  ["e\u0301te\u0301", "cet été"],
  ["serenidad", "Serenidád"],
  ["grate", "grateful"],
  ["gratful", "grateful"],
  ["благодарность", "Благодарность"],
])('"%s" finds "%s"', (query, text) => {
  expect(ids(search(["a", text], ["b", "nothing else"]).find(query))).toEqual(["a"])
})

test("all words must be there", () => {
  const texts = search(["a", "my sponsor called"], ["b", "my sponsor"], ["c", "called"])

  expect(ids(texts.find("sponsor called"))).toEqual(["a"])
  expect(texts.find("relapse")).toEqual([])
  expect(texts.find("")).toEqual([])
})

test("a title counts more than a text", () => {
  const texts = search(["a", "about fear, and fear again"])
  texts.put({ id: "b", kind: "step-4", title: "Fear", date: "2026-03-02", text: "a list" })

  expect(texts.find("fear").map(({ id }) => id)).toEqual(["b", "a"])
  expect(texts.find("fear", { kind: "journal" })).toEqual([
    { id: "a", kind: "journal", title: "Page a", date: "2026-03-01" },
  ])
  expect(texts.find("fear", { most: 1 })).toHaveLength(1)
})

test("a text that changed is found by its new words only, a removed one not at all", () => {
  const texts = search(["a", "anger"], ["b", "calm"])

  texts.put({ id: "a", kind: "journal", title: "Page", date: "2026-03-01", text: "peace" })
  texts.remove("b")
  texts.remove("never there")

  expect(ids(texts.find("peace"))).toEqual(["a"])
  expect(texts.find("anger")).toEqual([])
  expect(texts.find("calm")).toEqual([])
  expect(texts.size).toBe(1)
})

test("a copy in another worker finds the same, and goes on", () => {
  const copy = new TextSearch(search(["a", "peace"]).copy())

  copy.put({ id: "b", kind: "journal", title: "", date: "2026-03-01", text: "more péace" })

  expect(ids(copy.find("peace"))).toEqual(["a", "b"])
})

test("the texts of a body are all its strings but title and date", () => {
  const body = {
    title: "T",
    date: "D",
    text: "one",
    rows: [{ who: "two", n: 3 }, null, true],
    x: {},
  }

  expect(textOf(body).split(/\s+/).filter(Boolean)).toEqual(["one", "two"])
  expect(textOf("alone")).toBe("alone")
})

test("folding leaves other scripts alone", () => {
  expect(foldWord("Ærø")).toBe("aero")
  expect(foldWord("日本")).toBe("日本")
})
