"""Find meetings for a page: read the question, ask the snapshot, and make of each row what a person sees."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openchair.directory import presenting
from openchair.directory.searching import BadParameter, Reading, SearchSettings, read_parameters
from openchair.places.gazetteer import Gazetteer
from openchair.search.answering import answer
from openchair.search.query import Answer, BadCursor, Query
from openchair.search.snapshot import SnapshotHolder

# A few steps reach from a quarter to a county; past that nobody goes tonight.
_WIDER = 3.0
_FARTHEST_OFFER_KM = 160.0
_MOST_IRREGULAR = 5
_DAY_MINUTES = 1440


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a question found. `rows` are decoded JSON objects, `cards` the same for people; "tonight" is in `time_zone`."""

    reading: Reading
    answer: Answer
    rows: list[dict[str, object]]
    cards: list[presenting.Card]
    time_zone: str


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A neighbouring question that finds something: what it says and its query string."""

    words: str
    query_string: str
    total: int


class Irregular(msgspec.Struct, frozen=True, kw_only=True):
    """Meetings at the asked time that are not held this time, because they are not weekly."""

    words: str
    cards: list[presenting.Card]


def find(*, query_string: str, now: datetime, language: str, time_zone: str = "") -> Found:
    """Return what the question in a web address finds. `time_zone` is the visitor's, "" when unknown.

    Raises BadParameter.
    """
    asked = SearchSettings.of(
        installation=settings.INSTALLATION, time_zone=time_zone if _is_zone(time_zone) else ""
    )
    reading = read_parameters(
        query_string=query_string,
        now=now,
        settings=asked,
        gazetteer=_gazetteer(Path(settings.HOME) / "places.sqlite3"),
        language=language,
    )
    # A part that asks for more cards needs no counts; they cost more than the cards.
    query = msgspec.structs.replace(reading.query, facets=not reading.query.cursor)
    try:
        found = ask(query=query, now=now)
    except BadCursor:
        # A page further on that is gone with a rebuilt index: the first is better than an error.
        found = ask(query=msgspec.structs.replace(query, cursor="", facets=True), now=now)
    rows = _decode(found)
    # How many and whether with counts is ours to say, not part of the question that links carry on.
    pairs = tuple(pair for pair in reading.pairs if pair[0] not in {"facets", "limit"})
    return Found(
        reading=msgspec.structs.replace(reading, pairs=pairs),
        answer=found,
        rows=rows,
        cards=[_card(row, now, language) for row in rows],
        time_zone=_zone_of(reading, asked),
    )


def ask(*, query: Query, now: datetime) -> Answer:
    """Return what the newest snapshot answers. Raises BadCursor."""
    holder = _holder(Path(settings.HOME) / "search")
    return answer(snapshot=holder.current(monotonic=time.monotonic()), query=query, now=now)


def cards_of(*, found: Answer, now: datetime, language: str) -> list[presenting.Card]:
    """Return the rows of an answer as cards."""
    return [_card(row, now, language) for row in _decode(found)]


def offers(*, found: Found, now: datetime) -> list[Offer]:
    """Return neighbouring questions for a question that found nothing: farther, on other days, without the words, online.

    Only those that find something, the nearest to what was asked first.
    """
    reading = found.reading
    query = msgspec.structs.replace(reading.query, cursor="", limit=1, facets=False)
    tried = [
        _farther(reading, query, now),
        _other_times(reading, query, now),
        _without_words(reading, query, now),
        _online_soon(reading, now),
    ]
    return [offer for offer in tried if offer and offer.total]


def irregular(*, found: Found, now: datetime, language: str) -> Irregular | None:
    """Return the meetings that would be in a dated question's time if they were weekly; None for none.

    Somebody who knows of the first-Tuesday meeting must see that it is not tonight, rather than that it is missing.
    """
    query = found.reading.query
    if query.next_from is None or query.next_until is None:
        return None
    undated = _undated(query, ZoneInfo(found.time_zone))
    if undated is None:
        return None
    rows = [
        row
        for row in _decode(ask(query=undated, now=now))
        if row.get("rule") and not _starts_within(row, query)
    ]
    if not rows:
        return None
    cards = [_card(row, now, language) for row in rows[:_MOST_IRREGULAR]]
    if len(rows) == 1:
        words = _("%(rule)s: 1 more meeting, not this time.") % {"rule": cards[0].held}
    else:
        words = ngettext(
            "%(count)s more meeting is not held every week, and not this time.",
            "%(count)s more meetings are not held every week, and not this time.",
            len(rows),
        ) % {"count": len(rows)}
    return Irregular(words=words, cards=cards)


def bounds(*, found: Found) -> str:
    """Return west,south,east,north around the meetings found, or the circle asked for; "" when nothing has a place."""
    query = found.reading.query
    if query.box:
        return ",".join(f"{edge:.4f}" for edge in query.box)
    points = [
        (float(longitude), float(latitude))
        for row in found.rows
        if isinstance(latitude := row.get("latitude"), int | float)
        and isinstance(longitude := row.get("longitude"), int | float)
    ]
    if query.near:
        points.append((query.near[1], query.near[0]))
    if not points:
        return ""
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    # A single point still needs ground around it: about a kilometre.
    pad = 0.01
    edges = (min(xs) - pad, min(ys) - pad, max(xs) + pad, max(ys) + pad)
    return ",".join(f"{edge:.4f}" for edge in edges)


def _zone_of(reading: Reading, asked: SearchSettings) -> str:
    place_zone = reading.place.timezone if reading.place else ""
    return place_zone or reading.parameters.timezone or asked.time_zone


def _decode(found: Answer) -> list[dict[str, object]]:
    return [msgspec.json.decode(row, type=dict[str, object]) for row in found.rows]


def _card(row: dict[str, object], now: datetime, language: str) -> presenting.Card:
    return presenting.card(
        row=row, now=now, language=language, distance_unit=settings.DISTANCE_UNIT
    )


def _farther(reading: Reading, query: Query, now: datetime) -> Offer | None:
    if query.near is None or query.radius_km is None:
        return None
    radius_km, total = query.radius_km, 0
    while not total and radius_km < _FARTHEST_OFFER_KM:
        radius_km = min(radius_km * _WIDER, _FARTHEST_OFFER_KM)
        total = ask(query=msgspec.structs.replace(query, radius_km=radius_km), now=now).total
    distance = presenting.distance_words(
        km=radius_km, unit=reading.distance_unit, language=reading.language
    )
    words = ngettext(
        "%(count)s within %(distance)s", "%(count)s within %(distance)s", total
    ) % {"count": total, "distance": distance}  # fmt: skip
    pairs = [p for p in reading.pairs if p[0] not in {"radius_km", "radius_mi", "cursor"}]
    return Offer(
        words=words,
        query_string=urlencode([*pairs, ("radius_km", f"{radius_km:.0f}")]),
        total=total,
    )


def _other_times(reading: Reading, query: Query, now: datetime) -> Offer | None:
    kinds = {"day", "date", "part", "soon", "after", "before", "at", "between", "within_minutes"}
    query_string = _without(reading, kinds)
    anytime = msgspec.structs.replace(
        query,
        next_from=None,
        next_until=None,
        start_from=None,
        start_until=None,
        any_of=tuple(choice for choice in query.any_of if choice[0] != "day"),
    )
    if anytime == query:
        return None
    total = ask(query=anytime, now=now).total
    words = ngettext(
        "%(count)s at another time", "%(count)s at other times", total
    ) % {"count": total}  # fmt: skip
    return Offer(words=words, query_string=query_string, total=total)


def _without_words(reading: Reading, query: Query, now: datetime) -> Offer | None:
    if not query.words:
        return None
    total = ask(query=msgspec.structs.replace(query, words=()), now=now).total
    text = " ".join(query.words)
    words = ngettext(
        "%(count)s without “%(text)s”", "%(count)s without “%(text)s”", total
    ) % {"count": total, "text": text}  # fmt: skip
    kept = [each.text for each in reading.understood]
    pairs = [p for p in reading.pairs if p[0] not in {"q", "cursor"}]
    return Offer(words=words, query_string=urlencode([("q", " ".join(kept)), *pairs]), total=total)


def _online_soon(reading: Reading, now: datetime) -> Offer:
    until = int(now.timestamp() // 60) + 61
    query = Query(
        any_of=(("attendance", ("online", "hybrid")),), next_until=until, limit=1
    )  # fmt: skip
    total = ask(query=query, now=now).total
    words = ngettext(
        "%(count)s online within the hour", "%(count)s online within the hour", total
    ) % {"count": total}  # fmt: skip
    return Offer(words=words, query_string="attendance=online&within_minutes=60", total=total)


def _without(reading: Reading, kinds: set[str]) -> str:
    """Return the query string without every condition of these kinds, be it said in words or chosen."""
    typed = [each.text for each in reading.understood if each.kind in kinds]
    pairs = []
    for name, value in reading.pairs:
        if name in kinds or name == "cursor":
            continue
        text = value
        if name == "q":
            for words in typed:
                text = " ".join(text.replace(words, " ").split())
        if text:
            pairs.append((name, text))
    return urlencode(pairs)


def _undated(query: Query, zone: ZoneInfo) -> Query | None:
    """Return a dated question as one about weekday and hours; None when it spans more than a day."""
    if query.next_from is None or query.next_until is None:
        return None
    first = datetime.fromtimestamp(query.next_from * 60, UTC).astimezone(zone)
    span = query.next_until - query.next_from
    if span > _DAY_MINUTES:
        return None
    last = first + timedelta(minutes=span - 1)
    days = tuple(dict.fromkeys(str(moment.isoweekday() % 7) for moment in (first, last)))
    return msgspec.structs.replace(
        query,
        next_from=None,
        next_until=None,
        any_of=(*query.any_of, ("day", days)),
        start_from=first.hour * 60 + first.minute if span < _DAY_MINUTES else None,
        start_until=(last.hour * 60 + last.minute + 1) % _DAY_MINUTES or None
        if span < _DAY_MINUTES
        else None,
        sort="name",
        limit=200,
        cursor="",
        facets=False,
    )


def _starts_within(row: dict[str, object], query: Query) -> bool:
    start = row.get("next_start")
    if not isinstance(start, str):
        return False
    minute = int(datetime.fromisoformat(start).timestamp() // 60)
    return (query.next_from or 0) <= minute < (query.next_until or 0)


def _is_zone(name: str) -> bool:
    try:
        return bool(name) and bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


@lru_cache(maxsize=4)
def _holder(folder: Path) -> SnapshotHolder:
    return SnapshotHolder(folder=folder)


@lru_cache(maxsize=4)
def _opened(path: Path, _changed: int) -> Gazetteer:
    return Gazetteer.open_or_empty(path=path)


def _gazetteer(path: Path) -> Gazetteer | None:
    """Return the gazetteer, None on an installation without one. A rebuilt file is opened anew."""
    try:
        return _opened(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


__all__ = [
    "BadParameter",
    "Found",
    "Irregular",
    "Offer",
    "ask",
    "bounds",
    "cards_of",
    "find",
    "irregular",
    "offers",
]
