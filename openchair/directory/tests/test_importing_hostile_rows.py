"""Whatever a feed holds, an import ends with a run and a snapshot: no database error, nothing half-applied."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openchair.directory.commands.reporting_runs import as_json, summary
from openchair.directory.importing_sources import Outcome, import_source
from openchair.directory.models import Meeting
from openchair.directory.publishing import in_print_documents
from openchair.directory.rules import DAY_CODES
from openchair.directory.tests import bringing
from openchair.directory.tests.bringing import NOW, TOOLS, source_named
from openchair.directory.tests.listings import dirty_rows
from openchair.sources.models import ImportRun, Source

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

DATA = Path(__file__).parents[4] / "shared" / "data" / "meetings"
# What databases and encoders trip over: NUL, half surrogates, other planes, right-to-left marks, length.
NASTY = st.sampled_from(
    [
        "\x00",
        "a\x00b",
        "\ud800",
        "\udfff x",
        "😀" * 70,
        "\u202eolleh",
        "x" * 70_000,
        "é" * 300,
        "﷽" * 100,
    ]
)
CELLS = NASTY | st.text(max_size=20) | st.integers(-(10**30), 10**30) | st.floats()
FEW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def bring_bytes(data: bytes, folder: Path) -> Outcome:
    source = source_named("Feed", address=str(folder / "feed"))
    (folder / "feed").write_bytes(data)
    return import_source(source=source, tools=TOOLS, now=NOW, who="Alice")


def assert_whole(outcome: Outcome) -> None:
    as_json(outcome).encode()
    "\n".join(summary(outcome, name="feed")).encode()
    run = ImportRun.objects.get(pk=outcome.run_id)
    assert run.state == outcome.state
    assert outcome.state in {"applied", "unchanged", "failed"}
    assert Meeting.objects.count() == outcome.added
    assert outcome.listings <= outcome.rows
    assert len(list(in_print_documents(now=NOW))) == Meeting.objects.in_print().count()


@FEW
@given(
    rows=st.lists(dirty_rows(), min_size=1, max_size=4),
    cells=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30), CELLS), max_size=6),
)
def test_rows_of_anything_come_in_or_are_refused(rows: list, cells: list, tmp_path: Path):
    plain = bringing.row("Sunrise")
    feed = [{**(plain if raw.row % 2 else {}), **raw.fields, **raw.extra} for raw in rows]
    for at, column, value in cells:
        row = feed[at % len(feed)]
        row[list(row)[column % len(row)] if row else "name"] = value
    with bringing.rolled_back():
        data = json.dumps(feed, default=str).encode("utf-8", "surrogatepass")

        assert_whole(bring_bytes(data, tmp_path))


@pytest.mark.skipif(not DATA.is_dir(), reason="the real files are not beside the repository")
@FEW
@given(
    name=st.sampled_from(["tsml-template.csv", "uk-invalid-2026-08-05.csv", "tsml-al-anon-2024.json"]),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=8)), max_size=4),
    size=st.integers(2_000, 20_000),
)  # fmt: skip
def test_a_bent_real_file_comes_in_or_is_refused(
    name: str, cuts: list[tuple[float, bytes]], size: int, tmp_path: Path
):
    data = bytearray((DATA / name).read_bytes()[:size])
    if name.endswith(".json"):
        data += b'"}]'
    for where, piece in cuts:
        at = int(where * len(data))
        data[at : at + len(piece)] = piece
    with bringing.rolled_back():
        assert_whole(bring_bytes(bytes(data), tmp_path))


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"slug": "k" * 5000}, id="a long key"),
        pytest.param({"name": "n" * 5000, "group": "g" * 5000, "district": "d" * 5000}, id="long names"),
        pytest.param({"timezone": "z" * 500, "fellowship": "f" * 500}, id="long codes"),
        pytest.param({"regions": ["r" * 300] * 9}, id="deep regions"),
        pytest.param({"country": "Nowhere at all"}, id="no country"),
        pytest.param({"latitude": 1e300, "longitude": "NaN"}, id="off the globe"),
        pytest.param({"latitude": 1, "longitude": None}, id="half a point"),
        pytest.param({"x": 10**300, "y": {"z": [1e308, "\x00"]}}, id="unheard-of keys"),
        pytest.param({"end_time": "18:59"}, id="a whole day long"),
        pytest.param({"updated": "0001-01-01 00:00:00", "last_contact": "9999-12-31"}, id="the ends of time"),
        pytest.param({"rule": "FREQ=MONTHLY;BYDAY=" + ",".join(["1MO"] * 99)}, id="a long rule"),
        pytest.param({"rule": "FREQ=MONTHLY;BYDAY=" + ",".join(f"{n}MO" for n in (*range(1, 6), *range(-5, 0))) + ";BYMONTH=1,2,3,4,5,6,7,8,9,10,11"}, id="every rule"),
        pytest.param({"day": None, "time": None, "rule": "FREQ=MONTHLY;BYDAY=" + ",".join(f"{n}{day}" for n in (1, 2, 3, 4, 5, -1, -2, -3, -4, -5) for day in DAY_CODES)}, id="every day of a month"),
        pytest.param({"types": ["t" * 500] * 50, "languages": ["l" * 99]}, id="long types"),
    ],
)  # fmt: skip
def test_what_is_too_much_for_a_column_comes_in_all_the_same(
    fields: dict[str, object], tmp_path: Path
):
    rows = [bringing.row("Sunrise") | fields, bringing.row("Noon")]

    outcome = bring_bytes(json.dumps(rows).encode(), tmp_path)

    assert (outcome.state, outcome.listings) == ("applied", 2)
    assert_whole(outcome)
    assert Source.objects.get().digest
