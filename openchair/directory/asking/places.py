"""Which words are a place: always after "near", mostly after "in", alone only when little else can
be meant."""

from __future__ import annotations

import re
from functools import lru_cache

from openchair.directory.asking.clock_words import KM_PER_MILE
from openchair.directory.asking.phrases import clock_item, longest_phrase, starting
from openchair.directory.asking.question import (
    LONGEST_TEXT,
    Item,
    PlaceFinder,
    Question,
    SearchSettings,
)
from openchair.directory.asking.vocabulary import Words, vocabulary
from openchair.lib.folding import fold
from openchair.places.place import Place

# A town with a name that is also a word, or far away, must be this large to be meant without "near"
# or "in".
LARGE_TOWN = 15_000
LARGE_FAR_TOWN = 300_000
SMALL_TOWN = 1_000

# The shortest name of a region that is taken for one without "in": codes are words too often.
_SHORTEST_REGION = 4
# Around a postal code or a town people walk or drive minutes; around a city they cross it.
LARGE_CITY = 100_000
_TOWN_RADIUS = {"mi": 5.0, "km": 10.0}
_CITY_RADIUS = {"mi": 15.0, "km": 25.0}

# A state has no centre worth the name; this is about half of a middling one.
_REGION_RADIUS = {"mi": 100.0, "km": 150.0}
_LONGEST_PLACE_WORDS = 6

# Two-letter states that are also words: "hope in recovery" is not Hope, Indiana.
_STATES_THAT_ARE_WORDS = frozenset(
    ["in", "or", "me", "la", "de", "hi", "ok", "oh", "so", "al", "no", "si", "es", "y", "o", "a"]
)
_ARTICLES = frozenset(["el", "la", "los", "las", "le", "les", "the", "l"])
_OF = frozenset(["of", "from", "de", "du", "d", "del", "des"])

_POSTAL = re.compile(
    r"(?:\d{5}(?: \d{4})?|[a-z]\d[a-z] ?\d[a-z]\d|[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}"
    r"|[a-z]\d[\dw] ?[a-z\d]{4})(?!\S)"
)


def marked_place(question: Question, position: int, previous: Item | None) -> Item | None:
    """Return a place after "near", "in", or a distance ("5 miles from Salem")."""
    small = vocabulary().small
    words = question.words
    marker = starting(small.near, words, position)
    is_strong = bool(marker)
    if not marker and previous is not None and previous.kind == "radius":
        marker, is_strong = (words[position : position + 1] if words[position] in _OF else ()), True
    elif not marker:
        marker = starting(small.weak_near, words, position)
        # "À" leads to a town in French; "a" is an article in English.
        if not marker or (marker == ("a",) and _typed(question, position).isascii()):
            return None
    return _place_after(question, position, position + len(marker), is_strong=is_strong)


def bare_place(question: Question, position: int, known: Item | None) -> Item | None:
    """Return a town or postal code that stands without "near" or "in", when little else can be
    meant."""
    small = vocabulary().small
    word = question.words[position]
    if word in _STATES_THAT_ARE_WORDS and word not in _ARTICLES:
        return None
    if known is not None and not is_unknown(question, known.last):
        # "Friday Harbor" is worth a look, "Friday night" is not.
        return None
    if word in small.stop and word not in _ARTICLES:
        return None
    found = _place_at(question, position)
    if found is None or not _is_meant_alone(question, *found, position, known=known):
        return None
    return _near(question, position, position, found)


def find_place(*, text: str, settings: SearchSettings, gazetteer: PlaceFinder) -> Place | None:
    """Return the place that `text` as a whole names: a postal code, town, region or country; None
    when unknown."""
    return _lookup(gazetteer, text[:LONGEST_TEXT].strip(), (settings.country,))


def default_radius(place: Place, settings: SearchSettings) -> tuple[float, str]:
    """Return how far around `place` to look, and the unit: farther around a large city."""
    unit = settings.distance_unit
    if settings.default_radius is not None:
        return settings.default_radius, unit
    if place.kind in {"region", "country"}:
        return _REGION_RADIUS[unit], unit
    is_city = place.kind != "postal" and place.population >= LARGE_CITY
    return (_CITY_RADIUS if is_city else _TOWN_RADIUS)[unit], unit


def in_km(amount: float, unit: str) -> float:
    """Return a distance in kilometres."""
    return round(amount * KM_PER_MILE, 3) if unit == "mi" else amount


def radius_of(
    items: list[Item], place: Place | None, settings: SearchSettings, given_km: float | None
) -> tuple[float, str] | None:
    """Return the radius in kilometres and how it is said, None without one."""
    spoken = next((item.clock for item in items if item.kind == "radius"), None)
    if given_km is not None:
        return given_km, settings.distance_unit
    if spoken is not None:
        return in_km(spoken.amount, spoken.unit), spoken.unit
    if place is None:
        return None
    amount, unit = default_radius(place, settings)
    return in_km(amount, unit), unit


def _typed(question: Question, position: int) -> str:
    token = question.tokens[position]
    return question.text[token.start : token.end]


def _place_after(question: Question, first: int, start: int, *, is_strong: bool) -> Item | None:
    if start >= len(question.words):
        return None
    for at in (start, start + 1) if question.words[start] in _ARTICLES else (start,):
        found = _place_at(question, at)
        if found is None:
            continue
        if is_strong or _is_meant_after_in(question, found[0], at, found[1]):
            return _near(question, first, at, found)
    return None


