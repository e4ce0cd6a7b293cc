"""The one door for listings that come in: bytes of any known kind become rows under canonical keys.

Nothing here understands a value (that is normalizing.py); nothing here is lost without a report.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from openchair.directory.importing import (
    bmlt,
    headers,
    meeting_guide,
    scrape,
    spreadsheet,
    tables,
    tsml_csv,
    wrappers,
    xlsx,
)
from openchair.directory.importing.decoding import CannotRead, decode_json, decode_text, shorten
from openchair.directory.importing.tables import Table
from openchair.directory.listing import Parsed, Problem

__all__ = ["AUTO", "FORMATS", "MAX_ROWS", "PRIVATE_EXTRA", "CannotRead", "read", "read_folder"]

AUTO = "auto"
FORMATS = {
    meeting_guide.FORMAT: "Meeting Guide JSON, and JSON of a site's own make",
    spreadsheet.FORMAT: "a table with a header in plain words, from a spreadsheet or a database",
    tsml_csv.FORMAT: "the CSV of the 12-Step-Meeting-List plugin",
    bmlt.FORMAT: "a BMLT server's JSON: meetings, alone or with formats and service bodies",
    scrape.FORMAT: "JSON with the meetings of each place inside it",
    xlsx.FORMAT: "an Excel workbook",
}
PRIVATE_EXTRA = headers.PRIVATE_EXTRA
# Ten times the largest list known; what is larger is a mistake or mischief.
MAX_ROWS = 1_000_000
# The same bound as for what is fetched, for what is read from a disk.
_MAX_FILE_BYTES = 64 * 1024 * 1024

_ZIP = b"PK\x03\x04"
_REFUSED = (
    (b"%PDF", "This is a PDF. Ask for the list as a spreadsheet, CSV or JSON."),
    (
        b"\xd0\xcf\x11\xe0",
        "This is an old or locked Office file. Save it as an Excel workbook (.xlsx) or as CSV.",
    ),
    (
        b"\x1f\x8b",
        "This is a gzip file. Unpack it first and bring what is inside.",
    ),
)
_WEB_PAGE = re.compile(r"<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_JSONP_START = re.compile(r"(/\*\*/\s*)?[A-Za-z_$][\w$.\[\]\"']{0,100}\s*\(\s*[\[{]")
# A server's three lists in one folder, as its semantic API names them.
_FOLDER_FILES = ("meetings.json", "formats.json", "service_bodies.json")


def read(
    *,
    data: bytes,
    format: str = AUTO,  # noqa: A002
    name: str = "",
    max_rows: int = MAX_ROWS,
) -> Parsed:
    """Return what a source holds, as rows under canonical keys with values as found.

    `format` is one of FORMATS, or "auto" to recognise it; `name` is the file's name or address, a hint no more. Raise
    CannotRead, with a sentence for the person who brought it, when nothing can be made of the bytes.
    """
    if format not in (AUTO, *FORMATS):
        raise CannotRead(f"There is no format {format!r}. Known are: {', '.join(FORMATS)}.")
    try:
        parsed = _read(data, format, name, max_rows)
    except RecursionError:
        raise CannotRead("The data is nested too deeply to be a list of meetings.") from None
    return parsed


def read_folder(*, folder: Path, max_rows: int = MAX_ROWS) -> Parsed:
    """Return the meetings of a BMLT server saved as three files: meetings.json, formats.json and service_bodies.json.

    The last two may be missing. Raise CannotRead when the first is, or when one of them can't be read.
    """
    lists = [_folder_list(folder / file) for file in _FOLDER_FILES]
    meetings, formats, bodies = lists
    if meetings is None:
        raise CannotRead(f"There is no {_FOLDER_FILES[0]} in the folder {folder.name}.")
    _check_rows(meetings, max_rows)
    return bmlt.parse(meetings=meetings, formats=formats or (), bodies=bodies or ())


def _read(data: bytes, format_name: str, name: str, max_rows: int) -> Parsed:
    for mark, reason in _REFUSED:
        if data.startswith(mark):
            raise CannotRead(reason)
    is_workbook = data.startswith(_ZIP)
    if format_name == xlsx.FORMAT or (format_name == AUTO and is_workbook):
        return xlsx.parse(data=data, max_rows=max_rows)
    if is_workbook:
        raise CannotRead(f"This is a workbook or an archive, not {FORMATS[format_name]}.")
    if format_name in (spreadsheet.FORMAT, tsml_csv.FORMAT):
        return _read_delimited(data, format_name, max_rows)
    if format_name != AUTO or _looks_like_json(data, name):
        return _read_json(data, format_name, max_rows)
    return _read_delimited(data, format_name, max_rows)


def _looks_like_json(data: bytes, name: str) -> bool:
    """Say whether the text is meant as JSON. A name that ends in .json decides only for what is no table's beginning."""
    head = data[:2000].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:1] in (b"[", b"{"):
        return True
    text, _ = decode_text(data=data[:2000])
    start = text.lstrip()
    return (
        start[:1] in ("[", "{")
        or bool(_JSONP_START.match(start))
        or (name.lower().endswith(".json") and "," not in start.split("\n", 1)[0])
    )


