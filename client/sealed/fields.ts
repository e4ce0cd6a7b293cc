// From the fields of a form that the server made to the body of a document, and back. A form needs to know nothing of
// sealing: names become members, fields of one name a list, and a repeated part a list of parts.
import type { Json } from "../vault/envelope.ts"

export type Body = { readonly [name: string]: Json }

/** What there must be to a field; HTML's own have it. */
export interface Field {
  readonly name: string
  readonly type: string
  value: string
  checked?: boolean
  readonly selectedOptions?: Iterable<{ readonly value: string }>
  readonly options?: Iterable<{ readonly value: string; selected: boolean }>
}

// What is not anybody's writing: the server's token, buttons, files.
const NOT_WRITING = new Set(["submit", "button", "reset", "image", "file", "fieldset", "output"])

/** Return what the fields say. A tick alone is true or false; several of one name are the list of those that are set. */
export function readFields(fields: Iterable<Field>): Body {
  const body: Record<string, Json> = {}
  for (const [name, alike] of byName(fields)) body[name] = valueIn(alike)
  return body
}

/** Put a body into the fields. What is not in the body becomes empty; what has no field stays with the document. */
export function writeFields(fields: Iterable<Field>, body: Body): void {
  for (const [name, alike] of byName(fields)) {
    const value = body[name] ?? null
    alike.forEach((field, at) => {
      writeField(field, Array.isArray(value) && !isChoice(field) ? (value[at] ?? "") : value)
    })
  }
}

function byName(fields: Iterable<Field>): Map<string, Field[]> {
  const names = new Map<string, Field[]>()
  for (const field of fields) {
    if (field.name === "" || field.name === "csrfmiddlewaretoken") continue
    if (NOT_WRITING.has(field.type)) continue
    names.set(field.name, [...(names.get(field.name) ?? []), field])
  }
  return names
}

function valueIn(alike: readonly Field[]): Json {
  const [first] = alike
  if (first === undefined) return null
  if (first.type === "radio") return alike.find(({ checked }) => checked)?.value ?? ""
  if (first.type === "checkbox") {
    if (alike.length === 1) return first.checked === true
    return alike.filter(({ checked }) => checked).map(({ value }) => value)
  }
  if (first.type === "select-multiple") {
    return Array.from(first.selectedOptions ?? [], ({ value }) => value)
  }
  return alike.length === 1 ? first.value : alike.map(({ value }) => value)
}

function writeField(field: Field, value: Json): void {
  if (field.type === "radio") {
    field.checked = field.value === value
  } else if (field.type === "checkbox") {
    field.checked = Array.isArray(value) ? value.includes(field.value) : value === true
  } else if (field.type === "select-multiple") {
    const chosen = Array.isArray(value) ? value : [value]
    for (const option of field.options ?? []) option.selected = chosen.includes(option.value)
  } else {
    field.value = value === null || typeof value === "object" ? "" : String(value)
  }
}

function isChoice(field: Field): boolean {
  return ["radio", "checkbox", "select-multiple"].includes(field.type)
}
