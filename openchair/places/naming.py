"""Names of places as they are compared, and the names that people use beside the official one."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from openchair.lib.folding import fold

# People write either form of these; both sides of a comparison are brought to the short one.
_SHORT_FORMS = {"saint": "st", "sainte": "ste", "fort": "ft", "mount": "mt", "heights": "hts"}

# Overseas parts that have a country code of their own but are written as states of these, or go unnamed by an operator.
OVERSEAS_PARTS = {
    "US": ("PR", "GU", "VI", "AS", "MP"),
    "GB": ("GG", "JE", "IM"),
    "FR": ("GP", "MQ", "GF", "RE", "YT", "PM"),
}
COUNTRY_NAMES = {
    "US": ("USA", "U.S.A.", "U.S.", "United States of America", "America", "EE.UU.", "EEUU", "EUA"),
    "GB": ("UK", "U.K.", "Great Britain", "Britain", "Gran Bretaña", "Grande-Bretagne"),
    "IE": ("Eire", "Éire", "Republic of Ireland"),
    "NL": ("Holland", "The Netherlands", "Holanda", "Hollande"),
    "CZ": ("Czech Republic",),
    "PR": ("P.R.",),
}
# Words for cities that GeoNames lacks, or holds only among thousands of codes that look the same.
CITY_NAMES = {
    ("US", "New York City"): ("NYC", "N.Y.C.", "New York"),
    ("US", "Los Angeles"): ("L.A.",),
    ("US", "San Francisco"): ("SF", "San Fran", "Frisco"),
    ("US", "Philadelphia"): ("Philly",),
    ("US", "Washington"): ("Washington DC", "Washington D.C.", "D.C."),
    ("US", "Las Vegas"): ("Vegas",),
    ("US", "New Orleans"): ("NOLA",),
    ("MX", "Mexico City"): ("CDMX", "D.F.", "Ciudad de México"),
}
# "North" is no name for North Salt Lake, though GeoNames has heard it.
_FIRST_WORDS = (
    "north south east west new old great upper lower st ste ft mt port lake san santa el la los las"
    " le les"
)
FIRST_WORDS = frozenset(_FIRST_WORDS.split())
# Counties of the Republic of Ireland, each with the town that its meetings gather around: Eircodes do not follow them.
IRISH_COUNTIES = {
    "Carlow": "Carlow", "Cavan": "Cavan", "Clare": "Ennis", "Cork": "Cork", "Donegal": "Letterkenny",
    "Dublin": "Dublin", "Galway": "Galway", "Kerry": "Tralee", "Kildare": "Naas", "Kilkenny": "Kilkenny",
    "Laois": "Portlaoise", "Leitrim": "Carrick-on-Shannon", "Limerick": "Limerick", "Longford": "Longford",
    "Louth": "Dundalk", "Mayo": "Castlebar", "Meath": "Navan", "Monaghan": "Monaghan", "Offaly": "Tullamore",
    "Roscommon": "Roscommon", "Sligo": "Sligo", "Tipperary": "Clonmel", "Waterford": "Waterford",
    "Westmeath": "Mullingar", "Wexford": "Wexford", "Wicklow": "Wicklow",
}  # fmt: skip


def fold_place(text: str) -> str:
    """Return `text` as names of places are compared: folded, with "Saint" and its like in their short form."""
    folded = fold(text)
    if folded.isascii() and not any(long in folded for long in _SHORT_FORMS):
        return folded
    return " ".join(_SHORT_FORMS.get(word, word) for word in folded.split())


@cache
def region_names() -> dict[str, dict[str, list[str]]]:
    """Return the names of first-level regions by country and code; the first is shown."""
    text = (resources.files("openchair.places") / "region_names.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
