"""The choices beside a list of meetings: each a link to the same question with one thing more, or one thing less."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import urlencode

import msgspec
from django.utils.translation import gettext as _

from openchair.directory import presenting
from openchair.directory.asking import meanings
from openchair.directory.searching import Chip, Reading
from openchair.fellowships.catalog import catalog

Counts = list[tuple[str, int]]
# What fits beside the first screen of a list; the rest is one tap away.
MOST_SHOWN = 10
MOST_VALUES = 40
_TIMES = (("05:00", "12:00"), ("12:00", "17:00"), ("17:00", "22:00"), ("22:00", "05:00"))
_RADII = (1, 5, 10, 25, 50)
_CONCEPT = "concept:"


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One value to choose, or to give up when `is_chosen`. `count` is None where none is known.

    `is_in_place` when the words in the search box stay as they are, so that the list alone can change.
    """

    key: str
    label: str
    count: int | None
    query_string: str
    is_chosen: bool = False
    is_in_place: bool = True


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """The values of one filter: those shown at once, and those behind "more"."""

    key: str
    heading: str
    shown: list[Choice]
    more: list[Choice] = []


def choices(*, reading: Reading, facets: dict[str, Counts]) -> list[Choices]:
    """Return the filters that can still narrow what was found, most used first. gettext must be active."""
    language = reading.language
    groups = [
        _group(reading, "day", _("Day"), _days(facets), _day_label(language)),
        _times(reading),
        _group(reading, "attendance", _("How"), _attendances(facets), _attendance_label),
        _group(reading, "type", _("Kind"), _types(facets), _type_label(language)),
        _group(reading, "fellowship", _("Fellowship"), facets.get("fellowship", []), _short(language)),
        _radii(reading),
        _group(reading, "region", _("Area"), _regions(reading, facets), _region_label),
        _group(reading, "language", _("Language"), facets.get("language", []), _tongue(language)),
    ]  # fmt: skip
    return [group for group in groups if group is not None and _is_useful(group)]


def orders(*, reading: Reading) -> list[Choice]:
    """Return the orders that a list can have, the present one chosen."""
    names = {
        "next": _("Soonest"),
        "distance": _("Nearest"),
        "relevance": _("Best match"),
        "name": _("Name"),
    }
    if reading.query.near is None:
        del names["distance"]
    if not reading.query.words:
        del names["relevance"]
    return [
        Choice(
            key=f"sort-{name}",
            label=label,
            count=None,
            query_string=_with(reading, {"sort"}, [("sort", name)]),
            is_chosen=reading.query.sort == name,
        )
        for name, label in names.items()
    ]


def hidden_fields(*, reading: Reading) -> list[tuple[str, str]]:
    """Return the parameters that the search box carries on beside its words."""
    return [(name, value) for name, value in reading.pairs if name not in {"q", "cursor"}]


def _group(
    reading: Reading, name: str, heading: str, counts: Counts, label: Callable[[str], str]
) -> Choices:
    chips = [chip for chip in reading.chips if name in {chip.name, chip.kind}]
    values = [
        _choice(reading, chips, name, value, count, label(value))
        for value, count in counts[:MOST_VALUES]
    ]
    # What was chosen stays in sight, however rare it is.
    shown = [v for n, v in enumerate(values) if n < MOST_SHOWN or v.is_chosen]
    more = [v for v in values if v not in shown]
    return Choices(key=name, heading=heading, shown=shown, more=more)


def _choice(
    reading: Reading, chips: list[Chip], name: str, value: str, count: int, label: str
) -> Choice:
    chip = next((c for c in chips if c.label == label or c.value == value), None)
    bare = value.removeprefix(_CONCEPT)
    return Choice(
        key=f"{name}-{bare}".replace("/", "-"),
        label=label,
        count=count,
        query_string=chip.remove_query_string if chip else _with(reading, set(), [(name, bare)]),
        is_chosen=chip is not None,
        is_in_place=chip is None or chip.name != "q",
    )


