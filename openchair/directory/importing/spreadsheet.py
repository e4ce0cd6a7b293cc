"""Tables with a header in plain words: sheets kept by hand, database exports, scrapes, in whatever language and order.

Each column becomes one of: a known field, a yes/no column that stands for a type, a time in some zone, or something kept
beside. Source: the sheets that Meeting Guide's importers accept, and the corpus in ../shared/data/meetings.
"""

from __future__ import annotations

import re

import msgspec

from openchair.directory.importing import headers, meeting_guide
from openchair.directory.importing.decoding import CannotRead, shorten
from openchair.directory.importing.tables import Table, find_header
from openchair.directory.listing import Parsed, Problem, RawListing

FORMAT = "csv"
# A header must name at least this many things known here, one of them a day or a time.
_LEAST_HEADER = 3
# The widest export known has 70 columns; a row of a million cells is there to fill the memory.
_MOST_CELLS = 2_000

# A column of yes and no, and the type that its yes stands for.
_FLAGS = {
    "wheelchair": "Wheelchair Access",
    "wheelchair_access": "Wheelchair Access",
    "wheelchair_accessible": "Wheelchair Access",
    "wheelchr": "Wheelchair Access",
    "accessible": "Wheelchair Access",
    "handicap_accessible": "Wheelchair Access",
    "hearing": "Hearing Loop",
    "hearing_loop": "Hearing Loop",
    "asl": "American Sign Language",
    "sign_language": "American Sign Language",
    "child_friendly": "Child-Friendly",
    "childcare": "Babysitting Available",
    "women": "Women",
    "women_only": "Women",
    "men": "Men",
    "men_only": "Men",
    "lgbtq": "LGBTQ",
    "young_people": "Young People",
    "newcomer": "Newcomer",
    "beginners": "Newcomer",
    "big_book": "Big Book",
    "speaker": "Speaker",
    "discussion": "Discussion",
    "candlelight": "Candlelight",
}
_YES = frozenset(("yes", "y", "true", "t", "1", "x", "✓", "✔", "si", "sí", "oui", "ja", "on"))

# A time column that names its zone, in order of choice: one zone a row is enough, all say the same moment.
_ZONES = {
    "eastern": "America/New_York",
    "central": "America/Chicago",
    "mountain": "America/Denver",
    "pacific": "America/Los_Angeles",
    "uk": "Europe/London",
    "aest": "Australia/Brisbane",
    "aedt": "Australia/Sydney",
}
_ZONE_WORDS = {
    **{f"{name}_time": name for name in _ZONES},
    **{f"{name}_standard_time": name for name in ("eastern", "central", "mountain", "pacific")},
    **dict.fromkeys(("et", "est", "edt", "eastern", "time_et", "time_est"), "eastern"),
    **dict.fromkeys(("ct", "cst", "cdt", "time_ct", "time_cst"), "central"),
    **dict.fromkeys(("mt", "mst", "mdt", "time_mt", "time_mst"), "mountain"),
    **dict.fromkeys(("pt", "pst", "pdt", "pacific", "time_pt", "time_pst"), "pacific"),
    **dict.fromkeys(("gmt", "bst", "uk", "london_time"), "uk"),
    "aest": "aest",
    "aedt": "aedt",
}

