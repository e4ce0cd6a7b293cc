"""What a person means by the words they type: "women tonight near 02139", "en línea ahora español".

One pass from the left: at each word the longest thing that starts there wins, be it a phrase of the
vocabulary, an hour or distance, a refusal, or a place. What is left over is searched as text. In
doubt it is text: a word searched as text still finds places and names, a wrong filter hides
meetings. The parts are in asking/.

English, Spanish and French are understood at once, whatever the page's language.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from openchair.directory.asking.matching import (
    join_alternatives,
    one_place,
    read_items,
    without_parts_of_names,
)
from openchair.directory.asking.places import default_radius, find_place, in_km, radius_of
from openchair.directory.asking.question import (
    LONGEST_TEXT,
    Item,
    PlaceFinder,
    SearchSettings,
    leftover_words,
    read_question,
)
from openchair.directory.asking.saying import Understood, say_back, say_km
from openchair.directory.asking.timing import read_when
from openchair.places.place import Place

__all__ = [
    "LONGEST_TEXT",
    "PlaceFinder",
    "SearchSettings",
    "Understanding",
    "Understood",
    "attendance_values",
    "default_radius",
    "find_place",
    "in_km",
    "say_km",
    "understand",
]


_PLACELESS = frozenset(["radius", "near_me"])

_ATTENDANCE: dict[str, tuple[str, ...]] = {
    # Whoever asks for a room may sit in a hybrid one, and so may whoever asks for a link.
    "in_person": ("in_person", "hybrid"),
    "online": ("online", "hybrid"),
    "hybrid": ("hybrid",),
    "inactive": ("inactive",),
}


class Understanding(msgspec.Struct, frozen=True, kw_only=True):
    """A question in the shape of a search. See search/query.py for what the fields mean.

    `radius_km` may stand without a `place`: it was said, or given, and belongs to a point known
    elsewhere. `wants_place` when a distance was said, or "near me", and there is nothing to measure
    from.
    """

    understood: tuple[Understood, ...] = ()
    words: tuple[str, ...] = ()
    all_of: tuple[tuple[str, str], ...] = ()
    any_of: tuple[tuple[str, tuple[str, ...]], ...] = ()
    none_of: tuple[tuple[str, str], ...] = ()
    start_from: int | None = None
    start_until: int | None = None
    next_from: int | None = None
    next_until: int | None = None
    place: Place | None = None
    radius_km: float | None = None
    wants_place: bool = False

    @property
    def has_time(self) -> bool:
        """Whether the words say when."""
        times = (self.start_from, self.start_until, self.next_from, self.next_until)
        return any(each is not None for each in times) or any(f == "day" for f, _ in self.any_of)


def understand(
    *,
    text: str,
    now: datetime,
    settings: SearchSettings,
    gazetteer: PlaceFinder | None,
    language: str = "en",
    radius_km: float | None = None,
    has_point: bool = False,
) -> Understanding:
    """Return what `text` asks for. `now` is aware; `language` is that of `means`. Never raises on
    any text.

    `has_point` when the point to search around is known already: then no word is taken for a place.
    `radius_km` is a distance given beside the text, which wins over one in the text.
    """
    question = read_question(
        text=text, settings=settings, gazetteer=None if has_point else gazetteer
    )
    items = without_parts_of_names(read_items(question), question)
    items = one_place(join_alternatives(items, question))
    place = next((item.place for item in items if item.place), None)
    radius = radius_of(items, place, settings, radius_km)
    zone = place.timezone if place and place.timezone else settings.time_zone
    when = read_when(items, now=now, zone=zone)
    return Understanding(
        understood=say_back(
            items,
            question,
            language=language,
            radius=radius,
            is_late_night=when.is_late_night,
            has_point=has_point,
        ),
        words=leftover_words(items, question),
        all_of=_all_of(items),
        any_of=_any_of(items),
        none_of=_none_of(items),
        start_from=when.start_from,
        start_until=when.start_until,
        next_from=when.next_from,
        next_until=when.next_until,
        place=place,
        radius_km=radius[0] if radius else None,
        wants_place=not (place or has_point) and any(i.kind in _PLACELESS for i in items),
    )


def attendance_values(attendance: str) -> tuple[str, ...]:
    """Return the filter values that a person who asks for `attendance` may attend."""
    return _ATTENDANCE[attendance]


def _all_of(items: list[Item]) -> tuple[tuple[str, str], ...]:
    wanted = (
        ("type", item.values[0])
        for item in items
        if item.kind == "type" and not item.is_negative and len(item.values) == 1
    )
    return tuple(dict.fromkeys(wanted))


def _any_of(items: list[Item]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    choices: list[tuple[str, tuple[str, ...]]] = []
    for name in ("fellowship", "language", "attendance", "day"):
        values = [
            value
            for item in items
            if item.kind == name and not item.is_negative
            for value in _values(item)
        ]
        if values:
            choices.append((name, tuple(dict.fromkeys(values))))
    choices += [
        ("type", item.values) for item in items if item.kind == "type" and len(item.values) > 1
    ]
    return tuple(choices)


def _values(item: Item) -> tuple[str, ...]:
    if item.kind == "day":
        return tuple(item.values[0])
    if item.kind == "attendance":
        return _ATTENDANCE[item.values[0]]
    return item.values


def _none_of(items: list[Item]) -> tuple[tuple[str, str], ...]:
    refused: list[tuple[str, str]] = []
    for item in items:
        if item.is_negative:
            values = tuple(item.values[0]) if item.kind == "day" else item.values
            refused += [(item.kind, value) for value in values]
    return tuple(dict.fromkeys(refused))
