// The sentences that a page's template brings along, in the reader's language: script makes none of its own.

/** Says a sentence by name; `{title}` in it is filled in. */
export type Say = (name: string, values?: Readonly<Record<string, string | number>>) => string

/** Return the words of `<template data-words><p data-word="saved">…</p></template>` in `root`. */
export function wordsIn(root: ParentNode): Say {
  const sentences = new Map<string, string>()
  for (const template of root.querySelectorAll<HTMLTemplateElement>("template[data-words]")) {
    for (const word of template.content.querySelectorAll<HTMLElement>("[data-word]")) {
      sentences.set(word.dataset.word ?? "", (word.textContent ?? "").trim())
    }
  }
  return (name, values = {}) => fill(sentences.get(name) ?? "", values)
}

/** Put values into a sentence. A value is never read again for braces of its own. */
export function fill(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{(\w+)\}/g, (braces, name: string) => String(values[name] ?? braces))
}

/** Return what to tell a person of an error: by its slug in their language, else its own sentence. */
export function sentenceFor(error: unknown, say: Say): string {
  const {
    slug = "",
    name = "",
    message = "",
  } = (error ?? {}) as {
    slug?: string
    name?: string
    message?: string
  }
  const values = error as Readonly<Record<string, string | number>>
  const wanted = slug || { NotThere: "not-there", NoAnswer: "no-answer" }[name] || ""
  return say(`error-${wanted}`, values) || message || say("error-unexpected")
}
