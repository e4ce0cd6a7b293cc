"""The same meeting from two sources: found by likeness, shown, and merged or kept apart by a person."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from math import cos, floor, radians

import msgspec
from django.db import transaction
from django.db.models import Q
from rapidfuzz import fuzz

from openchair.directory.models import GONE, DuplicatePair, Meeting
from openchair.lib.folding import fold
from openchair.places.distance import distance_km
from openchair.sources.models import Change, Source

ALIKE_NAME = 82
ALIKE_PLACE = 85
NEAR_KM = 0.4
CLOSE_MINUTES = 15
# 111 km is a little less than a degree of latitude is anywhere, so that a cell is never too low.
CELL_DEGREES = NEAR_KM / 111.0


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One meeting as likeness needs it. `start` is minutes after midnight; texts are folded."""

    id: str
    source_id: int
    fellowship: str
    day: int
    start: int
    name: str
    place: str
    link: str
    point: tuple[float, float] | None
    town: str = ""


class AlreadyDecided(Exception):
    """Somebody has merged this pair or kept it apart already."""


def find_duplicates(*, source: Source) -> int:
    """Look for meetings of other sources that are the same as one of `source`. Return how many new pairs there are."""
    if Source.objects.exclude(pk=source.pk).filter(is_active=True).count() == 0:
        return 0
    before = DuplicatePair.objects.count()
    pairs = [
        DuplicatePair(first_id=a.id, second_id=b.id, score=score, reason=reason)
        for a, b, score, reason in likely_pairs(candidates=_candidates(), source_id=source.pk)
    ]
    DuplicatePair.objects.bulk_create(pairs, batch_size=500, ignore_conflicts=True)
    return DuplicatePair.objects.count() - before


def likely_pairs(
    *, candidates: list[Candidate], source_id: int
) -> Iterator[tuple[Candidate, Candidate, int, str]]:
    """Yield pairs across sources, one of them of `source_id`, that are likely one meeting: smaller id first, score 0–100.

    Same fellowship, same day, starts within 15 minutes, names alike, and the same room or the same link.
    """
    blocks = _blocks(each for each in candidates if each.source_id != source_id)
    for one in (each for each in candidates if each.source_id == source_id):
        for other in _others_near(one, blocks):
            found = _likeness(one, other)
            if found:
                first, second = sorted((one, other), key=lambda each: each.id)
                yield first, second, *found


# What two must share to be compared at all, so that two lists of a whole country are not compared each with each.
Block = tuple[object, ...]


def _blocks(candidates: Iterable[Candidate]) -> dict[Block, list[Candidate]]:
    """Return the candidates under their fellowship, day and link, cell of the map or town, each in order of start."""
    blocks: dict[Block, list[Candidate]] = {}
    for each in candidates:
        for share in _shared(each):
            blocks.setdefault((each.fellowship, each.day, *share), []).append(each)
    for block in blocks.values():
        block.sort(key=_start)
    return blocks


def _start(candidate: Candidate) -> int:
    return candidate.start


def _shared(each: Candidate) -> Iterator[Block]:
    if each.link:
        yield "link", each.link
    if each.point:
        yield "cell", *_cell(each.point)
    if each.place:
        # Two with a point are compared by their points alone, so those with one are kept apart here.
        yield "town", each.town, each.point is None
        if each.town:
            yield "somewhere", each.point is None


def _asked(one: Candidate) -> Iterator[Block]:
    if one.link:
        yield "link", one.link
    if one.point:
        yield from (("cell", *cell) for cell in _cells_near(one.point))
    if one.place:
        for has_no_point in (True, False) if one.point is None else (True,):
            yield "town", "", has_no_point
            # Where no town is told it may be any.
            yield ("town", one.town, has_no_point) if one.town else ("somewhere", has_no_point)


def _cell(point: tuple[float, float]) -> tuple[int, int]:
    """Return the cell of the map that holds `point`, by row from the equator and column from Greenwich."""
    row = floor(point[0] / CELL_DEGREES)
    return row, _column(point[1], row)


def _cells_near(point: tuple[float, float]) -> Iterator[tuple[int, int]]:
    """Yield every cell that may hold something within NEAR_KM. Columns of another row are as wide as that row needs."""
    middle, _ = _cell(point)
    for row in (middle - 1, middle, middle + 1):
        column = _column(point[1], row)
        yield from ((row, column - 1), (row, column), (row, column + 1))


def _column(longitude: float, row: int) -> int:
    # Wide enough where the meridians lie closest in this row and those beside it.
    furthest = min(89.0, (abs(row) + 2) * CELL_DEGREES)
    return floor(longitude * cos(radians(furthest)) / CELL_DEGREES)


def _others_near(one: Candidate, blocks: Mapping[Block, list[Candidate]]) -> Iterable[Candidate]:
    found: dict[str, Candidate] = {}
    for share in _asked(one):
        block = blocks.get((one.fellowship, one.day, *share), [])
        begin = bisect_left(block, one.start - CLOSE_MINUTES, key=_start)
        end = bisect_right(block, one.start + CLOSE_MINUTES, key=_start)
        found |= {other.id: other for other in block[begin:end]}
    return found.values()


