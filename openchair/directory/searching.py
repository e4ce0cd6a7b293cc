"""What a search for meetings is: the fields it filters by, and how a web address becomes a question
to the snapshot.

The page and the API read the same parameters here; docs/api.md describes them to people,
live/openapi.py to programs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode
from zoneinfo import available_timezones

import msgspec

from openchair.directory.asking import meanings
from openchair.directory.understanding import (
    LONGEST_TEXT,
    PlaceFinder,
    SearchSettings,
    Understanding,
    Understood,
    attendance_values,
    default_radius,
    find_place,
    in_km,
    say_km,
    understand,
)
from openchair.fellowships.catalog import LANGUAGES, catalog
from openchair.places.place import Place
from openchair.search.documents import Schema
from openchair.search.query import Query, Sort

__all__ = [
    "ATTENDANCES",
    "MEETING_SCHEMA",
    "MOST_MEETINGS",
    "PARAMETERS",
    "SORTS",
    "BadParameter",
    "Chip",
    "Parameters",
    "Reading",
    "SearchSettings",
    "Understood",
    "read_parameters",
]

MEETING_SCHEMA = Schema(
    kind="meeting",
    filters=("fellowship", "type", "attendance", "language", "region", "body", "day"),
    text_weights={"name": 8.0, "group": 4.0, "place": 3.0, "notes": 1.0},
)
SORTS: tuple[Sort, ...] = ("next", "distance", "relevance", "name")
ATTENDANCES = ("in_person", "online", "hybrid", "inactive")
MOST_MEETINGS = 200
USUAL_MEETINGS = 20
# A week: by then every weekly meeting has started.
MOST_MINUTES = 7 * 1440
# Half way around the earth.
FARTHEST_KM = 20_040
FARTHEST_MI = 12_452
# Around a point without a radius, when the next to start come first: a drive, not a continent.
_POINT_RADIUS = {"mi": 15.0, "km": 25.0}
# More fields than any honest question has; a bound for the dishonest one.
_MOST_FIELDS = 200
_LONGEST_VALUE = 300
_DAY = 1440
_HOUR = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_LANGUAGE = re.compile(r"[a-z]{2,3}")

_WELL_KNOWN = ("women", "men", "young-people", "lgbtq", "newcomer", "speaker", "big-book", "open")

_T = TypeVar("_T")


class BadParameter(ValueError):
    """A parameter has a value that can't be meant. `allowed` says what can, in plain English."""

    def __init__(self, name: str, value: str, allowed: str) -> None:
        """Keep `value` short: it comes from anyone and is shown back."""
        self.name = name
        self.value = value[:_LONGEST_VALUE]
        self.allowed = allowed
        super().__init__(f"“{self.value}” can't be used for {name}. Use {allowed}.")


class Parameters(msgspec.Struct, frozen=True, kw_only=True):
    """Everything as given, typed: hours are minutes after midnight.

    What was not given is empty or None. Meeting types stand as they were written.
    """

    q: str = ""
    day: tuple[int, ...] = ()
    after: int | None = None
    before: int | None = None
    within_minutes: int | None = None
    fellowship: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    any_type: tuple[str, ...] = ()
    not_type: tuple[str, ...] = ()
    attendance: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    near: str = ""
    lat: float | None = None
    lng: float | None = None
    radius_km: float | None = None
    radius_mi: float | None = None
    bbox: tuple[float, float, float, float] | None = None
    sort: Sort | None = None
    limit: int = USUAL_MEETINGS
    cursor: str = ""
    facets: bool = False
    timezone: str = ""
    lang: str = ""


PARAMETERS: tuple[str, ...] = Parameters.__struct_fields__


