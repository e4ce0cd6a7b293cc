"""Time zones under any of their names, brought to the one that the zone database gives a place."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import resources

from babel.core import get_global

from openchair.directory.importing.unreadable import Unreadable

_BY_HABIT = {
    "America/New_York": ("et", "est", "edt", "eastern", "eastern time", "us eastern", "est5edt"),
    "America/Chicago": ("ct", "cst", "cdt", "central", "central time", "us central", "cst6cdt"),
    "America/Denver": ("mt", "mst", "mdt", "mountain", "mountain time", "us mountain", "mst7mdt"),
    "America/Los_Angeles": (
        "pt",
        "pst",
        "pdt",
        "pacific",
        "pacific time",
        "us pacific",
        "west coast",
        "west_coast",
        "pst8pdt",
    ),
    "America/Anchorage": ("akst", "akdt", "alaska", "alaska time"),
    "Pacific/Honolulu": ("hst", "hawaii", "hawaii time"),
    "America/Phoenix": ("arizona", "arizona time"),
    "America/Halifax": ("atlantic", "atlantic time", "adt"),
    "America/St_Johns": ("nst", "ndt", "newfoundland"),
    "Europe/London": ("bst", "uk", "uk time", "british", "british time", "england"),
    "Europe/Dublin": ("ireland", "irish time"),
    "Australia/Sydney": ("aest", "aedt"),
    "Australia/Adelaide": ("acst", "acdt"),
    "Australia/Perth": ("awst",),
    "Pacific/Auckland": ("nzst", "nzdt", "nzt"),
    "Africa/Johannesburg": ("sast",),
    "UTC": ("utc", "gmt", "z", "zulu", "etc/utc", "etc/gmt"),
}
_HABITS = {word: zone for zone, words in _BY_HABIT.items() for word in words}


def zone_named(*, text: str) -> str:
    """Return the IANA zone that `text` names: by name, old name, habit ("Eastern") or unique part ("new york").

    A fixed offset ("UTC-5") is refused: it cannot follow a place through summer time. Raises Unreadable.
    """
    return text if text in _zones_of_places() else _found(text)


@lru_cache(maxsize=2048)
def _found(text: str) -> str:
    folded = " ".join(text.lower().partition("(")[0].split()).strip(" .")
    word = (
        folded.removesuffix(" zone")
        .removesuffix(" time")
        .removesuffix(" standard")
        .removesuffix(" daylight")
    )
    habit = _HABITS.get(folded) or _HABITS.get(word)
    if habit:
        return habit
    name = _by_name().get(folded.replace(" ", "_"))
    if name is None:
        name = get_global("windows_zone_mapping").get(text.strip())
    return name or _by_part(text, folded.replace(" ", "_"))


def _by_part(text: str, part: str) -> str:
    if len(part) >= 4 and part[-1].isalpha():
        zones = [zone for zone in _zones_of_places() if part in zone.lower()]
        exact = [zone for zone in zones if zone.lower().endswith("/" + part)]
        if len(exact or zones) == 1:
            return (exact or zones)[0]
    if any(sign in part for sign in "+-") and part[:3] in ("utc", "gmt"):
        raise Unreadable(
            "timezone-is-offset",
            "A fixed offset does not follow summer time. Name a zone such as America/New_York.",
        )
    raise Unreadable(
        "timezone-unknown", f"{text[:40]!r} is not a time zone, such as America/New_York."
    )


@cache
def _zones_of_places() -> frozenset[str]:
    # zone.tab holds one name for every place, Europe/Stockholm included, which newer data files make an alias of Berlin.
    lines = _tzdata("zone.tab").splitlines()
    return frozenset(
        [*(line.split("\t")[2] for line in lines if line and not line.startswith("#")), "UTC"]
    )


@cache
def _by_name() -> dict[str, str]:
    """Map every name in the zone database, in lower case, to the name of a place that it stands for."""
    links = {}
    for line in _tzdata("tzdata.zi").splitlines():
        if line.startswith("L "):
            _, target, alias = line.split()
            links[alias] = target
    places = {zone.lower(): zone for zone in _zones_of_places()}
    for alias in links:
        target = alias
        while target in links and target not in _zones_of_places():
            target = links[target]
        if target in _zones_of_places():
            places.setdefault(alias.lower(), target)
    return places


def _tzdata(name: str) -> str:
    return (resources.files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
