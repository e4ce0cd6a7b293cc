// What can go wrong with sealed text, each fact its own class, so that a page can say what to do next.
// The sentences are for people; pages translate them by `slug`.

/** Everything the vault throws on purpose. Anything else is a fault in the program. */
export abstract class VaultError extends Error {
  abstract readonly slug: string
}

/** None of the keys at hand is one that this was sealed for, or the passphrase is another. */
export class CannotOpen extends VaultError {
  readonly slug = "cannot-open"
  constructor(
    message = "This was sealed for another key. Ask whoever shared it to share it again.",
  ) {
    super(message)
  }
}

/** It opens, but it is not the document, kind or version that was asked for, or not a document at all. */
export class NotWhatWasAsked extends VaultError {
  readonly slug = "not-what-was-asked"
  constructor(what: string) {
    super(`The server gave something else than what was asked for: ${what}.`)
  }
}

/** The server gave a version older than one this member has seen. */
export class RolledBack extends VaultError {
  readonly slug = "rolled-back"
  readonly version: number
  readonly seen: number
  constructor(version: number, seen: number) {
    super(`The server gave version ${version}, but you have already seen version ${seen}.`)
    this.version = version
    this.seen = seen
  }
}

/** Nobody who holds the author's key wrote this: it was made up or altered by someone else. */
export class NotFromAuthor extends VaultError {
  readonly slug = "not-from-author"
  constructor() {
    super("This does not come from the person it claims to come from. It was not opened.")
  }
}

/** The file is cut off, out of order or altered: its own seal is broken. */
export class Truncated extends VaultError {
  readonly slug = "truncated"
  constructor() {
    super("This file is damaged or incomplete. Load it again.")
  }
}

/** Longer than what the server takes. */
export class TooLarge extends VaultError {
  readonly slug = "too-large"
  readonly bytes: number
  readonly most: number
  constructor(bytes: number, most: number) {
    super(`This is too long to keep: ${bytes} bytes, and ${most} is the most. Split it in two.`)
    this.bytes = bytes
    this.most = most
  }
}

/** Written in a later form of the envelope than this script knows. */
export class TooNew extends VaultError {
  readonly slug = "too-new"
  constructor() {
    super("This was written by a newer version of Openchair. Reload the page.")
  }
}

/** Not a public key that can be sealed to. */
export class InvalidKey extends VaultError {
  readonly slug = "invalid-key"
  constructor(what = "public key") {
    super(`The server gave a ${what} that is none. Nothing was sealed.`)
  }
}

/** The server asked for a derivation that would make the passphrase easy to guess, or freeze the phone. */
export class UnsafeDerivation extends VaultError {
  readonly slug = "unsafe-derivation"
  constructor() {
    super("The server asked for unsafe settings. Nothing was sent.")
  }
}

/** The key of somebody who was known before is another now; nothing is sealed to it until it is accepted. */
export class KeyChanged extends VaultError {
  readonly slug = "key-changed"
  readonly account: string
  readonly personName: string
  constructor(account: string, personName: string) {
    super(`${personName} has a new key. Compare the words with them before you share anything.`)
    this.account = account
    this.personName = personName
  }
}

/** Nobody of this id is known: their key was never noted. */
export class UnknownPerson extends VaultError {
  readonly slug = "unknown-person"
  readonly account: string
  constructor(account: string) {
    super("You have not met this person here yet. Open their card first.")
    this.account = account
  }
}

/** One of the words is not in the list of 2048. */
export class UnknownWord extends VaultError {
  readonly slug = "unknown-word"
  readonly word: string
  readonly position: number
  constructor(word: string, position: number) {
    super(`Word ${position}, "${word}", is not in the list. Check how it is spelled.`)
    this.word = word
    this.position = position
  }
}

/** Too few or too many words. */
export class WrongNumberOfWords extends VaultError {
  readonly slug = "wrong-number-of-words"
  readonly count: number
  readonly wanted: number
  constructor(count: number, wanted: number) {
    super(`These are ${count} words; there must be ${wanted}.`)
    this.count = count
    this.wanted = wanted
  }
}

/** Every word is in the list, but together they are not what was printed. */
export class WordsDoNotFit extends VaultError {
  readonly slug = "words-do-not-fit"
  constructor() {
    super("These words do not fit together. One is wrong, or two have changed places.")
  }
}

/** Two of the three shares are needed, different ones, of the same set. */
export class SharesDoNotFit extends VaultError {
  readonly slug = "shares-do-not-fit"
  constructor(why: string) {
    super(`These shares do not fit together: ${why}.`)
  }
}

/** Not an archive, or one that would fill the memory of the device. */
export class ArchiveRefused extends VaultError {
  readonly slug = "archive-refused"
  constructor(why: string) {
    super(`This archive can't be read: ${why}.`)
  }
}
