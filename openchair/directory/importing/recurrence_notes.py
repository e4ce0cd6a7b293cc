"""Read from notes that a meeting is not held every week: "1st & 3rd Sunday only", "cada dos martes", "un mardi sur deux".

What is read is only ever proposed to a person. All the same it must not be wrong often, and nearly all ordinals in
real notes say something else: which evening is open to all, when birthdays are kept, what is read in which week. So
a phrase counts only when the sentence says nothing besides, when a verb of meeting governs it, or when "only" does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from openchair.directory.importing.days import DAY_NUMBERS

_CODES = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")


class Hint(msgspec.Struct, frozen=True):
    """A rule that notes suggest (an RRULE value) and the words it was read from."""

    rule: str
    evidence: str


# Cheap test before any pattern: a note without one of these says nothing about weeks or months.
_TRIGGERS = (
    "1st", "2nd", "3rd", "4th", "first", "second", "third", "fourth", "last", "other", "weekly", "fortnight", "altern", "no meeting", "not meet",
    "closed in", "only", "primer", "segund", "tercer", "cuarto", "ltimo", "cada", "quincen", "1er", "2do", "3er", "4to", "1º", "1°", "no hay",
    "premier", "deux", "troisi", "quatri", "dernier", "1ère", "2e", "3e", "4e", "pas de r", "relâche", "relache", "1ro", "sin reuni", "meets",
)  # fmt: skip

_ORDINALS: dict[str, int] = {
    **dict.fromkeys(
        (
            "1st",
            "first",
            "primer",
            "primero",
            "primera",
            "1er",
            "1ro",
            "1o",
            "premier",
            "premiers",
            "premiere",
            "1ere",
            "1re",
        ),
        1,
    ),
    **dict.fromkeys(
        (
            "2nd",
            "second",
            "segundo",
            "segundos",
            "2do",
            "2o",
            "deuxieme",
            "deuxiemes",
            "2e",
            "2eme",
            "2ieme",
        ),
        2,
    ),
    **dict.fromkeys(
        (
            "3rd",
            "third",
            "tercer",
            "tercero",
            "terceros",
            "3er",
            "3ro",
            "3o",
            "troisieme",
            "3e",
            "3eme",
            "3ieme",
        ),
        3,
    ),
    **dict.fromkeys(
        ("4th", "fourth", "forth", "cuarto", "4to", "4o", "quatrieme", "4e", "4eme", "4ieme"), 4
    ),
    **dict.fromkeys(("5th", "fifth", "quinto", "5to", "5o", "cinquieme", "5e", "5eme", "5ieme"), 5),
    **dict.fromkeys(("last", "ultimo", "ultimos", "ultima", "dernier", "derniers", "derniere"), -1),
}
_MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        ("january jan enero janvier", "february feb febrero fevrier", "march mar marzo mars", "april apr abril avril", "may mayo mai",
         "june jun junio juin", "july jul julio juillet", "august aug agosto aout", "september sept sep septiembre septembre",
         "october oct octubre octobre", "november nov noviembre novembre", "december dec diciembre decembre"), start=1)
    for name in names.split()
}  # fmt: skip


def _any(words: Iterable[str]) -> str:
    return (
        "(?:" + "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True)) + ")"
    )


_ORDINAL = _any(_ORDINALS)
_DAY = _any([name for name in DAY_NUMBERS if len(name) >= 3]) + r"\.?"
_MONTH = _any(_MONTHS) + r"\.?"
_AND = r"\s*(?:,|&|\+|/|,?\s*\band\b|\by\b|\be\b|\bet\b)\s*(?:the |el |le |los |les )?"
_OF_MONTH = (
    r"(?:\s*(?:,\s*)?(?:of|in|del?|du|each|every|per|a|cada|de chaque|chaque|par|de cada)?\s*(?:the |each |every |a |cada |chaque |el |le )?"
    r"(?:calendar )?(?:months?|mnths?|mths?|mes|mois)\b)"
)
_WEEKS = r"(?:\s*\b(?:weeks?|wks?|semanas?|semaines?)\b)"

# "1st & 3rd Sunday of each month", "2nd and 4th", "1er y 3er domingo del mes"; a weekday may stand after each ordinal.
_ORDINAL_PHRASE = re.compile(
    rf"\b(?P<ordinals>{_ORDINAL}(?:\s+{_DAY})?(?:{_AND}{_ORDINAL}(?:\s+{_DAY})?)*)\b(?:{_WEEKS}|\s*(?P<day>{_DAY})(?=\W|$))?(?P<month>{_OF_MONTH})?",
)
_ALTERNATE_PHRASE = re.compile(
    r"\b(?:every (?:other|second|2nd|two|2)(?: (?P<day1>" + _DAY + r"|weeks?|wks?))\b|bi-?weekly|fortnightly|every fortnight|alternate (?:(?P<day2>"
    + _DAY + r")|weeks?)|alternating (?:(?P<day3>" + _DAY + r")|weeks?)|once every (?:two|2|other) weeks?"
    r"|cada (?:dos|2|otro) (?:(?P<day4>" + _DAY + r")|semanas?)|(?P<day5>" + _DAY + r") alternos?|semanas alternas|cada (?:15|quince) dias|quincenal(?:mente)?"
    r"|cada quincena|un (?P<day6>" + _DAY + r") sur (?:deux|2)|une semaine sur (?:deux|2)|tou(?:s|tes) les (?:deux|2) (?:(?P<day7>" + _DAY + r")|semaines)"
    r"|(?:aux|chaque) (?:deux|2) (?:semaines|(?P<day8>" + _DAY + r")))"
)  # fmt: skip
_NO_MEETING = re.compile(
    r"(?:\bno (?:meetings?|mtgs?)\b|\b(?:do(?:es)? not|doesn't|don't|not|will not|won't) (?:meet|be held)\b|\bno hay reunion(?:es)?\b|\bno se reune\b|\bsin reunion(?:es)?\b"
    r"|\bpas de reunions?\b|\brelache\b|\bno nos reunimos\b|\bclosed (?:in|for|during)\b|\bne se reunit pas\b)(?: (?:held|is held|will be held))?(?: (?:on|in|during|the|en|el|le|les|los"
    r"|au|durante|pendant|for|months? of|month of|du|de|los meses de|el mes de|au mois de))*\s*"
)
_MONTH_LIST = re.compile(
    rf"(?P<months>\b{_MONTH}(?:{_AND}{_MONTH}|\s*(?:or|ou|o|u|through|thru|to|-|–|a|à|hasta)\s*{_MONTH})*)(?!\w)"
)
_MONTH_SPAN = re.compile(rf"({_MONTH})\s*(?:through|thru|to|-|–|a|hasta)\s*({_MONTH})")
_IN_SEASON = re.compile(
    rf"\b(?:meets?|held|runs?|open|se reune|se reunit|nous nous reunissons|only)?\s*(?:only )?(?:from |de |desde )?(?P<months>{_MONTH}\s*(?:through|thru|to|-|–|a|hasta)\s*{_MONTH})"
    rf"(?P<only> only| solamente| seulement| uniquement)?"
)

_VERB = re.compile(
    r"(?:\b(?:meets?|meeting is|meetings are|held|gathers?|takes place|convenes?|se reunen?|nos reunimos|reunion(?:es)?|se reunit|se reunissent|a lieu|ont lieu|nous reunissons)"
    r"(?: in[- ]person)?(?:,? (?:only|just|solo|solamente|unicamente|seulement|uniquement|is|are|held))*(?: (?:on|every|each|the|el|los|le|les|cada|chaque|at .{1,20} on))*(?: the| el| le| los)?\s*)\Z"
)
_ONLY_BEFORE = re.compile(
    r"(?:^|\W)(?:only|solo|solamente|unicamente|seulement|uniquement|just)(?: (?:on|held|meets|the|el|le|los|les|in))*\s*\Z"
)
_ONLY_AFTER = re.compile(r"\s*[-(,]*\s*(?:only|solo|solamente|unicamente|seulement|uniquement)\b")
_ABOUT = re.compile(
    r"\b(?:open|opens|closed|speakers?|birthdays?|b-?day|anniversar\w*|anniv\w*|steps?|traditions?|trad|concepts?|business|bus|district|study|book|literature|discussion|"
    r"beginners?|newcomers?|celebrat\w*|chips?|potluck|shares?|sharing|chair\w*|conscience|workshop|topics?|grapevine|reflections?|online|virtual\w*|zoom|physical|"
    r"in[- ]?person|hybrid|face|f2f|except\w*|excluding|no|not|never|doesn't|eat\w*|pizza|food|dinner|supper|read\w*|format|themes?|movie|special|celebrant\w*|panel|"
    r"abiert[ao]s?|cerrad[ao]s?|orador\w*|cumpleanos|aniversario\w*|pasos?|tradicion\w*|negocios|estudio|literatura|principiantes|tema|salvo|excepto|menos|"
    r"ouverte?s?|fermee?s?|conferenci\w*|anniversaires?|etapes?|affaires|lecture|debutants?|theme|sauf|jetons?|partage|service|committee|comite|intergroup|area)\b"
)
_LEADS_ON = re.compile(
    r"\s*(?:for|as|is|are|will|we|with|=|:|-|–|—|es|son|est|pour|para|por)(?:\W|\Z)"
)
_NEUTRAL = re.compile(
    r"\b(?:meets?|meetings?|mtgs?|group|this|we|is|are|it|held|on|the|only|at|every|each|just|in|note|notes|please|nb|subject|to|change|of|month|monthly|weekly|a|and|now|"
    r"from|am|pm|est|pst|edt|pdt|et|pt|noon|el|la|los|las|se|reunion|reunimos|reune|nos|cada|solo|solamente|unicamente|le|les|reunit|groupe|grupo|uniquement|seulement|"
    r"nous|reunissons|du|del|mes|mois|tous|chaque|nota|\d{1,2}(?:[:.h]\d{2})?(?:am|pm|a|p)?|night|morning|evening|takes|place)\b"
)
_SENTENCES = re.compile(r"\.(?!\d)|[;!?|•·‧*\n]+|\s{3,}|\b(?:please )?notes? ?:", re.IGNORECASE)
_SOME_WEEK = re.compile(r"\b(?:one|once) (?:\w+ )?(?:a|of the|each|every) month", re.IGNORECASE)
_YEAR = re.compile(r"\b20\d\d\b")
_LONGEST_NOTE = 4000
_LONGEST_CACHED = 500
_ALL_MONTHS = frozenset(range(1, 13))


def rule_in(*, text: str, day: int | None) -> Hint | None:
    """Return what a name or a note says about the weeks or months of a meeting, None when it says nothing sure.

    `day` is the meeting's weekday (0 Sunday); a phrase about another weekday does not count.
    """
    return _rule_in(text[:_LONGEST_NOTE], day) if may_hold_rule(text=text) else None


def may_hold_rule(*, text: str) -> bool:
    """Return whether it is worth to look for a rule in `text`: a quick test that is never wrongly False."""
    # Names and notes come back with every day of a meeting.
    return _has_trigger(text) if len(text) <= _LONGEST_CACHED else _has_trigger.__wrapped__(text)


@lru_cache(maxsize=16384)
def _has_trigger(text: str) -> bool:
    lowered = text.lower()
    for trigger in _TRIGGERS:  # noqa: SIM110 - a generator costs twice as much, and every row of every import pays it
        if trigger in lowered:
            return True
    return False


@lru_cache(maxsize=4096)
def _rule_in(text: str, day: int | None) -> Hint | None:
    weeks = months = None
    for sentence, folded in _sentences(text):
        weeks = weeks or _weeks_in(sentence, folded, day)
        months = months or _months_in(sentence, folded)
    if months and _SOME_WEEK.search(text):
        # It meets once a month, and nobody says when: "every week but in July" would be wrong eleven times.
        months = None
    if weeks is None:
        return Hint(f"FREQ=WEEKLY;BYMONTH={months[0]}", months[1]) if months else None
    if months is None or months[1] == weeks.evidence:
        return weeks
    return Hint(f"{weeks.rule};BYMONTH={months[0]}", f"{weeks.evidence}; {months[1]}")


def _sentences(text: str) -> list[tuple[str, str]]:
    """Return every sentence as written and folded; both have the same length, so that a match in one is one in the other."""
    whole = [
        piece for part in _SENTENCES.split(_without_dots(text)) for piece in _and_brackets(part)
    ]
    return [(sentence, "".join(map(_base, sentence))) for sentence in whole if sentence.strip()]


def _without_dots(text: str) -> str:
    """Take the dot off abbreviations ("Sun.", "a.m."), where it ends no sentence."""
    return re.sub(
        r"(?i)\b(sun|mon|tues?|weds?|thurs?|thu|fri|sat|dom|lun|mar|mi[eé]|jue|vie|s[aá]b|a\.m|p\.m|no|st|mtgs?|bus|anniv|trad|ann|incl)\.",
        r"\1 ",
        text,
    )


def _and_brackets(part: str) -> list[str]:
    """Return a piece without its brackets, then what stood in them: "Steps Workshop (2nd Sat)"."""
    inner = re.findall(r"\(([^()]*)\)", part)
    return [re.sub(r"\([^()]*\)", " ", part), *inner] if inner else [part]


@lru_cache(maxsize=2048)
def _base(character: str) -> str:
    return unicodedata.normalize("NFD", character)[0].lower()[0] if character not in "’ʼ" else "'"


def _weeks_in(sentence: str, folded: str, day: int | None) -> Hint | None:
    excluded = _NO_MEETING.search(folded)
    if excluded:
        return _weeks_left(sentence, folded, excluded, day)
    for pattern, rule_of in (
        (_ALTERNATE_PHRASE, _alternate_rule),
        (_ORDINAL_PHRASE, _ordinal_rule),
    ):
        for match in pattern.finditer(folded):
            rule = rule_of(match, day)
            if rule and _is_about_the_meeting(folded, match):
                return Hint(rule, sentence.strip()[:200])
    return None


def _weeks_left(
    sentence: str, folded: str, excluded: re.Match[str], day: int | None
) -> Hint | None:
    """Return the rule that "no meeting last Thursday of the month" leaves."""
    match = _ORDINAL_PHRASE.match(folded, excluded.end())
    after = folded[match.end() :] if match else ""
    # "… on the first Friday of September" is one evening a year.
    if (
        match is None
        or re.match(rf"\s*(?:of|in|de|en)?\s*{_MONTH}(?:\W|\Z)", after)
        or _YEAR.search(folded)
    ):
        return None
    named = _weekday(match, day)
    ordinals = _ordinals(match)
    if named is None or (not match["month"] and not _day_names(match)):
        return None
    kept = [n for n in (range(-5, 0) if ordinals == {-1} else range(1, 6)) if n not in ordinals]
    if -1 in ordinals and ordinals != {-1}:
        return None
    return Hint(
        f"FREQ=MONTHLY;BYDAY={','.join(f'{n}{_CODES[named]}' for n in kept)}",
        sentence.strip()[:200],
    )


def _ordinal_rule(match: re.Match[str], day: int | None) -> str | None:
    named, ordinals = _weekday(match, day), sorted(_ordinals(match), key=lambda n: n % 7)
    has_weeks = bool(re.search(_WEEKS, match.group()))
    # "1st" alone is a floor, a tradition or a date; "2nd and 4th" can only be weeks.
    if named is None or (not _day_names(match) and not has_weeks and len(ordinals) < 2):
        return None
    if (
        not _day_names(match)
        and not has_weeks
        and any(n == -1 for n in ordinals)
        and not match["month"]
    ):
        return None
    return (
        f"FREQ=MONTHLY;BYDAY={','.join(f'{n}{_CODES[named]}' for n in ordinals)}"
        if len(ordinals) < 5
        else None
    )


def _alternate_rule(match: re.Match[str], day: int | None) -> str | None:
    word = next((word for word in match.groups() if word), "").rstrip(".")
    named = DAY_NUMBERS.get(word)
    if named is not None and day is not None and named != day:
        return None
    # "Every second Tuesday of the month" is the second, not every other one.
    if re.match(_OF_MONTH, match.string[match.end() :]):
        return None
    return "FREQ=WEEKLY;INTERVAL=2"


def _ordinals(match: re.Match[str]) -> set[int]:
    return {_ORDINALS[word] for word in re.findall(rf"\b{_ORDINAL}(?!\w)", match["ordinals"])}


def _day_names(match: re.Match[str]) -> set[int]:
    words = re.findall(rf"(?<!\w){_DAY}(?!\w)", match.group())
    return {DAY_NUMBERS[word.rstrip(".")] for word in words}


def _weekday(match: re.Match[str], day: int | None) -> int | None:
    """Return the weekday of a phrase: the named one if it is the meeting's, the meeting's when none is named."""
    named = _day_names(match)
    if len(named) > 1:
        return None
    if not named:
        return day
    only = next(iter(named))
    return only if day is None or only == day else None


def _is_about_the_meeting(folded: str, match: re.Match[str]) -> bool:
    before, after = folded[: match.start()], folded[match.end() :]
    if _ABOUT.search(before):
        return False
    if _VERB.search(before):
        return not (_LEADS_ON.match(after) and _ABOUT.search(after))
    if _ABOUT.search(after):
        return False
    if _ONLY_BEFORE.search(before) or _ONLY_AFTER.match(after):
        return True
    return not re.search(
        r"[^\W_]", _NEUTRAL.sub(" ", re.sub(_DAY + r"(?!\w)", " ", before + " " + after))
    )


def _months_in(sentence: str, folded: str) -> tuple[str, str] | None:
    """Return the months of meeting ("1,2,9") and the words that say so."""
    if _YEAR.search(folded):
        return None
    excluded = _NO_MEETING.search(folded)
    if excluded:
        match = _MONTH_LIST.match(folded, excluded.end())
        # "no meeting on 21st Dec" and "July 4" are days, not months.
        if match is None or re.match(r"\s*\d", folded[match.end() :]):
            return None
        left = _ALL_MONTHS - _months(match["months"])
        return (_numbers(left), sentence.strip()[:200]) if left else None
    return _season(sentence, folded)


def _season(sentence: str, folded: str) -> tuple[str, str] | None:
    for match in _IN_SEASON.finditer(folded):
        has_verb = re.match(
            r"\s*(?:meets?|held|runs?|se reune|se reunit|nous|only)\b", match.group()
        )
        if (has_verb or match["only"]) and not _ABOUT.search(folded):
            held = _months(match["months"])
            return (_numbers(held), sentence.strip()[:200]) if held != _ALL_MONTHS else None
    return None


def _months(words: str) -> set[int]:
    found = {_MONTHS[word.rstrip(".")] for word in re.findall(rf"(?<!\w){_MONTH}(?!\w)", words)}
    for first, last in _MONTH_SPAN.findall(words):
        start, end = _MONTHS[first.rstrip(".")], _MONTHS[last.rstrip(".")]
        found |= {(start + step - 1) % 12 + 1 for step in range((end - start) % 12 + 1)}
    return found


def _numbers(months: set[int] | frozenset[int]) -> str:
    return ",".join(map(str, sorted(months)))
