"""Whatever the bytes, a reader gives rows that add up or says why it can't. Real files are cut, bent and doubled here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openchair.directory.importing import reading
from openchair.directory.importing.reading import CannotRead
from openchair.directory.listing import Parsed
from openchair.directory.tests.workbooks import sheet_xml, workbook

DATA = Path(__file__).parents[4] / "shared" / "data"
QUICK = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

WORKBOOK = workbook(
    {
        "Meetings": sheet_xml(
            [
                ["Name", "Day", "Time"],
                ["Daily Reprieve", "Monday", (0.75, 1)],
                ["B", "Tuesday", "7p"],
            ]
        )
    }
)
SMALL = {
    "feed.json": json.dumps([{"name": "A", "day": [1, 2], "types": ["O", None], "location": {"name": "X"}}] * 3).encode(),
    "server.json": json.dumps({"meetings": [{"id_bigint": "1", "weekday_tinyint": "1", "start_time": "19:00:00", "meeting_name": "A"}], "formats": [{"id": "1"}], "service_bodies": [{"id": "1"}]}).encode(),
    "nested.json": json.dumps([{"location": "X", "meetings": [{"time": "Sunday, 7 pm to 8 pm"}]}]).encode(),
    "sheet.csv": b'Name,Day,Pacific Time,Eastern Time,Fellowship and Type,Location,Zoom Link\nA,Monday,4 pm,7 pm,"AA - ""Women""",Virtual,u\n',
    "book.xlsx": WORKBOOK,
}  # fmt: skip
REAL_FILES = sorted((DATA / "meetings").glob("*")) + sorted((DATA / "bmlt").glob("*.json"))


def seeds() -> list[bytes]:
    real = [path.read_bytes()[:20_000] for path in REAL_FILES]
    return [*SMALL.values(), *real]


SEEDS = seeds()
FORMATS = st.sampled_from([reading.AUTO, *reading.FORMATS])


def read_or_refuse(data: bytes, format_name: str) -> None:
    try:
        parsed = reading.read(data=data, format=format_name, max_rows=20_000)
    except CannotRead:
        return
    assert_adds_up(parsed)


def assert_adds_up(parsed: Parsed) -> None:
    fatal = [problem for problem in parsed.problems if problem.is_fatal and problem.row > 0]
    assert parsed.rows == len(parsed.listings) + len(fatal)
    assert all(len(problem.value) <= 200 for problem in parsed.problems)
    assert all(len(row.fields) + len(row.extra) < 10_000 for row in parsed.listings)


@st.composite
def bent_files(draw: st.DrawFn) -> bytes:
    """A real file that was cut, has bytes flipped, a slice doubled, or another file grafted on."""
    data = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        end = draw(st.integers(at, min(len(data), at + 3000)))
        match draw(st.sampled_from(["cut", "drop", "flip", "double", "insert", "graft"])):
            case "cut":
                data = data[:at]
            case "drop":
                data = data[:at] + data[end:]
            case "flip":
                data = data[:at] + bytes(byte ^ 0x55 for byte in data[at : at + 3]) + data[at + 3 :]
            case "double":
                data = data[:end] + data[at:end] + data[end:]
            case "insert":
                data = data[:at] + draw(st.binary(max_size=20)) + data[at:]
            case "graft":
                data = data[:at] + draw(st.sampled_from(SEEDS))[:2000] + data[at:]
    return data


@QUICK
@given(data=st.binary(max_size=2000), format_name=FORMATS)
def test_arbitrary_bytes_are_refused_or_add_up(data: bytes, format_name: str):
    read_or_refuse(data, format_name)


@QUICK
@given(text=st.text(max_size=500), format_name=FORMATS)
def test_arbitrary_text_is_refused_or_adds_up(text: str, format_name: str):
    read_or_refuse(text.encode("utf-8", "surrogatepass"), format_name)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5)
    | st.dictionaries(
        st.sampled_from(["name", "day", "time", "meetings", "fields", "records", "types", "location", "$oid", "properties", "values", "id_bigint", "meeting_name", "start_time", "weekday_tinyint", "parent_id", "group"])
        | st.text(max_size=10),
        inner,
        max_size=6,
    ),
    max_leaves=40,
)  # fmt: skip


@QUICK
@given(value=json_values, format_name=FORMATS)
def test_arbitrary_json_is_refused_or_adds_up(value: object, format_name: str):
    read_or_refuse(json.dumps(value).encode(), format_name)


cells = st.sampled_from(["Name", "Day", "Time", "Eastern Time", "AEST", "Location", "Monday", "", '"', "#####", "7 pm", "Open", "OpenFormat", "ID"]) | st.text(max_size=8)  # fmt: skip


@QUICK
@given(rows=st.lists(st.lists(cells, max_size=8), max_size=12), delimiter=st.sampled_from(",;\t|"))
def test_arbitrary_table_is_refused_or_adds_up(rows: list[list[str]], delimiter: str):
    table = "\n".join([delimiter.join(row) for row in [["Name", "Day", "Time"], *rows]])

    read_or_refuse(table.encode("utf-8", "surrogatepass"), reading.AUTO)


@QUICK
@given(data=bent_files(), format_name=FORMATS)
def test_bent_file_is_refused_or_adds_up(data: bytes, format_name: str):
    read_or_refuse(data, format_name)


@QUICK
@given(data=bent_files())
def test_bent_file_is_refused_or_adds_up_when_its_format_is_guessed(data: bytes):
    read_or_refuse(data, reading.AUTO)


@pytest.mark.parametrize("name", SMALL)
def test_file_cut_at_any_byte_is_refused_or_adds_up(name: str):
    data = SMALL[name]

    for end in range(0, len(data), max(1, len(data) // 150)):
        read_or_refuse(data[:end], reading.AUTO)


@pytest.mark.parametrize("seed", range(0, 256, 5))
def test_workbook_with_a_byte_changed_is_refused_or_adds_up(seed: int):
    data = bytearray(WORKBOOK)

    for at in range(seed % 37, len(data), 37):
        changed = data.copy()
        changed[at] = seed
        read_or_refuse(bytes(changed), reading.AUTO)


@pytest.mark.parametrize(
    "data",
    [
        b'Name,Day,Time\n' + b'"' * 100_000,
        b'Name,Day,Time\n' + b'"\n' * 50_000,
        b'Name,Day,Time\n' + b'a,"b\n' * 15_000,
        b"Name,Day,Time\n" + b"," * 300_000,
        b"," * 300_000,
        b"\n" * 300_000,
        b'[{"a":1},' * 10_000,
        b"[" + b"{}," * 15_000 + b"{}]",
        b'{"x":' * 500 + b"1" + b"}" * 500,
        b'[{"name":' + b"[" * 500 + b"]" * 500 + b"}]",
        b'[{"day":1,"x":' + b'{"y":' * 400 + b"1" + b"}" * 400 + b"}]",
        b"\xff\xfe" + b"\x00" * 50_001,
        b"f(" * 50_000,
        b"[" + b"1," * 50_000 + b"1]",
        b'[{"meetings":[{"time":"' + b"a" * 50_000 + b'"}]}]',
        b'[{"meetings":[{"time":"' + b"Sunday, " * 10_000 + b'"}]}]',
        b'[{"meetings":[{"time":"x","group":"' + b"(Group #" * 10_000 + b'"}]}]',
    ],
    ids=range(17),
)  # fmt: skip
def test_bytes_made_to_take_long_do_not(data: bytes):
    read_or_refuse(data, reading.AUTO)