def _is_useful(group: Choices) -> bool:
    return len(group.shown) > 1 or any(choice.is_chosen for choice in group.shown)


def _days(facets: dict[str, Counts]) -> Counts:
    counts = dict(facets.get("day", []))
    return [(str(day), counts[str(day)]) for day in range(7) if str(day) in counts]


def _attendances(facets: dict[str, Counts]) -> Counts:
    counts = dict(facets.get("attendance", []))
    both = counts.get("hybrid", 0)
    # Who asks for a room may sit in a hybrid one, and so may whoever asks for a link.
    found = [
        ("in_person", counts.get("in_person", 0) + both),
        ("online", counts.get("online", 0) + both),
        ("hybrid", both),
    ]
    return [entry for entry in found if entry[1]]


def _types(facets: dict[str, Counts]) -> Counts:
    return [
        entry
        for entry in facets.get("type", [])
        if entry[0].startswith(_CONCEPT) and not entry[0].startswith(f"{_CONCEPT}language-")
    ]


def _regions(reading: Reading, facets: dict[str, Counts]) -> Counts:
    """Return one level of the tree: what lies in the chosen region, or the first level that divides."""
    counts = facets.get("region", [])
    chosen = reading.parameters.region
    if chosen:
        depth = chosen[0].count("/") + 1
        inside = [(v, n) for v, n in counts if v.startswith(f"{chosen[0]}/")]
        return [
            *((v, n) for v, n in counts if v in chosen),
            *((v, n) for v, n in inside if v.count("/") == depth),
        ]
    for depth in range(6):
        level = [(value, count) for value, count in counts if value.count("/") == depth]
        if len(level) > 1:
            return level
    return []


def _times(reading: Reading) -> Choices:
    labels = (_("Morning"), _("Afternoon"), _("Evening"), _("Night"))
    given = dict(reading.pairs)
    present = (given.get("after", ""), given.get("before", ""))
    shown = []
    for number, (span, label) in enumerate(zip(_TIMES, labels, strict=True)):
        pairs = [] if present == span else [("after", span[0]), ("before", span[1])]
        shown.append(
            Choice(
                key=f"time-{number}",
                label=label,
                count=None,
                query_string=_with(reading, {"after", "before"}, pairs),
                is_chosen=present == span,
            )
        )
    return Choices(key="time", heading=_("Time of day"), shown=shown)


def _radii(reading: Reading) -> Choices | None:
    if reading.query.near is None:
        return None
    unit = reading.distance_unit
    name = f"radius_{unit}"
    shown = []
    for radius in _RADII:
        km = radius * (presenting.KM_PER_MILE if unit == "mi" else 1.0)
        is_chosen = abs((reading.query.radius_km or 0) - km) < km / 100
        shown.append(
            Choice(
                key=f"radius-{radius}",
                label=_("Within %(distance)s") % {"distance": f"{radius} {unit}"},
                count=None,
                query_string=_with(reading, {"radius_km", "radius_mi"}, [(name, str(radius))]),
                is_chosen=is_chosen,
            )
        )
    return Choices(key="radius", heading=_("Distance"), shown=shown)


def _with(reading: Reading, without: set[str], pairs: Iterable[tuple[str, str]]) -> str:
    kept = [pair for pair in reading.pairs if pair[0] not in {*without, "cursor"}]
    return urlencode([*kept, *pairs])


def _day_label(language: str) -> Callable[[str], str]:
    return lambda value: meanings.name_days((int(value),), language=language)


def _type_label(language: str) -> Callable[[str], str]:
    return lambda value: meanings.name_type(value, language=language)


def _tongue(language: str) -> Callable[[str], str]:
    return lambda value: meanings.name_language(value, language=language)


def _short(language: str) -> Callable[[str], str]:
    return lambda value: catalog().get(value).short_name_in(language)


def _attendance_label(value: str) -> str:
    return {"in_person": _("In person"), "online": _("Online"), "hybrid": _("Both at once")}[value]


def _region_label(value: str) -> str:
    return value.rpartition("/")[2].replace("-", " ").title()
