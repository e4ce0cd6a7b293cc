// Everything a member has, taken away and read back: as the server keeps it (a zip of age files, which plain `age`
// opens), or in the clear (JSON to be read back by programs, Markdown for people).
import { strFromU8, strToU8, unzipSync, type Zippable, zipSync } from "fflate"
import { type Envelope, type Json, readEnvelope, withoutCodes } from "./envelope.ts"
import { ArchiveRefused, CannotOpen, NotFromAuthor, VaultError } from "./errors.ts"
import { GROUP_KEY_KIND, type GroupKey, groupKeyring, openGroupKey } from "./groups.ts"
import type { Keyring } from "./identities.ts"
import { type Author, openDocument } from "./seal.ts"

/** A version of a document, as the manifest names it. `day` is when it was kept, "2026-03-01". */
export interface ArchivedVersion {
  readonly id: string
  readonly kind: string
  readonly owner: string
  readonly version: number
  readonly day: string
  readonly file: string
}

/** A key of a group, sealed to the member. */
export interface ArchivedGroupKey {
  readonly group: string
  readonly epoch: number
  readonly public_key: string
  readonly file: string
}

export interface Manifest {
  readonly v: 1
  readonly account: string
  readonly day: string
  readonly documents: readonly ArchivedVersion[]
  readonly group_keys: readonly ArchivedGroupKey[]
}

export interface SealedArchive {
  readonly manifest: Manifest
  readonly files: ReadonlyMap<string, Uint8Array>
}

export interface OpenedArchive {
  readonly envelopes: readonly Envelope[]
  /** What did not open, and why: nothing is left out in silence. */
  readonly failed: readonly { readonly file: string; readonly error: VaultError }[]
}

const MANIFEST = "manifest.json"
// What a phone's memory bears. A member who writes a page a day for ten years has a tenth of it.
const MOST_BYTES = 256 * 1024 * 1024
const MOST_FILES = 50_000

/** Make an archive like the server's from files at hand, for a member without a connection. */
export function makeSealedArchive(
  archive: Omit<Manifest, "v" | "documents" | "group_keys"> & {
    readonly documents: readonly (Omit<ArchivedVersion, "file"> & { readonly bytes: Uint8Array })[]
  },
): Uint8Array {
  const { account, day } = archive
  const files: Zippable = {}
  const documents = archive.documents.map(({ bytes, ...version }) => {
    const file = `documents/${version.id}/${version.version}.age`
    files[file] = [bytes, { level: 0 }]
    return { ...version, file }
  })
  const manifest: Manifest = { v: 1, account, day, documents, group_keys: [] }
  files[MANIFEST] = strToU8(JSON.stringify(manifest, null, 1))
  return zipSync(files, { mtime: middayOf(day) })
}

/** Read an archive of age files, the server's or one's own. Throws ArchiveRefused. Nothing is opened yet. */
export function readSealedArchive(zip: Uint8Array): SealedArchive {
  const files = unzip(zip)
  const manifest = parsed(files, MANIFEST) as unknown as Manifest
  const named = [...rowsOf(manifest.documents), ...rowsOf(manifest.group_keys)]
  if (manifest.v !== 1) throw new ArchiveRefused("it is of another form")
  for (const { file } of named) {
    if (typeof file !== "string" || !files.has(file)) {
      throw new ArchiveRefused(`${file} is missing in it`)
    }
  }
  return { manifest, files }
}

/**
 * Open what is in an archive. `people` are those whose keys were noted: what others wrote is held against them.
 * What does not open is told with its reason, the rest is returned.
 */
export async function openArchive(
  archive: SealedArchive,
  keyring: Keyring,
  people: readonly Author[] = [],
): Promise<OpenedArchive> {
  const { manifest } = archive
  const failed: { file: string; error: VaultError }[] = []
  const groups = new Map<string, GroupKey[]>()
  for (const row of manifest.group_keys) {
    const key = await attempt(row.file, failed, () => openedKey(archive, row, keyring, people))
    if (key !== null) groups.set(row.group, [...(groups.get(row.group) ?? []), key])
  }
  const envelopes: Envelope[] = []
  for (const row of manifest.documents) {
    if (row.kind === GROUP_KEY_KIND) continue
    const opening = () => openedVersion(archive, row, keyring, people, groups)
    const envelope = await attempt(row.file, failed, opening)
    if (envelope !== null) envelopes.push(envelope)
  }
  return { envelopes, failed }
}

