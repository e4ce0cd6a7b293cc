"""The same meeting from two sources: found by likeness, shown, and merged or kept apart by a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

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
    blocks: dict[tuple[str, int], list[Candidate]] = {}
    for each in candidates:
        blocks.setdefault((each.fellowship, each.day), []).append(each)
    for block in blocks.values():
        block.sort(key=lambda each: each.start)
        own = [each for each in block if each.source_id == source_id]
        others = [each for each in block if each.source_id != source_id]
        for one, other in _close_in_time(own, others):
            found = _likeness(one, other)
            if found:
                first, second = sorted((one, other), key=lambda each: each.id)
                yield first, second, *found


def _close_in_time(
    own: list[Candidate], others: list[Candidate]
) -> Iterator[tuple[Candidate, Candidate]]:
    begin = 0
    for one in own:
        while begin < len(others) and others[begin].start < one.start - CLOSE_MINUTES:
            begin += 1
        for other in others[begin:]:
            if other.start > one.start + CLOSE_MINUTES:
                break
            yield one, other


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
        "venue__name", "venue__address", "venue__latitude", "venue__longitude", "venue__precision",
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
        )
        for pk, source_id, fellowship, day, start, name, link, venue, address, lat, lng, precision in rows
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
