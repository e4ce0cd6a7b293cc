"""The plan that turns what is held into what a source says: by key, then by likeness, and never in haste."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openchair.sources.reconciling import (
    Facts,
    Held,
    Plan,
    Record,
    differing_fields,
    reconcile,
)


def by_name(facts: Facts) -> object:
    return facts.get("name")


def plan_for(held: dict[str, Held], incoming: dict[str, Facts], **options: object) -> Plan:
    records = [Record(key=key, facts=facts) for key, facts in incoming.items()]
    return reconcile(held=held, incoming=records, fingerprint=by_name, **options)  # type: ignore[arg-type]


def carried_out(held: dict[str, Held], plan: Plan) -> dict[str, Held]:
    """Do to a dictionary what applying.py does to the database."""
    after = dict(held)
    for key in plan.retired:
        after[key] = Held(facts=after[key].facts, is_retired=True)
    for change in plan.changed:
        assert after.pop(change.old_key).facts == change.before
        assert change.key not in after
        after[change.key] = Held(facts=change.after)
    for record in plan.added:
        assert record.key not in after
        after[record.key] = Held(facts=record.facts)
    return after


def in_print(held: dict[str, Held]) -> dict[str, Facts]:
    return {key: each.facts for key, each in held.items() if not each.is_retired}


def living(*names: str) -> dict[str, Held]:
    return {name: Held(facts={"name": name}) for name in names}


KEYS = st.sampled_from("abcdefgh")
# Few names, so that likeness is often in doubt; a field that stamps itself; and one that is not always there.
FACTS = st.fixed_dictionaries(
    {"name": st.sampled_from("xyz"), "seen": st.integers(0, 2)},
    optional={"day": st.integers(0, 6)},
)
INCOMING = st.dictionaries(KEYS, FACTS, max_size=8)
HELD = st.dictionaries(KEYS, st.builds(Held, facts=FACTS, is_retired=st.booleans()), max_size=8)


@given(held=HELD, incoming=INCOMING)
def test_any_list_is_reached_from_any_other(held: dict[str, Held], incoming: dict[str, Facts]):
    after = carried_out(held, plan_for(held, incoming))

    assert in_print(after) == incoming


@given(held=HELD, incoming=INCOMING)
def test_a_second_time_there_is_nothing_to_do(held: dict[str, Held], incoming: dict[str, Facts]):
    after = carried_out(held, plan_for(held, incoming))

    again = plan_for(after, incoming)

    assert again.is_empty
    assert again.unchanged == len(incoming)


@given(held=HELD, incoming=INCOMING)
def test_nothing_held_is_forgotten(held: dict[str, Held], incoming: dict[str, Facts]):
    plan = plan_for(held, incoming)

    assert len(carried_out(held, plan)) == len(held) + len(plan.added)


@given(held=HELD, incoming=INCOMING)
def test_every_listing_is_counted_once(held: dict[str, Held], incoming: dict[str, Facts]):
    plan = plan_for(held, incoming, volatile=frozenset(["seen"]))

    assert len(plan.added) + len(plan.changed) + plan.unchanged == len(incoming)
    assert len({change.old_key for change in plan.changed}) == len(plan.changed)
    assert set(plan.retired) <= set(in_print(held)) - {change.old_key for change in plan.changed}


@given(held=HELD, incoming=INCOMING)
def test_the_order_of_the_source_does_not_matter(held: dict[str, Held], incoming: dict[str, Facts]):
    there = plan_for(held, incoming)
    back = plan_for(held, dict(reversed(incoming.items())))

    assert carried_out(held, there) == carried_out(held, back)
    assert there.reason == back.reason


@given(before=FACTS, after=FACTS)
def test_differing_fields_are_all_that_differs(before: Facts, after: Facts):
    fields = differing_fields(before, after)

    assert {**before, **{name: pair[1] for name, pair in fields.items()}} == {
        **dict.fromkeys(before),
        **after,
    }
    assert all(pair[0] != pair[1] for pair in fields.values())


def test_a_changed_field_is_a_change_with_before_and_after():
    plan = plan_for({"a": Held(facts={"name": "x", "day": 1})}, {"a": {"name": "x", "day": 2}})

    (change,) = plan.changed
    assert (change.before, change.after) == ({"name": "x", "day": 1}, {"name": "x", "day": 2})
    assert (plan.added, plan.retired, plan.unchanged) == ([], [], 0)


def test_a_stamp_alone_is_no_change():
    held = {"a": Held(facts={"name": "x", "seen": 1})}

    plan = plan_for(held, {"a": {"name": "x", "seen": 2}}, volatile=frozenset(["seen"]))

    assert plan.is_empty
    assert plan.unchanged == 1


def test_a_stamp_comes_along_with_another_change():
    held = {"a": Held(facts={"name": "x", "seen": 1})}

    plan = plan_for(held, {"a": {"name": "y", "seen": 2}}, volatile=frozenset(["seen"]))

    assert plan.changed[0].after == {"name": "y", "seen": 2}


def test_a_retired_listing_that_returns_is_restored():
    plan = plan_for({"a": Held(facts={"name": "x"}, is_retired=True)}, {"a": {"name": "x"}})

    (change,) = plan.changed
    assert change.is_restored
    assert plan.added == []


def test_a_retired_listing_that_stays_away_is_left_alone():
    plan = plan_for({"a": Held(facts={"name": "x"}, is_retired=True)}, {})

    assert plan.is_empty
    assert not plan.is_held


def test_the_same_meeting_under_a_new_key_keeps_its_place():
    plan = plan_for(living("x"), {"new": {"name": "x"}})

    (change,) = plan.changed
    assert (change.old_key, change.key) == ("x", "new")
    assert (plan.added, plan.retired) == ([], [])


@pytest.mark.parametrize(
    ("held", "incoming"),
    [
        pytest.param(
            {"a": Held(facts={"name": "x"}), "b": Held(facts={"name": "x"})},
            {"new": {"name": "x"}},
            id="two were alike",
        ),
        pytest.param(
            {"a": Held(facts={"name": "x"})},
            {"new": {"name": "x"}, "other": {"name": "x"}},
            id="two are alike",
        ),
    ],
)
def test_in_doubt_nobody_gets_anothers_place(held: dict[str, Held], incoming: dict[str, Facts]):
    plan = plan_for(held, incoming)

    assert plan.changed == []
    assert {record.key for record in plan.added} == set(incoming)
    assert plan.retired == list(held)


def test_a_retired_double_does_not_put_a_new_key_in_doubt():
    held = {"old": Held(facts={"name": "x"}, is_retired=True), "a": Held(facts={"name": "x"})}

    plan = plan_for(held, {"new": {"name": "x"}})

    assert [change.old_key for change in plan.changed] == ["a"]


def test_keys_come_before_likeness():
    held = {"a": Held(facts={"name": "x"}), "b": Held(facts={"name": "y"})}

    plan = plan_for(held, {"a": {"name": "y"}, "b": {"name": "x"}})

    assert [(change.old_key, change.key) for change in plan.changed] == [("a", "a"), ("b", "b")]


@pytest.mark.parametrize(
    ("living_count", "kept", "is_held"),
    [
        pytest.param(10, 8, False, id="two of ten"),
        pytest.param(10, 7, True, id="three of ten"),
        pytest.param(15, 12, False, id="exactly a fifth"),
        pytest.param(14, 11, True, id="just over a fifth"),
        pytest.param(3, 1, False, id="two of three"),
        pytest.param(2, 1, False, id="one of two"),
        pytest.param(1, 0, True, id="the only one"),
        pytest.param(2, 0, True, id="both"),
        pytest.param(100, 0, True, id="all of many"),
        pytest.param(100, 80, False, id="twenty of a hundred"),
        pytest.param(100, 79, True, id="one more"),
    ],
)
def test_plan_that_retires_too_much_waits(living_count: int, kept: int, is_held: bool):
    names = [f"n{number}" for number in range(living_count)]

    plan = plan_for(living(*names), {name: {"name": name} for name in names[:kept]})

    assert plan.is_held is is_held
    assert len(plan.retired) == living_count - kept


def test_the_retired_do_not_count_among_those_that_could_be_lost():
    names = [f"n{number}" for number in range(10)]
    held = living(*names) | {
        f"gone{number}": Held(facts={"name": f"gone{number}"}, is_retired=True)
        for number in range(90)
    }

    plan = plan_for(held, {name: {"name": name} for name in names[:7]})

    assert plan.reason == (
        "3 of 10 listings would be retired (30%), more than 20%. "
        "Look whether the source is whole; if it is, run again with --accept."
    )


def test_a_source_that_says_nothing_is_asked_about_even_if_it_had_little():
    plan = plan_for(living("x"), {})

    assert plan.reason == "The source gave no listings at all; all 1 would be retired."


def test_a_source_that_never_had_anything_may_say_nothing():
    plan = plan_for({}, {})

    assert (plan.is_empty, plan.reason) == (True, "")


def test_new_keys_for_everything_retire_nothing():
    names = [f"n{number}" for number in range(50)]

    plan = plan_for(living(*names), {f"key-{name}": {"name": name} for name in names})

    assert not plan.is_held
    assert len(plan.changed) == 50
