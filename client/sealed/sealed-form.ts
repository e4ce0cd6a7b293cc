// <sealed-form kind="…">: wraps a form that the server made and keeps what is typed into it as a sealed document. The
// form is never sent. Which document it is stands in the fragment of the address, which no server sees.
//
//   <sealed-form kind="journal">
//     <form>… fields; <fieldset data-repeat="rows">…<template>one row</template> for what repeats …</form>
//     <p data-status role="status"></p> <p data-readers></p>
//     <div data-conflict hidden>…</div> <template data-words>…</template>
//   </sealed-form>
import type { Json } from "../vault/envelope.ts"
import type { Opened, SaveState } from "./documents.ts"
import { Draft } from "./draft.ts"
import { type Body, type Field, readFields, writeFields } from "./fields.ts"
import { type Say, sentenceFor, wordsIn } from "./page-words.ts"
import { type Writing, whenOpen } from "./writing.ts"

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export class SealedForm extends HTMLElement {
  #say: Say = () => ""
  #writing: Writing | null = null
  #id = ""
  #body: Body = {}
  #draft: Draft | null = null
  #stop: () => void = () => undefined

  /** The document that is open; empty until one is. */
  get documentId(): string {
    return this.#id
  }

  get kind(): string {
    return this.getAttribute("kind") ?? ""
  }

  get body(): Body {
    return this.#body
  }

  connectedCallback(): void {
    this.#say = wordsIn(document)
    this.#lock(true)
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault()
      void this.seal()
    })
    this.#form.addEventListener("input", () => this.#typed())
    this.#form.addEventListener("change", () => void this.seal())
    this.addEventListener("click", (event) => this.#clicked(event))
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) void this.seal()
    })
    addEventListener("pagehide", () => void this.seal())
    addEventListener("beforeunload", (event) => {
      if (this.#draft?.isUnsealed) event.preventDefault()
    })
    addEventListener("hashchange", () => void this.#open())
    whenOpen(
      (writing) => void this.#begin(writing),
      (error) => this.#fail(error),
    )
  }

  disconnectedCallback(): void {
    this.#stop()
  }

  /** Seal what was typed, now. */
  async seal(): Promise<void> {
    this.#typed()
    await this.#draft?.flush()
  }

  /** Put another body into the fields and seal it. */
  async replace(body: Body): Promise<void> {
    this.#body = body
    this.#write(body)
    this.#draft?.type(body)
    await this.#draft?.flush()
  }

  async #begin(writing: Writing): Promise<void> {
    this.#stop()
    this.#writing = writing
    this.#stop = writing.documents.listen((id, state) => {
      if (id === this.#id) this.#show(state)
    })
    await this.#open()
  }

  async #open(): Promise<void> {
    const writing = this.#writing
    const id = location.hash.slice(1)
    if (writing === null || (id !== "" && id === this.#id)) return
    await this.#draft?.flush()
    this.#id = UUID.test(id) ? id : ""
    this.#body = {}
    this.#draft = new Draft({
      save: (body) => this.#save(writing, body),
      failed: (error) => this.#fail(error),
    })
    try {
      if (this.#id !== "") this.#take(await writing.documents.load(this.#id, this.kind))
      else this.#takeNew()
    } catch (error) {
      this.#fail(error)
    }
  }

  #takeNew(): void {
    this.#write(this.#fresh())
    this.#lock(false)
    this.#status("ready", this.#say("status-ready"))
    this.#tellOpened(null)
  }

  /** What the server put into the fields is where a new document starts, the day apart: that is the device's own. */
  #fresh(): Body {
    const read = readFields(this.#plainFields())
    return "date" in read ? { ...read, date: read.date || localDay(new Date()) } : read
  }

  #take(opened: Opened): void {
    const { envelope, owner, isWaiting } = opened
    const isOwn = owner === this.#writing?.account
    this.#body = envelope.body as Body
    this.#write(this.#body)
    this.#lock(!isOwn)
    if (isOwn && isWaiting) this.#status("waiting", this.#say("status-waiting"))
    else if (isOwn) this.#status("saved", this.#say("status-saved"))
    else this.#status("ready", "")
    this.#tellOpened(opened)
  }

  #tellOpened(opened: Opened | null): void {
    this.dispatchEvent(new CustomEvent("opened", { detail: opened, bubbles: true }))
  }

  #typed(): void {
    if (this.#draft === null || this.#isLocked) return
    const body = { ...this.#body, ...this.#read() }
    // A look at a document is no change of it.
    if (JSON.stringify(body) === JSON.stringify(this.#body)) return
    if (this.#id === "" && isEmpty(body)) return
    this.#body = body
    this.#status("typing", this.#say("status-typing"))
    this.#draft.type(body)
  }

  async #save({ documents }: Writing, body: Body): Promise<void> {
    const isNew = this.#id === ""
    if (isNew) this.#id = crypto.randomUUID()
    await documents.save(this.#id, this.kind, body as Json)
    if (isNew) {
      history.replaceState(history.state, "", `#${this.#id}`)
      this.dispatchEvent(new CustomEvent("made", { bubbles: true }))
    }
  }

  #show(state: SaveState): void {
    // The last words are in the page alone: nothing may be called sealed or saved yet.
    const isAhead =
      this.#draft?.isTyping && ["sealed", "sending", "saved", "later"].includes(state.is)
    if (isAhead) return
    switch (state.is) {
      case "sealed":
      case "sending":
        if (this.dataset.state !== "failed") this.#status("sealed", this.#say("status-sealed"))
        break
      case "saved":
        this.#status(
          "saved",
          this.#say(state.notFor.length > 0 ? "status-not-for" : "status-saved"),
        )
        break
      case "later":
        this.#status("waiting", state.sentence || this.#say("status-waiting"))
        break
      case "signed-out":
        this.#status("waiting", this.#say("status-signed-out"))
        break
      case "refused":
        this.#status("failed", this.#refusal(state.slug, state.sentence))
        break
      case "moved":
        this.#id = state.to
        history.replaceState(history.state, "", `#${state.to}`)
        break
      case "conflict":
        void this.#showConflict(state.copy)
    }
  }

  #refusal(slug: string, sentence: string): string {
    return this.#say("status-refused", { why: sentence || this.#say(`error-${slug}`) }).trim()
  }

  /** Both texts, side by side, and what to do with them. Until somebody chooses, both are kept. */
  async #showConflict(copy: string): Promise<void> {
    const part = this.querySelector<HTMLElement>("[data-conflict]")
    const documents = this.#writing?.documents
    if (part === null || documents === undefined) return
    const { envelope } = await documents.load(copy, this.kind)
    const theirs = envelope.body as Body
    this.#compare(part, "here", this.#body)
    this.#compare(part, "there", theirs)
    part.hidden = false
    const choose = async (choice: string) => {
      part.hidden = true
      if (choice === "both") return
      if (choice === "there") {
        // Its title without "written on another device": it is the document now.
        await this.replace({ ...theirs, title: this.#body.title ?? "" })
      }
      await documents.erase(copy)
    }
    for (const button of part.querySelectorAll<HTMLButtonElement>("[data-choose]")) {
      button.onclick = () => {
        choose(button.dataset.choose ?? "both").catch((error) => this.#fail(error))
      }
    }
    part.querySelector<HTMLElement>("h2")?.focus()
  }

  #compare(part: HTMLElement, side: string, body: Body): void {
    const place = part.querySelector<HTMLElement>(`[data-side="${side}"]`)
    if (place !== null) place.textContent = textsOf(body)
  }

  #fail(error: unknown): void {
    this.#status("failed", sentenceFor(error, this.#say))
    this.dispatchEvent(new CustomEvent("failed", { detail: error, bubbles: true }))
  }

  #status(state: string, sentence: string): void {
    this.dataset.state = state
    const place = this.querySelector<HTMLElement>("[data-status]")
    if (place !== null && place.textContent !== sentence) place.textContent = sentence
  }

  #clicked(event: Event): void {
    const button = (event.target as Element).closest?.<HTMLElement>(
      "[data-add-row], [data-remove-row]",
    )
    const repeat = button?.closest<HTMLElement>("[data-repeat]")
    if (!button || !repeat) return
    if ("addRow" in button.dataset)
      addRow(repeat)?.querySelector<HTMLElement>("input, textarea")?.focus()
    else button.closest("[data-row]")?.remove()
    void this.seal()
  }

  get #form(): HTMLFormElement {
    const form = this.querySelector("form")
    if (form === null) throw new Error("a sealed form needs a form")
    return form
  }

  get #isLocked(): boolean {
    return this.#form.querySelector("fieldset[data-all]")?.hasAttribute("disabled") ?? false
  }

  /** Nothing can be typed where it could not be kept. */
  #lock(isLocked: boolean): void {
    const all = this.#form.querySelector<HTMLFieldSetElement>("fieldset[data-all]")
    if (all !== null) all.disabled = isLocked
  }

  #read(): Body {
    const body: Record<string, Json> = { ...readFields(this.#plainFields()) }
    for (const repeat of this.#repeats()) {
      body[repeat.dataset.repeat ?? ""] = rowsOf(repeat).map((row) => readFields(fieldsIn(row)))
    }
    return body
  }

  #write(body: Body): void {
    writeFields(this.#plainFields(), body)
    for (const repeat of this.#repeats()) {
      const rows = body[repeat.dataset.repeat ?? ""]
      for (const row of rowsOf(repeat)) row.remove()
      for (const row of Array.isArray(rows) ? rows : []) {
        const made = addRow(repeat)
        if (made !== null) writeFields(fieldsIn(made), row as Body)
      }
    }
  }

  #plainFields(): Field[] {
    return fieldsIn(this.#form).filter(
      (field) => (field as unknown as Element).closest("[data-repeat]") === null,
    )
  }

  #repeats(): HTMLElement[] {
    return Array.from(this.#form.querySelectorAll<HTMLElement>("[data-repeat]"))
  }
}