def _near(question: Question, first: int, start: int, found: tuple[Place, int]) -> Item:
    """Return the item of a place whose name starts at `start`. A postal code is called by itself,
    not by its town."""
    place, count = found
    label = place.name
    if place.kind == "postal":
        tokens = question.tokens[start : start + count]
        label = question.text[tokens[0].start : tokens[-1].end]
        label = label.upper() if any(map(str.isdigit, tokens[0].word)) else label
    return Item(first=first, last=start + count, kind="near", place=place, label=label)


def _is_meant_after_in(question: Question, place: Place, at: int, count: int) -> bool:
    """Whether "in" leads to a town: not to a language, a virtue, or the first word of a house's
    name."""
    if place.kind == "postal":
        return True
    phrase = longest_phrase(question.words, at)
    if phrase is not None and len(phrase.words) >= count:
        return False
    if " ".join(question.words[at : at + count]) in vocabulary().small.not_bare_places:
        return place.population >= LARGE_TOWN
    if is_unknown(question, at + count):
        return place.population >= LARGE_CITY
    if place.kind == "region":
        return question.words[at] not in _STATES_THAT_ARE_WORDS
    is_near_home = place.country in question.settings.countries
    return place.population >= (SMALL_TOWN if is_near_home else LARGE_TOWN)


def _is_meant_alone(
    question: Question, place: Place, count: int, position: int, *, known: Item | None
) -> bool:
    words = question.words[position : position + count]
    if place.kind == "postal":
        # Bare digits abroad are rather the number of a group or a district.
        return place.country == question.settings.country or not words[-1].isdigit()
    before = question.words[position - 1] if position else ""
    if before == "of" or _is_name_of_group(question, position + count):
        return False
    name_length = len(fold(place.name).split())
    if count > 1 and name_length < count:
        # The state stands with it: "reading pa". A state that is a word counts only at the end or
        # for a city.
        is_word = words[-1] in _STATES_THAT_ARE_WORDS and position + count < len(question.words)
        return place.population >= LARGE_TOWN or not is_word
    if " ".join(words) in vocabulary().small.not_bare_places:
        # Nice is a town first in France, Reading in Britain.
        is_at_home = place.country == question.settings.country
        return is_at_home and place.population >= LARGE_CITY
    is_near_home = place.country in question.settings.countries
    if place.kind == "region":
        return is_near_home and len(" ".join(words)) >= _SHORTEST_REGION
    if known is not None and count > known.last - known.first:
        return is_near_home and place.population >= SMALL_TOWN
    return place.population >= (LARGE_TOWN if is_near_home else LARGE_FAR_TOWN)


def _is_name_of_group(question: Question, position: int) -> bool:
    """Whether the word at `position` makes what stands before it a name: "Phoenix House", "Boston
    group"."""
    if position >= len(question.words):
        return False
    return question.words[position] in vocabulary().small.group or is_unknown(question, position)


def is_unknown(question: Question, position: int) -> bool:
    """Whether there is a word at `position` that nothing here knows."""
    if position >= len(question.words):
        return False
    word = question.words[position]
    small = vocabulary().small
    if word in small.stop or word in small.alternatives or (word,) in small.negatives:
        return False
    if starting(small.near, question.words, position):
        return False
    return (
        longest_phrase(question.words, position) is None
        and clock_item(question, position) is None
        and _postal_at(question, position) is None
    )


def _place_at(question: Question, position: int) -> tuple[Place, int] | None:
    """Return the place that starts at `position`; a country aside, which says little about where a
    meeting is near."""
    if position >= len(question.words):
        return None
    postal = _postal_at(question, position)
    if postal is not None:
        return postal
    tokens = question.tokens[position : position + _LONGEST_PLACE_WORDS]
    if question.gazetteer is None or not tokens:
        return None
    # As typed: capitals tell Oregon from "or".
    words = tuple(question.text[token.start : token.end] for token in tokens)
    found = _longest_place(question.gazetteer, words, (question.settings.country,))
    return found if found and found[0].kind != "country" else None


def _postal_at(question: Question, position: int) -> tuple[Place, int] | None:
    if question.gazetteer is None:
        return None
    offset = question.offsets[position]
    match = _POSTAL.match(question.joined, offset)
    if match is None:
        return None
    place = _postal(question.gazetteer, match.group(), question.settings.country)
    return (place, match.group().count(" ") + 1) if place else None


@lru_cache(maxsize=8192)
def _longest_place(
    gazetteer: PlaceFinder, words: Words, prefer: tuple[str, ...]
) -> tuple[Place, int] | None:
    return gazetteer.longest_place(words=list(words), prefer=prefer)


@lru_cache(maxsize=2048)
def _lookup(gazetteer: PlaceFinder, text: str, prefer: tuple[str, ...]) -> Place | None:
    return gazetteer.lookup(text=text, prefer=prefer)


@lru_cache(maxsize=8192)
def _postal(gazetteer: PlaceFinder, code: str, country: str) -> Place | None:
    # Five digits are a code in many countries; home is asked first.
    return gazetteer.postal(code=code.upper(), prefer=(country,))