/** Make an archive in the clear. The page says before: whoever has the file can read it. */
export function makePlainArchive(envelopes: readonly Envelope[], day: string): Uint8Array {
  const files: Zippable = {}
  for (const envelope of envelopes) {
    files[`documents/${envelope.id}/${envelope.version}.json`] = strToU8(
      JSON.stringify(envelope, null, 1),
    )
  }
  for (const envelope of newestOf(envelopes)) {
    files[`readable/${readableName(envelope)}`] = strToU8(writeMarkdown(envelope))
  }
  const documents = Object.keys(files).filter((name) => name.endsWith(".json"))
  files[MANIFEST] = strToU8(JSON.stringify({ v: 1, plain: true, day, documents }, null, 1))
  return zipSync(files, { mtime: middayOf(day) })
}

/** Read an archive in the clear. Throws ArchiveRefused naming the file that is wrong. */
export function readPlainArchive(zip: Uint8Array): Envelope[] {
  const files = unzip(zip)
  const manifest = parsed(files, MANIFEST)
  if (manifest.v !== 1 || manifest.plain !== true || !Array.isArray(manifest.documents)) {
    throw new ArchiveRefused("it is of another form")
  }
  return manifest.documents.map((name) => readPlain(files, String(name)))
}

/** Return a document as Markdown: its title, its day, and every text in it under its name. */
export function writeMarkdown({ body, kind, written }: Envelope): string {
  const { title, date, ...rest } = membersOf(body)
  const heading = typeof title === "string" && title !== "" ? title : kind
  const day = typeof date === "string" ? date : written.slice(0, 10)
  return [`# ${heading}`, `${kind}, ${day}`, ...sections(rest, 2)].join("\n\n").concat("\n")
}

async function attempt<T>(
  file: string,
  failed: { file: string; error: VaultError }[],
  open: () => Promise<T>,
): Promise<T | null> {
  try {
    return await open()
  } catch (error) {
    if (!(error instanceof VaultError)) throw error
    failed.push({ file, error })
    return null
  }
}

async function openedKey(
  { files, manifest }: SealedArchive,
  { file, group, epoch, public_key }: ArchivedGroupKey,
  keyring: Keyring,
  people: readonly Author[],
): Promise<GroupKey> {
  const bytes = files.get(file) as Uint8Array
  const opening = { bytes, group, epoch, publicKey: public_key, keyring }
  try {
    return await openGroupKey(opening)
  } catch (error) {
    // Not of one's own making: one of the people who are known made it.
    if (!(error instanceof NotFromAuthor)) throw error
    const others = people.filter(({ id }) => id !== manifest.account)
    return openGroupKey({ ...opening, author: others })
  }
}

async function openedVersion(
  { files, manifest }: SealedArchive,
  { file, id, kind, owner, version }: ArchivedVersion,
  keyring: Keyring,
  people: readonly Author[],
  groups: ReadonlyMap<string, GroupKey[]>,
): Promise<Envelope> {
  const bytes = files.get(file) as Uint8Array
  const opening = { bytes, keyring, expected: { id, kind, version } }
  const author = people.filter((one) => one.id === owner)
  try {
    return await openDocument(owner === manifest.account ? opening : { ...opening, author })
  } catch (error) {
    if (!(error instanceof NotFromAuthor || error instanceof CannotOpen)) throw error
    for (const [group, keys] of groups) {
      const opened = await fromGroup(opening, group, keys)
      if (opened !== null) return opened
    }
    throw error
  }
}

async function fromGroup(
  opening: Parameters<typeof openDocument>[0],
  id: string,
  keys: readonly GroupKey[],
): Promise<Envelope | null> {
  try {
    return await openDocument({ ...opening, group: { id, keyring: groupKeyring(keys) } })
  } catch (error) {
    if (error instanceof NotFromAuthor || error instanceof CannotOpen) return null
    throw error
  }
}

function readPlain(files: ReadonlyMap<string, Uint8Array>, name: string): Envelope {
  try {
    return withoutCodes(readEnvelope({ ...parsed(files, name), mac: {} }))
  } catch (error) {
    if (error instanceof ArchiveRefused) throw error
    throw new ArchiveRefused(`${name} is not a document`)
  }
}

