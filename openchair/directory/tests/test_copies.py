"""A feed that carries another's rows back: the row of the source it comes from rules, and the copy is out of print."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openchair.directory.copies import Origin, Row, copies_among, host_of, mark_copies
from openchair.directory.keeping import remove_source
from openchair.directory.models import Meeting
from openchair.directory.standing import settle_copies
from openchair.directory.tests.bringing import bring, row, source_named
from openchair.sources.models import Source

HERE = "https://area.example.org/meetings/"


def carried(name: str, **fields: object) -> dict[str, object]:
    """Return a row whose own page is on the area's site."""
    return row(name, url=f"{HERE}{name.lower()}", **fields)


def states(source: Source) -> dict[str, str]:
    return dict(Meeting.objects.filter(source=source).values_list("name", "state"))


@pytest.fixture
def area(db: None, home: Path) -> Source:
    return source_named("Area")


@pytest.fixture
def region(area: Source) -> Source:
    """A source that carries the area's rows beside its own."""
    return source_named("Region")


OWN = [row(f"Own {number}", url=f"https://region.example.net/{number}") for number in range(3)]


def test_a_carried_row_is_out_of_print(area: Source, region: Source, tmp_path: Path):
    bring(area, [carried("Sunrise"), carried("Noon")], tmp_path)

    outcome = bring(region, [*OWN, carried("Sunrise")], tmp_path)

    assert outcome.copies == 1
    assert states(area) == {"Sunrise": "in_print", "Noon": "in_print"}
    assert states(region) == {
        "Own 0": "in_print", "Own 1": "in_print", "Own 2": "in_print", "Sunrise": "copy",
    }  # fmt: skip
    assert Meeting.objects.get(source=region, name="Sunrise").carried_from == area


def test_it_does_not_matter_which_came_first(area: Source, region: Source, tmp_path: Path):
    bring(region, [*OWN, carried("Sunrise")], tmp_path)
    assert states(region)["Sunrise"] == "in_print"

    bring(area, [carried("Sunrise"), carried("Noon")], tmp_path)

    assert states(region)["Sunrise"] == "copy"


def test_a_copy_is_back_in_print_when_the_original_retires(
    area: Source, region: Source, tmp_path: Path
):
    bring(area, [carried("Sunrise"), carried("Noon")], tmp_path)
    bring(region, [*OWN, carried("Sunrise")], tmp_path)

    bring(area, [carried("Noon")], tmp_path)

    assert states(area)["Sunrise"] == "retired"
    assert states(region)["Sunrise"] == "in_print"
    assert Meeting.objects.get(source=region, name="Sunrise").carried_from is None


def test_a_copy_stays_one_when_its_own_source_is_read_again(
    area: Source, region: Source, tmp_path: Path
):
    bring(area, [carried("Sunrise"), carried("Noon")], tmp_path)
    bring(region, [*OWN, carried("Sunrise")], tmp_path)

    bring(region, [*OWN, carried("Sunrise", notes="Ring twice.")], tmp_path)

    assert states(region)["Sunrise"] == "copy"


def test_a_copy_that_no_longer_says_the_same_is_a_meeting_of_its_own(
    area: Source, region: Source, tmp_path: Path
):
    bring(area, [carried("Sunrise"), carried("Noon")], tmp_path)
    bring(region, [*OWN, carried("Sunrise")], tmp_path)

    bring(region, [*OWN, carried("Sunrise", time="08:00")], tmp_path)

    # Nobody knows which of the two is right: both are shown, and found as likely doubles by their place.
    assert states(region)["Sunrise"] == "in_print"


def test_a_copy_that_its_source_unpublishes_is_not_put_in_print(
    area: Source, region: Source, tmp_path: Path
):
    bring(area, [carried("Sunrise"), carried("Noon")], tmp_path)
    bring(region, [*OWN, carried("Sunrise")], tmp_path)
    bring(region, [*OWN, carried("Sunrise", published="no")], tmp_path)
    assert states(region)["Sunrise"] == "unpublished"

    bring(area, [carried("Noon")], tmp_path)

    assert states(region)["Sunrise"] == "unpublished"


def test_the_same_meeting_with_a_page_elsewhere_is_no_copy(
    area: Source, region: Source, tmp_path: Path
):
    bring(area, [carried("Sunrise"), carried("Noon")], tmp_path)

    bring(region, [*OWN, row("Sunrise", url="https://region.example.net/s"), row("Noon")], tmp_path)

    assert set(states(region).values()) == {"in_print"}


