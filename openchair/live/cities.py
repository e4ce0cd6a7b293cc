"""Names of cities for the map's plain ground, from the gazetteer: no tile server is asked.

The map's own, not part of the public API. Source of the names: GeoNames (CC BY 4.0).
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import parse_qs

import msgspec

from openchair.live.asgi import NO_PAGE_POLICY, OWN_ANSWER, Headers, Receive, Scope, Send, respond
from openchair.places.gazetteer import Gazetteer

Box = tuple[float, float, float, float]

# More names than this cover the ground on a desk; a phone shows those that do not collide.
MOST_CITIES = 40
# A box this many degrees wide shows places of at least so many people: a country its big cities, a county its towns.
_LEAST_POPULATION = (
    (60.0, 2_000_000),
    (20.0, 500_000),
    (6.0, 100_000),
    (2.0, 25_000),
    (0.6, 5_000),
)
# A tenth of a degree: neighbouring views ask the same question, and what is looked at leaves no finer trace.
_DECIMALS = 1


class BadBox(ValueError):
    """The box is not four numbers of degrees."""


class Cities:
    """An ASGI application that answers /map/cities?bbox=west,south,east,north."""

    def __init__(self, *, gazetteer: Gazetteer | None) -> None:
        self._gazetteer = gazetteer
        self._find = lru_cache(maxsize=512)(self._encoded)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request with a JSON list, largest city first."""
        try:
            box = read_box(query_string=scope["query_string"].decode("latin-1"))
        except BadBox:
            body = b'{"error":"bbox must be west,south,east,north in degrees"}'
            await respond(send, status=400, headers=_HEADERS, body=body)
            return
        with_body = scope["method"] != "HEAD"
        await respond(send, status=200, headers=_HEADERS, body=self._find(box), with_body=with_body)

    def _encoded(self, box: Box) -> bytes:
        if self._gazetteer is None:
            return b"[]"
        west, south, east, north = box
        cities = self._gazetteer.cities_within(
            west=west,
            south=south,
            east=east,
            north=north,
            limit=MOST_CITIES,
            min_population=least_population(width=(east - west) % 360),
        )
        return msgspec.json.encode(
            [
                {"name": city.name, "latitude": city.latitude, "longitude": city.longitude}
                for city in cities
            ]
        )


def read_box(*, query_string: str) -> Box:
    """Return west, south, east, north in degrees, rounded. Raises BadBox. West > east crosses the date line."""
    try:
        edges = [float(edge) for edge in parse_qs(query_string)["bbox"][0].split(",")]
        west, south, east, north = (round(edge, _DECIMALS) for edge in edges)
    except (KeyError, ValueError, OverflowError) as error:
        raise BadBox from error
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise BadBox
    return west, south, east, north


def least_population(*, width: float) -> int:
    """Return how many people a city must have to be named on a map of so many degrees."""
    return next((least for degrees, least in _LEAST_POPULATION if width >= degrees), 1_000)


_HEADERS: Headers = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"public, max-age=86400"),
    *OWN_ANSWER,
    NO_PAGE_POLICY,
]
