// How hard a passphrase is to guess, and one that is. The judge's word lists weigh more than the rest of the vault:
// they load when something was typed, not before.
import type { ZxcvbnFactory } from "@zxcvbn-ts/core"
import { randomBytes } from "./bytes.ts"
import { spell } from "./words.ts"

/** `warning` and `suggestions` are zxcvbn's slugs, such as "common"; pages word and translate them. */
export interface Judgement {
  readonly isEnough: boolean
  /** 0 guessed at once, 4 very hard. */
  readonly score: 0 | 1 | 2 | 3 | 4
  readonly guessesLog10: number
  readonly warning: string | null
  readonly suggestions: readonly string[]
}

const WORDS = 6
const WORDS_BYTES = 9
// Each guess costs a thief 128 MiB and a third of a second (scrypt 2^17): 10^12 of them are ten thousand years on
// one machine, a year on ten thousand.
const ENOUGH_LOG10 = 12

let loading: Promise<ZxcvbnFactory> | undefined

/** Judge a passphrase. `about` is what others know of the member: their handle, the name they show. */
export async function judgePassphrase(
  passphrase: string,
  about: readonly string[] = [],
): Promise<Judgement> {
  loading ??= load()
  const judge = await loading
  const typed = passphrase.normalize("NFKC").trim()
  const { score, guessesLog10, feedback } = judge.check(typed, [...about])
  const { warning, suggestions } = feedback
  return { isEnough: guessesLog10 >= ENOUGH_LOG10, score, guessesLog10, warning, suggestions }
}

/** Return six random words of 2048: 66 bits, which is harder than anything people make up. */
export function makePassphrase(): string {
  return spell(randomBytes(WORDS_BYTES), WORDS).join(" ")
}

async function load(): Promise<ZxcvbnFactory> {
  // Leaked passwords, and the words people write most. Left out are 89,000 surnames and the rarer words, half a
  // megabyte: who picks from those is let off a little lightly.
  const [{ ZxcvbnFactory }, graphs, passwords, diceware, names, words] = await Promise.all([
    import("@zxcvbn-ts/core"),
    import("@zxcvbn-ts/language-common/dist/adjacencyGraphs.json.mjs"),
    import("@zxcvbn-ts/language-common/dist/passwords.json.mjs"),
    import("@zxcvbn-ts/language-common/dist/diceware.json.mjs"),
    import("@zxcvbn-ts/language-en/dist/firstnames.json.mjs"),
    import("@zxcvbn-ts/language-en/dist/wikipedia.json.mjs"),
  ])
  return new ZxcvbnFactory({
    // By the names that zxcvbn knows: it words its warnings and counts dice words by them.
    dictionary: {
      passwords: passwords.default,
      diceware: diceware.default,
      firstnames: names.default,
      wikipedia: words.default,
    },
    graphs: graphs.default,
  })
}