_PLACES = headers.words(
    "location address formatted_address city state postal_code region regions latitude longitude coordinates"
)
_HIDDEN = re.compile(r"#{3,}")
_CLOCK = re.compile(r"\s*(\d{1,2})[:.](\d{2})\s*([AaPp])\.?\s*[Mm]?\.?\s*")
_AUDIENCE = re.compile(r"^(.*?)\s+[-–—]+\s+(.*)$", re.DOTALL)
_AUDIENCE_PARTS = re.compile(r"\s*(?:,|&|/|\band\b)\s*")
_SEE_NOTES = re.compile(r"\(\s*(?:see\s+)?notes\s*\)|\bsee notes\b", re.IGNORECASE)
_ONLINE_PLACE = re.compile(r"\b(virtual|online|zoom)\b", re.IGNORECASE)
_ROOM_PLACE = re.compile(r"\bin[ -]person\b", re.IGNORECASE)
_HYBRID_PLACE = re.compile(r"\bhybrid\b", re.IGNORECASE)
_ONLY_HOW = re.compile(r"[\s*]*(virtual|online|zoom|hybrid|in[ -]person|-+)[\s*.]*", re.IGNORECASE)
_ALWAYS = re.compile(r"al+ m(?:eetin|t)gs?|this meeting is|^(open|closed)$", re.IGNORECASE)
_DAY_WORDS = headers.words(
    """sunday monday tuesday wednesday thursday friday saturday domingo lunes martes miercoles jueves viernes sabado
    dimanche lundi mardi mercredi jeudi vendredi samedi sonntag montag dienstag mittwoch donnerstag freitag samstag
    sun mon tue tues wed thu thur thurs fri sat"""
)


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column: its header as found, and what it is: `key` a field, `flag` the type its yes means, `zone` its time's zone."""

    index: int
    header: str
    key: str = ""
    flag: str = ""
    zone: str = ""


class _Plan(msgspec.Struct, kw_only=True):
    fields: list[Column] = []
    flags: list[Column] = []
    zones: list[Column] = []
    others: list[Column] = []
    width: int = 0
    is_online_only: bool = False
    has_alone_address: bool = False
    has_mixed_fellowship: bool = False
    has_open_wording: bool = False
    place_says_how: bool = False


def parse(*, table: Table, format_name: str = FORMAT) -> Parsed:
    """Return the rows under the header of a table, values as found.

    Rows above the header are notices, reported and passed over; rows without any text are none. A row that is broken, or
    holds one lone text, is reported and left out. Raise CannotRead when no row is a header that names a day or a time.
    """
    header_at, plan = _read_header(table)
    reader = _Reader(plan, table)
    reader.problems.extend(_notice(cells) for cells in table.rows[:header_at] if any(cells))
    for index in range(header_at + 1, len(table.rows)):
        cells = table.rows[index]
        if index in table.broken:
            reader.refuse(cells, table.broken[index], "row-broken")
        elif any(cells[_MOST_CELLS:]):
            reader.refuse(
                cells[:20], "This row has more cells than any list of meetings.", "row-broken"
            )
        elif any(map(str.strip, cells)):
            reader.read(cells)
    return Parsed(
        format=format_name,
        rows=reader.number,
        listings=_carry_days_down(reader),
        problems=[*table.problems, *reader.problems],
    )


def _read_header(table: Table) -> tuple[int, _Plan]:
    header_at, score = find_header(table.rows)
    cells = table.rows[header_at] if table.rows else []
    plan = plan_columns(cells=cells)
    keys = {column.key for column in plan.fields}
    # Two are enough when the whole header is known: "Day, Time" alone is a list of meetings of one group.
    is_enough = score >= _LEAST_HEADER or 2 <= score == len([cell for cell in cells if cell])
    if not is_enough or not (keys & {"day", "time"} or plan.zones):
        seen = ", ".join(shorten(cell) for cell in cells[:12] if cell.strip()) or "nothing"
        raise CannotRead(
            f"No row near the top names a day or a time of meetings. The columns found are: {seen}. "
            "Name the columns in plain words, such as Name, Day, Time, Location, Address, City, Types, Notes."
        )
    return header_at, plan


def plan_columns(*, cells: list[str]) -> _Plan:
    """Decide what each column of a header is. The first of two columns with one meaning has it; the other is kept beside."""
    # Office programs write headers that go on in empty cells.
    cells = cells[
        : max((n for n, cell in enumerate(cells[:_MOST_CELLS], 1) if cell.strip()), default=0)
    ]
    plan = _Plan(width=len(cells))
    taken: set[str] = set()
    for index, cell in enumerate(cells):
        header = cell.strip() or f"column {index + 1}"
        column = _plan_column(index, header, taken)
        taken.add(column.key)
        kind = (
            plan.fields
            if column.key
            else plan.flags
            if column.flag
            else plan.zones
            if column.zone
            else plan.others
        )
        kind.append(column)
    _prefer_slug(plan, taken)
    _look_at_whole(plan, cells, taken)
    return plan


