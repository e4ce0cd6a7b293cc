"""Excel workbooks: the sheet that looks like meetings, its cells as text. Guarded against files made to burst."""

from __future__ import annotations

import datetime
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from xml.parsers import expat

import python_calamine

from openchair.directory.importing import spreadsheet, tables
from openchair.directory.importing.decoding import CannotRead
from openchair.directory.importing.tables import Table
from openchair.directory.listing import Parsed, Problem

FORMAT = "xlsx"

# No list of meetings comes near; a real directory of 12,745 places unpacks to 20 MB at a ratio of 10.
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_RATIO = 200
MAX_PARTS = 2_000
# The reader holds a sheet as a full grid up to its last cell: one cell at XFD1048576 would ask for 17 billion.
MAX_CELLS = 5_000_000

# A row as the reader in Rust gives it: text, numbers, truth values, dates and times.
Row = Sequence[object]

_READ_BYTES = 1 << 20
_CLOCK_KEYS = frozenset(("time", "end_time"))


def parse(*, data: bytes, max_rows: int) -> Parsed:
    """Return the meetings in the sheet whose header names most. Raise CannotRead when it is no workbook or no sheet fits."""
    table = read_table(data=data, max_rows=max_rows)
    return spreadsheet.parse(table=table, format_name=FORMAT)


def read_table(*, data: bytes, max_rows: int) -> Table:
    """Return the sheet whose header names most as text. Raise CannotRead when the workbook is broken, locked or too large."""
    _check_archive(data)
    sheets = _load_sheets(data)
    if not sheets:
        raise CannotRead("The workbook has no sheet with anything in it.")
    name, rows = max(sheets, key=lambda sheet: tables.find_header(_head(sheet[1]))[1])
    if len(rows) > max_rows:
        raise CannotRead(f"The sheet {name!r} has more than {max_rows:,} rows.")
    others = ", ".join(other for other, _ in sheets if other != name)
    problems = [_not_read(others)] if others else []
    return Table(rows=_texts_with_clock(rows), problems=problems)


def _texts_with_clock(rows: list[Row]) -> list[list[str]]:
    """Return all cells as text; a fraction of a day in a time's column is a time that lost its format."""
    texts = [_texts(row) for row in rows]
    header_at, _ = tables.find_header(texts)
    plan = spreadsheet.plan_columns(cells=texts[header_at])
    clocks = [c.index for c in plan.fields if c.key in _CLOCK_KEYS] + [c.index for c in plan.zones]
    for index in range(header_at + 1, len(rows)):
        for column in clocks:
            cell = rows[index][column]
            if isinstance(cell, float) and 0 <= cell < 1:
                minutes = round(cell * 1440) % 1440
                texts[index][column] = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return texts


def _head(rows: list[Row]) -> list[list[str]]:
    return [_texts(row) for row in rows[: tables.HEADER_WITHIN_ROWS]]


def _load_sheets(data: bytes) -> list[tuple[str, list[Row]]]:
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        named: list[tuple[str, list[Row]]] = [
            (name, list(workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)))
            for name in workbook.sheet_names
        ]
    except python_calamine.PasswordError:
        raise CannotRead(
            "The workbook is locked with a password. Save it without one and bring it again."
        ) from None
    except (
        python_calamine.CalamineError,
        zipfile.BadZipFile,
        OSError,
        ValueError,
        OverflowError,
    ) as error:
        raise CannotRead(f"The workbook can't be opened: {error}.") from None
    except BaseException as error:
        # A panic in the reader's Rust code arrives as an exception outside of Exception's family.
        if type(error).__name__ != "PanicException":
            raise
        raise CannotRead("The workbook is damaged.") from None
    return [(name, rows) for name, rows in named if rows]


