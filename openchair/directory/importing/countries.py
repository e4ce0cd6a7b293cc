"""Countries, and the states of two of them, under the names that people write."""

from __future__ import annotations

from functools import cache, lru_cache

from babel import Locale

from openchair.directory.importing.unreadable import Unreadable
from openchair.lib.folding import fold

_MORE_NAMES = {
    "usa": "US", "u.s.a": "US", "u.s.a.": "US", "u.s.": "US", "us of a": "US", "united states of america": "US", "the united states": "US",
    "eeuu": "US", "ee.uu.": "US", "etats unis": "US", "america": "US", "uk": "GB", "u.k.": "GB", "great britain": "GB", "gb": "GB", "england": "GB",
    "scotland": "GB", "wales": "GB", "northern ireland": "GB", "britain": "GB", "republic of ireland": "IE", "eire": "IE", "channel islands": "JE",
    "holland": "NL", "the netherlands": "NL", "czech republic": "CZ", "can": "CA", "mex": "MX", "ivory coast": "CI", "bahamas": "BS",
}  # fmt: skip

US_STATES = {
    "alabama": "AL", "alaska": "AK", "arizona": "AZ", "arkansas": "AR", "california": "CA", "colorado": "CO", "connecticut": "CT",
    "delaware": "DE", "district of columbia": "DC", "florida": "FL", "georgia": "GA", "hawaii": "HI", "idaho": "ID", "illinois": "IL",
    "indiana": "IN", "iowa": "IA", "kansas": "KS", "kentucky": "KY", "louisiana": "LA", "maine": "ME", "maryland": "MD", "massachusetts": "MA",
    "michigan": "MI", "minnesota": "MN", "mississippi": "MS", "missouri": "MO", "montana": "MT", "nebraska": "NE", "nevada": "NV",
    "new hampshire": "NH", "new jersey": "NJ", "new mexico": "NM", "new york": "NY", "north carolina": "NC", "north dakota": "ND", "ohio": "OH",
    "oklahoma": "OK", "oregon": "OR", "pennsylvania": "PA", "rhode island": "RI", "south carolina": "SC", "south dakota": "SD",
    "tennessee": "TN", "texas": "TX", "utah": "UT", "vermont": "VT", "virginia": "VA", "washington": "WA", "west virginia": "WV",
    "wisconsin": "WI", "wyoming": "WY", "puerto rico": "PR", "guam": "GU",
}  # fmt: skip
CA_PROVINCES = {
    "alberta": "AB", "british columbia": "BC", "manitoba": "MB", "new brunswick": "NB", "newfoundland and labrador": "NL", "newfoundland": "NL",
    "nova scotia": "NS", "ontario": "ON", "prince edward island": "PE", "quebec": "QC", "saskatchewan": "SK", "northwest territories": "NT",
    "nunavut": "NU", "yukon": "YT",
}  # fmt: skip
_STATES = {"US": US_STATES, "CA": CA_PROVINCES}
_CODES = {country: frozenset(names.values()) for country, names in _STATES.items()}


@lru_cache(maxsize=1024)
def country_code(*, text: str) -> str:
    """Return the ISO 3166 code of a country by code or by its name in English, Spanish or French. Raises Unreadable."""
    if len(text) == 2 and text.isalpha() and text.upper() in _territories("en"):
        return "GB" if text.upper() == "UK" else text.upper()
    folded = fold(text).strip()
    code = (
        _MORE_NAMES.get(text.lower().strip()) or _MORE_NAMES.get(folded) or _by_name().get(folded)
    )
    if code is None:
        raise Unreadable(
            "country-unknown", f"{text[:40]!r} is not a country, such as US or Ireland."
        )
    return code


@lru_cache(maxsize=2048)
def state_code(*, text: str, country: str) -> str:
    """Return a state of the US or province of Canada as its two letters, anything else as it is.

    Without a country, a name counts when only one of the two has it.
    """
    upper = text.upper().replace(".", "")
    for code in [country] if country else ["US", "CA"]:
        if upper in _CODES.get(code, frozenset()):
            return upper
        if fold(text) in _STATES.get(code, {}):
            return _STATES[code][fold(text)]
    return text


def country_of_state(*, state: str) -> str:
    """Return US or CA when a state's two letters tell, "" when not."""
    return next((country for country, codes in _CODES.items() if state in codes), "")


@cache
def _by_name() -> dict[str, str]:
    return {
        fold(name): code
        for language in ("fr", "es", "en")
        for code, name in _territories(language).items()
    }


@cache
def _territories(language: str) -> dict[str, str]:
    # Numbers are continents. EU, UN and their like are no country that a meeting can be in.
    no_country = {"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"}
    found: dict[str, str] = dict(Locale(language).territories)
    return {
        code: name for code, name in found.items() if len(code) == 2 and code not in no_country
    } | {"UK": "UK"}
