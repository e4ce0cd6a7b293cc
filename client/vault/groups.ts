// Sealed groups: people who share a key, and a new key (an *epoch*) whenever somebody leaves.
import type { Json } from "./envelope.ts"
import { NotWhatWasAsked } from "./errors.ts"
import { type Keyring, makeIdentity, publicKeyOf } from "./identities.ts"
import { type Author, type GroupReader, openDocument, type Reader, sealDocument } from "./seal.ts"

export const GROUP_KEY_KIND = "group-key"

/** One key of a group. Whoever holds it reads what was sealed to the group in that time. */
export interface GroupKey {
  readonly group: string
  readonly epoch: number
  readonly identity: string
}

/** `wrapped` holds the key sealed to each member, by account id: what the server is given. */
export interface NewGroupKey extends GroupKey {
  readonly publicKey: string
  readonly wrapped: { readonly [account: string]: Uint8Array }
}

interface Making {
  /** Whoever makes the key: a member too, but not listed in `members`. */
  readonly author: string
  readonly keyring: Keyring
  readonly members: readonly Reader[]
  /** ISO 8601. */
  readonly written: string
}

/** Make the first key of a group, sealed to its maker and to `members`. */
export function makeGroupKey(making: Making & { readonly group: string }): Promise<NewGroupKey> {
  return makeEpoch(making, making.group, 1)
}

/**
 * Make the next key: whoever is not among `members` any more reads nothing that is sealed from now on.
 * What they could read before, they may have kept.
 */
export function rotateGroupKey(
  making: Making & { readonly current: Pick<GroupKey, "group" | "epoch"> },
): Promise<NewGroupKey> {
  return makeEpoch(making, making.current.group, making.current.epoch + 1)
}

/**
 * Seal a key of a group to one member. A sealed document like any other, so that its code proves who made it: to a
 * bare age file the server could seal a key of its own making and read along.
 */
export function wrapGroupKey(
  key: GroupKey,
  { author, keyring, written }: Omit<Making, "members">,
  member?: Reader,
): Promise<Uint8Array> {
  const { group, epoch, identity } = key
  return sealDocument({
    id: group,
    kind: GROUP_KEY_KIND,
    version: epoch,
    parent: epoch - 1,
    author,
    written,
    body: { identity },
    keyring,
    readers: member === undefined ? [] : [member],
  })
}

/**
 * Open the key of `group` at `epoch`. `author` are those who may have made it: the people who are known; without,
 * it must be one's own making. `publicKey` is what the server says everybody seals to.
 * Throws what `openDocument` throws, and NotWhatWasAsked where the key is not that of `publicKey`.
 */
export async function openGroupKey(opening: {
  readonly bytes: Uint8Array
  readonly group: string
  readonly epoch: number
  readonly publicKey: string
  readonly keyring: Keyring
  readonly author?: Author | readonly Author[]
}): Promise<GroupKey> {
  const { bytes, group, epoch, publicKey, keyring, author } = opening
  const expected = { id: group, kind: GROUP_KEY_KIND, version: epoch }
  const { body } = await openDocument({ bytes, keyring, expected, ...(author && { author }) })
  const identity = identityIn(body)
  if ((await publicKeyOf(identity)) !== publicKey) throw new NotWhatWasAsked("another group's key")
  return { group, epoch, identity }
}

/** Return the keyring of a group: newest epoch first. */
export function groupKeyring(keys: readonly GroupKey[]): string[] {
  return [...keys].sort((a, b) => b.epoch - a.epoch).map(({ identity }) => identity)
}

/** Return the group as a reader to seal to: its newest key. Throws where there is none. */
export function groupReader(keys: readonly GroupKey[]): GroupReader {
  const newest = keys.reduce((a, b) => (b.epoch > a.epoch ? b : a))
  return { id: newest.group, identity: newest.identity }
}

async function makeEpoch(making: Making, group: string, epoch: number): Promise<NewGroupKey> {
  const identity = await makeIdentity()
  const key = { group, epoch, identity }
  const wrapped: Record<string, Uint8Array> = { [making.author]: await wrapGroupKey(key, making) }
  for (const member of making.members) {
    // One file for each, not one for all: nobody learns from their own who else is in the group.
    wrapped[member.id] = await wrapGroupKey(key, making, member)
  }
  return { ...key, publicKey: await publicKeyOf(identity), wrapped }
}

function identityIn(body: Json): string {
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body)
  const identity = isObject ? (body as { readonly [key: string]: Json }).identity : undefined
  if (typeof identity !== "string") throw new NotWhatWasAsked("it holds no key")
  return identity
}
