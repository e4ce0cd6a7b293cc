from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openchair.directory.importing.normalizing import split_by_day
from openchair.directory.listing import Listing
from openchair.directory.tests.listings import normal_listings


def a_listing(**fields: object) -> Listing:
    values: dict[str, object] = {
        "key": "k",
        "slug": "s",
        "name": "A",
        "row": 1,
        "days": (1,),
        "start": 600,
    }
    return Listing(**values | fields)  # type: ignore[arg-type]


def test_one_day_keeps_its_key() -> None:
    listing = a_listing()

    assert split_by_day(listings=[listing]) == ([listing], [])


def test_several_days_get_a_key_and_a_slug_each() -> None:
    split, problems = split_by_day(listings=[a_listing(days=(0, 2))])

    assert [(each.key, each.slug, each.days) for each in split] == [
        ("k-sun", "s-sun", (0,)),
        ("k-tue", "s-tue", (2,)),
    ]
    assert problems == []


def test_a_rule_of_two_weekdays_goes_to_each_day_its_own() -> None:
    split, _ = split_by_day(listings=[a_listing(days=(0, 1, 2), rule="FREQ=MONTHLY;BYDAY=1SU,3MO")])

    assert [(each.days, each.rule) for each in split] == [
        ((0,), "FREQ=MONTHLY;BYDAY=1SU"),
        ((1,), "FREQ=MONTHLY;BYDAY=3MO"),
    ]


def test_a_row_that_says_it_again_is_left_out_and_told() -> None:
    split, problems = split_by_day(listings=[a_listing(row=1), a_listing(row=2)])

    assert [each.row for each in split] == [1]
    assert [(problem.row, problem.kind, problem.is_fatal) for problem in problems] == [
        (2, "row-repeated", True)
    ]


def test_rows_that_share_a_key_are_told_apart_by_day() -> None:
    split, problems = split_by_day(
        listings=[a_listing(days=(3,), row=1), a_listing(days=(1,), row=2)]
    )

    assert {each.key: each.days for each in split} == {"k": (1,), "k-wed": (3,)}
    assert [(problem.row, problem.kind, problem.is_fatal) for problem in problems] == [
        (1, "key-repeated", False)
    ]


def test_rows_that_share_all_but_their_notes_are_told_apart_too() -> None:
    split, _ = split_by_day(listings=[a_listing(notes=str(number)) for number in range(5)])

    assert len({each.key for each in split}) == len({each.slug for each in split}) == 5


def test_slugs_are_short_even_with_a_day_behind_them() -> None:
    split, _ = split_by_day(listings=[a_listing(slug="x" * 64, days=(1, 2))])

    assert all(len(each.slug) <= 64 for each in split)


FEW_KEYS = st.lists(normal_listings(key=st.sampled_from(("a", "b", "a-mon"))), max_size=6)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(listings=FEW_KEYS, seed=st.integers())
def test_names_are_unique_and_do_not_depend_on_the_order_of_rows(
    listings: list[Listing], seed: int
) -> None:
    shuffled = list(listings)
    random.Random(seed).shuffle(shuffled)

    split, problems = split_by_day(listings=listings)
    again, _ = split_by_day(listings=shuffled)

    assert len({each.key for each in split}) == len(split)
    assert len({each.slug for each in split}) == len(split)
    assert len(split) >= len(listings) - sum(problem.is_fatal for problem in problems)
    assert all(len(each.days) <= 1 for each in split)
    if len({(each.key, each.name, each.days, each.start) for each in listings}) == len(listings):
        assert {(each.key, each.slug, each.name) for each in split} == {
            (each.key, each.slug, each.name) for each in again
        }
