"""Tables of text, wherever they come from: what a table is here, and how one is read from delimited text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import msgspec

from openchair.directory.importing import headers
from openchair.directory.importing.decoding import CannotRead, shorten
from openchair.directory.listing import Problem

DELIMITERS = (",", ";", "\t", "|")
# A notice or two may stand above the header of a sheet kept by hand.
HEADER_WITHIN_ROWS = 10
# The longest real note has some twenty lines; a cell with a hundred is a quote that was never closed.
_MOST_LINES_A_ROW = 100
_MOST_OPEN_QUOTES = 20


class Table(msgspec.Struct, kw_only=True):
    """Rows of cells as text. `broken` gives, by index into `rows`, why a row could not be taken apart.

    `is_ragged` when rows may be shorter than the header without anything missing, as in Google's answers.
    """

    rows: list[list[str]]
    broken: dict[int, str] = {}
    problems: list[Problem] = []
    is_ragged: bool = False


def read_table(*, text: str, max_rows: int) -> Table:
    """Return the table in delimited text, with the delimiter that makes the most of its header.

    Raise CannotRead when it has more than `max_rows` rows, or when its quotes do not match up.
    """
    return _read_rows(text, _best_delimiter(text), max_rows)


def find_header(rows: list[list[str]]) -> tuple[int, int]:
    """Return the index of the row that is most likely the header, and how many different keys it names; (0, 0) if none does."""
    best, best_score = 0, 0
    for index, cells in enumerate(rows[:HEADER_WITHIN_ROWS]):
        score = header_score(cells)
        if score > best_score:
            best, best_score = index, score
    return best, best_score


def header_score(cells: list[str]) -> int:
    """Return how many different keys the cells name. A long cell is a sentence, no header."""
    keys = {headers.canonical_key(cell) for cell in cells[:500] if 0 < len(cell) <= 60}
    return len(keys - {""})


def _best_delimiter(text: str) -> str:
    head = "".join(_lines(text[:65_536], HEADER_WITHIN_ROWS * 5))
    scores = {}
    for delimiter in DELIMITERS:
        rows = _first_rows(head, delimiter)
        # On equal header scores (no known header at all) more cells win, then the order above.
        scores[delimiter] = (find_header(rows)[1], sum(len(row) > 1 for row in rows))
    return max(DELIMITERS, key=scores.__getitem__)


def _first_rows(head: str, delimiter: str) -> list[list[str]]:
    try:
        reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
        return [row for row, _ in zip(reader, range(HEADER_WITHIN_ROWS), strict=False)]
    except csv.Error:
        return []


def _lines(text: str, most: int) -> list[str]:
    return [line for line, _ in zip(io.StringIO(text, newline=""), range(most), strict=False)]


class _Feed:
    """Lines for a csv reader that end early when one row takes too many: an open quote must not swallow the file."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.position = 0
        self.row_start = 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if self.position >= len(self.lines) or self.is_exhausted():
            raise StopIteration
        self.position += 1
        return self.lines[self.position - 1]

    def is_exhausted(self) -> bool:
        """Whether the row at hand has taken more lines than any real row does."""
        return self.position - self.row_start >= _MOST_LINES_A_ROW


def _read_rows(text: str, delimiter: str, max_rows: int) -> Table:
    feed = _Feed(list(io.StringIO(text, newline="")))
    table = Table(rows=[], broken={}, problems=[])
    for cells, is_broken in _rows_or_broken(feed, delimiter):
        if is_broken:
            table.broken[len(table.rows)] = (
                "A quotation mark is opened in this row and never closed, so it can't be taken apart."
            )
        table.rows.append(cells)
        if len(table.rows) > max_rows:
            raise CannotRead(f"The table has more than {max_rows:,} rows.")
    return table


def _rows_or_broken(feed: _Feed, delimiter: str) -> Iterator[tuple[list[str], bool]]:
    # Strict, because the lenient reader joins two rows without a word when each has one stray quote.
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    open_quotes = 0
    while feed.position < len(feed.lines):
        feed.row_start = feed.position
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = _read_line_leniently(feed, delimiter)
            # Take up the reading again at the very next line: only the broken one is lost, and it is reported.
            feed.position = feed.row_start + 1
            reader = csv.reader(feed, delimiter=delimiter, strict=True)
            if not cells:
                open_quotes += 1
                _refuse_many(open_quotes, feed.row_start)
                yield [shorten(feed.lines[feed.row_start].strip())], True
                continue
        yield cells, False


def _read_line_leniently(feed: _Feed, delimiter: str) -> list[str]:
    """Return the cells of a row that is one line with a stray quote (`"5" pipe"`), [] when its quote runs on over more lines."""
    if feed.position - feed.row_start > 1:
        return []
    try:
        return next(csv.reader([feed.lines[feed.row_start].rstrip("\r\n")], delimiter=delimiter))
    except (csv.Error, StopIteration):
        return []


def _refuse_many(open_quotes: int, line: int) -> None:
    if open_quotes > _MOST_OPEN_QUOTES:
        raise CannotRead(
            f"The quotation marks in this table do not match up from line {line + 1} on."
        )
