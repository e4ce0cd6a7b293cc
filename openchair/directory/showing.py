"""What a meeting's own page shows, from its row in the database."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from urllib.parse import quote, urlencode, urlsplit
from zoneinfo import ZoneInfo

import msgspec
import phonenumbers
from babel.dates import get_timezone_location
from django.utils.translation import gettext as _

from openchair.directory import presenting
from openchair.directory.asking import meanings
from openchair.directory.models import Group, Meeting, Venue
from openchair.directory.rule_wording import describe_rule
from openchair.directory.rules import is_valid_rule, next_starts
from openchair.directory.schedules import minutes_of, schedule_of
from openchair.fellowships.catalog import UnknownFellowship, catalog

OCCURRENCES = 4
_DIALLED = re.compile(r"[^\d+*#,;]")
_HANDLE = re.compile(r"[\w.-]{2,40}")
# Where a handle of each service leads. Sources: the services' own pages on personal links.
_PAYMENT_PAGES = {
    "Venmo": "https://venmo.com/u/",
    "PayPal": "https://www.paypal.com/paypalme/",
    "Cash App": "https://cash.app/$",
}


class Occurrence(msgspec.Struct, frozen=True, kw_only=True):
    """One time that the meeting is held: its date and times in its own zone, and the instant in ISO 8601 UTC."""

    date: str
    span: str
    start: str


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """Somewhere to go. `address` is safe to follow; "" for text alone."""

    words: str
    address: str = ""


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting for its page, in the reader's language; "" and empty lists for what is not known."""

    fellowship: str
    types: list[str]
    languages: list[str]
    attendance: str
    is_inactive: bool
    is_joined_from_afar: bool
    when: str
    span: str
    until: str
    zone: str
    zone_words: str
    held: str
    hint: str
    evidence: str
    occurrences: list[Occurrence]
    has_place: bool
    address: list[str]
    is_approximate: bool
    directions: str
    maps_app: str
    around: str
    join: str
    join_host: str
    call: str
    call_words: str
    contributions: list[Link]
    contacts: list[Link]
    updated: str
    saved: str


def details(*, meeting: Meeting, now: dt.datetime, language: str) -> Details:
    """Return what the page of `meeting` shows. Load it with its venue, group, source, exceptions and inactive periods."""
    row = _as_row(meeting)
    starts = _starts(meeting, now)
    occurrences = [_occurrence(meeting, start, language) for start in starts]
    venue = meeting.venue if meeting.attendance != "online" else None
    return Details(
        fellowship=_fellowship(meeting, language),
        types=presenting.type_names(row=row, language=language),
        languages=[meanings.name_language(code, language=language) for code in meeting.languages],
        attendance=presenting.attendance_words(row=row),
        is_inactive=meeting.attendance == "inactive",
        is_joined_from_afar=presenting.is_joined_from_afar(attendance=meeting.attendance),
        when=_when(meeting, starts, now, language),
        span=occurrences[0].span if occurrences else _span(meeting, language),
        until=presenting.until_words(start=starts[0], now=now) if starts else "",
        zone=meeting.time_zone,
        zone_words=_zone_words(meeting, language),
        held=_held(meeting, language),
        hint=_hint(meeting, language),
        evidence="" if meeting.rule else meeting.rule_evidence,
        occurrences=occurrences,
        has_place=venue is not None and bool(_address(venue)),
        address=_address(venue) if venue else [],
        is_approximate=bool(venue and venue.is_approximate),
        directions=_directions(venue) if venue else "",
        maps_app=_maps_app(venue) if venue else "",
        around=_around(venue) if venue else "",
        join=web_address(meeting.conference_url),
        join_host=urlsplit(web_address(meeting.conference_url)).hostname or "",
        call=dial_address(meeting.conference_phone),
        call_words=phone_words(meeting.conference_phone),
        contributions=list(_contributions(meeting.group)) if meeting.group else [],
        contacts=list(_contacts(meeting.group)) if meeting.group else [],
        updated=_updated(meeting, language),
        saved=presenting.card(row=row, now=now, language=language, distance_unit="km").saved,
    )


def web_address(text: str) -> str:
    """Return `text` when it is a web address that is safe to follow, else ""."""
    text = text.strip()
    if "\\" in text or re.search(r"[\s\x00-\x1f]", text):
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:  # "http://[" has the beginning of an IPv6 address and no end
        return ""
    return text if parts.scheme in {"http", "https"} and parts.netloc else ""


def dial_address(text: str) -> str:
    """Return a tel: address for a phone number as people write it, with its pauses and codes; "" for none."""
    number = _DIALLED.sub("", text)
    return f"tel:{quote(number, safe='+*,;')}" if sum(c.isdigit() for c in number) >= 3 else ""


def phone_words(text: str) -> str:
    """Return a phone number as people read it: "+1 617-555-0132, then 538869#". What is no number stays as written."""
    number, pause, code = re.fullmatch(r"([^,;]*)([,;]*)(.*)", text.strip(), re.DOTALL).groups()  # type: ignore[union-attr]  # matches any text
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return text
    said = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    if not pause or not code:
        return said
    return _("%(number)s, then %(code)s") % {"number": said, "code": _spread(code)}


def _spread(code: str) -> str:
    """Return a code with its pauses as spaces and its digits in threes, as one reads them out."""
    parts = re.split(r"[,;]+", code)
    return ", ".join(re.sub(r"(\d{3})(?=\d{2})", r"\1 ", part) for part in parts if part)