def _read_json(data: bytes, format_name: str, max_rows: int) -> Parsed:
    value, problems = decode_json(data=data)
    parts = bmlt.bundle_parts(value=value)
    if parts:
        meetings, formats, bodies = parts
        _check_rows(meetings, max_rows)
        parsed = bmlt.parse(meetings=meetings, formats=formats, bodies=bodies)
        return _with_problems(parsed, problems)
    rows, beside = wrappers.unwrap(value=value)
    _check_rows(rows, max_rows)
    if beside:
        problems.append(_beside(beside))
    return _with_problems(_parse_rows(rows, format_name), problems)


def _parse_rows(rows: list[object], format_name: str) -> Parsed:
    if format_name == bmlt.FORMAT or (format_name == AUTO and bmlt.recognises(rows=rows)):
        return bmlt.parse(meetings=rows)
    if format_name == scrape.FORMAT or (format_name == AUTO and scrape.recognises(rows=rows)):
        return scrape.parse(rows=rows)
    if rows and all(isinstance(row, list) for row in rows[:20]):
        # Google's answer for a sheet: rows of cells, cut after the last one that holds something.
        return _parse_table(_table_of_lists(rows))
    return meeting_guide.parse(rows=rows)


def _read_delimited(data: bytes, format_name: str, max_rows: int) -> Parsed:
    text, problems = decode_text(data=data)
    if _WEB_PAGE.match(text.lstrip()[:200]):
        raise CannotRead(
            "This is a web page, not a list of meetings. Look for the address of its feed, or for a download as CSV or JSON."
        )
    table = tables.read_table(text=text, max_rows=max_rows)
    if format_name == AUTO and _is_bmlt_table(table):
        return _with_problems(_parse_bmlt_table(table), problems)
    parsed = tsml_csv.parse(table=table) if format_name == tsml_csv.FORMAT else _parse_table(table)
    return _with_problems(parsed, problems)


def _parse_table(table: Table) -> Parsed:
    if tsml_csv.recognises(table=table):
        return tsml_csv.parse(table=table)
    return spreadsheet.parse(table=table)


def _table_of_lists(rows: Sequence[object]) -> Table:
    texts = [
        ["" if cell is None else cell if isinstance(cell, str) else str(cell) for cell in row]
        for row in rows
        if isinstance(row, list)
    ]
    return Table(rows=texts, is_ragged=True)


def _is_bmlt_table(table: Table) -> bool:
    header = table.rows[0] if table.rows else []
    return {"id_bigint", "weekday_tinyint", "start_time"} <= set(header)


def _parse_bmlt_table(table: Table) -> Parsed:
    """Return a BMLT server's answer in CSV: the same keys in the first row, and never anything above it."""
    header = table.rows[0]
    meetings: list[object] = []
    for index, cells in enumerate(table.rows[1:], start=1):
        # A broken row is no object any more; the reader of meetings reports it.
        row: object = cells[0] if index in table.broken else dict(zip(header, cells, strict=False))
        meetings.append(row)
    return bmlt.parse(meetings=meetings)


def _folder_list(path: Path) -> list[object] | None:
    if not path.is_file():
        return None
    if path.stat().st_size > _MAX_FILE_BYTES:
        raise CannotRead(f"{path.name} is larger than {_MAX_FILE_BYTES // 1024**2} MB.")
    try:
        value, _ = decode_json(data=path.read_bytes())
    except CannotRead as error:
        raise CannotRead(f"{path.name}: {error}") from None
    rows, _ = wrappers.unwrap(value=value)
    return rows


def _check_rows(rows: list[object], max_rows: int) -> None:
    if len(rows) > max_rows:
        raise CannotRead(f"The list has {len(rows):,} entries, more than the {max_rows:,} allowed.")


def _with_problems(parsed: Parsed, problems: list[Problem]) -> Parsed:
    if not problems:
        return parsed
    return Parsed(
        format=parsed.format,
        rows=parsed.rows,
        listings=parsed.listings,
        problems=[*problems, *parsed.problems],
        bodies=parsed.bodies,
    )


def _beside(names: list[str]) -> Problem:
    return Problem(
        row=0,
        field="",
        value=shorten(", ".join(names)),
        reason="These lay beside the list of meetings and were not read.",
        kind="beside-the-list",
    )
