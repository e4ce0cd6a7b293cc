import { expect, test } from "vitest"
import { type Field, readFields, writeFields } from "./fields.ts"

function field(name: string, type: string, value = "", checked = false): Field {
  return { name, type, value, checked }
}

function form(): Field[] {
  return [
    field("csrfmiddlewaretoken", "hidden", "token"),
    field("title", "text", "Sunday"),
    field("text", "textarea", "Grateful."),
    field("shared", "checkbox", "on", true),
    field("touches", "checkbox", "pride", true),
    field("touches", "checkbox", "money"),
    field("touches", "checkbox", "fear", true),
    field("mood", "radio", "low"),
    field("mood", "radio", "fair", true),
    field("who", "text", "my brother"),
    field("who", "text", "my boss"),
    field("", "text", "no name"),
    field("save", "submit", "Save"),
  ]
}

const BODY = {
  title: "Sunday",
  text: "Grateful.",
  shared: true,
  touches: ["pride", "fear"],
  mood: "fair",
  who: ["my brother", "my boss"],
}

test("fields become members, without the server's token, buttons and nameless ones", () => {
  expect(readFields(form())).toEqual(BODY)
})

test("a body goes back into the same fields", () => {
  const empty = form().map((one) => ({ ...one, checked: false }))
  for (const one of empty) if (["text", "textarea"].includes(one.type)) one.value = ""

  writeFields(empty, BODY)

  expect(readFields(empty)).toEqual(BODY)
})

test("what a body does not have is empty afterwards, whatever stood there", () => {
  const fields = form()

  writeFields(fields, {})

  expect(readFields(fields)).toEqual({
    title: "",
    text: "",
    shared: false,
    touches: [],
    mood: "",
    who: ["", ""],
  })
})