def test_when_the_origin_is_removed_what_was_carried_is_all_there_is(
    area: Source, region: Source, tmp_path: Path
):
    bring(area, [carried("Sunrise"), carried("Noon")], tmp_path)
    bring(region, [*OWN, carried("Sunrise")], tmp_path)

    remove_source(source=area)
    settle_copies()

    assert states(region)["Sunrise"] == "in_print"


def test_when_the_origin_is_no_longer_asked_what_was_carried_is_in_print(
    area: Source, region: Source, tmp_path: Path
):
    bring(area, [carried("Sunrise"), carried("Noon")], tmp_path)
    bring(region, [*OWN, carried("Sunrise")], tmp_path)
    Source.objects.filter(pk=area.pk).update(is_active=False)

    mark_copies()

    assert states(region)["Sunrise"] == "in_print"


def origin(number: int, *hosts: str, rank: int = 100) -> Origin:
    return Origin(source_id=number, hosts=frozenset(hosts), rank=rank)


@pytest.mark.parametrize(
    ("origins", "found"),
    [
        pytest.param([origin(1, "a.org"), origin(2)], {"two": 1}, id="one speaks for the host"),
        pytest.param([origin(1), origin(2, "a.org")], {"one": 2}, id="the younger speaks for it"),
        pytest.param([origin(1), origin(2)], {}, id="nobody speaks for it"),
        pytest.param([origin(1, "b.org"), origin(2)], {}, id="one speaks for another host"),
        pytest.param([origin(1, "a.org"), origin(2, "a.org")], {"two": 1}, id="the older rules"),
        pytest.param(
            [origin(1, "a.org", rank=9), origin(2, "a.org", rank=3)],
            {"one": 2},
            id="the lower rank rules",
        ),
        pytest.param(
            [origin(1, "a.org", rank=9), origin(2, rank=3)],
            {"two": 1},
            id="a rank does not make an origin",
        ),
    ],
)
def test_which_copy_rules(origins: list[Origin], found: dict[str, int]):
    mark = ("aa", "sunrise", 1, 420)
    rows = [
        Row(id="one", source_id=1, home="a.org", mark=mark),
        Row(id="two", source_id=2, home="a.org", mark=mark),
        Row(id="other", source_id=2, home="a.org", mark=("na", "sunrise", 1, 420)),
    ]

    assert copies_among(rows=rows, origins={each.source_id: each for each in origins}) == found


def test_of_two_copies_never_both_are_out_of_print():
    mark = ("aa", "sunrise", 1, 420)
    rows = [
        Row(id="one", source_id=1, home="b.org", mark=mark),
        Row(id="two", source_id=2, home="a.org", mark=mark),
    ]
    crossed = {1: origin(1, "a.org"), 2: origin(2, "b.org")}

    assert len(copies_among(rows=rows, origins=crossed)) == 1


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.area.example.org/x", "area.example.org"),
        ("http://AREA.example.org:8080/", "area.example.org"),
        ("/srv/feeds/area.json", ""),
        ("", ""),
        ("https://[broken", ""),
    ],
)
def test_host_of_an_address(url: str, host: str):
    assert host_of(url) == host


HOSTS = ("a.org", "b.org", "c.org", "")


@given(
    homes=st.lists(st.sampled_from(HOSTS), min_size=1, max_size=4),
    hosts=st.lists(st.sampled_from(HOSTS), min_size=4, max_size=4),
    ranks=st.lists(st.integers(1, 3), min_size=4, max_size=4),
)
def test_however_sources_carry_each_other_one_stays_in_print(
    homes: list[str], hosts: list[str], ranks: list[int]
):
    rows = [
        Row(id=str(number), source_id=number, home=home, mark=("aa",))
        for number, home in enumerate(homes)
    ]
    origins = {
        number: Origin(source_id=number, hosts=frozenset({hosts[number]} - {""}), rank=rank)
        for number, rank in enumerate(ranks)
    }

    found = copies_among(rows=rows, origins=origins)

    assert len(found) < len(rows)
    assert all(int(copy) != ruling for copy, ruling in found.items())
    assert found == copies_among(rows=rows[::-1], origins=origins)