def _plan_column(index: int, header: str, taken: set[str]) -> Column:
    folded = headers.fold(header)
    if folded in _FLAGS:
        return Column(index=index, header=header, flag=_FLAGS[folded])
    if folded in _ZONE_WORDS:
        return Column(index=index, header=header, zone=_ZONE_WORDS[folded])
    key = "" if folded in headers.INTERNAL else headers.canonical_key(header)
    if key in taken:
        key = ""
    return Column(index=index, header=header, key=key)


def _prefer_slug(plan: _Plan, taken: set[str]) -> None:
    """An ID column is the key of a row where no column is called slug, as every importer of such sheets takes it."""
    for column in plan.others:
        if "slug" not in taken and headers.fold(column.header) == "id":
            plan.others.remove(column)
            plan.fields.append(Column(index=column.index, header=column.header, key="slug"))
            return


def _look_at_whole(plan: _Plan, cells: list[str], taken: set[str]) -> None:
    # Each zone of a sheet is one column; more of them is a table of hours, and the plain "time" beside them is one too.
    if "time" in taken:
        plan.others.extend(plan.zones)
        plan.zones = []
    plan.is_online_only = bool(
        {"conference_url", "conference_phone"} & taken
    ) and _PLACES.isdisjoint(taken)
    plan.has_alone_address = "address" in taken and meeting_guide.PLACE_PARTS.isdisjoint(taken)
    plan.has_mixed_fellowship = any(headers.fold(cell) == "fellowship_and_type" for cell in cells)
    plan.has_open_wording = "OpenFormat" in cells and "open" in taken
    plan.place_says_how = (
        "location" in taken
        and "conference_url" in taken
        and not taken & {"address", "formatted_address", "attendance"}
    )


