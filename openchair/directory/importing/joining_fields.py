"""How to take part in a row's meeting: its link, its numbers, and whether there is a room."""

from __future__ import annotations

from openchair.directory.importing import conference
from openchair.directory.importing.attendance import attendance_of, stated_attendance
from openchair.directory.importing.row import NOTHING, Row
from openchair.directory.importing.unreadable import Unreadable
from openchair.directory.listing import Attendance


def read_stated_attendance(row: Row) -> Attendance | None:
    """Return the attendance that a source states outright, None when it does not."""
    for key in ("attendance", "attendance_option"):
        text = row.text(key)
        if text:
            stated = stated_attendance(text=text)
            if stated is not None:
                return stated
            row.tell(
                key,
                kind="attendance-unknown",
                reason="This is none of in_person, online, hybrid and inactive.",
            )
            row.extra.setdefault(key, text)
    return None


def read_joining(row: Row, *, stated: Attendance | None) -> None:
    """Read links and numbers, and look for a link in notes unless a source states that there is none."""
    _read_conference_url(row)
    if "phone" in row.fields or "conference_phone" in row.fields:
        _read_phones(row)
    # Where a source says that nobody can join from afar, a link in its notes is an old one.
    if "conference_url" not in row.values and stated not in ("in_person", "inactive"):
        _find_door(row)


def _read_phones(row: Row) -> None:
    country = row.made("country") or row.defaults.country
    for key in ("phone", "conference_phone"):
        text = row.text(key)
        if not text or text.lower() in NOTHING:
            continue
        # A number with codes behind it is the way into a meeting, in whichever column it stands.
        is_dial_in = key == "conference_phone" or (
            "," in text and "conference_phone" not in row.fields
        )
        try:
            if is_dial_in:
                row.values["conference_phone"] = conference.dial_in(text=text, country=country)
            else:
                row.values[key] = conference.phone_number(text=text, country=country)
        except Unreadable as error:
            row.report(key, error)
            continue
        if is_dial_in and conference.has_letters_to_dial(text=text):
            row.tell(
                key,
                kind="phone-code-undiallable",
                reason="A code with letters can't be dialled. It is kept in the notes.",
            )
            row.values.setdefault("conference_phone_notes", text)


def _read_conference_url(row: Row) -> None:
    text = row.text("conference_url") if "conference_url" in row.fields else ""
    if not text or text.lower() in NOTHING:
        return
    try:
        row.values["conference_url"] = conference.web_address(text=text)
    except Unreadable as error:
        door = conference.door_in(text=text)
        if door is None:
            row.report("conference_url", error)
        else:
            row.values["conference_url"] = door.url
        # Whatever stood around the link is what a person needs to get in.
        if (
            not row.made("conference_url_notes")
            and "script:" not in text.lower()
            and text != row.made("conference_url")
        ):
            row.values["conference_url_notes"] = text[:2000].strip()


def _find_door(row: Row) -> None:
    for key in ("conference_url_notes", "venue_notes", "notes", "group_notes"):
        text = row.made(key)
        if not text or ("/" not in text and "oom" not in text):
            continue
        door = conference.door_in(text=text)
        if door is not None:
            row.values["conference_url"] = door.url
            row.extra["conference_url_from"] = key
            if door.codes and not row.made("conference_url_notes"):
                row.values["conference_url_notes"] = door.codes
            return


def read_attendance(row: Row, *, stated: Attendance | None, codes: frozenset[str]) -> None:
    """Decide how the meeting is held. `codes` are those that its types say of it."""
    attendance = attendance_of(
        stated=stated,
        codes=codes,
        has_link="conference_url" in row.values or "conference_phone" in row.values,
        has_street="address" in row.values or ("venue_name" in row.values and "city" in row.values),
        is_approximate=row.yes_or_no("approximate"),
    )
    if attendance != "in_person":
        row.values["attendance"] = attendance
