"""Claim: a place is looked up in hundredths of a millisecond, and placing costs an import little beside reading it."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from openchair.directory.importing.placing import place_listing
from openchair.directory.listing import Listing, SourceDefaults
from openchair.places.building import build_places
from openchair.places.gazetteer import Gazetteer

COUNTRIES = ("US", "CA", "GB", "IE", "MX", "ES", "FR")
TEXTS = (
    "Cambridge, MA",
    "London",
    "San José",
    "Seattle WA USA",
    "New Jersey",
    "SW4 9SW",
    "Paris, France",
)
LISTINGS = 100_000
VENUES = 20_000


def main() -> None:
    """Print build time, time per look-up (first and repeated) and time per listing placed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "places.sqlite3"
        print(f"places: {build_places(path=path, countries=COUNTRIES)}")
        again = build_places(path=path, countries=COUNTRIES)
        print(f"places: finding it up to date takes {again.seconds * 1000:.0f} ms")
        _time_lookups(path)
        _time_placing(path)


def _time_lookups(path: Path) -> None:
    gazetteer = Gazetteer.open(path=path)
    codes = [f"{number:05}" for number in random.Random(1).sample(range(1000, 99950), 20_000)]
    _show("postal code, first time", codes, lambda code: gazetteer.postal(code=code, country="US"))
    _show("postal code, again", codes, lambda code: gazetteer.postal(code=code, country="US"))
    texts = [text for text in TEXTS for _ in range(300)]
    _show("text as typed", texts, lambda text: gazetteer.lookup(text=text, prefer=("US",)))
    words = [f"{text} women tonight".split() for text in texts]
    _show("longest place in a question", words, lambda each: gazetteer.longest_place(words=each))
    gazetteer.close()


def _show(what: str, asked: Sequence[Any], ask: Callable[[Any], object]) -> None:
    started = perf_counter()
    for each in asked:
        ask(each)
    print(f"places: {what}: {(perf_counter() - started) / len(asked) * 1000:.4f} ms (aim 0.1)")


def _time_placing(path: Path) -> None:
    gazetteer = Gazetteer.open(path=path)
    listings = _listings(gazetteer)
    for what in ("first run", "refresh"):
        started = perf_counter()
        for listing in listings:
            place_listing(
                listing=listing, gazetteer=gazetteer, defaults=SourceDefaults(country="US")
            )
        seconds = perf_counter() - started
        print(f"places: placing, {what}: {seconds / len(listings) * 1e6:.1f} µs a listing (aim 5)")
    gazetteer.close()


def _listings(gazetteer: Gazetteer) -> list[Listing]:
    """Invent meetings as directories hold them: five to a venue, one venue in four without coordinates."""
    chance = random.Random(2)
    venues = []
    while len(venues) < VENUES:
        code = f"{chance.randrange(1000, 99950):05}"
        place = gazetteer.postal(code=code, country="US")
        if place:
            venues.append((code, place, chance.random() < 0.75))
    return [
        Listing(
            key=str(number),
            name="Early Birds",
            city=place.name,
            state=place.admin1,
            postal_code=code,
            country="US",
            latitude=place.latitude + 0.01 if is_exact else None,
            longitude=place.longitude if is_exact else None,
            timezone=place.timezone,
        )
        for number in range(LISTINGS)
        for code, place, is_exact in [venues[number % VENUES]]
    ]


if __name__ == "__main__":
    main()