def _as_row(meeting: Meeting) -> dict[str, object]:
    """Return the meeting as a row of search shows it, for the words that both need."""
    venue = meeting.venue
    return {
        "id": meeting.pk,
        "slug": meeting.slug,
        "name": meeting.name,
        "fellowship": meeting.fellowship,
        "day": meeting.day,
        "time": meeting.start_time.strftime("%H:%M") if meeting.start_time else None,
        "attendance": meeting.attendance,
        "types": meeting.types,
        "location": venue.name if venue else "",
        "address": venue.address if venue else "",
        "city": venue.city if venue else "",
        "conference_url": meeting.conference_url,
        "conference_phone": meeting.conference_phone,
    }


def _starts(meeting: Meeting, now: dt.datetime) -> list[dt.datetime]:
    schedule = schedule_of(meeting=meeting)
    if schedule is None or meeting.attendance == "inactive":
        return []
    return next_starts(schedule=schedule, after=now - presenting.JOINABLE, count=OCCURRENCES)


def _occurrence(meeting: Meeting, start: dt.datetime, language: str) -> Occurrence:
    local = start.astimezone(ZoneInfo(meeting.time_zone))
    minutes = local.hour * 60 + local.minute
    end = minutes + meeting.duration_minutes if meeting.duration_minutes else None
    return Occurrence(
        date=presenting.date_words(date=local.date(), language=language),
        span=presenting.span_words(start=minutes, end=end, language=language),
        start=start.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def _when(meeting: Meeting, starts: list[dt.datetime], now: dt.datetime, language: str) -> str:
    if starts:
        local = starts[0].astimezone(ZoneInfo(meeting.time_zone))
        words = presenting.day_words(local=local, now=now, language=language)
        return words[:1].upper() + words[1:]
    if meeting.day is None:
        return _("By appointment")
    words = presenting.day_name(day=meeting.day, language=language)
    return words[:1].upper() + words[1:]


def _span(meeting: Meeting, language: str) -> str:
    if meeting.start_time is None:
        return ""
    start = minutes_of(meeting.start_time)
    end = start + meeting.duration_minutes if meeting.duration_minutes else None
    return presenting.span_words(start=start, end=end, language=language)


def _zone_words(meeting: Meeting, language: str) -> str:
    if not meeting.time_zone:
        return ""
    place = get_timezone_location(meeting.time_zone, locale=language[:2], return_city=True)
    return _("%(place)s time") % {"place": place}


def _held(meeting: Meeting, language: str) -> str:
    if meeting.day is None:
        return ""
    return describe_rule(rule=meeting.rule, day=meeting.day, language=language)


def _hint(meeting: Meeting, language: str) -> str:
    """Return what a note seems to say about the weeks, while no person has decided."""
    if meeting.rule or not meeting.rule_hint or meeting.day is None:
        return ""
    if not is_valid_rule(meeting.rule_hint):
        return ""
    return describe_rule(rule=meeting.rule_hint, day=meeting.day, language=language)


def _fellowship(meeting: Meeting, language: str) -> str:
    try:
        return catalog().get(meeting.fellowship).name(language)
    except UnknownFellowship:
        return ""


def _address(venue: Venue) -> list[str]:
    town = " ".join(
        part for part in (f"{venue.city}," if venue.city and venue.state else venue.city,
                          venue.state, venue.postal_code) if part
    )  # fmt: skip
    lines = [venue.name, venue.address, town]
    if not venue.address and not town:
        lines.append(venue.formatted_address)
    return list(dict.fromkeys(line for line in lines if line))


def _directions(venue: Venue) -> str:
    """Return a page outside that shows the way; followed only by who asks for it."""
    if venue.latitude is None or venue.is_approximate:
        where = ", ".join(line for line in _address(venue)[-2:] if line)
        query = urlencode({"query": where})
        return f"https://www.openstreetmap.org/search?{query}" if where else ""
    query = urlencode({"to": f"{venue.latitude:.6f},{venue.longitude:.6f}"})
    return f"https://www.openstreetmap.org/directions?{query}"


def _maps_app(venue: Venue) -> str:
    if venue.latitude is None or venue.is_approximate:
        return ""
    point = f"{venue.latitude:.6f},{venue.longitude:.6f}"
    return f"geo:{point}?q={point}"


def _around(venue: Venue) -> str:
    """Return the question for what else is near, for our own map."""
    if venue.latitude is None:
        return ""
    return urlencode({"lat": f"{venue.latitude:.3f}", "lng": f"{venue.longitude:.3f}"})


def _contributions(group: Group) -> Iterator[Link]:
    handles = {"Venmo": group.venmo, "PayPal": group.paypal, "Cash App": group.square}
    for service, text in handles.items():
        handle = text.strip().lstrip("@$")
        if handle:
            is_handle = bool(_HANDLE.fullmatch(handle))
            address = _PAYMENT_PAGES[service] + quote(handle) if is_handle else ""
            yield Link(words=f"{service}: {text.strip()}", address=address)


def _contacts(group: Group) -> Iterator[Link]:
    for website in (group.website, group.website_2):
        if address := web_address(website):
            yield Link(words=urlsplit(address).netloc.removeprefix("www."), address=address)
    if "@" in group.email:
        yield Link(words=group.email, address=f"mailto:{quote(group.email, safe='@+.')}")
    if group.phone:
        yield Link(words=group.phone, address=dial_address(group.phone))


def _updated(meeting: Meeting, language: str) -> str:
    moment = meeting.source_updated_at or meeting.updated_at
    return presenting.date_words(date=moment.date(), language=language, shape="full")