class _Reader:
    """Reads one row after the other, counting them and collecting what could not be read."""

    def __init__(self, plan: _Plan, table: Table) -> None:
        self.plan = plan
        self.is_ragged = table.is_ragged
        self.number = 0
        self.listings: list[RawListing] = []
        self.problems: list[Problem] = []
        self.section_day = ""
        # Row numbers, and the day that stood above them when they were read.
        self.days_above: dict[int, str] = {}

    def read(self, cells: list[str]) -> None:
        """Take one row that holds some text."""
        filled = [cell for cell in cells if cell.strip()]
        if len(filled) == 1 and len(self.plan.fields) > 2 and self._is_aside(filled[0].strip()):
            return
        self.number += 1
        self._check_width(cells)
        fields, extra = self._sort(cells)
        if not meeting_guide.names_meeting(fields):
            self.number -= 1
            self.refuse(
                cells,
                "Nothing in this row names a meeting, a place or a time.",
                "row-without-meeting",
            )
            return
        self.listings.append(RawListing(row=self.number, fields=fields, extra=extra))

    def refuse(self, cells: list[str], reason: str, kind: str) -> None:
        """Count a row and report it as left out."""
        self.number += 1
        self._report("", shorten(" | ".join(cell for cell in cells if cell)), reason, kind, True)

    def _is_aside(self, text: str) -> bool:
        """Take care of a row with one lone text: the heading of a day's section, or a note under the table."""
        if headers.fold(text) in _DAY_WORDS:
            self.section_day = text
            return True
        self.refuse([text], "This row holds one lone text, so it is no meeting.", "row-is-a-note")
        return True

    def _sort(self, cells: list[str]) -> tuple[dict[str, object], dict[str, object]]:
        plan = self.plan
        width = len(cells)
        fields: dict[str, object] = {}
        extra: dict[str, object] = {}
        for column in plan.fields:
            value = cells[column.index] if column.index < width else ""
            if value:
                if value[0] == "#" and _HIDDEN.fullmatch(value):
                    self._report_hidden(column.header)
                else:
                    fields[column.key] = value
        for column in plan.others:
            value = cells[column.index] if column.index < width else ""
            if value:
                extra[column.header] = value
        for index in range(plan.width, width):
            if cells[index].strip():
                extra[f"column {index + 1}"] = cells[index]
        if plan.flags:
            self._add_flags(cells, fields, extra)
        if plan.zones:
            self._choose_zone(cells, fields, extra)
        self._finish(fields, extra)
        return fields, extra

    def _add_flags(
        self, cells: list[str], fields: dict[str, object], extra: dict[str, object]
    ) -> None:
        types = [str(fields["types"])] if "types" in fields else []
        for column in self.plan.flags:
            value = cells[column.index] if column.index < len(cells) else ""
            if value.strip().casefold() in _YES:
                types.append(column.flag)
            elif value:
                extra[column.header] = value
        if types:
            fields["types"] = ", ".join(types)

    def _choose_zone(
        self, cells: list[str], fields: dict[str, object], extra: dict[str, object]
    ) -> None:
        """Give the row one time with its zone: the first in the order of choice that is on the same day as the day's column.

        The day of such a sheet is that of its first zone's column; a zone where the clock has passed midnight would need
        another day.
        """
        times = {}
        for column in self.plan.zones:
            value = cells[column.index].strip() if column.index < len(cells) else ""
            if _HIDDEN.fullmatch(value):
                self._report_hidden(column.header)
            elif value:
                times[column.zone] = value
                extra[column.header] = value
        anchor = next((_minutes(value) for value in times.values()), None)
        for zone, name in _ZONES.items():
            minutes = _minutes(times.get(zone, ""))
            if minutes is not None and (anchor is None or minutes >= anchor):
                fields["time"] = times[zone]
                fields.setdefault("timezone", name)
                return
        if times:
            # Unreadable as it is, it goes on as found, to be reported where times are read.
            zone = next(iter(times))
            fields["time"] = times[zone]
            fields.setdefault("timezone", _ZONES[zone])

    def _finish(self, fields: dict[str, object], extra: dict[str, object]) -> None:
        plan = self.plan
        if plan.has_alone_address and "address" in fields:
            fields["formatted_address"] = fields.pop("address")
        if plan.is_online_only:
            fields["attendance"] = "online"
        if plan.place_says_how:
            _read_place(fields, extra)
        if plan.has_mixed_fellowship and "fellowship" in fields:
            _split_fellowship(fields, extra)
        if "Meeting ID" in extra or "Password" in extra:
            _add_access(fields, extra)
        if plan.has_open_wording:
            _weigh_openness(fields, extra)
        if "RegionArea" in extra and "region" in fields:
            fields["regions"] = [extra["RegionArea"], fields.pop("region")]
        if "day" not in fields and "time" in fields:
            self.days_above[self.number] = self.section_day
        elif "day" in fields:
            self.section_day = ""

    def _check_width(self, cells: list[str]) -> None:
        if self.is_ragged or len(cells) == self.plan.width:
            return
        if len(cells) < self.plan.width:
            reason = f"The row has {len(cells)} cells where the header has {self.plan.width}."
            self._report("", shorten(",".join(cells)), reason, "too-few-cells", False)
        elif any(cell.strip() for cell in cells[self.plan.width :]):
            reason = f"The row has {len(cells)} cells where the header has {self.plan.width}; the rest is kept beside."
            self._report("", shorten(",".join(cells)), reason, "too-many-cells", False)

    def _report_hidden(self, header: str) -> None:
        reason = "The spreadsheet hid this value because its column was too narrow."
        self._report(header, "####", reason, "cell-hidden", False)

    def _report(self, field: str, value: str, reason: str, kind: str, is_fatal: bool) -> None:
        self.problems.append(
            Problem(
                row=self.number,
                field=field,
                value=value,
                reason=reason,
                kind=kind,
                is_fatal=is_fatal,
            )
        )


