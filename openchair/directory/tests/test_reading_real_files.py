"""Every real file is read whole: its rows are those read plus those reported. See ../shared/data/README.md."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from openchair.directory.importing import reading
from openchair.directory.importing.headers import FIELDS
from openchair.directory.importing.reading import CannotRead, read
from openchair.directory.listing import Parsed

DATA = Path(__file__).parents[4] / "shared" / "data"
MEETING_FILES = sorted((DATA / "meetings").glob("*"))
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the real files are not beside the repository"
)

# Rows as counted by hand and by the reference, and the kinds of what is reported.
EXPECTED = {
    "custom-edmonton-ab-2022.json": ("meeting-guide", 315, {}),
    "custom-kansas-city-2021.json": ("meeting-guide", 206, {}),
    "custom-raleigh-nc-2017.json": ("meeting-guide", 357, {}),
    "oiaa-scrape-2021.csv": ("csv", 4167, {}),
    "scrape-nyintergroup-2016.json": ("nested", 3652, {}),
    "spreadsheet-bipoc-online-2025.csv": ("csv", 183, {"notice-above-header": 1, "cell-hidden": 83}),
    "tsml-al-anon-2024.json": ("meeting-guide", 360, {}),
    "tsml-nepa-pa-2022.json": ("meeting-guide", 552, {}),
    "tsml-orange-county-ca-2023.json": ("meeting-guide", 1967, {}),
    "tsml-template.csv": ("tsml-csv", 36, {}),
    "uk-invalid-2026-08-05.csv": ("csv", 71, {}),
    "uk-ireland-aa-na-ca-2024-04-21.csv": ("csv", 7395, {"encoding-damaged": 1}),
}  # fmt: skip


def read_file(path: Path) -> Parsed:
    return read(data=path.read_bytes(), name=path.name)


def count_kinds(parsed: Parsed) -> dict[str, int]:
    kinds = [problem.kind for problem in parsed.problems]
    return {kind: kinds.count(kind) for kind in kinds}


def texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        yield ",".join(map(str, value))
        for inner in value:
            yield from texts(inner)
    elif value is not None:
        yield str(value)


def assert_nothing_is_lost(parsed: Parsed) -> None:
    fatal = [problem for problem in parsed.problems if problem.is_fatal]
    assert all(problem.row > 0 for problem in fatal)
    assert parsed.rows == len(parsed.listings) + len(fatal)
    rows = [listing.row for listing in parsed.listings] + [problem.row for problem in fatal]
    assert sorted(rows) == list(range(1, parsed.rows + 1))


@pytest.mark.parametrize("path", MEETING_FILES, ids=lambda path: path.name)
def test_real_file_is_read_whole(path: Path):
    parsed = read_file(path)

    assert_nothing_is_lost(parsed)
    # A file that nobody has counted yet must still be read for the most part.
    expected = EXPECTED.get(path.name, (parsed.format, parsed.rows, count_kinds(parsed)))
    assert (parsed.format, parsed.rows, count_kinds(parsed)) == expected
    assert len(parsed.listings) * 10 >= parsed.rows * 9
    assert all(listing.fields.keys() <= FIELDS for listing in parsed.listings)


@pytest.mark.parametrize("path", [p for p in MEETING_FILES if p.suffix == ".csv"], ids=lambda p: p.name)  # fmt: skip
def test_every_cell_of_a_real_table_arrives(path: Path):
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        header_at = 1 if "bipoc" in path.name else 0
        rows = [row for row in csv.reader(file) if any(cell.strip() for cell in row)][
            header_at + 1 :
        ]

    parsed = read_file(path)

    for row, listing in zip(rows, parsed.listings, strict=True):
        kept = "\n".join(texts({**listing.fields, "extra": listing.extra}))
        # A yes is a type now, and what the spreadsheet hid is reported.
        lost = [cell for cell in row if cell not in kept and cell != "True" and "###" not in cell]
        assert not lost


@pytest.mark.parametrize("path", [p for p in MEETING_FILES if p.suffix == ".json" and "scrape" not in p.name], ids=lambda p: p.name)  # fmt: skip
def test_every_value_of_a_real_feed_arrives(path: Path):
    rows = json.loads(path.read_bytes())

    parsed = read_file(path)

    for row, listing in zip(rows, parsed.listings, strict=True):
        assert sorted(texts({**listing.fields, **listing.extra})) == sorted(texts(row))


def test_real_server_is_read_with_its_formats_and_bodies():
    parsed = reading.read_folder(folder=DATA / "bmlt")

    assert_nothing_is_lost(parsed)
    assert (parsed.format, parsed.rows, len(parsed.bodies)) == ("bmlt", 1513, 44)
    assert parsed.problems == []
    assert all(listing.fields["day"] in range(7) for listing in parsed.listings)
    named = [entry for listing in parsed.listings for entry in listing.fields["bmlt_formats"]]  # type: ignore[attr-defined]
    assert all(entry["name"] for entry in named)


@pytest.mark.parametrize("path", sorted((DATA / "bmlt").glob("*")), ids=lambda path: path.name)
def test_each_file_of_a_server_is_read_or_refused_with_a_reason(path: Path):
    if path.name == "meetings.json":
        assert read_file(path).rows == 1513
        return

    with pytest.raises(CannotRead, match=r"[A-Z].*\."):
        read_file(path)


# The largest tell nothing that the 2022 workbook and the smaller tables do not.
@pytest.mark.parametrize(
    "path",
    [path for path in sorted((DATA / "care").glob("*")) if path.name != "samhsa_su_directory_2023.xlsx"],
    ids=lambda path: path.name,
)  # fmt: skip
def test_file_of_something_else_is_refused_with_a_reason(path: Path):
    with pytest.raises(CannotRead, match=r"names a day or a time|do not look like meetings"):
        read_file(path)
