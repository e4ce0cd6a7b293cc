"""What a run writes, that it writes all or nothing, and that it can be taken back whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

import msgspec
import pytest
from django.db.models import QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openchair.directory import keeping
from openchair.directory.keeping import MeetingAdapter, keep_bodies, remove_source
from openchair.directory.listing import Contact, Listing, RawBody
from openchair.directory.models import Group, Meeting, Region, ServiceBody, Venue
from openchair.directory.tests import bringing
from openchair.directory.tests.bringing import NOW, apply, row, source_named
from openchair.directory.tests.listings import normal_listings
from openchair.sources.applying import CannotUndo, undo_run
from openchair.sources.models import Change, ImportRun, Source

pytestmark = pytest.mark.django_db

FEW = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
LISTS = st.lists(
    normal_listings(key=st.sampled_from("abcde")), max_size=4, unique_by=lambda listing: listing.key
)


def undo(run: ImportRun) -> int:
    return undo_run(run=run, adapter=MeetingAdapter(), now=NOW + timedelta(days=1), who="Bob")


def listing(name: str = "Sunrise", **fields: object) -> Listing:
    values: dict[str, object] = {
        "key": name.lower(), "name": name, "slug": name.lower(), "fellowship": "aa", "days": (1,), "start": 420, "timezone": "America/New_York",
        "group_name": "Early Group", "venue_name": "Old Hall", "city": "Boston", "regions": ("Massachusetts", "Boston"),
    }  # fmt: skip
    return Listing(**{**values, **fields})


@FEW
@given(lists=st.lists(LISTS, min_size=2, max_size=3))
def test_any_list_is_reached_and_every_run_can_be_taken_back(lists: list[list[Listing]]):
    with bringing.rolled_back():
        source = source_named("Feed")
        before, runs = [bringing.directory()], []
        for listings in lists:
            runs.append(apply(source, listings))
            assert bringing.facts_in_print(source) == stamped_as_held(source, listings)
            before.append(bringing.directory())

        for run in reversed(runs):
            before.pop()
            undo(run)
            assert bringing.directory() == before[-1]


def stamped_as_held(source: Source, listings: list[Listing]) -> dict[str, object]:
    """Return the facts of a list, with the stamps that the source held already where nothing else changed."""
    wanted = bringing.facts_of_listings(listings)
    for key, facts in bringing.facts_in_print(source).items():
        if key in wanted and {**wanted[key], "updated": ""} == {**facts, "updated": ""}:  # type: ignore[dict-item]
            wanted[key] = facts
    return wanted


@FEW
@given(listings=LISTS)
def test_the_same_list_again_changes_nothing(listings: list[Listing]):
    with bringing.rolled_back():
        source = source_named("Feed")
        apply(source, listings)
        before, told = bringing.directory(), bringing.history()

        apply(source, listings)

        assert bringing.directory() == before
        assert bringing.history() == told


def failing(original: Callable[..., object], *, at: int) -> Callable[..., object]:
    """Return the function, but for its call number `at`, which fails."""
    calls = count(1)

    def call(*args: object, **kwargs: object) -> object:
        if next(calls) == at:
            raise OSError("the disk is full")
        return original(*args, **kwargs)

    return call


@pytest.mark.parametrize(
    ("owner", "name", "at"),
    [pytest.param(QuerySet, "bulk_create", at, id=f"at bulk insert {at}") for at in range(1, 7)]
    + [
        pytest.param(keeping, "_remove_empty_regions", 1, id="while tidying up"),
        pytest.param(keeping, "_unite_touched_groups", 1, id="while uniting groups"),
    ],
)
def test_a_fault_midway_changes_nothing(
    owner: object, name: str, at: int, monkeypatch: pytest.MonkeyPatch
):
    source = source_named("Feed")
    apply(source, [listing("Sunrise"), listing("Sunset", regions=("Maine",))])
    before, told = bringing.directory(), bringing.history()
    new = [
        listing("Sunrise", start=480, city="Salem"),
        listing("Noon", regions=("Vermont", "Stowe"), group_name="New Group"),
    ]
    monkeypatch.setattr(owner, name, failing(getattr(owner, name), at=at))

    with pytest.raises(OSError, match="the disk is full"):
        apply(source, new)

    monkeypatch.undo()
    assert bringing.directory() == before
    assert bringing.history() == told


def test_a_fault_while_undoing_changes_nothing(monkeypatch: pytest.MonkeyPatch):
    source = source_named("Feed")
    apply(source, [listing("Sunrise")])
    run = apply(source, [listing("Noon")])
    before = bringing.directory()
    monkeypatch.setattr(keeping, "_remove_empty_regions", failing(apply, at=1))

    with pytest.raises(OSError, match="the disk is full"):
        undo(run)

    assert bringing.directory() == before
    run.refresh_from_db()
    assert run.state == "applied"


def test_history_says_who_when_and_from_what_to_what():
    source = source_named("Feed")
    apply(source, [listing("Sunrise"), listing("Noon")])
    later = NOW + timedelta(days=7)
    Change.objects.all().delete()

    apply(source, [listing("Sunrise", start=480, notes="Ring twice.", city="")], now=later)

    changed, retired = bringing.history()
    sunrise = Meeting.objects.get(slug="sunrise").pk
    assert changed == (
        "Alice",
        later,
        sunrise,
        "changed",
        {
            "source_key": ["sunrise", "sunrise"],
            "start": [420, 480],
            "notes": [None, "Ring twice."],
            "city": ["Boston", None],
        },
    )
    assert retired[2:4] == (Meeting.objects.get(slug="noon").pk, "retired")


def test_a_new_listing_is_in_the_history_with_all_it_says():
    apply(source_named("Feed"), [listing("Sunrise")])

    ((_, _, _, deed, fields),) = bringing.history()
    assert deed == "added"
    assert fields["source_key"] == [None, "sunrise"]  # type: ignore[index]
    assert fields["days"] == [None, [1]]  # type: ignore[index]


def test_a_meeting_keeps_its_id_and_slug_while_its_source_changes_it():
    source = source_named("Feed")
    apply(source, [listing("Sunrise")])
    before = Meeting.objects.get()

    apply(source, [listing("Daybreak", key="sunrise", start=500)])

    after = Meeting.objects.get()
    assert (after.pk, after.slug, after.name) == (before.pk, "sunrise", "Daybreak")


def test_a_meeting_under_a_new_key_keeps_its_id():
    source = source_named("Feed")
    apply(source, [listing("Sunrise")])
    before = Meeting.objects.get()

    run = apply(source, [listing("Sunrise", key="4711")])

    after = Meeting.objects.get()
    assert (after.pk, after.source_key) == (before.pk, "4711")
    undo(run)
    assert Meeting.objects.get().source_key == "sunrise"


def test_a_meeting_that_vanishes_is_retired_and_its_return_restores_it():
    source = source_named("Feed")
    apply(source, [listing("Sunrise"), listing("Noon")])
    apply(source, [listing("Sunrise")])
    noon = Meeting.objects.get(slug="noon")
    assert (noon.state, noon.retired_at) == ("retired", NOW)

    apply(source, [listing("Sunrise"), listing("Noon")])

    noon.refresh_from_db()
    assert (noon.state, noon.retired_at) == ("in_print", None)
    assert bringing.history()[-1][3] == "restored"


def test_two_sources_may_wish_for_one_slug():
    apply(source_named("One"), [listing("Sunrise")])
    apply(source_named("Two"), [listing("Sunrise")])

    one, two = Meeting.objects.order_by("source_id")
    assert one.slug == "sunrise"
    assert two.slug == f"sunrise-{two.pk[:8]}"


def test_a_feed_that_names_the_slug_of_another_gets_one_of_its_own():
    apply(source_named("One"), [listing("Sunrise")])
    two = source_named("Two")
    taken = keeping.deriving.public_id(source="two", key="sunrise")
    apply(source_named("Three"), [listing("Trap", slug=f"sunrise-{taken[:8]}")])
    apply(source_named("Four"), [listing("Trap", slug=f"sunrise-{taken}")])

    apply(two, [listing("Sunrise")])

    assert Meeting.objects.get(source=two).slug == f"sunrise-{taken}-2"


def test_meetings_at_one_address_share_a_venue_and_the_group_its_words():
    source = source_named("Feed")
    apply(
        source,
        [
            listing("Sunrise", website="", contacts=(Contact(name="Eve", phone="+12025550147"),)),
            listing("Sunset", website="https://early.example.org"),
        ],
    )

    assert Venue.objects.count() == 1
    group = Group.objects.get()
    assert group.website == "https://early.example.org"
    assert group.contacts == [{"name": "Eve", "email": "", "phone": "+12025550147"}]


def test_what_nothing_names_any_more_is_removed():
    source = source_named("Feed")
    run = apply(source, [listing("Sunrise")])

    undo(run)

    assert not Meeting.objects.exists()
    assert not Venue.objects.exists()
    assert not Group.objects.exists()
    assert not Region.objects.exists()


def test_taking_a_meeting_back_takes_back_what_it_said_of_its_group():
    source = source_named("Feed")
    apply(source, [listing("Sunset")])
    run = apply(source, [listing("Sunset"), listing("Sunrise", website="https://x.example.org")])
    assert Group.objects.get().website == "https://x.example.org"

    undo(run)

    assert Group.objects.get().website == ""


def test_regions_are_a_tree():
    apply(source_named("Feed"), [listing(regions=("Massachusetts", "Boston", "Back Bay"))])

    assert list(Region.objects.order_by("path").values_list("path", "parent__path", "name")) == [
        ("massachusetts", None, "Massachusetts"),
        ("massachusetts/boston", "massachusetts", "Boston"),
        ("massachusetts/boston/back-bay", "massachusetts/boston", "Back Bay"),
    ]


def test_a_run_is_only_taken_back_when_no_later_one_stands():
    source = source_named("Feed")
    first = apply(source, [listing("Sunrise")])
    second = apply(source, [listing("Sunrise", start=480)])

    with pytest.raises(CannotUndo, match=f"openchair undo {second.pk}"):
        undo(first)

    assert undo(second) == 1
    assert undo(first) == 1


def test_a_run_of_another_source_does_not_stand_in_the_way():
    first = apply(source_named("One"), [listing("Sunrise")])
    apply(source_named("Two"), [listing("Noon")])

    assert undo(first) == 1


@pytest.mark.parametrize("state", ["unchanged", "held", "failed", "undone"])
def test_a_run_that_changed_nothing_is_not_taken_back(state: str):
    run = ImportRun.objects.create(
        source=source_named("Feed"), who="Alice", started_at=NOW, finished_at=NOW, state=state
    )

    with pytest.raises(CannotUndo, match=f"is {state}"):
        undo(run)


def test_after_an_undo_the_source_is_read_anew(tmp_path: Path, home: Path):
    source = source_named("Feed")
    outcome = bringing.bring(source, [row("Sunrise")], tmp_path)
    undo(ImportRun.objects.get(pk=outcome.run_id))

    again = bringing.bring(source, [row("Sunrise")], tmp_path)

    assert (again.state, again.added) == ("applied", 1)


def test_what_its_source_does_not_publish_is_not_in_print():
    source = source_named("Feed")
    apply(source, [listing("Sunrise", published=False)])
    assert Meeting.objects.get().state == "unpublished"

    apply(source, [listing("Sunrise")])

    assert Meeting.objects.get().state == "in_print"


def test_bodies_hang_under_their_parents_whatever_their_order():
    source = source_named("Feed")
    bodies = [
        RawBody(key="2", name="Area", parent_key="1"),
        RawBody(key="1", name="Region", parent_key="1"),
        RawBody(key="3", name="Lost", parent_key="9"),
        RawBody(key="2", name="Area, told twice", parent_key="1"),
        RawBody(key="k" * 500, name="n" * 500),
    ]

    keep_bodies(source=source, bodies=bodies)
    keep_bodies(source=source, bodies=bodies)

    found = ServiceBody.objects.order_by("pk").values_list("source_key", "name", "parent__name")
    assert {key[:1]: (name[:16], parent) for key, name, parent in found} == {
        "2": ("Area, told twice", "Region"),
        "1": ("Region", None),
        "3": ("Lost", None),
        "k": ("n" * 16, None),
    }


def test_removing_a_source_leaves_nothing_of_it():
    source = source_named("Feed")
    apply(source, [listing("Sunrise")])
    other = source_named("Other")
    apply(other, [listing("Noon", regions=("Maine",))])

    remove_source(source=source)

    assert list(Meeting.objects.values_list("slug", flat=True)) == ["noon"]
    assert list(Region.objects.values_list("path", flat=True)) == ["maine"]
    assert not Change.objects.filter(run__source__slug="feed").exists()
    assert Group.objects.count() == Venue.objects.count() == 1


def test_more_meetings_than_a_statement_takes_are_written(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("openchair.sources.applying.BATCH", 7)
    source = source_named("Feed")
    many = [
        msgspec.structs.replace(listing(f"Meeting {number}"), group_name=f"Group {number // 2}")
        for number in range(40)
    ]

    run = apply(source, many)

    assert Meeting.objects.count() == 40
    assert Group.objects.count() == 20
    undo(run)
    assert not Meeting.objects.exists()