def _carry_days_down(reader: _Reader) -> list[RawListing]:
    """Give rows with a time but no day the day above them, where the sheet is in sections by day, and report each.

    A day that comes back after another has begun shows that the sheet is not in sections; then nothing is guessed.
    """
    if not reader.days_above:
        return reader.listings
    days = [str(listing.fields["day"]) for listing in reader.listings if "day" in listing.fields]
    folded = [headers.fold(day) for day in days]
    changes = [day for index, day in enumerate(folded) if index == 0 or folded[index - 1] != day]
    is_in_sections = len(changes) == len(set(changes))
    above = ""
    carried = []
    for listing in reader.listings:
        own = str(listing.fields.get("day", ""))
        above = own or reader.days_above.get(listing.row, "") or above
        if own or listing.row not in reader.days_above or not above or not is_in_sections:
            carried.append(listing)
            continue
        carried.append(
            RawListing(
                row=listing.row, fields={**listing.fields, "day": above}, extra=listing.extra
            )
        )
        reader.problems.append(
            Problem(
                row=listing.row,
                field="day",
                value=above,
                reason="The row has no day of its own; it was given the day above it.",
                kind="day-carried-down",
            )
        )
    return carried


def _read_place(fields: dict[str, object], extra: dict[str, object]) -> None:
    """Take from the place's cell whether one goes there or joins: "Virtual (DC)", "*IN PERSON* Brooklyn"."""
    place = str(fields.get("location", ""))
    is_virtual = bool(_ONLINE_PLACE.search(place))
    if _HYBRID_PLACE.search(place):
        fields["attendance"] = "hybrid"
    elif is_virtual:
        fields["attendance"] = "online"
    elif _ROOM_PLACE.search(place):
        fields["attendance"] = "in_person"
    if _ONLY_HOW.fullmatch(place):
        extra["location"] = fields.pop("location")


def _split_fellowship(fields: dict[str, object], extra: dict[str, object]) -> None:
    """Part "AA - Women & Non-Binary (see notes)" into a fellowship and whom the meeting is for, keeping the whole."""
    whole = str(fields["fellowship"])
    extra["Fellowship and Type"] = whole
    text = _SEE_NOTES.sub("", whole).strip().rstrip("-–— ")
    parted = _AUDIENCE.match(text)
    fields["fellowship"] = parted[1] if parted else text
    if parted:
        parts = [part for part in _AUDIENCE_PARTS.split(parted[2]) if part]
        before = fields.get("types", [])
        fields["types"] = [*(before if isinstance(before, list) else [before]), *parts]


def _add_access(fields: dict[str, object], extra: dict[str, object]) -> None:
    """Put the number and password of an online meeting where people look for them, with their names."""
    parts = [str(fields.get("conference_url_notes", ""))]
    for header, label in (("Meeting ID", "Meeting ID"), ("Password", "Password")):
        value = str(extra.get(header, "")).strip()
        if value and value.casefold() not in ("n/a", "none", "-"):
            parts.append(f"{label}: {value}")
    notes = "\n".join(part for part in parts if part)
    if notes:
        fields["conference_url_notes"] = notes


def _weigh_openness(fields: dict[str, object], extra: dict[str, object]) -> None:
    """Believe the yes/no of an Open column only where its wording says always; "last Wed 'open'" goes to the notes.

    Such a list writes "True" for a meeting that is open once a month: a stranger must not find a closed door. Its
    "False" without words is a column that was never filled (no NA meeting there has one).
    """
    wording = str(extra.get("OpenFormat", "")).strip()
    if wording:
        notes = str(fields.get("notes", ""))
        fields["notes"] = f"{notes}\n{wording}".strip() if wording not in notes else notes
    says_always = bool(_ALWAYS.search(wording))
    is_open = str(fields.get("open", "")).casefold() in _YES
    if "open" in fields and not (says_always or (is_open and not wording)):
        extra["Open"] = fields.pop("open")


def _minutes(text: str) -> int | None:
    found = _CLOCK.fullmatch(text)
    if not found:
        return None
    hour = int(found[1]) % 12 + (12 if found[3] in "pP" else 0)
    return hour * 60 + int(found[2])


def _notice(cells: list[str]) -> Problem:
    return Problem(
        row=0,
        field="",
        value=shorten(" | ".join(cell for cell in cells if cell)),
        reason="This text stands above the header and was passed over.",
        kind="notice-above-header",
    )
