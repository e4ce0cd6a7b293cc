"""One listing for each day, with keys and slugs that are unique in their source and stay the same from run to run."""

from __future__ import annotations

import hashlib
from collections import defaultdict

import msgspec

from openchair.directory import rules
from openchair.directory.listing import Listing, Problem
from openchair.lib.text import slug_of

_DAY_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_SLUG_LIMIT = 64


def split_by_day(*, listings: list[Listing]) -> tuple[list[Listing], list[Problem]]:
    """Return one listing a day, and what had to be told on the way: rows that say a thing twice, keys that two rows share.

    A listing of one day keeps its key; one of several gets "-tue" and so on behind key and slug. Of rows that share a
    key, the first in the week keeps it and the others get their day, or a mark made of their contents: so the order of
    rows in the source does not matter. A row equal to another in all but its number is dropped, with a fatal problem.
    """
    problems: list[Problem] = []
    split = [
        each for listing in _without_repeats(listings, problems) for each in _one_per_day(listing)
    ]
    keyed = _with_own_keys(split, problems)
    return _with_own_slugs(keyed), problems


def _without_repeats(listings: list[Listing], problems: list[Problem]) -> list[Listing]:
    groups: dict[str, list[Listing]] = defaultdict(list)
    for listing in listings:
        groups[listing.key].append(listing)
    repeated: set[int] = set()
    for group in (group for group in groups.values() if len(group) > 1):
        seen: list[Listing] = []
        for listing in group:
            plain = msgspec.structs.replace(listing, row=0)
            first = next(
                (known for known in seen if msgspec.structs.replace(known, row=0) == plain), None
            )
            if first is None:
                seen.append(listing)
                continue
            repeated.add(id(listing))
            reason = f"This row says the same as row {first.row}, and was left out."
            problems.append(_problem(listing, reason, kind="row-repeated", is_fatal=True))
    return (
        [listing for listing in listings if id(listing) not in repeated] if repeated else listings
    )


def _one_per_day(listing: Listing) -> list[Listing]:
    if len(listing.days) < 2:
        return [listing]
    # A rule that names weekdays is about those alone: first Sunday and third Monday make two meetings.
    days = [
        day for day in listing.days if not listing.rule or rules.rule_on(rule=listing.rule, day=day)
    ]
    return [
        msgspec.structs.replace(
            listing,
            key=f"{listing.key}-{_DAY_NAMES[day]}",
            slug=_slug_with(listing.slug, _DAY_NAMES[day]),
            days=(day,),
            rule=rules.rule_on(rule=listing.rule, day=day) if listing.rule else "",
        )
        for day in days
    ]


def _with_own_keys(listings: list[Listing], problems: list[Problem]) -> list[Listing]:
    groups: dict[str, list[Listing]] = defaultdict(list)
    for listing in listings:
        groups[listing.key].append(listing)
    if len(groups) == len(listings):
        return listings
    taken = set(groups)
    keys: dict[int, str] = {}
    for _, group in sorted(item for item in groups.items() if len(item[1]) > 1):
        for listing in sorted(group, key=_order)[1:]:
            keys[id(listing)] = _free_name(listing.key, listing, taken)
            reason = f"Another row has the key {listing.key[:64]!r} too; here it is {keys[id(listing)][:80]!r}."
            problems.append(_problem(listing, reason, kind="key-repeated"))
    return [
        msgspec.structs.replace(listing, key=keys[id(listing)]) if id(listing) in keys else listing
        for listing in listings
    ]


def _with_own_slugs(listings: list[Listing]) -> list[Listing]:
    groups: dict[str, list[Listing]] = defaultdict(list)
    for listing in listings:
        groups[listing.slug].append(listing)
    if len(groups) == len(listings):
        return listings
    taken = set(groups)
    slugs: dict[int, str] = {}
    for _, group in sorted(item for item in groups.items() if len(item[1]) > 1):
        for listing in sorted(group, key=lambda each: (*_order(each), each.key))[1:]:
            slugs[id(listing)] = _free_name(listing.slug, listing, taken, is_slug=True)
    return [
        msgspec.structs.replace(listing, slug=slugs[id(listing)])
        if id(listing) in slugs
        else listing
        for listing in listings
    ]


def _free_name(name: str, listing: Listing, taken: set[str], *, is_slug: bool = False) -> str:
    """Return `name` with the day behind it, else a mark of the contents, else both and a number, and take it."""
    day = _DAY_NAMES[listing.days[0]] if listing.days else "any"
    mark = hashlib.sha256(
        repr((_order(listing), listing.key if is_slug else "")).encode("utf-8", "surrogatepass")
    ).hexdigest()[:6]
    endings = [
        day,
        f"{day}-{_clock(listing.start)}",
        mark,
        *(f"{mark}-{number}" for number in range(2, 10_000)),
    ]
    for ending in endings:
        candidate = _slug_with(name, ending) if is_slug else f"{name}-{ending}"
        if candidate not in taken:
            taken.add(candidate)
            return candidate
    raise AssertionError("ten thousand rows of one source share a name, a day, a time and a place")


def _slug_with(slug: str, ending: str) -> str:
    return f"{slug_of(text=slug, limit=_SLUG_LIMIT - len(ending) - 1) or 'm'}-{ending}"


def _clock(start: int | None) -> str:
    return "any" if start is None else f"{start // 60:02}{start % 60:02}"


def _order(listing: Listing) -> tuple[object, ...]:
    """Return what puts listings of one key in an order that does not depend on the file, all of it text or numbers."""
    start = -1 if listing.start is None else listing.start
    return (
        listing.days,
        start,
        listing.name,
        listing.venue_name,
        listing.address,
        listing.city,
        listing.notes,
        listing.conference_url,
        listing.group_name,
    )


def _problem(listing: Listing, reason: str, *, kind: str, is_fatal: bool = False) -> Problem:
    return Problem(
        row=listing.row,
        field="source_key",
        value=listing.key[:200],
        reason=reason,
        kind=kind,
        is_fatal=is_fatal,
    )
