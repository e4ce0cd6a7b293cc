const MINUTE = 60_000
// Past ten minutes a meeting is under way rather than starting: the server counts it as the next no longer.
const JOINABLE_MINUTES = 10
// Beyond two hours the clock time says more than a count of minutes.
const SOON_MINUTES = 120

/**
 * `inWords` with the minutes in place of its %s, `nowWord`, or "" when the start is too far off to count down to.
 * The words come with the page: the server's and these must not flicker into each other.
 */
export function untilWords(start: Date, now: Date, inWords: string, nowWord: string): string {
  const minutes = Math.ceil((start.getTime() - now.getTime()) / MINUTE)
  if (minutes < -JOINABLE_MINUTES || minutes > SOON_MINUTES) return ""
  if (minutes <= 0) return nowWord
  return inWords.replace("%s", String(minutes))
}

/** Whether the clock on this device shows another time at that moment than one in `zone`. */
export function zoneDiffers(moment: Date, zone: string): boolean {
  return clock(moment, zone) !== clock(moment, undefined)
}

/** "Tue 7:30 pm": weekday and time of day on this device's clock, or in `timeZone`. */
export function dayAndTime(moment: Date, language: string, timeZone?: string): string {
  const shape: Intl.DateTimeFormatOptions = {
    weekday: "short",
    hour: "numeric",
    minute: "2-digit",
  }
  const words = new Intl.DateTimeFormat(language, timeZone ? { ...shape, timeZone } : shape)
  // As the server writes it: in small letters, after a space that may break nowhere.
  return words
    .format(moment)
    .replace(/\s([AP]M)$/, (_all, half: string) => `\u00a0${half.toLowerCase()}`)
}

function clock(moment: Date, timeZone: string | undefined): string {
  const shape: Intl.DateTimeFormatOptions = { dateStyle: "short", timeStyle: "short" }
  try {
    return new Intl.DateTimeFormat("en", timeZone ? { ...shape, timeZone } : shape).format(moment)
  } catch {
    // A zone this device has never heard of: say nothing rather than something wrong.
    return new Intl.DateTimeFormat("en", shape).format(moment)
  }
}
