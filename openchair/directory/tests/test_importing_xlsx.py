from __future__ import annotations

import zlib

import pytest

from openchair.directory.importing.reading import CannotRead, read
from openchair.directory.importing.xlsx import MAX_CELLS
from openchair.directory.tests.workbooks import sheet_xml, workbook

HEADER: list[str | float | tuple[float, int] | None] = ["Name", "Day", "Time", "City", "Zip"]
MEETING = ["Daily Reprieve", "Monday", "19:00", "Leeds", "9"]


def one_sheet(*rows: list[str | float | tuple[float, int] | None]) -> bytes:
    return workbook({"Sheet1": sheet_xml([HEADER, *rows])})


def cells_xml(cells: str) -> str:
    return f'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>'


def test_workbook_is_recognised_and_read():
    parsed = read(data=one_sheet(["Daily Reprieve", "Monday", "19:00", "Leeds", None]))

    assert parsed.format == "xlsx"
    assert parsed.listings[0].fields == {
        "name": "Daily Reprieve",
        "day": "Monday",
        "time": "19:00",
        "city": "Leeds",
    }


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ((0.8125, 1), "19:30"),
        ((0.0, 1), "00:00"),
        (0.8125, "19:30"),
        ("7p", "7p"),
        ((1.25, 3), "30:00"),
    ],
)
def test_time_in_a_cell_becomes_hours_and_minutes(cell: str | float | tuple[float, int], text: str):
    parsed = read(data=one_sheet(["A", "Monday", cell, "Leeds", None]))

    assert parsed.listings[0].fields["time"] == text


@pytest.mark.parametrize(
    ("cell", "text"), [(27601.0, "27601"), (1.5, "1.5"), ((45292.0, 2), "2024-01-01")]
)
def test_number_in_a_cell_is_written_as_people_do(cell: float | tuple[float, int], text: str):
    parsed = read(data=one_sheet(["A", "Monday", "19:00", "Leeds", cell]))

    assert parsed.listings[0].fields["postal_code"] == text


def test_sheet_with_meetings_is_found_among_others_and_they_are_reported():
    data = workbook(
        {
            "Read me": sheet_xml([["Welcome to our list"]]),
            "Meetings": sheet_xml([["Last updated in May"], HEADER, MEETING]),  # type: ignore[list-item]
            "Empty": sheet_xml([]),
        }
    )

    parsed = read(data=data)

    assert len(parsed.listings) == 1
    assert [(problem.kind, problem.value) for problem in parsed.problems] == [
        ("sheet-not-read", "Read me"),
        ("notice-above-header", "Last updated in May"),
    ]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>', "reaches out"),
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="9999999"><c r="B9999999"><v>1</v></c></row>', "reaches out"),
        ("<row>" + "<c><v>1</v></c>" * 4000 + "</row>" + "<row/>" * 4000 + "<row><c><v>1</v></c></row>", "reaches out"),
        ("<row r='1'><c r = 'XFD1'><v>1</v></c></row><row r='900'><c r='&#65;900'><v>1</v></c></row>", "reaches out"),
        ("<row><c>", "damaged|opened|names a day|no sheet"),
    ],
    ids=["far corner", "far row", "no references", "odd spelling", "broken off"],
)  # fmt: skip
def test_sheet_that_would_fill_the_memory_is_refused(cells: str, said: str):
    with pytest.raises(CannotRead, match=said):
        read(data=workbook({"Sheet1": cells_xml(cells)}))

    assert MAX_CELLS < 16_384 * 900


def test_sheet_with_entities_is_refused():
    xml = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData/></worksheet>'
    )

    with pytest.raises(CannotRead, match="not as Excel writes it"):
        read(data=workbook({"Sheet1": xml}))


def test_workbook_made_to_burst_is_refused():
    with pytest.raises(CannotRead, match="far more than a real one"):
        read(data=workbook({"A": sheet_xml([HEADER])}, {"xl/media/bomb.bin": b"\0" * 30_000_000}))


def test_workbook_that_lies_about_its_size_is_refused():
    data = bytearray(one_sheet(MEETING))  # type: ignore[arg-type]
    real = len(sheet_xml([HEADER, MEETING])).to_bytes(4, "little")  # type: ignore[list-item]
    assert data.count(real) == 2

    with pytest.raises(CannotRead):
        read(data=bytes(data.replace(real, b"\x10\0\0\0")))


def test_part_that_is_there_twice_is_refused():
    # Which of the two a reader takes is its own affair, so what was checked need not be what is read.
    data = workbook({"A": sheet_xml([HEADER])}, {"XL/WORKBOOK.XML": b"<x/>"})

    with pytest.raises(CannotRead, match="one twice"):
        read(data=data)


def test_other_archive_is_refused():
    data = workbook({}).replace(b"xl/workbook.xml", b"xl/workbook.bin")

    with pytest.raises(CannotRead, match="no Excel workbook"):
        read(data=data)


@pytest.mark.parametrize("cut", [30, 200, 700, -30])
def test_workbook_that_breaks_off_is_refused(cut: int):
    with pytest.raises(CannotRead):
        read(data=one_sheet(MEETING)[:cut])  # type: ignore[arg-type]


def test_damaged_packing_is_refused():
    data = bytearray(one_sheet(MEETING))  # type: ignore[arg-type]
    at = data.find(b"xl/worksheets/sheet1.xml") + 30
    data[at : at + 40] = zlib.compress(b"x" * 100)[:40].ljust(40, b"\xff")

    with pytest.raises(CannotRead):
        read(data=bytes(data))


def test_sheet_without_days_or_times_is_refused_with_its_columns():
    data = workbook({"A": sheet_xml([["Name1", "City", "Zip"], ["Clinic", "Rome", 1.0]])})

    with pytest.raises(CannotRead, match="Name1, City, Zip"):
        read(data=data)