/**
 * Unpack within limits that are held before anything is unpacked: what the zip says of a file's size is what is set
 * aside for it, and a file that turns out longer is cut off there.
 */
function unzip(zip: Uint8Array): Map<string, Uint8Array> {
  const names = new Set<string>()
  let total = 0
  const isWithin = ({ name, size, originalSize }: ZipEntry) => {
    total += Math.max(size, originalSize)
    if (total > MOST_BYTES) throw new ArchiveRefused("it is too large once unpacked")
    if (names.size >= MOST_FILES) throw new ArchiveRefused("it holds too many files")
    if (names.has(name)) throw new ArchiveRefused(`${name} is in it twice`)
    names.add(name)
    return true
  }
  if (zip.length > MOST_BYTES) throw new ArchiveRefused("it is too large")
  try {
    // First all sizes, then the contents.
    unzipSync(zip, { filter: (entry) => !isWithin(entry) })
    return new Map(Object.entries(unzipSync(zip)))
  } catch (error) {
    if (error instanceof ArchiveRefused) throw error
    throw new ArchiveRefused("it is damaged, or no archive")
  }
}

interface ZipEntry {
  readonly name: string
  readonly size: number
  readonly originalSize: number
}

function parsed(files: ReadonlyMap<string, Uint8Array>, name: string): Record<string, Json> {
  const bytes = files.get(name)
  if (bytes === undefined) throw new ArchiveRefused(`${name} is missing in it`)
  let value: Json
  try {
    value = JSON.parse(strFromU8(bytes))
  } catch {
    throw new ArchiveRefused(`${name} is damaged`)
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ArchiveRefused(`${name} is damaged`)
  }
  return value as Record<string, Json>
}

function rowsOf<T extends { readonly file: string }>(rows: readonly T[]): readonly T[] {
  const areRows =
    Array.isArray(rows) && rows.every((row) => typeof row === "object" && row !== null)
  if (!areRows) throw new ArchiveRefused(`${MANIFEST} is damaged`)
  return rows
}

function newestOf(envelopes: readonly Envelope[]): Envelope[] {
  const newest = new Map<string, Envelope>()
  for (const envelope of envelopes) {
    const other = newest.get(envelope.id)
    if (other === undefined || other.version < envelope.version) newest.set(envelope.id, envelope)
  }
  return Array.from(newest.values())
}

/** A name that every file system takes, and that leads nowhere else. */
function readableName({ id, kind, body, written }: Envelope): string {
  const { title, date } = membersOf(body)
  const words = [typeof date === "string" ? date : written.slice(0, 10), String(title ?? "")]
  return [kind, `${words.join(" ").trim()} ${id.slice(0, 8)}`].map(harmless).join("/").concat(".md")
}

function harmless(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not stay in a file's name.
  const plain = name.replace(/[\u0000-\u001f\u007f"*/:<>?\\|]+/g, " ")
  return Array.from(plain.replace(/\s+/g, " ").replace(/^[ .]+|[ .]+$/g, ""))
    .slice(-100)
    .join("")
    .trim()
}

function sections(members: { readonly [name: string]: Json }, level: number): string[] {
  return Object.entries(members).flatMap(([name, value]) => {
    const heading = `${"#".repeat(Math.min(level, 6))} ${name}`
    if (value === null || value === "") return []
    if (Array.isArray(value)) return [heading, ...value.flatMap((one) => itemOf(one, level + 1))]
    if (typeof value === "object") return [heading, ...sections(membersOf(value), level + 1)]
    return [heading, String(value)]
  })
}

function itemOf(value: Json, level: number): string[] {
  if (value === null) return []
  if (Array.isArray(value)) return value.flatMap((one) => itemOf(one, level))
  if (typeof value === "object") return sections(membersOf(value), level)
  // The lines of a longer text stay in their item.
  return [`- ${String(value).replaceAll("\n", "\n  ")}`]
}

function membersOf(value: Json): { readonly [name: string]: Json } {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as { readonly [name: string]: Json }
  }
  return value === null ? {} : { text: value }
}

/** Midday: whatever zone the device is in, the zip shows the same day. */
function middayOf(day: string): Date {
  return new Date(`${day}T12:00:00`)
}
