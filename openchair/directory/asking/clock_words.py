"""Hours, spans and distances as people write them: "after 7pm", "entre 18h y 20h", "in the next 2
hours", "10 km"."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

import msgspec

from openchair.directory.asking.vocabulary import vocabulary

ClockKind = Literal["after", "before", "at", "between", "radius", "soon"]

DAY = 1440
NOON = 720
KM_PER_MILE = 1.609344
# "At 8" finds what starts a little before or after: people round.
AROUND_MINUTES = 15
# Beyond a week every weekly meeting has started; farther than this is no distance to a meeting.
_LONGEST_SPAN_MINUTES = 7 * DAY
_FARTHEST_KM = 500.0
# After one of these "at 12" is not an hour: "at 12 step meetings".
_NOT_HOURS = r"(?! (?:steps?|pasos?|etapes?|and 12|y 12|et 12|trad\w*|mi|miles?|km|min\w*)\b)"
_NAMED = {
    "noon": NOON,
    "midday": NOON,
    "mediodia": NOON,
    "el mediodia": NOON,
    "midi": NOON,
    "midnight": DAY,
    "medianoche": DAY,
    "minuit": DAY,
}


class Hour(msgspec.Struct, frozen=True):
    """Minutes after midnight. Not `is_sure` when it may be morning or evening: then `minutes` is
    before noon."""

    minutes: int
    is_sure: bool


class ClockMatch(msgspec.Struct, frozen=True):
    """What stands at the start of the words. `end` is its length in the joined text; `amount` is
    kilometres or minutes."""

    kind: ClockKind
    end: int
    hours: tuple[Hour, ...] = ()
    amount: float = 0.0
    unit: str = ""


class _Grammar(msgspec.Struct, frozen=True):
    radius: re.Pattern[str]
    span: re.Pattern[str]
    between: re.Pattern[str]
    bare_range: re.Pattern[str]
    after: re.Pattern[str]
    before: re.Pattern[str]
    at: re.Pattern[str]
    bare: re.Pattern[str]
    triggers: frozenset[str]
    miles: frozenset[str]
    hours: frozenset[str]


def match_clock(*, joined: str, position: int, word: str) -> ClockMatch | None:
    """Return what hour, span or distance starts at `position` of the folded, joined words, or None.

    `word` is the word at `position`: most words start nothing of the kind, and are not looked at
    further.
    """
    grammar = _grammar()
    if word not in grammar.triggers and not word[0].isdigit():
        return None
    return (
        _match_radius(grammar, joined, position)
        or _match_span(grammar, joined, position)
        or _match_range(grammar, joined, position)
        or _match_hour(grammar, joined, position)
    )


def guess_hour(hour: Hour, *, is_evening: bool | None, earliest_morning: int = 600) -> int:
    """Return minutes after midnight. `is_evening` is what the words around say, None when they
    don't.

    Without any sign an hour before `earliest_morning` (10:00) is taken for the evening, when most
    meetings are.
    """
    if hour.is_sure:
        return hour.minutes
    if is_evening is None:
        is_evening = hour.minutes < earliest_morning
    return hour.minutes + NOON if is_evening else hour.minutes


def _match_radius(grammar: _Grammar, joined: str, position: int) -> ClockMatch | None:
    match = grammar.radius.match(joined, position)
    if match is None:
        return None
    amount = float(match["amount"].replace(",", "."))
    unit = "mi" if match["unit"] in grammar.miles else "km"
    km = amount * KM_PER_MILE if unit == "mi" else amount
    if not 0 < km <= _FARTHEST_KM:
        return None
    return ClockMatch("radius", match.end() - position, amount=amount, unit=unit)


def _match_span(grammar: _Grammar, joined: str, position: int) -> ClockMatch | None:
    match = grammar.span.match(joined, position)
    if match is None:
        return None
    minutes = int(match["amount"]) * (60 if match["unit"] in grammar.hours else 1)
    if not 0 < minutes <= _LONGEST_SPAN_MINUTES:
        return None
    return ClockMatch("soon", match.end() - position, amount=minutes)


def _match_range(grammar: _Grammar, joined: str, position: int) -> ClockMatch | None:
    match = grammar.between.match(joined, position) or grammar.bare_range.match(joined, position)
    if match is None:
        return None
    first, last = _hour(match, "1"), _hour(match, "2")
    if first is None or last is None:
        return None
    is_bare = match.re is grammar.bare_range
    if is_bare and not (first.is_sure or last.is_sure):
        return None
    return ClockMatch("between", match.end() - position, hours=(first, last))


def _match_hour(grammar: _Grammar, joined: str, position: int) -> ClockMatch | None:
    kinds: tuple[tuple[ClockKind, re.Pattern[str]], ...] = (
        ("after", grammar.after),
        ("before", grammar.before),
        ("at", grammar.at),
        ("at", grammar.bare),
    )
    for kind, pattern in kinds:
        match = pattern.match(joined, position)
        hour = _hour(match, "1") if match else None
        if match is None or hour is None:
            continue
        # "7" alone, or after a French or Spanish "a", is hardly an hour; "7pm", "7:30" and "19h"
        # are.
        is_plain = (
            re.fullmatch(r"\d{1,2}", match["hour1"]) and not match["half1"] and not match["plain1"]
        )
        if is_plain and (pattern is grammar.bare or joined.startswith("a ", position)):
            is_at = re.match(r"a las? ", joined[position:])
            if pattern is grammar.bare or not is_at:
                continue
        return ClockMatch(kind, match.end() - position, hours=(hour,))
    return None


def _hour(match: re.Match[str], number: str) -> Hour | None:
    text = match[f"hour{number}"]
    if text in _NAMED:
        return Hour(_NAMED[text], is_sure=True)
    hour_text, _, minute_text = text.replace(".", ":").replace("h", ":").partition(":")
    hour, minute = int(hour_text), int(minute_text or 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    return _hour_of_half(hour, minute, text, match[f"half{number}"] or "")


def _hour_of_half(hour: int, minute: int, text: str, half: str) -> Hour | None:
    clock = vocabulary().clock
    half = half.strip()
    if half in {"am", "a m", "a"} or half in clock["am"]:
        return Hour(hour % 12 * 60 + minute, is_sure=True) if hour <= 12 else None
    if half in {"pm", "p m", "p"} or half in clock["pm"]:
        return Hour((hour % 12 + 12) * 60 + minute if hour <= 12 else hour * 60 + minute, True)
    is_24_hours = half == "h" or "h" in text or hour > 12 or hour == 0 or text.startswith("0")
    if hour == 12 and not is_24_hours:
        return Hour(NOON + minute, is_sure=True)
    return Hour(hour * 60 + minute, is_sure=is_24_hours)


@lru_cache(maxsize=1)
def _grammar() -> _Grammar:
    clock = vocabulary().clock
    leads = {key: _either(clock[key]) for key in ("radius", "duration", "between", "and")}
    hour1, hour2 = _hour_pattern("1"), _hour_pattern("2")
    miles, kilometres = clock["miles"], clock["kilometres"]
    minutes, hours = clock["minutes"], clock["hours"]
    return _Grammar(
        radius=_compile(
            rf"(?:{leads['radius']} )?(?P<amount>\d{{1,3}}(?:[.,]\d)?) ?"
            rf"(?P<unit>{_either(miles)}|{_either(kilometres)})"
        ),
        span=_compile(
            rf"{leads['duration']} (?P<amount>\d{{1,4}}) ?(?:(?:next|prochaines?|proxim[ao]s) )?"
            rf"(?P<unit>{_either(minutes)}|{_either(hours)})"
        ),
        between=_compile(rf"{leads['between']} {hour1} {leads['and']} {hour2}"),
        bare_range=_compile(rf"{hour1} (?:-|to|a|until|hasta) {hour2}"),
        after=_compile(rf"{_either(clock['after'])} {hour1}"),
        before=_compile(rf"{_either(clock['before'])} {hour1}"),
        at=_compile(rf"{_either(clock['at'])} {hour1}"),
        bare=_compile(hour1),
        triggers=frozenset(
            text.split()[0]
            for key in ("radius", "duration", "between", "after", "before", "at")
            for text in clock[key]
        ),
        miles=frozenset(miles),
        hours=frozenset(hours),
    )


def _hour_pattern(number: str) -> str:
    clock = vocabulary().clock
    half = _either((*clock["am"], *clock["pm"], "a m", "p m", "am", "pm"))
    plain = _either(clock["hour_words"])
    return (
        rf"(?P<hour{number}>{_either(tuple(_NAMED))}|\d{{1,2}}(?:[:.h]\d{{2}})?)"
        rf"(?:(?P<half{number}>[ap]|h(?! \d)| ?(?:{half})| h)|(?P<plain{number}> {plain}(?: {half})?))?"
    )


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"{pattern}(?!\S){_NOT_HOURS}")


def _either(texts: tuple[str, ...]) -> str:
    return "(?:" + "|".join(map(re.escape, sorted(texts, key=len, reverse=True))) + ")"
