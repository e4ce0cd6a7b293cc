"""A gazetteer of a few towns, with the traps among them, that answers as the real one does."""

from __future__ import annotations

from collections.abc import Sequence

from openchair.lib.folding import fold
from openchair.places.place import Place

_NEW_YORK, _LONDON, _PARIS = "America/New_York", "Europe/London", "Europe/Paris"
_CITIES = [
    ("Brooklyn", "US", "NY", 40.65, -73.95, 2_300_664, _NEW_YORK),
    ("Boston", "US", "MA", 42.36, -71.06, 667_137, _NEW_YORK),
    ("Cambridge", "US", "MA", 42.38, -71.11, 110_402, _NEW_YORK),
    ("Cambridge", "GB", "ENG", 52.2, 0.12, 158_434, _LONDON),
    ("Portland", "US", "OR", 45.52, -122.68, 632_309, "America/Los_Angeles"),
    ("Los Angeles", "US", "CA", 34.05, -118.24, 3_971_883, "America/Los_Angeles"),
    ("San Diego", "US", "CA", 32.72, -117.16, 1_394_928, "America/Los_Angeles"),
    ("El Paso", "US", "TX", 31.76, -106.49, 681_124, "America/Denver"),
    ("Houston", "US", "TX", 29.76, -95.36, 2_296_224, "America/Chicago"),
    ("New York City", "US", "NY", 40.71, -74.01, 8_175_133, _NEW_YORK),
    ("Phoenix", "US", "AZ", 33.45, -112.07, 1_563_025, "America/Phoenix"),
    ("Reading", "GB", "ENG", 51.46, -0.97, 318_014, _LONDON),
    ("Reading", "US", "PA", 40.34, -75.93, 87_879, _NEW_YORK),
    ("Nice", "FR", "93", 43.7, 7.27, 338_620, _PARIS),
    ("Normal", "US", "IL", 40.51, -88.99, 54_594, "America/Chicago"),
    ("Hope", "US", "AR", 33.67, -93.59, 9_887, "America/Chicago"),
    ("Unity", "US", "ME", 44.61, -69.33, 2_099, _NEW_YORK),
    ("Friday Harbor", "US", "WA", 48.53, -123.02, 2_216, "America/Los_Angeles"),
    ("Salem", "US", "MA", 42.52, -70.9, 42_544, _NEW_YORK),
    ("Paris", "FR", "11", 48.85, 2.35, 2_138_551, _PARIS),
    ("Lyon", "FR", "84", 45.75, 4.85, 522_969, _PARIS),
    ("Montréal", "CA", "10", 45.51, -73.59, 1_762_949, "America/Toronto"),
    ("Québec", "CA", "10", 46.81, -71.21, 528_595, "America/Toronto"),
    ("Madrid", "ES", "29", 40.42, -3.7, 3_255_944, "Europe/Madrid"),
    ("Barcelona", "ES", "56", 41.39, 2.16, 1_620_343, "Europe/Madrid"),
    ("Guadalajara", "MX", "14", 20.67, -103.35, 1_385_629, "America/Mexico_City"),
    ("La Paz", "MX", "03", 24.14, -110.31, 250_141, "America/Mazatlan"),
    ("London", "GB", "ENG", 51.51, -0.13, 8_961_989, _LONDON),
    ("Kigali", "RW", "01", -1.95, 30.06, 745_261, "Africa/Kigali"),
    ("Worcester", "US", "MA", 42.26, -71.8, 181_045, _NEW_YORK),
]
_REGIONS = [("Massachusetts", "MA", 42.37, -71.11), ("Texas", "TX", 31.25, -99.25)]
_POSTAL = [
    ("02139", "US", "MA", 42.365, -71.104, _NEW_YORK),
    ("10001", "US", "NY", 40.75, -73.99, _NEW_YORK),
    ("28001", "ES", "29", 40.42, -3.68, "Europe/Madrid"),
    ("75011", "FR", "11", 48.86, 2.38, _PARIS),
    ("SW1A 1AA", "GB", "ENG", 51.501, -0.142, _LONDON),
    ("H2X 1Y4", "CA", "10", 45.515, -73.57, "America/Toronto"),
]
_STATES = {
    "MA": ["ma", "massachusetts"],
    "NY": ["ny", "new york"],
    "OR": ["or", "oregon"],
    "CA": ["ca", "california"],
    "TX": ["tx", "texas"],
    "PA": ["pa", "pennsylvania"],
    "AR": ["ar", "arkansas"],
    "ME": ["me", "maine"],
    "FR": ["france"],
    "GB": ["uk", "england"],
    "ES": ["spain", "espana"],
    "WA": ["wa", "washington"],
}


class FewPlaces:
    """Answers from the tables above. `asked` counts the look-ups."""

    def __init__(self) -> None:
        self.asked = 0
        self._names: dict[str, list[Place]] = {}
        for name, country, admin1, latitude, longitude, population, zone in _CITIES:
            place = Place(
                name=name,
                kind="city",
                country=country,
                admin1=admin1,
                latitude=latitude,
                longitude=longitude,
                population=population,
                timezone=zone,
            )
            for suffix in ["", *_STATES.get(admin1, []), *_STATES.get(country, [])]:
                self._names.setdefault(f"{fold(name)} {suffix}".strip(), []).append(place)
        for name, admin1, latitude, longitude in _REGIONS:
            region = Place(
                name=name,
                kind="region",
                country="US",
                admin1=admin1,
                latitude=latitude,
                longitude=longitude,
                population=5_000_000,
            )
            self._names[fold(name)] = self._names[admin1.lower()] = [region]
        self._names["new york"] = self._names["new york city"]
        self._codes = {
            fold(code).replace(" ", ""): Place(
                name=code,
                kind="postal",
                country=country,
                admin1=admin1,
                latitude=latitude,
                longitude=longitude,
                timezone=zone,
            )
            for code, country, admin1, latitude, longitude, zone in _POSTAL
        }

    def lookup(self, *, text: str, prefer: Sequence[str] = ()) -> Place | None:
        self.asked += 1
        found = self._names.get(fold(text), [])
        ranked = sorted(found, key=lambda p: (p.country not in prefer[:1], -p.population))
        return ranked[0] if ranked else self.postal(code=text)

    def postal(self, *, code: str, country: str = "", prefer: Sequence[str] = ()) -> Place | None:
        place = self._codes.get(fold(code).replace(" ", ""))
        return place if place and country in {"", place.country} else None

    def longest_place(
        self, *, words: Sequence[str], prefer: Sequence[str] = ()
    ) -> tuple[Place, int] | None:
        for count in range(min(len(words), 5), 0, -1):
            place = self.lookup(text=" ".join(words[:count]), prefer=prefer)
            if place is not None:
                return place, count
        return None
