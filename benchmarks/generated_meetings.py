"""Invent any number of meetings, always the same ones, skewed as real directories are.

The shares are those seen in the real files in `../shared/data`: most meetings start on the hour in
the evening, a few large cities hold most of them, about a third are online, and a few are not
weekly.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
import numpy as np

from openchair.fellowships.catalog import catalog
from openchair.search.documents import Document

# Zone, westernmost and easternmost longitude, southern and northern latitude, share of meetings.
_LANDS = (
    ("America/New_York", "US", -84.0, -70.0, 26.0, 45.0, 0.34),
    ("America/Chicago", "US", -98.0, -86.0, 29.0, 47.0, 0.2),
    ("America/Los_Angeles", "US", -123.0, -116.0, 33.0, 48.0, 0.19),
    ("America/Denver", "US", -112.0, -102.0, 32.0, 48.0, 0.06),
    ("America/Phoenix", "US", -113.0, -110.0, 31.5, 36.0, 0.03),
    ("Europe/London", "GB", -4.5, 1.0, 50.8, 56.0, 0.1),
    ("America/Mexico_City", "MX", -104.0, -97.0, 17.0, 22.0, 0.04),
    ("Australia/Sydney", "AU", 147.0, 153.0, -37.0, -29.0, 0.04),
)
_TYPE_SHARES = {
    "O": 0.42, "C": 0.3, "D": 0.3, "SP": 0.12, "B": 0.11, "ST": 0.1, "W": 0.09, "M": 0.07,
    "BE": 0.07, "MED": 0.06, "X": 0.2, "LGBTQ": 0.04, "Y": 0.03, "CAN": 0.03, "LIT": 0.08,
    "TR": 0.04, "GR": 0.05, "11": 0.03, "12x12": 0.04, "P": 0.02, "T": 0.02, "H": 0.02,
}  # fmt: skip
_FELLOWSHIPS = (("aa", 0.62), ("na", 0.24), ("ca", 0.06), ("ha", 0.03), ("secular", 0.05))
_LANGUAGES = (("en", 0.86), ("es", 0.1), ("fr", 0.04))
_HOURS = (
    (19, 0.25), (18, 0.13), (20, 0.13), (12, 0.12), (17, 0.07), (7, 0.06), (10, 0.05), (9, 0.04),
    (8, 0.04), (6, 0.03), (21, 0.03), (11, 0.02), (13, 0.01), (14, 0.01), (22, 0.01),
)  # fmt: skip
_QUARTERS = ((0, 0.62), (30, 0.3), (15, 0.05), (45, 0.03))
_FIRST = [
    "Morning",
    "Evening",
    "Noon",
    "Sunrise",
    "Twilight",
    "Harbor",
    "Valley",
    "River",
    "Lake",
    "Hill",
    "Oak",
    "Maple",
    "Cedar",
    "Pine",
    "First",
    "New",
    "Old",
    "Daily",
    "Sunday",
    "Friday",
    "Happy",
    "Easy",
    "Simple",
    "Living",
    "Open",
    "Grateful",
    "Primary",
    "Early",
    "Late",
    "Downtown",
    "Eastside",
    "Westside",
]
_SECOND = [
    "Serenity",
    "Hope",
    "Unity",
    "Sobriety",
    "Recovery",
    "Freedom",
    "Courage",
    "Wisdom",
    "Grace",
    "Gratitude",
    "Steps",
    "Traditions",
    "Promise",
    "Hour",
    "Awakening",
    "Beginners",
    "Reflections",
    "Solution",
    "Fellowship",
    "Discussion",
    "Candlelight",
    "Speaker",
    "Nooners",
    "Lifeline",
    "Bridge",
    "Joy",
    "Peace",
    "Trust",
    "Faith",
    "Journey",
    "Attitude",
    "Purpose",
    "Surrender",
    "Spirit",
]
_THIRD = ("Group", "Meeting", "Group", "", "", "Big Book Study", "Women", "Men", "Step Study")
_VENUES = (
    "Saint Mark Church", "First Methodist Church", "Community Center", "Alano Club", "Public Library",
    "Holy Trinity", "Grace Lutheran Church", "Friends Meeting House", "Recreation Hall", "Hospital Annex",
)  # fmt: skip
_NOTES = (
    "", "", "", "Use the side entrance and ring the bell.", "Parking is behind the building.",
    "Please be on time; the doors are locked at the hour.", "Chips on the last meeting of the month.",
    "Newcomers are welcome. Coffee from half an hour before the start.",
)  # fmt: skip
_SYLLABLES = [
    "ash",
    "bel",
    "cor",
    "dal",
    "elm",
    "fen",
    "gar",
    "hol",
    "iver",
    "kel",
    "lin",
    "mor",
    "nor",
    "ost",
    "pen",
    "ros",
    "sal",
    "tor",
    "wes",
    "yar",
]
_ENDINGS = ("ton", "ville", "field", "burg", "port", "ham", "wood", " Falls", " City", "dale")
_CITY_COUNT = 3000
_AT_ONCE = 10_000
_UNWEEKLY_SHARE = 0.03
_NO_TIME_SHARE = 0.01


class City(NamedTuple):
    """An invented city."""

    name: str
    region: str
    zone: str
    country: str
    latitude: float
    longitude: float


class Meeting(NamedTuple):
    """One invented weekly slot."""

    number: int
    name: str
    fellowship: str
    day: int
    start: int | None
    types: list[str]
    attendance: str
    language: str
    city: City
    venue: str
    address: str
    body: int
    notes: str
    latitude: float
    longitude: float
    is_weekly: bool


def invent_cities() -> list[City]:
    """Return the cities, the largest first."""
    chance = np.random.default_rng(7)
    lands = chance.choice(len(_LANDS), _CITY_COUNT, p=[land[-1] for land in _LANDS])
    cities = []
    for number, land in enumerate(lands):
        zone, country, west, east, south, north, _ = _LANDS[land]
        first, second = (_SYLLABLES[(number // n) % len(_SYLLABLES)] for n in (1, len(_SYLLABLES)))
        ending = _ENDINGS[(number // 7) % len(_ENDINGS)]
        name = f"{first}{second}{ending}".title()
        position = chance.uniform(south, north), chance.uniform(west, east)
        cities.append(City(name, f"{country}-{number % 60:02}", zone, country, *position))
    return cities


def invent_meetings(count: int, *, seed: int = 1) -> Iterator[Meeting]:
    """Yield `count` meetings; the first ones are the same whatever the count."""
    cities = invent_cities()
    chance = np.random.default_rng(seed)
    for first in range(0, count, _AT_ONCE):
        batch = _invent_batch(chance, cities, first)
        yield from batch[: count - first]


def _invent_batch(chance: np.random.Generator, cities: list[City], first: int) -> list[Meeting]:
    size = _AT_ONCE
    # Cities by rank^-0.9: the largest of 3,000 holds about one meeting in forty.
    weights = np.arange(1, len(cities) + 1) ** -0.9
    of_city = chance.choice(len(cities), size, p=weights / weights.sum())
    types = chance.random((size, len(_TYPE_SHARES))) < np.array(list(_TYPE_SHARES.values()))
    columns: list[list[Any]] = [
        chance.choice(len(_FIRST), size).tolist(),
        chance.choice(len(_SECOND), size).tolist(),
        chance.choice(len(_THIRD), size).tolist(),
        _chosen(chance, _FELLOWSHIPS, size),
        chance.choice(7, size, p=[0.13, 0.145, 0.145, 0.145, 0.145, 0.14, 0.15]).tolist(),
        _chosen(chance, _HOURS, size),
        _chosen(chance, _QUARTERS, size),
        _chosen(chance, (("in_person", 0.7), ("online", 0.22), ("hybrid", 0.08)), size),
        _chosen(chance, _LANGUAGES, size),
        chance.choice(len(_VENUES), size).tolist(),
        chance.integers(1, 9999, size).tolist(),
        chance.choice(len(_NOTES), size).tolist(),
        chance.normal(0, 0.06, size).tolist(),
        chance.normal(0, 0.08, size).tolist(),
        chance.random(size).tolist(),
        of_city.tolist(),
    ]
    codes = list(_TYPE_SHARES)
    meetings = []
    for at, values in enumerate(zip(*columns, strict=True)):
        one, two, three, fellowship, day, hour, quarter, attendance, language = values[:9]
        venue, street, note, north, east, odd, city_number = values[9:]
        city = cities[city_number]
        name = f"{_FIRST[one]} {_SECOND[two]} {_THIRD[three]}".strip()
        meetings.append(
            Meeting(
                number=first + at,
                name=name,
                fellowship=fellowship,
                day=day,
                start=None if odd > 1 - _NO_TIME_SHARE else hour * 60 + quarter,
                types=[codes[code] for code in np.flatnonzero(types[at])],
                attendance=attendance,
                language=language,
                city=city,
                venue=_VENUES[venue],
                address=f"{street} {_street_name(street)} St",
                body=city_number % 400,
                notes=_NOTES[note],
                latitude=round(city.latitude + north, 5),
                longitude=round(city.longitude + east, 5),
                is_weekly=odd > _UNWEEKLY_SHARE,
            )
        )
    return meetings


def _street_name(number: int) -> str:
    size = len(_SYLLABLES)
    return "".join(_SYLLABLES[number // size**place % size] for place in range(3)).title()


def _chosen(
    chance: np.random.Generator, shares: tuple[tuple[Any, float], ...], size: int
) -> list[Any]:
    weights = np.array([share for _, share in shares])
    picked = chance.choice(len(shares), size, p=weights / weights.sum())
    return [shares[number][0] for number in picked]


def generate_documents(count: int, *, now_minute: int, seed: int = 1) -> Iterator[Document]:
    """Yield `count` documents. `now_minute` is the epoch minute from which the unweekly ones recur."""
    for meeting in invent_meetings(count, seed=seed):
        yield to_document(meeting, now_minute=now_minute)


def to_document(meeting: Meeting, *, now_minute: int) -> Document:
    """Return `meeting` as the snapshot takes it."""
    city = meeting.city
    is_placed = meeting.attendance != "online"
    minute = None if meeting.start is None else meeting.day * 1440 + meeting.start
    occurrences = None
    if not meeting.is_weekly:
        first = now_minute + (meeting.number * 997) % 20160
        occurrences = tuple(range(first, first + 26 * 20160, 20160))
    return Document(
        id=f"gen-{meeting.number}",
        name=meeting.name,
        row=msgspec.json.encode(_row(meeting)),
        filters={
            "day": [str(meeting.day)],
            "fellowship": [meeting.fellowship],
            "type": _type_values(meeting.fellowship, tuple(meeting.types)),
            "attendance": [meeting.attendance],
            "language": [meeting.language],
            "region": [city.country, city.region, f"{city.region}/{city.name}"],
            "body": [f"body-{meeting.body}"],
        },
        text={
            "name": meeting.name,
            "group": meeting.name,
            "place": f"{meeting.venue} {meeting.address} {city.name} {city.region}",
            "notes": meeting.notes,
        },
        zone=city.zone,
        minute=minute,
        duration_minutes=60,
        occurrences=occurrences,
        latitude=meeting.latitude if is_placed else None,
        longitude=meeting.longitude if is_placed else None,
    )


@lru_cache(maxsize=100_000)
def _type_values(fellowship: str, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values that the directory files these codes under."""
    known = catalog().get(fellowship).types
    concepts = [f"concept:{known[code].concept}" for code in codes if code in known]
    return (*(f"{fellowship}:{code}" for code in codes), *concepts)


