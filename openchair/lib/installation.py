"""What both halves know of the installation they belong to, read from the environment once. See docs/settings.md."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from openchair.lib import environment

# Road signs count miles in these; everywhere else kilometres. Source: CLDR measurement data.
MILES_COUNTRIES = frozenset(["US", "GB", "LR", "MM"])


class Installation(msgspec.Struct, frozen=True, kw_only=True):
    """One installation. `country` is ISO 3166 alpha-2, `time_zone` an IANA name, `distance_unit` "mi" or "km"."""

    home: Path
    name: str
    country: str
    time_zone: str
    distance_unit: str
    language: str
    places_countries: tuple[str, ...]
    is_behind_proxy: bool
    backup_keep_days: int

    @property
    def search_folder(self) -> Path:
        """Where the search snapshot lies."""
        return self.home / "search"

    @property
    def places_file(self) -> Path:
        """The gazetteer."""
        return self.home / "places.sqlite3"

    @property
    def pages_socket(self) -> Path:
        """The Unix socket that Django answers on."""
        return self.home / "pages.sock"

    @property
    def static_folder(self) -> Path:
        """The collected style, script and pictures."""
        return self.home / "static"

    @property
    def away_folder(self) -> Path:
        """Pages kept for the time when Django is away."""
        return self.home / "away"


def read_installation() -> Installation:
    """Return the installation that the environment describes. Raise BadSetting naming what can't be meant."""
    country = environment.text("SITE_COUNTRY", "US").upper()
    return Installation(
        home=environment.home(),
        name=environment.text("SITE_NAME", "Openchair"),
        country=country,
        time_zone=_zone("SITE_TIME_ZONE", "America/New_York"),
        distance_unit=environment.one_of(
            "DISTANCE_UNIT", "mi" if country in MILES_COUNTRIES else "km", allowed=("mi", "km")
        ),
        language=environment.one_of("SITE_LANGUAGE", "en", allowed=("en", "es", "fr")),
        places_countries=tuple(environment.words("PLACES_COUNTRIES", "US,CA,GB,IE,MX,ES,FR")),
        is_behind_proxy=environment.boolean("BEHIND_PROXY", default=False),
        backup_keep_days=environment.integer("BACKUP_KEEP_DAYS", 35, least=1, most=3650),
    )


def _zone(name: str, default: str) -> str:
    value = environment.text(name, default)
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise environment.BadSetting(
            f"unexpected value {name}={value}, use a zone name such as America/New_York"
        ) from None
    return value
