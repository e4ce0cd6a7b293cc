"""Street addresses: the parts of one line, what belongs to the door and not to the map, postal codes, positions."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from openchair.directory.importing.countries import country_code, country_of_state, state_code
from openchair.directory.importing.unreadable import Unreadable

_US_ZIP = re.compile(r"(?P<state>.*?)\b(?P<code>\d{5}(?:-\d{4})?)\Z")
_CA_CODE = re.compile(
    r"(?P<state>.*?)\b(?P<code>[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d)\Z", re.IGNORECASE
)
_GB_CODE = re.compile(
    r"(?P<state>.*?)\b(?P<code>[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})\Z", re.IGNORECASE
)
_CODES = {"US": _US_ZIP, "CA": _CA_CODE, "GB": _GB_CODE}

_FLOORS = (
    r"(?:ground|first|second|third|fourth|fifth|1st|2nd|3rd|[4-9]th|\d\dth|lower|upper|top|main)"
)
_AT_THE_DOOR = re.compile(
    r"(?:^|[\s,;(]+)(?P<words>\(?(?:"
    r"upstairs(?: room)?|downstairs|(?:in |at )?(?:the )?(?:rear|back)(?: door| entrance| of (?:the )?(?:building|church))?|around (?:the )?back|"
    r"(?:use |enter (?:at |through |by |from |in )?)(?:the )?[a-z ]{0,24}(?:door|entrance|rear|back|side)|(?:rear|side|back|lower|upper) (?:door|entrance)|"
    rf"(?:on )?(?:the )?{_FLOORS} (?:floor|fl\.?|level)(?:,? (?:room|rm\.?) ?#?\w{{1,6}})?|(?:in |on )?(?:the )?(?:lower level|basement)"
    r")\)?)(?=$|[,;.)])",
    re.IGNORECASE,
)
_CROSS_STREET = re.compile(
    r"\s*(?P<words>@ ?.+|\((?:at|near|between|btw\.?|corner of|off|behind|across from|next to) [^()]*\))\Z",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\d+\S* +[^\W\d]")
_PAIR = re.compile(r"[^\d.+-]*([+-]?\d{1,3}(?:\.\d+)?)°?\s*[,; ]\s*([+-]?\d{1,3}(?:\.\d+)?)°?\s*\Z")
_WORD_OF_STREET = re.compile(
    r"\d|\b(?:street|st|road|rd|avenue|ave|lane|drive|way|square|place|rue|calle|avenida)\b",
    re.IGNORECASE,
)


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of an address, each maybe empty."""

    street: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""


@lru_cache(maxsize=8192)
def address_parts(*, text: str, country: str = "") -> Address:
    """Return the parts of "street, city, state zip, country" as written in the US, Canada and the UK.

    `country` is the one to assume. What does not follow such a pattern gives no more than the country.
    """
    pieces = [piece for piece in (piece.strip() for piece in text.split(",")) if piece]
    found = _country_at_end(pieces)
    if found:
        pieces.pop()
    country = found or country
    for code, pattern in _CODES.items():
        if country in ("", code):
            address = _with_postal_code(pieces, code, pattern, is_sure=bool(country))
            if address is not None:
                return address
    if country == "GB" and len(pieces) >= 2 and _NUMBERED.match(pieces[0]):
        return _split(pieces, state="", postal_code="", country=country)
    if (
        country in ("US", "CA")
        and len(pieces) >= 2
        and country_of_state(state=state_code(text=pieces[-1], country=country)) == country
    ):
        return _split(
            pieces[:-1],
            state=state_code(text=pieces[-1], country=country),
            postal_code="",
            country=country,
        )
    return Address(country=found)


@lru_cache(maxsize=8192)
def door_words(*, street: str) -> tuple[str, str]:
    """Return a street without what helps at the door ("2nd floor", "around back", "@210th St"), and those words."""
    taken: list[str] = []
    cross = _CROSS_STREET.search(street)
    if cross and _NUMBERED.match(street[: cross.start()]):
        taken.append(cross["words"])
        street = street[: cross.start()]
    while True:
        match = _AT_THE_DOOR.search(street)
        rest = (street[: match.start()] + " " + street[match.end() :]) if match else ""
        rest = " ".join(rest.replace(" ,", ",").replace(",,", ",").split()).strip(" ,;.-")
        # A street is never emptied, and never left without a number that it had: "2nd Floor Club, Main St" keeps its all.
        if match is None or not _WORD_OF_STREET.search(rest):
            break
        taken.append(match["words"])
        street = rest
    return street.strip(" ,;"), ", ".join(
        words.strip(" ,;()@") for words in taken if words.strip(" ,;()@")
    )