class Chip(msgspec.Struct, frozen=True, kw_only=True):
    """One condition as a person sees it. `remove_query_string` asks the same without it.

    `name` is the parameter it comes from, `kind` what it says: for words of the search box that of
    Understood.kind.
    """

    label: str
    remove_query_string: str
    name: str
    kind: str
    value: str


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A web address as a search. `place` is what it is near to; `wants_place` asks for one ("within
    5 miles" of what?)."""

    parameters: Parameters
    query: Query
    understood: list[Understood]
    place: Place | None
    wants_place: bool
    language: str
    distance_unit: str
    pairs: tuple[tuple[str, str], ...]

    @property
    def chips(self) -> list[Chip]:
        """The conditions in the order given: what the words mean, then the parameters."""
        return [*_word_chips(self), *_parameter_chips(self)]


def read_parameters(
    *,
    query_string: str | bytes,
    now: datetime,
    settings: SearchSettings,
    gazetteer: PlaceFinder | None,
    language: str = "en",
) -> Reading:
    """Return what the address asks for. `now` is aware; `language` (en, es, fr) is that of meanings
    and chips.

    An empty value is as good as none, and parameters nobody here knows are left alone: clients add
    their own. Raises BadParameter for the first that can't be meant, `near` when the place is not
    in the gazetteer.
    """
    pairs = _pairs(query_string)
    parameters = _parameters(pairs)
    language = parameters.lang or language
    zone = parameters.timezone or settings.time_zone
    given = _given_point(parameters, settings, gazetteer)
    if given.place and given.place.timezone:
        zone = given.place.timezone
    if zone != settings.time_zone:
        settings = msgspec.structs.replace(settings, time_zone=zone)
    words = understand(
        text=parameters.q,
        now=now,
        settings=settings,
        gazetteer=gazetteer,
        language=language,
        radius_km=_radius_km(parameters),
        has_point=given.point is not None,
    )
    _check_radius(parameters, has_point=bool(given.point or words.place))
    return Reading(
        parameters=parameters,
        query=_query(parameters, words, given, settings, now),
        understood=list(words.understood),
        place=given.place or words.place,
        wants_place=words.wants_place,
        language=language,
        distance_unit=settings.distance_unit,
        pairs=pairs,
    )


# --------------------------------------------------------------------------- reading each parameter


def _pairs(query_string: str | bytes) -> tuple[tuple[str, str], ...]:
    """Return names and values that are known and not empty."""
    if isinstance(query_string, bytes):
        query_string = query_string.decode("utf-8", "replace")
    try:
        found = parse_qsl(query_string, max_num_fields=_MOST_FIELDS, errors="replace")
    except ValueError:
        raise BadParameter(
            "the address", query_string[:40], f"at most {_MOST_FIELDS} parameters"
        ) from None
    return tuple(
        (name, value) for name, text in found if name in _KNOWN and (value := text.strip())
    )


def _parameters(pairs: tuple[tuple[str, str], ...]) -> Parameters:
    single: dict[str, object] = {}
    several: dict[str, dict[object, None]] = {}
    for name, value in pairs:
        read = _SINGLE.get(name)
        if read is not None:
            single[name] = read(name, value)
        else:
            several.setdefault(name, {})[_SEVERAL[name](name, value)] = None
    lists = {name: tuple(values) for name, values in several.items()}
    parameters = msgspec.convert({**single, **lists}, Parameters)
    _check_together(parameters)
    return parameters


def _check_together(parameters: Parameters) -> None:
    if (parameters.lat is None) != (parameters.lng is None):
        missing, given = ("lng", "lat") if parameters.lng is None else ("lat", "lng")
        raise BadParameter(missing, "", f"a number of degrees, together with {given}")
    if parameters.radius_km is not None and parameters.radius_mi is not None:
        raise BadParameter(
            "radius_mi", f"{parameters.radius_mi:g}", "either radius_km or radius_mi"
        )


def _check_radius(parameters: Parameters, *, has_point: bool) -> None:
    if has_point:
        return
    for name, radius in (("radius_km", parameters.radius_km), ("radius_mi", parameters.radius_mi)):
        if radius is not None:
            raise BadParameter(name, f"{radius:g}", "it with near, or with lat and lng")


def _text(name: str, value: str) -> str:
    if len(value) > _LONGEST_VALUE and name != "q":
        raise BadParameter(name, value, f"at most {_LONGEST_VALUE} characters")
    return value[: LONGEST_TEXT * 4]


def _hour(name: str, value: str) -> int:
    match = _HOUR.fullmatch(value)
    if match is None:
        raise BadParameter(name, value, "a time from 00:00 to 23:59, such as 19:30")
    return int(match[1]) * 60 + int(match[2])


def _whole_number(least: int, most: int) -> Callable[[str, str], int]:
    def read(name: str, value: str) -> int:
        # isdecimal takes Arabic digits too, and int() reads them.
        if not value.isdecimal() or len(value) > 9 or not least <= int(value) <= most:
            raise BadParameter(name, value, f"a whole number from {least} to {most}")
        return int(value)

    return read


def _degrees(most: int) -> Callable[[str, str], float]:
    def read(name: str, value: str) -> float:
        return _number(name, value, -most, most, f"degrees from -{most} to {most}")

    return read


def _distance(most: int) -> Callable[[str, str], float]:
    def read(name: str, value: str) -> float:
        number = _number(name, value, 0, most, f"a distance above 0, at most {most}")
        if number == 0:
            raise BadParameter(name, value, "a distance above 0")
        return number

    return read


def _number(name: str, value: str, least: float, most: float, allowed: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        raise BadParameter(name, value, allowed)
    return number


def _box(name: str, value: str) -> tuple[float, float, float, float]:
    allowed = "west,south,east,north in degrees, such as -71.2,42.3,-71.0,42.4"
    edges = value.split(",")
    if len(edges) != 4:
        raise BadParameter(name, value, allowed)
    # A map that was dragged around the world counts on past 180.
    limits = (540, 90, 540, 90)
    west, south, east, north = (
        _number(name, edge, -most, most, allowed) for edge, most in zip(edges, limits, strict=True)
    )
    if south > north:
        raise BadParameter(name, value, allowed)
    return west, south, east, north


def _one_of(*choices: str) -> Callable[[str, str], str]:
    def read(name: str, value: str) -> str:
        if value not in choices:
            raise BadParameter(name, value, "one of " + ", ".join(choices))
        return value

    return read


def _yes_or_no(name: str, value: str) -> bool:
    if value not in {"0", "1"}:
        raise BadParameter(name, value, "1 for yes, 0 for no")
    return value == "1"


def _zone(name: str, value: str) -> str:
    if value not in _zones():
        raise BadParameter(name, value, "a time zone name such as America/New_York")
    return value


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _fellowship(name: str, value: str) -> str:
    return _one_of(*catalog().fellowships)(name, value)


def _language_code(name: str, value: str) -> str:
    code = value.lower()
    if not _LANGUAGE.fullmatch(code):
        raise BadParameter(name, value, "a language code of ISO 639-1, such as es")
    return code


_SINGLE: dict[str, Callable[[str, str], object]] = {
    "q": _text,
    "after": _hour,
    "before": _hour,
    "within_minutes": _whole_number(1, MOST_MINUTES),
    "near": _text,
    "lat": _degrees(90),
    "lng": _degrees(180),
    "radius_km": _distance(FARTHEST_KM),
    "radius_mi": _distance(FARTHEST_MI),
    "bbox": _box,
    "sort": _one_of(*SORTS),
    "limit": _whole_number(1, MOST_MEETINGS),
    "cursor": _text,
    "facets": _yes_or_no,
    "timezone": _zone,
    "lang": _one_of(*LANGUAGES),
}
_SEVERAL: dict[str, Callable[[str, str], object]] = {
    "day": _whole_number(0, 6),
    "fellowship": _fellowship,
    "type": _text,
    "any_type": _text,
    "not_type": _text,
    "attendance": _one_of(*ATTENDANCES),
    "language": _language_code,
    "region": _text,
    "body": _text,
}
_KNOWN = frozenset([*_SINGLE, *_SEVERAL])


# ------------------------------------------------------------------------------------ meeting types


@lru_cache(maxsize=1)
def _types_by_code() -> dict[str, tuple[str, ...]]:
    """Return `type` filter values by code as written: "12x12" is another than "12X12" elsewhere."""
    found: dict[str, list[str]] = {}
    for pack in catalog().fellowships.values():
        for code in pack.types:
            found.setdefault(code, []).append(f"{pack.id}:{code}")
    return {code: tuple(values) for code, values in found.items()}


@lru_cache(maxsize=4096)
def _type_values(name: str, value: str, fellowships: tuple[str, ...]) -> tuple[str, ...]:
    """Return the filter values that a `type` parameter stands for, within `fellowships` when some
    are chosen.

    A code of a pack comes before a concept: "na" is no code, but "12x12" is. Raises BadParameter.
    """
    bare = value.removeprefix("concept:")
    if ":" in bare:
        if any(bare in values for values in _types_by_code().values()):
            return (bare,)
        raise _unknown_type(name, value, fellowships)
    codes = () if bare != value else _types_by_code().get(bare, ())
    chosen = tuple(c for c in codes if not fellowships or c.partition(":")[0] in fellowships)
    if chosen:
        return chosen
    if bare.lower() in catalog().concepts:
        return (f"concept:{bare.lower()}",)
    raise _unknown_type(name, value, fellowships)


def _unknown_type(name: str, value: str, fellowships: tuple[str, ...]) -> BadParameter:
    packs = [catalog().get(pack) for pack in fellowships or tuple(catalog().fellowships)[:1]]
    codes = [code for pack in packs for code in pack.types][:12]
    return BadParameter(
        name,
        value,
        f"a type's code such as {', '.join(codes)}, one with its fellowship such as aa:W, or a word such as "
        f"{', '.join(concept for concept in _WELL_KNOWN if concept in catalog().concepts)}",
    )


# ----------------------------------------------------------------------------------- where and when


class _Given(msgspec.Struct, frozen=True):
    """A point given beside the words, and the place it was named by."""

    point: tuple[float, float] | None = None
    place: Place | None = None


def _given_point(
    parameters: Parameters, settings: SearchSettings, gazetteer: PlaceFinder | None
) -> _Given:
    if parameters.lat is not None and parameters.lng is not None:
        # An exact point beats a place's centre; `near` beside it is only its name.
        return _Given((parameters.lat, parameters.lng))
    if not parameters.near:
        return _Given()
    if gazetteer is None:
        raise BadParameter("near", parameters.near, "lat and lng: no places are known here yet")
    place = find_place(text=parameters.near, settings=settings, gazetteer=gazetteer)
    if place is None:
        raise BadParameter(
            "near", parameters.near, "a town, with its state or country, or a postal code"
        )
    return _Given((place.latitude, place.longitude), place)


def _radius_km(parameters: Parameters) -> float | None:
    if parameters.radius_mi is not None:
        return in_km(parameters.radius_mi, "mi")
    return parameters.radius_km


def _query(
    parameters: Parameters,
    words: Understanding,
    given: _Given,
    settings: SearchSettings,
    now: datetime,
) -> Query:
    point = given.point or _point_of(words.place)
    has_time = words.has_time or _has_time(parameters)
    sort = _sort(parameters, words, point, has_time=has_time)
    start_from, start_until = _hours(parameters, words)
    all_of, any_of, none_of = _conditions(parameters, words)
    if has_time and not any(name == "attendance" for name, _ in any_of):
        # Who asks when, wants to go: a door that is closed for now must not be shown.
        none_of = (*none_of, ("attendance", "inactive"))
    return Query(
        words=words.words,
        all_of=all_of,
        any_of=any_of,
        none_of=none_of,
        start_from=start_from,
        start_until=start_until,
        next_from=words.next_from,
        next_until=_next_until(parameters, words, now),
        near=point,
        radius_km=_radius_around(parameters.bbox is not None, words, given, settings, sort)
        if point
        else None,
        box=parameters.bbox,
        sort=sort,
        limit=parameters.limit,
        cursor=parameters.cursor,
        facets=parameters.facets,
    )


def _point_of(place: Place | None) -> tuple[float, float] | None:
    return (place.latitude, place.longitude) if place else None


def _has_time(parameters: Parameters) -> bool:
    hours = (parameters.after, parameters.before, parameters.within_minutes)
    return bool(parameters.day) or any(each is not None for each in hours)


def _sort(
    parameters: Parameters,
    words: Understanding,
    point: tuple[float, float] | None,
    *,
    has_time: bool,
) -> Sort:
    # On a page the order stays chosen while the place is taken away; that is no reason for an
    # error.
    if parameters.sort is not None and (parameters.sort != "distance" or point):
        return parameters.sort
    if has_time:
        return "next"
    if point:
        return "distance"
    return "relevance" if words.words else "next"


def _hours(parameters: Parameters, words: Understanding) -> tuple[int | None, int | None]:
    first, last = parameters.after, parameters.before or None
    if parameters.before == 0 and first is not None:
        last = 0
    if first is None and last is None:
        return words.start_from, words.start_until
    if words.start_from is None and words.start_until is None:
        return first, last
    bounds = _shared_hours((first, last), (words.start_from, words.start_until))
    # Hours that contradict the words, or run over midnight, stand alone: they were set by hand.
    return bounds or (first, last)


def _shared_hours(
    one: tuple[int | None, int | None], other: tuple[int | None, int | None]
) -> tuple[int | None, int | None] | None:
    ranges = [(first or 0, _DAY if last is None else last) for first, last in (one, other)]
    if any(first > last for first, last in ranges):
        return None
    first, last = max(r[0] for r in ranges), min(r[1] for r in ranges)
    return (first or None, None if last == _DAY else last) if first < last else None


def _next_until(parameters: Parameters, words: Understanding, now: datetime) -> int | None:
    if parameters.within_minutes is None:
        return words.next_until
    # The minute that is running counts, and so does the one at the end.
    until = int(now.timestamp() // 60) + parameters.within_minutes + 1
    return until if words.next_until is None else min(until, words.next_until)


def _radius_around(
    has_box: bool, words: Understanding, given: _Given, settings: SearchSettings, sort: Sort
) -> float | None:
    if words.radius_km is not None or given.point is None:
        # A distance beside the words has been given to understand(), and come back.
        return words.radius_km
    if given.place is not None:
        return in_km(*default_radius(given.place, settings))
    if sort == "distance" or has_box:
        return None
    return in_km(_POINT_RADIUS[settings.distance_unit], settings.distance_unit)


Pairs = tuple[tuple[str, str], ...]
Choices = tuple[tuple[str, tuple[str, ...]], ...]


def _conditions(parameters: Parameters, words: Understanding) -> tuple[Pairs, Choices, Pairs]:
    """Return all_of, any_of and none_of of the parameters and the words together."""
    all_of, any_of = list(words.all_of), list(words.any_of)
    for value in parameters.type:
        values = _type_values("type", value, parameters.fellowship)
        if len(values) == 1:
            all_of.append(("type", values[0]))
        else:
            any_of.append(("type", values))
    any_types = _flat("any_type", parameters.any_type, parameters.fellowship)
    choices: list[tuple[str, tuple[str, ...]]] = [
        ("type", any_types),
        ("day", tuple(map(str, parameters.day))),
        ("fellowship", parameters.fellowship),
        ("attendance", _distinct(v for a in parameters.attendance for v in attendance_values(a))),
        ("language", parameters.language),
        ("region", parameters.region),
        ("body", parameters.body),
    ]
    any_of += [(name, values) for name, values in choices if values]
    refused = _flat("not_type", parameters.not_type, parameters.fellowship)
    none_of = [*words.none_of, *(("type", value) for value in refused)]
    return _distinct(all_of), _distinct(any_of), _distinct(none_of)


def _flat(name: str, values: tuple[str, ...], fellowships: tuple[str, ...]) -> tuple[str, ...]:
    return _distinct(each for value in values for each in _type_values(name, value, fellowships))


def _distinct(values: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(values))


# -------------------------------------------------------------------------------------------- chips


def _word_chips(reading: Reading) -> list[Chip]:
    chips = []
    for each in reading.understood:
        pairs = [
            (name, each.q_without if name == "q" else value)
            for name, value in _kept(reading.pairs, without_place=each.kind == "near")
        ]
        chips.append(
            Chip(
                label=each.means,
                remove_query_string=urlencode([pair for pair in pairs if pair[1]]),
                name="q",
                kind=each.kind,
                value=each.value,
            )
        )
    return chips


def _parameter_chips(reading: Reading) -> list[Chip]:
    chips: list[Chip] = []
    is_place_said = False
    for name, value in _distinct(reading.pairs):
        if name in _PLACE_NAMES:
            if (
                not is_place_said
                and reading.query.near
                and (reading.parameters.near or name == "lat")
            ):
                is_place_said = True
                chips.append(_place_chip(reading))
        elif name in _LABELS:
            chips.append(
                Chip(
                    label=_LABELS[name](reading, value),
                    remove_query_string=urlencode(
                        [pair for pair in _kept(reading.pairs) if pair != (name, value)]
                    ),
                    name=name,
                    kind=name,
                    value=value,
                )
            )
    return chips


_PLACE_NAMES = frozenset(["near", "lat", "lng", "radius_km", "radius_mi"])


def _kept(
    pairs: tuple[tuple[str, str], ...], *, without_place: bool = False
) -> list[tuple[str, str]]:
    """Return the pairs that go on into another question: a cursor belongs to this one alone, a
    distance to its place."""
    kept = [pair for pair in pairs if pair[0] != "cursor"]
    if not without_place:
        return kept
    return [pair for pair in kept if pair[0] not in _PLACE_NAMES and pair != ("sort", "distance")]


def _place_chip(reading: Reading) -> Chip:
    name = "near" if reading.parameters.near else "lat"
    return Chip(
        label=_place_label(reading),
        remove_query_string=urlencode(_kept(reading.pairs, without_place=True)),
        name=name,
        kind="near",
        value=reading.parameters.near,
    )


def _place_label(reading: Reading) -> str:
    radius_km, language = reading.query.radius_km, reading.language
    if radius_km is None:
        return reading.parameters.near or meanings.sentence("near_point", language=language)
    unit = "mi" if reading.parameters.radius_mi is not None else reading.distance_unit
    distance = say_km(radius_km, unit, language=language)
    place = reading.place.name if reading.place else reading.parameters.near
    if place:
        return meanings.sentence("within", distance, place, language=language)
    return meanings.sentence("within_point", distance, language=language)


def _hour_label(key: str) -> Callable[[Reading, str], str]:
    def label(reading: Reading, value: str) -> str:
        hour = meanings.say_hour(_hour(key, value), language=reading.language)
        return meanings.sentence(key, hour, language=reading.language)

    return label


def _type_label(reading: Reading, value: str) -> str:
    values = _type_values("type", value, reading.parameters.fellowship)
    names = _distinct(meanings.name_type(each, language=reading.language) for each in values)
    # One code can have another name in another fellowship; the first fellowship's is the better
    # known.
    return names[0]


def _not_type_label(reading: Reading, value: str) -> str:
    return meanings.sentence("not", _type_label(reading, value), language=reading.language)


def _soon_label(reading: Reading, value: str) -> str:
    span = meanings.say_span(int(value), language=reading.language)
    return meanings.sentence("soon", span, language=reading.language)


def _region_label(_reading: Reading, value: str) -> str:
    return value.rpartition("/")[2].replace("-", " ").title()


_LABELS: dict[str, Callable[[Reading, str], str]] = {
    "day": lambda r, value: meanings.name_days((int(value),), language=r.language),
    "after": _hour_label("after"),
    "before": _hour_label("before"),
    "within_minutes": _soon_label,
    "fellowship": lambda r, value: meanings.name_fellowship(value, language=r.language),
    "type": _type_label,
    "any_type": _type_label,
    "not_type": _not_type_label,
    "attendance": lambda r, value: meanings.sentence(value, language=r.language),
    "language": lambda r, value: meanings.name_language(value.lower(), language=r.language),
    "region": _region_label,
    "body": lambda _r, value: value,
    "bbox": lambda r, _value: meanings.sentence("box", language=r.language),
}