def _check_archive(data: bytes) -> None:
    """Refuse an archive that is no Excel workbook, that would unpack to too much, or whose sheets reach out too far.

    Declared sizes are not believed: each part is unpacked, bounded, and counted. What must hold afterwards: the reader
    in Rust, which has no limits of its own, unpacks at most MAX_UNPACKED_BYTES and lays out at most MAX_CELLS.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            names = [part.filename.lower() for part in parts]
            if "xl/workbook.xml" not in names:
                raise CannotRead(
                    "This is no Excel workbook (.xlsx). Save the table as one, or as CSV."
                )
            if len(parts) > MAX_PARTS or len(set(names)) < len(names):
                raise CannotRead("The workbook is damaged: it has too many parts, or one twice.")
            _check_sizes(parts, len(data))
            left = MAX_UNPACKED_BYTES
            for part in parts:
                left -= _check_part(archive, part, left)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
    ) as error:
        if isinstance(error, CannotRead):
            raise
        raise CannotRead(f"The workbook is damaged: {error}.") from None


def _check_sizes(parts: list[zipfile.ZipInfo], packed_bytes: int) -> None:
    declared = sum(part.file_size for part in parts)
    if declared > MAX_UNPACKED_BYTES:
        raise CannotRead(
            f"The workbook would unpack to {declared // 1024**2:,} MB, which is too much."
        )
    # Small files pack well without meaning harm.
    if declared > 10 * 1024**2 and declared > packed_bytes * MAX_RATIO:
        raise CannotRead("The workbook would unpack to far more than a real one holds.")


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    """Return how many bytes a part unpacks to, refusing it above `left`, or when its cells span too large a grid."""
    is_sheet = part.filename.lower().startswith("xl/worksheets/")
    extent = _Extent() if is_sheet and part.filename.lower().endswith(".xml") else None
    size = 0
    for piece in _pieces(archive, part):
        size += len(piece)
        if size > left:
            raise CannotRead("The workbook unpacks to more than it declares, which is too much.")
        if extent:
            extent.feed(piece)
    return size


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(part) as stream:
            while piece := stream.read(_READ_BYTES):
                yield piece
    except zlib.error as error:
        raise CannotRead(f"The workbook is damaged: {error}.") from None


class _Extent:
    """How far a sheet reaches, from the references of its rows and cells or, where those are left out, from their count."""

    def __init__(self) -> None:
        self._row = self._column = 0
        self._lowest = self._widest = 1
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        # No sheet has a document type, and its entities are how small files grow.
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype

    def feed(self, piece: bytes) -> None:
        """Take the next piece of the sheet. Raise CannotRead when it is broken or the grid has become too large."""
        try:
            self._parser.Parse(piece, False)
        except expat.ExpatError as error:
            raise CannotRead(f"A sheet of the workbook is damaged: {error}.") from None
        if self._widest * self._lowest > MAX_CELLS:
            raise CannotRead(
                f"A sheet of the workbook reaches out to column {self._widest:,} and row {self._lowest:,}. "
                "Delete the empty rows and columns after the table, or save it as CSV."
            )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            self._column, row = _position(attributes.get("r", ""), self._column + 1, self._row)
            self._widest = max(self._widest, self._column)
            self._lowest = max(self._lowest, row)
        elif local == "row":
            given = attributes.get("r", "").strip()
            self._row = int(given) if given.isdecimal() and len(given) < 12 else self._row + 1
            self._column = 0
            self._lowest = max(self._lowest, self._row)

    def _refuse_doctype(self, *_: object) -> None:
        raise CannotRead("A sheet of the workbook is not as Excel writes it.")


def _position(reference: str, next_column: int, row: int) -> tuple[int, int]:
    """Return column and row of a reference such as AB12; what it does not say is where the reading stands."""
    letters = reference.rstrip("0123456789")
    digits = reference[len(letters) :]
    column = 0
    for letter in letters.strip().upper()[:6]:
        column = column * 26 + max(ord(letter) - 64, 0)
    return column or next_column, int(digits[:12]) if digits else row


def _texts(row: Row) -> list[str]:
    return [cell if isinstance(cell, str) else _text(cell) for cell in row]


def _text(cell: object) -> str:
    """Return a cell as a person reads it: 27601 not 27601.0, 19:30 for a time of day or a span, dates as ISO."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        # Excel's day zero stands for "no date": the cell is a time.
        if cell.year < 1901:
            return cell.strftime("%H:%M")
        return cell.isoformat(sep=" ") if (cell.hour or cell.minute) else cell.date().isoformat()
    if isinstance(cell, datetime.time):
        return cell.strftime("%H:%M")
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    if isinstance(cell, datetime.timedelta):
        minutes = int(cell.total_seconds()) // 60
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    return "" if cell is None else str(cell)


def _not_read(others: str) -> Problem:
    return Problem(
        row=0,
        field="",
        value=others[:200],
        reason="These sheets of the workbook were not read; only one holds the meetings.",
        kind="sheet-not-read",
    )
