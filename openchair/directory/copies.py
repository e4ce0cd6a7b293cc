"""Feeds that loop: a source that carries another's rows. The row of the source it comes from rules."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

import msgspec

from openchair.directory.models import Meeting
from openchair.sources.applying import batches
from openchair.sources.models import Source


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One meeting as the rule needs it: whose it is, where its own page is, and what makes it the same as another."""

    id: str
    source_id: int
    home: str
    mark: tuple[object, ...]


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """A source as the rule needs it: the hosts it speaks for, its rank (lower rules), its age by number."""

    source_id: int
    hosts: frozenset[str]
    rank: int


def mark_copies() -> int:
    """Take every carried row out of print and put back those that are none any more. Return how many are copies."""
    # One whose origin was removed with all it had is a copy of nothing.
    Meeting.objects.filter(state="copy", carried_from=None).update(state="in_print")
    sources = list(Source.objects.filter(is_active=True))
    meetings = Meeting.objects.filter(source__in=sources, state__in=("in_print", "copy"))
    if len(sources) < 2 and not meetings.filter(state="copy").exists():
        return 0
    rows = [
        Row(
            id=pk,
            source_id=source_id,
            home=host_of(url),
            mark=(fellowship, name.casefold(), day, start),
        )
        for pk, source_id, url, fellowship, name, day, start in meetings.values_list(
            "pk", "source_id", "source_url", "fellowship", "name", "day", "start_time"
        )
    ]
    origins = {source.pk: _origin(source, rows) for source in sources}
    found = copies_among(rows=rows, origins=origins)
    held = dict(meetings.exclude(carried_from=None).values_list("pk", "carried_from_id"))
    _write({pk: origin for pk, origin in found.items() if held.get(pk) != origin})
    for some in batches([pk for pk in held if pk not in found]):
        Meeting.objects.filter(pk__in=some).update(carried_from=None, state="in_print")
    return len(found)


def copies_among(*, rows: list[Row], origins: dict[int, Origin]) -> dict[str, int]:
    """Return the id of each copy with the source that rules over it.

    A row is a copy when its own page is on a host that another source speaks for, and that source has the same meeting
    (fellowship, name, day and time). When both speak for the host, the one of lower rank rules, then the older.
    """
    by_mark: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        by_mark.setdefault(row.mark, []).append(row)
    found: dict[str, int] = {}
    for alike in by_mark.values():
        if len({row.source_id for row in alike}) > 1:
            found |= _copies_of_one(alike, origins)
    return found


def _copies_of_one(alike: list[Row], origins: dict[int, Origin]) -> dict[str, int]:
    """Return the copies among the rows of one meeting. Sources that carry each other in a circle keep one in print."""
    carried = {row.id: ruling for row in alike if (ruling := _ruling(row, alike, origins))}
    standing = {row.source_id for row in alike if row.id not in carried}
    open_rows = [row for row in alike if row.id in carried]
    found: dict[str, int] = {}
    while open_rows:
        copies = [row for row in open_rows if standing.intersection(carried[row.id])]
        for row in copies:
            found[row.id] = next(each for each in carried[row.id] if each in standing)
        settled = copies or [min(open_rows, key=lambda row: _order(origins[row.source_id]))]
        standing |= {row.source_id for row in settled}
        open_rows = [row for row in open_rows if row not in settled]
    return found


def _ruling(row: Row, alike: list[Row], origins: dict[int, Origin]) -> list[int]:
    """Return the sources that rule over this row, the foremost first."""
    if not row.home:
        return []
    others = {other.source_id for other in alike} - {row.source_id}
    ruling = [
        origins[other]
        for other in others
        if row.home in origins[other].hosts
        and _rules_over(origins[other], origins[row.source_id], row.home)
    ]
    return [each.source_id for each in sorted(ruling, key=_order)]


def _order(origin: Origin) -> tuple[int, int]:
    return (origin.rank, origin.source_id)


def _rules_over(other: Origin, own: Origin, host: str) -> bool:
    if host not in own.hosts:
        return True
    return _order(other) < _order(own)


def host_of(url: str) -> str:
    """Return the host of an address without "www.", "" for none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _origin(source: Source, rows: list[Row]) -> Origin:
    hosts = {host_of(source.address)} - {""}
    if not hosts:
        # A file: it speaks for the host that most of its rows have their pages on.
        counted = Counter(row.home for row in rows if row.source_id == source.pk and row.home)
        total = sum(1 for row in rows if row.source_id == source.pk)
        hosts = {host for host, count in counted.most_common(1) if count * 2 > total}
    return Origin(source_id=source.pk, hosts=frozenset(hosts), rank=source.rank)


def _write(found: dict[str, int]) -> None:
    by_origin: dict[int, list[str]] = {}
    for pk, origin in found.items():
        by_origin.setdefault(origin, []).append(pk)
    for origin, keys in by_origin.items():
        for some in batches(keys):
            Meeting.objects.filter(pk__in=some).update(carried_from=origin, state="copy")
