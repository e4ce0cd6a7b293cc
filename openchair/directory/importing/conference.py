"""How to join from afar: web addresses, dial-in numbers with their codes, and the ones that people put into notes."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec
import phonenumbers

from openchair.directory.importing.unreadable import Unreadable

URL_LIMIT = 2000
_PLAIN_URL = re.compile(
    r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}(?:[/?#][\w!#$%&'()*+,./:;=?@~\[\]-]*)?\Z",
    re.ASCII,
)
_HAS_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:(?!\d{1,5}(?:/|\Z))")
_HOST = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_][\w-]+\Z")
_WRAPPING = "<>()[]\"'“”‘’ \t\r\n"

# Where a link in prose can only be the door of a meeting. Others (a group's site, a map) are left where they are.
_DOORS = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)*(?:zoom\.us|zoomgov\.com|meet\.google\.com|teams\.microsoft\.com|teams\.live\.com|meet\.jit\.si|gotomeet\.me"
    r"|webex\.com|freeconferencecall\.com|bluejeans\.com)/[^\s<>\"'“”,;)\]]+",
    re.IGNORECASE,
)
_DOOR_WORDS = re.compile(
    r"(?:\b(?:join|via|on|also)\s+)*(?:\bzoom\s*(?:link|meeting|id|:|mtg|details)|\bmeeting id\b|(?:https?://)?(?:[\w-]+\.)*zoom\.us/)",
    re.IGNORECASE,
)
_MEETING_ID = re.compile(
    r"\bid\b\s*(?:#|no\.?|number)?\s*(?:is)?\s*[:#=-]*\s*(\d(?:[\d -]{7,14})\d)", re.IGNORECASE
)
_PASSCODE = re.compile(
    r"\b(?:pass\s?codes?|pass\s?words?|pwd|pw|contraseña|mot de passe)\b(?:\s*,?\s*if any)?\s*(?:is)?\s*[:=.-]*\s*([^\s,;]{2,32})",
    re.IGNORECASE,
)
_NOT_A_PASSCODE = re.compile(
    r"(?:required|needed|secret|is|if|to|for|and|or|the|no|not|none|please|email|contact|will|necessary)\W*\Z",
    re.IGNORECASE,
)

_PLAIN_DIAL = re.compile(r"\+1[2-9]\d\d[2-9]\d{6}(?:,*[\d*#]+)*\Z")
_DIALLED = re.compile(r"[\d*#]*\Z")
_CODE_STARTS = re.compile(r"[,;pwx]|\bext\b", re.IGNORECASE)
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15


class Door(msgspec.Struct, frozen=True):
    """A way in that was found in prose: the link, and what must be typed behind it."""

    url: str
    codes: str
    words: str


def web_address(*, text: str) -> str:
    """Return `text` as an http(s) address with a scheme, or raise Unreadable. Scripts and other schemes are refused."""
    return text if len(text) <= URL_LIMIT and _PLAIN_URL.match(text) else _web_address(text)


def mail_or_web_address(*, text: str) -> str:
    """Return `text` as an http(s) or mailto address, or raise Unreadable."""
    if text.lower().startswith("mailto:"):
        return "mailto:" + mail_address(text=text)
    return web_address(text=text)


@lru_cache(maxsize=4096)
def mail_address(*, text: str) -> str:
    """Return the mail address in `text` ("mailto:" cut), or raise Unreadable."""
    address = text.strip(_WRAPPING)
    if address.lower().startswith("mailto:"):
        address = address[7:].partition("?")[0].strip()
    name, at, host = address.rpartition("@")
    if (
        not at
        or not name
        or len(address) > 254
        or not _HOST.match(host)
        or re.search(r"[\s@,;:<>()\"]", name)
    ):
        raise Unreadable("email-unreadable", "This is not a mail address.")
    return address


@lru_cache(maxsize=4096)
def phone_number(*, text: str, country: str) -> str:
    """Return a number as +15551234567, or as written when it can be dialled but its country is not known.

    `country` is ISO 3166 or "". Raises Unreadable for what nobody can dial ("+11").
    """
    if not text.startswith("+") or not text[1:].isdigit() or not 8 <= len(text) <= 16:
        text = " ".join(text.split()).removeprefix("tel:").removeprefix("Tel:")
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        number = None
    if number is not None and not number.extension and phonenumbers.is_possible_number(number):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    digits = sum(character.isdigit() for character in text)
    # Help lines have letters and short codes ("1-800-ALCOHOL", ext. 3): a person can still dial them.
    if not _FEWEST_DIGITS <= digits <= _MOST_DIGITS + 6 or len(text) > 40:
        raise Unreadable("phone-unreadable", "This is not a telephone number that can be dialled.")
    return text


@lru_cache(maxsize=4096)
def dial_in(*, text: str, country: str) -> str:
    """Return a number with the pauses and codes that follow it, as one-tap dialling wants them: +12125551212,,123456789#.

    Codes with letters cannot be dialled and are left out. Raises Unreadable when the number itself is none.
    """
    if _PLAIN_DIAL.match(text):
        return text
    start = _CODE_STARTS.search(text)
    number, codes = (text[: start.start()], text[start.start() :]) if start else (text, "")
    dialled = phone_number(text=number.strip(), country=country)
    if not dialled.startswith("+"):
        dialled = re.sub(r"[^\d*#]", "", dialled)
    codes = (
        re.sub(r"ext\.?|[;pwx]", ",", codes, flags=re.IGNORECASE)
        if not re.search(r"[^\W\d_]{4,}", codes)
        else codes
    )
    parts = [part.strip().replace(" ", "").replace("-", "") for part in codes.split(",")]
    # Each comma waits two seconds, so their number is kept.
    return (dialled + ",".join(part if _DIALLED.match(part) else "" for part in parts)).rstrip(",")


def has_letters_to_dial(*, text: str) -> bool:
    """Return whether codes behind a number hold letters, which `dial_in` has to leave out."""
    start = text.find(",")
    return start > 0 and any(
        not _DIALLED.match(part.strip().replace(" ", "").replace("-", ""))
        for part in text[start:].split(",")
    )


def door_in(*, text: str) -> Door | None:
    """Return the first way into an online meeting that prose holds, with a meeting id and passcode that stand beside it.

    Without a link, a Zoom meeting's number makes one: every Zoom client opens zoom.us/j/<number>.
    """
    match = _DOORS.search(text) if "/" in text else None
    if match is None:
        return _door_by_number(text)
    words = match.group().rstrip(".")
    try:
        return Door(
            url=web_address(text=words), codes=codes_in(text=text.replace(words, " ")), words=words
        )
    except Unreadable:
        return None


def text_before_door(*, text: str) -> tuple[str, str]:
    """Return an address or a venue without the way to join that was typed into it, and what was cut off."""
    match = _DOOR_WORDS.search(text)
    return (
        (text, "")
        if match is None
        else (text[: match.start()].strip(" ,;:-–(\n"), text[match.start() :].strip())
    )


def codes_in(*, text: str) -> str:
    """Return "Meeting ID: 123 456 789, Passcode: abc" from prose, with the parts that are there; maybe empty."""
    meeting_id, passcode = _MEETING_ID.search(text), _PASSCODE.search(text)
    parts = []
    if meeting_id:
        parts.append(f"Meeting ID: {' '.join(meeting_id[1].split())}")
    if passcode and not _NOT_A_PASSCODE.match(passcode[1]):
        parts.append(f"Passcode: {passcode[1].rstrip('.')}")
    return ", ".join(parts)


def _door_by_number(text: str) -> Door | None:
    meeting_id = _MEETING_ID.search(text) if "zoom" in text.lower() else None
    digits = re.sub(r"\D", "", meeting_id[1]) if meeting_id else ""
    # Zoom's numbers have 9 to 11 digits.
    return (
        Door(url=f"https://zoom.us/j/{digits}", codes=codes_in(text=text), words="")
        if 9 <= len(digits) <= 11
        else None
    )


@lru_cache(maxsize=4096)
def _web_address(text: str) -> str:
    address = text.strip(_WRAPPING)
    if not _HAS_SCHEME.match(address):
        address = "https://" + address.lstrip("/")
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        parts.port  # noqa: B018 - reading it is the check: it raises for ":99999"
    except ValueError as error:
        raise _unreadable_address() from error
    if (
        parts.scheme.lower() not in ("http", "https")
        or not _HOST.match(host)
        or parts.username is not None
    ):
        raise _unreadable_address()
    if (
        len(address) > URL_LIMIT
        or not address.isprintable()
        or any(character in address for character in ' <>"\\^`{|}')
    ):
        raise _unreadable_address()
    return parts.scheme.lower() + address[len(parts.scheme) :]


def _unreadable_address() -> Unreadable:
    return Unreadable(
        "url-unreadable", "This is not a web address, such as https://example.org/meetings."
    )
