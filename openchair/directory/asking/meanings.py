"""Short sentences that say back what was understood, in the reader's language. The words stand in
search_words/*.toml."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from openchair.directory.asking.vocabulary import vocabulary
from openchair.fellowships.catalog import UnknownFellowship, catalog

DAY = 1440
NOON = 720
_ENGLISH = "en"
_CONCEPT = "concept:"
# "12 pm" is read both ways.
_NAMED_HOURS = {0: "at_midnight", NOON: "at_noon"}


def sentence(key: str, *parts: str, language: str) -> str:
    """Return the sentence `key` in `language` (English when that is not one of ours) with `parts`
    filled in."""
    sentences = vocabulary().sentences
    return sentences.get(language, sentences[_ENGLISH])[key].format(*parts)


def name_days(days: tuple[int, ...], *, language: str) -> str:
    """Return "Weekend", "Weekdays" or the names of `days`."""
    if set(days) == {0, 6}:
        return sentence("weekend", language=language)
    if set(days) == {1, 2, 3, 4, 5}:
        return sentence("weekdays", language=language)
    names = vocabulary().day_names
    each = [names.get(language, names[_ENGLISH])[day] for day in days]
    if len(days) > 2 and all((b - a) % 7 == 1 for a, b in pairwise(days)):
        ends = (each[0], each[-1]) if language == "en" else (each[0].lower(), each[-1].lower())
        return sentence("days_through", *ends, language=language)
    return join_choices(each, language=language)


def join_choices(texts: list[str], *, language: str) -> str:
    """Return "Women or LGBTQ"."""
    return sentence("or", language=language).join(texts)


def say_hour(minutes: int, *, language: str) -> str:
    """Return an hour as it is written: 7:30 pm, 19:30, 19 h 30."""
    minutes %= DAY
    if minutes in _NAMED_HOURS and language != "es":
        return sentence(_NAMED_HOURS[minutes], language=language)
    hour, minute = divmod(minutes, 60)
    if language == "es":
        return f"{hour}:{minute:02}"
    if language == "fr":
        return f"{hour} h {minute:02}" if minute else f"{hour} h"
    half = "am" if hour < 12 else "pm"
    shown = hour % 12 or 12
    return f"{shown}:{minute:02} {half}" if minute else f"{shown} {half}"


def say_span(minutes: int, *, language: str) -> str:
    """Return "30 minutes", "an hour" or "2 hours"."""
    if minutes == 60:
        return sentence("hour", language=language)
    if minutes % 60 == 0:
        return sentence("hours", str(minutes // 60), language=language)
    return sentence("minutes", str(minutes), language=language)


def say_distance(amount: float, unit: str, *, language: str) -> str:
    """Return "5 mi", "2.5 km" or "2,5 km"."""
    text = f"{amount:.1f}".removesuffix(".0")
    return f"{text.replace('.', ',') if language in {'es', 'fr'} else text} {unit}"


@lru_cache(maxsize=4096)
def name_type(value: str, *, language: str) -> str:
    """Return the name of a `type` filter value: `concept:women` or `aa:W`."""
    if value.startswith(_CONCEPT):
        return catalog().concept_name(value.removeprefix(_CONCEPT), language=language)
    pack, _, code = value.partition(":")
    try:
        found = catalog().get(pack).types.get(code)
    except UnknownFellowship:
        return value
    return found.name(language) if found else value


@lru_cache(maxsize=1024)
def name_language(code: str, *, language: str) -> str:
    """Return the name of an ISO 639-1 language, the code itself when no pack knows it."""
    name = catalog().concept_name(f"language-{code}", language=language)
    return code if name.startswith("language-") else name


def name_fellowship(pack: str, *, language: str) -> str:
    """Return a fellowship's full name."""
    return catalog().get(pack).name(language)