@lru_cache(maxsize=8192)
def postal_code(*, text: str, country: str) -> str:
    """Return a postal code in its country's spelling: five digits for the US, one blank inside for Canada and the UK."""
    code = " ".join(text.upper().split())
    if (
        country == "US"
        and code.removesuffix(".0").isdigit()
        and 3 <= len(code.removesuffix(".0")) <= 5
    ):
        return code.removesuffix(".0").zfill(5)
    compact = code.replace(" ", "")
    if country in ("CA", "GB") and _CODES[country].fullmatch(compact):
        return f"{compact[:-3]} {compact[-3:]}"
    return code


def position(*, latitude: object, longitude: object) -> tuple[float, float, bool]:
    """Return latitude, longitude and whether they had to be swapped. Raises Unreadable for 0,0 and what is no place on earth."""
    north, east = _degrees(latitude), _degrees(longitude)
    if abs(north) < 0.01 and abs(east) < 0.01:
        raise Unreadable(
            "coordinates-null",
            "The position 0,0 lies in the sea off Africa, and stands for an unknown place.",
        )
    if abs(north) > 90 and abs(north) <= 180 and abs(east) <= 90:
        return east, north, True
    if abs(north) > 90 or abs(east) > 180:
        raise Unreadable(
            "coordinates-out-of-range",
            "A latitude lies within ±90 degrees, a longitude within ±180.",
        )
    return north, east, False


def position_in_text(*, text: str) -> tuple[float, float, bool]:
    """Return latitude, longitude and whether they are only the middle of "lat,lng,lat,lng" bounds. Raises Unreadable."""
    parts = text.split(",")
    if len(parts) == 4:
        south, west, north, east = (_degrees(part) for part in parts)
        return (south + north) / 2, (west + east) / 2, True
    match = _PAIR.match(text)
    if match is None:
        raise _unreadable_position()
    return float(match[1]), float(match[2]), False


def _degrees(value: object) -> float:
    if value.__class__ is float and -1000 < value < 1000:
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _unreadable_position()
    try:
        # "51,5074" is how half of Europe writes it.
        number = float(
            value.strip().rstrip("°").replace(",", ".") if isinstance(value, str) else value
        )
    except (ValueError, OverflowError) as error:
        raise _unreadable_position() from error
    if not -1000 < number < 1000:
        raise _unreadable_position()
    return number


def _unreadable_position() -> Unreadable:
    return Unreadable(
        "coordinates-unreadable", "This is not a position in degrees, such as 40.7128 and -74.0060."
    )


def _country_at_end(pieces: list[str]) -> str:
    # Two letters at the end are a state far more often than a country: "San Jose, CA".
    if not pieces or (len(pieces[-1]) == 2 and pieces[-1].upper() not in ("US", "UK", "GB")):
        return ""
    if pieces[-1].lower() in ("georgia", "jersey"):
        return ""
    try:
        return country_code(text=pieces[-1])
    except Unreadable:
        return ""


def _with_postal_code(
    pieces: list[str], country: str, pattern: re.Pattern[str], *, is_sure: bool
) -> Address | None:
    match = pattern.match(pieces[-1]) if pieces else None
    if match is None:
        return None
    before, code = match["state"].strip(), postal_code(text=match["code"], country=country)
    if country == "GB":
        rest = [*pieces[:-1], before] if before else pieces[:-1]
        return (
            _split(rest, state="", postal_code=code, country=country)
            if is_sure or len(rest) > 1
            else None
        )
    rest = pieces[:-1]
    if not before and rest:
        before = rest.pop()
    state = state_code(text=before, country=country)
    if country_of_state(state=state) != country:
        return None
    return _split(rest, state=state, postal_code=code, country=country)


def _split(pieces: list[str], *, state: str, postal_code: str, country: str) -> Address:
    street, city = ", ".join(pieces[:-1]), pieces[-1] if pieces else ""
    return Address(street=street, city=city, state=state, postal_code=postal_code, country=country)
