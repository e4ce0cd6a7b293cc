// The sealed index: what a member has, and whom they know. A list page opens this one file, not a thousand.
// It is also the memory that shows a rollback or a changed key. Every function returns a new index.
import type { Json } from "./envelope.ts"
import { KeyChanged, NotWhatWasAsked, RolledBack, UnknownPerson } from "./errors.ts"
import { publicKeyBytes } from "./identities.ts"
import type { Author, Expected, Reader } from "./seal.ts"

export const INDEX_KIND = "index"

/** `date` is the day the text is about, "2026-03-01"; `readers` are account ids; `owner` is set where another wrote it. */
export interface Entry {
  readonly version: number
  readonly kind: string
  readonly title: string
  readonly date: string
  readonly readers: readonly string[]
  readonly owner?: string
}

/** `verified`: their words were compared. `changedTo`: the server gives another key now, not accepted yet. */
export interface Person {
  readonly name: string
  readonly publicKey: string
  readonly verified: boolean
  readonly changedTo?: string
  readonly pastKeys?: readonly string[]
}

export interface Index {
  readonly documents: { readonly [id: string]: Entry }
  readonly people: { readonly [account: string]: Person }
}

export type KeyState = "unknown" | "same" | "changed"

/** Return the index of somebody who has just come. */
export function emptyIndex(): Index {
  return { documents: {}, people: {} }
}

/** Return the index in an opened body. Throws NotWhatWasAsked where it is none. */
export function readIndex(body: Json): Index {
  const index = body as unknown as Index
  const isIndex =
    isRecord(index) &&
    isRecord(index.documents) &&
    isRecord(index.people) &&
    Object.values(index.documents).every(isEntry) &&
    Object.values(index.people).every(isPerson)
  if (!isIndex) throw new NotWhatWasAsked("it is not an index")
  return index
}

/** Return the index as the body of a document. */
export function indexBody(index: Index): Json {
  return index as unknown as Json
}

/** Note a document's newest version. Throws RolledBack where a newer one is noted. */
export function putEntry(index: Index, id: string, entry: Entry): Index {
  requireNotOlder(index, id, entry.version)
  return { ...index, documents: { ...index.documents, [id]: entry } }
}

/** Forget an erased document. */
export function removeEntry(index: Index, id: string): Index {
  const documents = Object.entries(index.documents).filter(([one]) => one !== id)
  return { ...index, documents: Object.fromEntries(documents) }
}

/** Return the documents, all or of one kind, the latest day first, then by title. */
export function listEntries(index: Index, kind?: string): (Entry & { readonly id: string })[] {
  return Object.entries(index.documents)
    .map(([id, entry]) => ({ id, ...entry }))
    .filter((entry) => kind === undefined || entry.kind === kind)
    .sort((a, b) => b.date.localeCompare(a.date) || a.title.localeCompare(b.title))
}

/** Return what to expect of a document that is to be opened: never older than what was seen. */
export function expectedOf(index: Index, id: string, kind: string): Expected {
  const entry = own(index.documents, id)
  return entry === undefined ? { id, kind } : { id, kind, atLeast: entry.version }
}

/** Throw RolledBack where the server's `version` of a document is older than what this member has seen. */
export function requireNotOlder(index: Index, id: string, version: number): void {
  const seen = own(index.documents, id)?.version
  if (seen !== undefined && version < seen) throw new RolledBack(version, seen)
}

/** Note somebody and their key, met by card or in person. What is known of them already is not overwritten: see `seeKey`. */
export function notePerson(
  index: Index,
  account: string,
  person: { readonly name: string; readonly publicKey: string; readonly verified: boolean },
): Index {
  publicKeyBytes(person.publicKey)
  const known = own(index.people, account)
  if (known === undefined) return withPerson(index, account, person)
  const { name, verified } = person
  if (known.publicKey !== person.publicKey) return seeKey(index, account, person.publicKey).index
  return withPerson(index, account, { ...known, name, verified: known.verified || verified })
}

/**
 * Hold the key that the server gives for somebody against the one that was noted, and note a change.
 * From "changed" on nothing is sealed to them until `acceptKey`.
 */
export function seeKey(
  index: Index,
  account: string,
  publicKey: string,
): { readonly index: Index; readonly state: KeyState } {
  const known = own(index.people, account)
  if (known === undefined) return { index, state: "unknown" }
  if (known.publicKey === publicKey) {
    // The server gives the old key again. Whether it lied then or lies now it can't say: a change stays shown.
    return { index, state: known.changedTo === undefined ? "same" : "changed" }
  }
  publicKeyBytes(publicKey)
  return {
    index: withPerson(index, account, { ...known, changedTo: publicKey }),
    state: "changed",
  }
}