/** Return the day it is where this device is, "2026-03-01". */
export function localDay(now: Date): string {
  const two = (number: number) => String(number).padStart(2, "0")
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
}

function fieldsIn(part: HTMLElement): Field[] {
  return Array.from(part.querySelectorAll<HTMLInputElement>("input, textarea, select"))
}

function rowsOf(repeat: HTMLElement): HTMLElement[] {
  return Array.from(repeat.querySelectorAll<HTMLElement>("[data-row]"))
}

function addRow(repeat: HTMLElement): HTMLElement | null {
  const template = repeat.querySelector("template")
  const row = template?.content.firstElementChild?.cloneNode(true) as HTMLElement | undefined
  if (!template || !row) return null
  row.dataset.row = ""
  template.before(row)
  return row
}

function isEmpty(body: Body): boolean {
  return Object.entries(body).every(([name, value]) => {
    return name === "date" || value === "" || value === false || isEmptyList(value)
  })
}

function isEmptyList(value: Json): boolean {
  return Array.isArray(value) && value.every((one) => one === "" || isEmptyList(one))
}

function textsOf(body: Body): string {
  const texts = Object.values(body).flatMap((value) => {
    if (typeof value === "string") return [value]
    return Array.isArray(value) ? value.map((one) => textsOf(one as Body)) : []
  })
  return texts.filter((text) => text !== "").join("\n\n")
}