def _row(meeting: Meeting) -> dict[str, object]:
    city = meeting.city
    slug = f"{meeting.name.lower().replace(' ', '-')}-{meeting.number}"
    return {
        "id": f"gen-{meeting.number}",
        "slug": slug,
        "name": meeting.name,
        "fellowship": meeting.fellowship,
        "day": meeting.day,
        "time": _clock(meeting.start),
        "end_time": _clock(None if meeting.start is None else (meeting.start + 60) % 1440),
        "timezone": city.zone,
        "attendance": meeting.attendance,
        "types": meeting.types,
        "languages": [meeting.language],
        "location": meeting.venue,
        "address": meeting.address,
        "city": city.name,
        "region": city.region,
        "country": city.country,
        "latitude": meeting.latitude,
        "longitude": meeting.longitude,
        "notes": meeting.notes,
        "conference_url": None
        if meeting.attendance == "in_person"
        else f"https://zoom.us/j/{10**9 + meeting.number}",
        "conference_phone": None,
        "url": f"/meetings/{slug}",
    }


def _clock(minute: int | None) -> str | None:
    return None if minute is None else f"{minute // 60:02}:{minute % 60:02}"


def generate_meeting_guide_rows(count: int, *, seed: int = 1) -> Iterator[dict[str, object]]:
    """Yield `count` rows of a Meeting Guide feed."""
    for meeting in invent_meetings(count, seed=seed):
        row = _row(meeting)
        is_online = meeting.attendance != "in_person"
        yield {
            "name": row["name"],
            "slug": row["slug"],
            "day": row["day"],
            "time": row["time"] or "",
            "end_time": row["end_time"] or "",
            "timezone": row["timezone"],
            "types": [*meeting.types, *(["ONL"] if is_online else [])],
            "notes": meeting.notes,
            "location": meeting.venue,
            "address": row["address"],
            "city": row["city"],
            "state": meeting.city.region,
            "country": meeting.city.country,
            "formatted_address": f"{row['address']}, {row['city']}, {meeting.city.country}",
            "latitude": meeting.latitude,
            "longitude": meeting.longitude,
            "region": meeting.city.region,
            "group": meeting.name,
            "conference_url": row["conference_url"] or "",
            "updated": "2026-01-01 12:00:00",
        }