/**
 * Accept somebody's changed key. `verified` says whether the new words were compared. The old key still
 * proves what they wrote with it.
 */
export function acceptKey(index: Index, account: string, verified: boolean): Index {
  const known = knownPerson(index, account)
  const { changedTo, pastKeys = [], publicKey, name } = known
  if (changedTo === undefined) {
    return withPerson(index, account, { ...known, verified: known.verified || verified })
  }
  const person = { name, publicKey: changedTo, verified, pastKeys: [publicKey, ...pastKeys] }
  return withPerson(index, account, person)
}

/** Keep the noted key: the change was not theirs. */
export function refuseKey(index: Index, account: string): Index {
  const { changedTo: _, ...kept } = knownPerson(index, account)
  return withPerson(index, account, kept)
}

/** Forget somebody. */
export function removePerson(index: Index, account: string): Index {
  const people = Object.entries(index.people).filter(([one]) => one !== account)
  return { ...index, people: Object.fromEntries(people) }
}

/** Return whom to seal to. Throws UnknownPerson, and KeyChanged for a key that was not accepted. */
export function readersOf(index: Index, accounts: readonly string[]): Reader[] {
  return accounts.map((id) => {
    const { name, publicKey, changedTo } = knownPerson(index, id)
    if (changedTo !== undefined) throw new KeyChanged(id, name)
    return { id, publicKey }
  })
}

/** Return somebody as author of what is to be opened, by the keys that were noted. Throws UnknownPerson. */
export function authorOf(index: Index, account: string): Author {
  const { publicKey, pastKeys = [] } = knownPerson(index, account)
  return { id: account, publicKey, pastKeys }
}

/**
 * Bring together what two devices noted since `base`. Nothing that either noted is lost: the newer version of a
 * document stays; one removed by either is gone unless the other has written to it since; of two keys noted for one
 * person, mine stays and the other is shown as a change.
 */
export function mergeIndexes(base: Index, mine: Index, theirs: Index): Index {
  return {
    documents: merged(base.documents, mine.documents, theirs.documents, newerEntry),
    people: merged(base.people, mine.people, theirs.people, bothPersons),
  }
}

function newerEntry(mine: Entry, theirs: Entry): Entry {
  return theirs.version > mine.version ? theirs : mine
}

function bothPersons(mine: Person, theirs: Person): Person {
  if (mine.publicKey !== theirs.publicKey) return { ...mine, changedTo: theirs.publicKey }
  const changedTo = mine.changedTo ?? theirs.changedTo
  const verified = mine.verified || theirs.verified
  return { ...mine, verified, ...(changedTo !== undefined && { changedTo }) }
}

type Rows<T> = { readonly [id: string]: T }

function merged<T>(
  base: Rows<T>,
  mine: Rows<T>,
  theirs: Rows<T>,
  both: (mine: T, theirs: T) => T,
): Rows<T> {
  const ids = new Set([...Object.keys(mine), ...Object.keys(theirs)])
  const rows = Array.from(ids, (id): [string, T | undefined] => {
    const [before, one, other] = [own(base, id), own(mine, id), own(theirs, id)]
    if (isSame(one, before)) return [id, other]
    if (isSame(other, before)) return [id, one]
    return [id, one && other ? both(one, other) : (one ?? other)]
  })
  return Object.fromEntries(rows.filter((row): row is [string, T] => row[1] !== undefined))
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function withPerson(index: Index, account: string, person: Person): Index {
  return { ...index, people: { ...index.people, [account]: person } }
}

function knownPerson(index: Index, account: string): Person {
  const known = own(index.people, account)
  if (known === undefined) throw new UnknownPerson(account)
  return known
}

/** An id from the server may be "constructor": only what was put there counts. */
function own<T>(rows: Rows<T>, id: string): T | undefined {
  return Object.hasOwn(rows, id) ? rows[id] : undefined
}

function isEntry(entry: Entry): boolean {
  return (
    isRecord(entry) &&
    Number.isSafeInteger(entry.version) &&
    [entry.kind, entry.title, entry.date].every((text) => typeof text === "string") &&
    (entry.owner === undefined || typeof entry.owner === "string") &&
    isTexts(entry.readers)
  )
}

function isPerson(person: Person): boolean {
  return (
    isRecord(person) &&
    [person.name, person.publicKey].every((text) => typeof text === "string") &&
    typeof person.verified === "boolean" &&
    (person.changedTo === undefined || typeof person.changedTo === "string") &&
    (person.pastKeys === undefined || isTexts(person.pastKeys))
  )
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === "string")
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
