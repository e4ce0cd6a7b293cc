"""The same meeting from two sources: found, shown, merged or kept apart by a person, and never lost on the way."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openchair.cli import main
from openchair.directory import duplicates
from openchair.directory.duplicates import AlreadyDecided, Candidate, likely_pairs
from openchair.directory.models import DuplicatePair, Meeting
from openchair.directory.tests.bringing import NOW, bring, history, row, source_named
from openchair.search.snapshot import Snapshot
from openchair.sources.models import Source


def candidate(**fields: object) -> Candidate:
    values: dict[str, object] = {
        "id": "a", "source_id": 1, "fellowship": "aa", "day": 1, "start": 420, "name": "sunrise", "place": "old hall 12 elm st", "link": "",
        "point": (42.36, -71.06),
    }  # fmt: skip
    return Candidate(**{**values, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        pytest.param({}, "same place", id="the same in all"),
        pytest.param({"start": 435}, "same place", id="a quarter of an hour later"),
        pytest.param({"start": 436}, "", id="later than that"),
        pytest.param({"day": 2}, "", id="another day"),
        pytest.param({"fellowship": "na"}, "", id="another fellowship"),
        pytest.param({"source_id": 1}, "", id="the same source"),
        pytest.param({"name": "sunrise group"}, "same place", id="a longer name"),
        pytest.param({"name": "sunrize"}, "same place", id="a slip of the pen"),
        pytest.param({"name": "night owls"}, "", id="another name"),
        pytest.param({"point": (42.362, -71.06), "place": ""}, "within 400 m", id="round the corner"),
        pytest.param({"point": (42.37, -71.06)}, "", id="a kilometre away"),
        pytest.param({"point": None}, "same place", id="the same hall without a point"),
        pytest.param({"point": None, "place": ""}, "", id="nothing of a place"),
        pytest.param({"point": None, "place": "new school"}, "", id="another hall"),
    ],
)  # fmt: skip
def test_what_looks_like_one_meeting(other: dict[str, object], reason: str):
    pair = [candidate(), candidate(**{"id": "b", "source_id": 2, **other})]

    found = list(likely_pairs(candidates=pair, source_id=2))

    assert [why for _, _, _, why in found] == ([reason] if reason else [])


def test_the_same_link_is_the_same_room():
    one = candidate(point=None, place="", link="https://zoom.example.org/j/1")
    other = candidate(id="b", source_id=2, point=None, place="", link=one.link)

    ((first, second, score, why),) = likely_pairs(candidates=[other, one], source_id=1)

    assert (first.id, second.id, score, why) == ("a", "b", 100, "same link")


def test_only_pairs_of_the_source_that_was_read_are_looked_for():
    three = [candidate(id=name, source_id=number) for number, name in enumerate("abc", start=1)]

    found = {(a.id, b.id) for a, b, *_ in likely_pairs(candidates=three, source_id=3)}

    assert found == {("a", "c"), ("b", "c")}


_places = st.sampled_from(
    [("old hall", "boston"), ("old hall", "salem"), ("old hall", ""), ("", "boston"), ("", ""), ("new school", "boston")]
)  # fmt: skip
_degrees = st.floats(-0.012, 0.012)


@st.composite
def candidates(draw: st.DrawFn) -> Candidate:
    place, town = draw(_places)
    middle = draw(st.sampled_from(((42.36, -71.06), (69.65, 18.96), (-33.87, 151.21), (0.0, 0.0))))
    point = (
        (middle[0] + draw(_degrees), middle[1] + draw(_degrees)) if draw(st.booleans()) else None
    )
    return candidate(
        source_id=draw(st.integers(1, 2)), start=draw(st.sampled_from((420, 430, 445))), place=place, town=town, point=point,
        name=draw(st.sampled_from(("sunrise", "sunrise group", "noon"))), link=draw(st.sampled_from(("", "", "z/1", "z/2"))),
    )  # fmt: skip


@given(found=st.lists(candidates(), max_size=12))
def test_blocks_hide_no_pair(found: list[Candidate]):
    numbered = [msgspec.structs.replace(each, id=f"{n:02}") for n, each in enumerate(found)]

    pairs = list(likely_pairs(candidates=numbered, source_id=1))

    every = {
        (one.id, other.id)
        for one, other in combinations(numbered, 2)
        if one.source_id != other.source_id
        and abs(one.start - other.start) <= duplicates.CLOSE_MINUTES
        and is_comparable(one, other)
        and duplicates._likeness(one, other)
    }
    assert {(first.id, second.id) for first, second, *_ in pairs} == every
    assert len(pairs) == len(every)


def is_comparable(one: Candidate, other: Candidate) -> bool:
    """Whether two are looked at: the same hall in two towns is two halls, unless a map says otherwise."""
    same_link = bool(one.link) and one.link == other.link
    same_town = not (one.town and other.town) or one.town == other.town
    return same_link or bool(one.point and other.point) or same_town


def test_two_lists_of_a_large_city_are_not_compared_each_with_each(monkeypatch: pytest.MonkeyPatch):
    def door(number: int, source_id: int) -> Candidate:
        point = (42.0 + number // 50 / 100, -71.0 + number % 50 / 100)
        return candidate(id=f"{source_id}-{number}", source_id=source_id, place=f"{number}", point=point)  # fmt: skip

    both = [door(number, source_id) for number in range(1000) for source_id in (1, 2)]
    asked = []
    monkeypatch.setattr(duplicates, "_likeness", lambda one, other: asked.append(one))

    list(likely_pairs(candidates=both, source_id=1))

    assert len(asked) < 5 * 1000


@pytest.fixture
def one(db: None, home: Path) -> Source:
    return source_named("One")


@pytest.fixture
def two(one: Source) -> Source:
    return source_named("Two")


@pytest.fixture
def pair(one: Source, two: Source, tmp_path: Path) -> DuplicatePair:
    """Sunrise in both sources, each beside a meeting of its own."""
    bring(one, [row("Sunrise"), row("Noon", time="12:00")], tmp_path)
    outcome = bring(two, [row("Sunrise Group", slug="s-2"), row("Late", time="22:00")], tmp_path)
    assert outcome.duplicates == 1
    return DuplicatePair.objects.get()


def states() -> dict[str, str]:
    return dict(Meeting.objects.values_list("name", "state"))


ALL_IN_PRINT = {"Sunrise": "in_print", "Noon": "in_print", "Sunrise Group": "in_print", "Late": "in_print"}  # fmt: skip


def test_a_pair_is_shown_once(pair: DuplicatePair, one: Source, two: Source, tmp_path: Path):
    again = bring(two, [row("Sunrise Group", slug="s-2", notes="New."), row("Late", time="22:00")], tmp_path)  # fmt: skip

    assert again.duplicates == 0
    assert duplicates.open_pairs() == [pair]
    assert states() == ALL_IN_PRINT


def test_two_alike_in_one_source_are_two(one: Source, two: Source, tmp_path: Path):
    bring(two, [row("Elsewhere", city="Salem", latitude=43.0)], tmp_path)

    outcome = bring(one, [row("Sunrise"), row("Sunrise", slug="s-2")], tmp_path)

    assert outcome.duplicates == 0


def test_a_merge_keeps_the_one_of_the_older_source(pair: DuplicatePair):
    stays = duplicates.merge_pair(pair=pair, keep=None, now=NOW, who="Alice")

    assert stays.name == "Sunrise"
    assert states() == {**ALL_IN_PRINT, "Sunrise Group": "merged"}
    assert duplicates.open_pairs() == []
    goes = Meeting.objects.get(name="Sunrise Group")
    assert goes.merged_into == stays
    assert history()[-1] == ("Alice", NOW, goes.pk, "merged", {"merged_into": [None, stays.pk]})


def test_a_merge_keeps_the_one_of_lower_rank(pair: DuplicatePair, two: Source):
    Source.objects.filter(pk=two.pk).update(rank=1)

    stays = duplicates.merge_pair(pair=DuplicatePair.objects.get(), keep=None, now=NOW, who="Alice")

    assert stays.name == "Sunrise Group"


def test_a_person_may_choose_which_stays(pair: DuplicatePair):
    chosen = Meeting.objects.get(name="Sunrise Group")

    duplicates.merge_pair(pair=pair, keep=chosen, now=NOW, who="Alice")

    assert states() == {**ALL_IN_PRINT, "Sunrise": "merged"}


def test_what_is_merged_stays_merged_when_its_source_changes_it(
    pair: DuplicatePair, two: Source, tmp_path: Path
):
    duplicates.merge_pair(pair=pair, keep=None, now=NOW, who="Alice")

    bring(two, [row("Sunrise Group", slug="s-2", notes="New."), row("Late", time="22:00")], tmp_path)  # fmt: skip

    assert states() == {**ALL_IN_PRINT, "Sunrise Group": "merged"}
    assert Meeting.objects.get(name="Sunrise Group").notes == "New."


def test_what_is_merged_into_a_meeting_that_goes_is_in_print_until_that_returns(
    pair: DuplicatePair, one: Source, tmp_path: Path
):
    duplicates.merge_pair(pair=pair, keep=None, now=NOW, who="Alice")

    bring(one, [row("Noon", time="12:00")], tmp_path)
    assert states() == {**ALL_IN_PRINT, "Sunrise": "retired"}

    bring(one, [row("Sunrise"), row("Noon", time="12:00")], tmp_path)
    assert states() == {**ALL_IN_PRINT, "Sunrise Group": "merged"}


def test_what_was_merged_into_a_meeting_that_went_survives_its_own_change(
    pair: DuplicatePair, one: Source, two: Source, tmp_path: Path
):
    duplicates.merge_pair(pair=pair, keep=None, now=NOW, who="Alice")
    bring(one, [row("Noon", time="12:00")], tmp_path)

    bring(two, [row("Sunrise Group", slug="s-2", notes="New."), row("Late", time="22:00")], tmp_path)  # fmt: skip

    assert states() == {**ALL_IN_PRINT, "Sunrise": "retired"}


def test_a_merge_can_be_taken_back(pair: DuplicatePair):
    duplicates.merge_pair(pair=pair, keep=None, now=NOW, who="Alice")

    duplicates.unmerge_pair(pair=DuplicatePair.objects.get(), now=NOW, who="Bob")

    assert states() == ALL_IN_PRINT
    assert history()[-1][3] == "unmerged"
    assert duplicates.open_pairs() == [pair]


def test_a_meeting_that_retired_meanwhile_stays_retired_when_a_merge_is_taken_back(
    pair: DuplicatePair, two: Source, tmp_path: Path
):
    duplicates.merge_pair(pair=pair, keep=None, now=NOW, who="Alice")
    bring(two, [row("Late", time="22:00")], tmp_path)

    duplicates.unmerge_pair(pair=DuplicatePair.objects.get(), now=NOW, who="Bob")

    assert states() == {**ALL_IN_PRINT, "Sunrise Group": "retired"}


def test_what_is_kept_apart_is_never_shown_again(pair: DuplicatePair, two: Source, tmp_path: Path):
    duplicates.keep_apart(pair=pair)

    outcome = bring(two, [row("Sunrise Group", slug="s-2", notes="New."), row("Late", time="22:00")], tmp_path)  # fmt: skip

    assert outcome.duplicates == 0
    assert duplicates.open_pairs() == []
    assert states() == ALL_IN_PRINT


def test_a_decided_pair_is_not_merged(pair: DuplicatePair):
    duplicates.merge_pair(pair=pair, keep=None, now=NOW, who="Alice")

    with pytest.raises(AlreadyDecided):
        duplicates.merge_pair(pair=DuplicatePair.objects.get(), keep=None, now=NOW, who="Bob")


def test_three_are_not_merged_in_a_circle(pair: DuplicatePair, tmp_path: Path):
    bring(source_named("Three"), [row("Sunrise", slug="s-3")], tmp_path)
    first, second, third = Meeting.objects.filter(name__startswith="Sunrise").order_by("source_id")

    def between(one: Meeting, other: Meeting) -> DuplicatePair:
        return DuplicatePair.objects.get(
            first_id=min(one.pk, other.pk), second_id=max(one.pk, other.pk)
        )

    duplicates.merge_pair(pair=between(first, second), keep=second, now=NOW, who="Alice")
    duplicates.merge_pair(pair=between(second, third), keep=third, now=NOW, who="Alice")
    with pytest.raises(AlreadyDecided):
        duplicates.merge_pair(pair=between(first, third), keep=first, now=NOW, who="Alice")

    assert Meeting.objects.filter(name__startswith="Sunrise", state="in_print").get() == third


def test_the_command_shows_merges_and_takes_back(
    pair: DuplicatePair, home: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["duplicates"]) == 0
    assert "1 pairs wait." in capsys.readouterr().out

    assert main(["duplicates", "--merge", str(pair.pk), "--keep", "s-2"]) == 0
    assert Snapshot.open(folder=home / "search").manifest.rows == 3
    assert states()["Sunrise"] == "merged"

    assert main(["duplicates", "--unmerge", str(pair.pk)]) == 0
    assert states() == ALL_IN_PRINT

    assert main(["duplicates", "--apart", str(pair.pk)]) == 0
    assert main(["duplicates", "--merge", str(pair.pk)]) == 2
    assert states() == ALL_IN_PRINT


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--merge", "999"], "There is no pair 999."),
        (["--merge", "PAIR", "--keep", "nobody"], "nobody is neither sunrise nor s-2."),
    ],
    ids=["an unknown pair", "an unknown meeting"],
)
def test_the_command_says_what_does_not_exist(
    pair: DuplicatePair, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
):
    code = main(["duplicates", *(str(pair.pk) if word == "PAIR" else word for word in words)])

    assert code == 2
    assert set(sentence.split()) <= set(capsys.readouterr().err.split())
    assert states() == ALL_IN_PRINT