def _likeness(one: Candidate, other: Candidate) -> tuple[int, str] | None:
    where = _same_place(one, other)
    if not where:
        return None
    names = fuzz.token_set_ratio(one.name, other.name, score_cutoff=ALIKE_NAME)
    return (int(names), where) if names else None


def _same_place(one: Candidate, other: Candidate) -> str:
    if one.link and one.link == other.link:
        return "same link"
    if one.point and other.point and distance_km(*one.point, *other.point) > NEAR_KM:
        return ""
    if one.place and other.place and fuzz.token_set_ratio(one.place, other.place) >= ALIKE_PLACE:
        return "same place"
    return "within 400 m" if one.point and other.point else ""


def _candidates() -> list[Candidate]:
    meetings = Meeting.objects.in_print().filter(day__isnull=False).select_related(None)
    rows = meetings.values_list(
        "pk", "source_id", "fellowship", "day", "start_time", "name", "conference_url",
        "venue__name", "venue__address", "venue__city", "venue__latitude", "venue__longitude", "venue__precision",
    )  # fmt: skip
    return [
        Candidate(
            id=pk,
            source_id=source_id,
            fellowship=fellowship,
            day=day,
            start=start.hour * 60 + start.minute,
            name=fold(name),
            place=fold(f"{venue or ''} {address or ''}"),
            link=link.split("?")[0],
            point=_point(lat, lng, precision),
            town=fold(city or ""),
        )
        for pk, source_id, fellowship, day, start, name, link, venue, address, city, lat, lng, precision in rows
        if day is not None and start is not None
    ]


def _point(
    latitude: float | None, longitude: float | None, precision: str | None
) -> tuple[float, float] | None:
    if latitude is None or longitude is None or precision in {"postal", "city"}:
        return None
    return latitude, longitude


@transaction.atomic
def merge_pair(*, pair: DuplicatePair, keep: Meeting | None, now: datetime, who: str) -> Meeting:
    """Take one of the two out of print in favour of the other, and return the one that stays.

    `keep` None keeps the one from the source of lower rank, then the older one. Raises AlreadyDecided, also when one of
    the two has gone out of print since: three that were merged in a circle would all be gone.
    """
    if pair.state != "open" or not (pair.first.is_in_print() and pair.second.is_in_print()):
        raise AlreadyDecided
    both = sorted((pair.first, pair.second), key=lambda m: (m.source.rank, m.source_id, m.pk))
    stays = keep or both[0]
    goes = next(each for each in both if each.pk != stays.pk)
    goes.merged_into = stays
    goes.state = "merged"
    goes.save(update_fields=["merged_into", "state"])
    pair.state = "merged"
    pair.save(update_fields=["state"])
    _record(goes, "merged", {"merged_into": [None, stays.pk]}, now, who)
    return stays


@transaction.atomic
def unmerge_pair(*, pair: DuplicatePair, now: datetime, who: str) -> None:
    """Put back what a merge took out of print."""
    for meeting in (pair.first, pair.second):
        if meeting.merged_into_id in {pair.first_id, pair.second_id}:
            before = meeting.merged_into_id
            meeting.merged_into = None
            meeting.state = "in_print" if meeting.state == "merged" else meeting.state
            meeting.save(update_fields=["merged_into", "state"])
            _record(meeting, "unmerged", {"merged_into": [before, None]}, now, who)
    pair.state = "open"
    pair.save(update_fields=["state"])


def settle_merged() -> None:
    """Put back in print what was merged into a meeting that is gone, and take it out again when that one returns."""
    stays_gone = Q(merged_into=None) | Q(merged_into__state__in=GONE)
    Meeting.objects.filter(stays_gone, state="merged").update(state="in_print")
    Meeting.objects.filter(state="in_print", merged_into__isnull=False).exclude(stays_gone).update(
        state="merged"
    )


def keep_apart(*, pair: DuplicatePair) -> None:
    """Remember that the two are different meetings, so that they are not shown again."""
    pair.state = "kept_apart"
    pair.save(update_fields=["state"])


def open_pairs() -> list[DuplicatePair]:
    """Return the pairs that wait for a person, likeliest first."""
    return list(
        DuplicatePair.objects.filter(state="open")
        .filter(Q(first__state="in_print"), Q(second__state="in_print"))
        .select_related("first__source", "second__source", "first__venue", "second__venue")
        .order_by("-score", "pk")
    )


def _record(
    meeting: Meeting, deed: str, fields: dict[str, object], now: datetime, who: str
) -> None:
    Change.objects.create(
        who=who, at=now, kind="meeting", object_key=meeting.pk, deed=deed, fields=fields
    )


__all__ = [
    "find_duplicates",
    "keep_apart",
    "likely_pairs",
    "merge_pair",
    "open_pairs",
    "settle_merged",
    "unmerge_pair",
]
