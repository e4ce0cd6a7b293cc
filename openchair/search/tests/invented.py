"""Documents and questions for tests: few words, places and times, so that many of them meet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from hypothesis import strategies as st

from openchair.search.building import build_snapshot
from openchair.search.documents import Document, Schema
from openchair.search.query import Query
from openchair.search.snapshot import Snapshot

SCHEMA = Schema(
    kind="meeting",
    filters=("day", "type", "attendance", "fellowship"),
    text_weights={"name": 3.0, "group": 2.0, "place": 1.5, "notes": 0.5},
)
# The clocks of these change on different days, by different amounts, or never.
ZONES = (
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "America/Phoenix",
    "Africa/Casablanca",
    "UTC",
)
WORDS = [
    "serenity",
    "serene",
    "serenely",
    "grace",
    "women",
    "nooners",
    "étude",
    "brooklyn",
    "dawn",
    "a",
    "ab",
    "abc",
    "12",
    "step",
]
TYPOS = ("sernity", "brokolyn", "wmen", "gracce", "etudes", "xyz", "abd", "13")

NOWS = st.one_of(
    st.integers(0, 2 * 365 * 1440).map(
        lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    # Around the changes of clocks in North America, Europe and Australia.
    st.sampled_from(
        [
            datetime(2026, 3, 8, 6, 58, tzinfo=UTC),
            datetime(2026, 3, 4, 12, tzinfo=UTC),
            datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
            datetime(2026, 10, 25, 0, 55, tzinfo=UTC),
            datetime(2026, 10, 29, 3, tzinfo=UTC),
            datetime(2026, 4, 4, 14, 50, tzinfo=UTC),
        ]
    ),
)


def _degrees(least: float, most: float) -> st.SearchStrategy[float]:
    """As coordinates are written; closer than that, points differ only by rounding."""
    return st.floats(least, most).map(lambda degrees: round(degrees, 6))


_LOCAL_MINUTES = st.one_of(
    st.sampled_from([0, 60, 90, 120, 150, 1140, 1439, 1440 + 1140, 10079, 9 * 60]),
    st.integers(0, 10079),
)
_LATITUDES = st.one_of(st.sampled_from([0.0, 51.5, 89.99, -90.0, -17.8]), _degrees(-90, 90))
_LONGITUDES = st.one_of(
    st.sampled_from([0.0, 179.99, -179.99, 180.0, -180.0, 178.4]), _degrees(-180, 180)
)
_TEXTS = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join)


@st.composite
def documents(draw: st.DrawFn, identifier: str, around: datetime) -> Document:
    minute = draw(st.none() | _LOCAL_MINUTES)
    latitude, longitude = draw(st.none() | st.tuples(_LATITUDES, _LONGITUDES)) or (None, None)
    now = int(around.timestamp() // 60)
    name = draw(_TEXTS)
    return Document(
        id=identifier,
        name=name,
        row=b'{"id":"%b"}' % identifier.encode(),
        filters={
            "day": [] if minute is None else [str(minute // 1440)],
            "type": draw(st.lists(st.sampled_from("OCWX"), max_size=3, unique=True)),
            "attendance": [draw(st.sampled_from(["online", "in_person", "inactive"]))],
            "fellowship": [draw(st.sampled_from(["aa", "na"]))],
        },
        text={"name": name, "group": draw(_TEXTS), "notes": draw(_TEXTS)},
        zone=draw(st.sampled_from(ZONES)) if draw(st.booleans()) else ZONES[0],
        minute=minute,
        occurrences=draw(
            st.none()
            | st.none()
            | st.lists(st.integers(now - 2000, now + 30000), max_size=4, unique=True).map(
                lambda starts: tuple(sorted(starts))
            )
        ),
        latitude=latitude,
        longitude=longitude,
    )


@st.composite
def collections(draw: st.DrawFn, around: datetime, most: int = 40) -> list[Document]:
    count = draw(st.integers(0, most))
    return [draw(documents(f"m{number}", around)) for number in range(count)]


@st.composite
def queries(draw: st.DrawFn, now: datetime) -> Query:
    minute = int(now.timestamp() // 60)
    near = draw(st.none() | st.tuples(_LATITUDES, _LONGITUDES))
    pairs = st.sampled_from(
        [("type", "O"), ("type", "W"), ("attendance", "online"), ("day", "0"), ("day", "none")]
    )
    of_day = st.none() | st.integers(0, 1439)
    return Query(
        words=tuple(draw(st.lists(st.sampled_from((*WORDS, *TYPOS)), max_size=2))),
        all_of=tuple(draw(st.lists(pairs, max_size=1))),
        any_of=tuple(
            draw(
                st.lists(
                    st.sampled_from([("day", ("0", "6")), ("fellowship", ("na",))]), max_size=1
                )
            )
        ),
        none_of=tuple(draw(st.lists(pairs, max_size=1))),
        start_from=draw(of_day),
        start_until=draw(of_day),
        next_from=draw(st.none() | st.integers(minute - 20, minute + 11000)),
        next_until=draw(st.none() | st.integers(minute - 20, minute + 11000)),
        near=near,
        radius_km=draw(st.none() | st.sampled_from([0.0, 5.0, 300.0, 9000.0, 20100.0]))
        if near
        else None,
        box=draw(
            st.none()
            | st.tuples(_LONGITUDES, _degrees(-90, 0), _LONGITUDES, _degrees(0, 90))
            | st.sampled_from([(-180.0, -90.0, 180.0, 90.0), (170.0, -90.0, -170.0, 90.0)])
        ),
        sort=draw(st.sampled_from(["next", "distance", "relevance", "name"])),
        limit=draw(st.integers(1, 7)),
        facets=draw(st.booleans()),
    )


def build(folder: Path, documents: list[Document], *, built_at: datetime) -> Snapshot:
    build_snapshot(documents=documents, folder=folder, schema=SCHEMA, built_at=built_at)
    return Snapshot.open(folder=folder)


def ids_of(rows: list[bytes]) -> list[str]:
    return [msgspec.json.decode(row)["id"] for row in rows]
