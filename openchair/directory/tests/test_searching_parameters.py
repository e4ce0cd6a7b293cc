"""How a web address becomes a question to the snapshot, and chips for a person."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openchair.directory.searching import (
    MEETING_SCHEMA,
    PARAMETERS,
    BadParameter,
    Reading,
    SearchSettings,
    read_parameters,
)
from openchair.directory.tests.few_places import FewPlaces
from openchair.fellowships.catalog import catalog
from openchair.search.query import Query

NOW = datetime(2026, 3, 11, 18, 0, tzinfo=UTC)
NOW_MINUTE = int(NOW.timestamp() // 60)
SETTINGS = SearchSettings()
PLACES = FewPlaces()


def read(query_string: str, **changes: Any) -> Reading:
    asked = {"now": NOW, "settings": SETTINGS, "gazetteer": PLACES, **changes}
    return read_parameters(query_string=query_string, **asked)


def labels(reading: Reading) -> list[str]:
    return [chip.label for chip in reading.chips]


def test_nothing_asked_is_everything_by_next_start():
    assert read("").query == Query()


def test_empty_and_unknown_parameters_are_as_good_as_none():
    assert read("q=&day=&near=+&lat=&limit=&utm_source=x&123456&_=9").query == Query()


@pytest.mark.parametrize(
    ("query_string", "field", "value"),
    [
        ("day=0&day=6", "any_of", (("day", ("0", "6")),)),
        ("after=19:30", "start_from", 1170),
        ("before=9:00", "start_until", 540),
        ("before=00:00", "start_until", None),
        ("within_minutes=60", "next_until", NOW_MINUTE + 61),
        ("fellowship=na&fellowship=aa", "any_of", (("fellowship", ("na", "aa")),)),
        ("type=aa:W&type=women", "all_of", (("type", "aa:W"), ("type", "concept:women"))),
        ("type=concept:women", "all_of", (("type", "concept:women"),)),
        ("type=BEG&fellowship=na", "all_of", (("type", "na:BEG"),)),
        ("type=12x12&fellowship=aa", "all_of", (("type", "aa:12x12"),)),
        ("any_type=aa:W&any_type=lgbtq", "any_of", (("type", ("aa:W", "concept:lgbtq")),)),
        ("not_type=aa:M&not_type=men", "none_of", (("type", "aa:M"), ("type", "concept:men"))),
        ("attendance=in_person", "any_of", (("attendance", ("in_person", "hybrid")),)),
        ("attendance=online", "any_of", (("attendance", ("online", "hybrid")),)),
        ("attendance=hybrid", "any_of", (("attendance", ("hybrid",)),)),
        ("attendance=inactive", "any_of", (("attendance", ("inactive",)),)),
        ("language=ES&language=fr", "any_of", (("language", ("es", "fr")),)),
        ("region=new-york/brooklyn", "any_of", (("region", ("new-york/brooklyn",)),)),
        ("body=7", "any_of", (("body", ("7",)),)),
        ("lat=42.3&lng=-71.1", "near", (42.3, -71.1)),
        ("near=02139", "near", (42.365, -71.104)),
        ("near=Portland,+Oregon", "near", (45.52, -122.68)),
        ("near=02139&radius_km=3", "radius_km", 3.0),
        ("near=02139&radius_mi=3", "radius_km", 4.828),
        ("near=02139", "radius_km", 8.047),
        ("near=Boston", "radius_km", 24.14),
        ("bbox=-71.2,42.3,-71,42.4", "box", (-71.2, 42.3, -71.0, 42.4)),
        ("bbox=170,-20,-170,-10", "box", (170.0, -20.0, -170.0, -10.0)),
        ("sort=name", "sort", "name"),
        ("limit=200", "limit", 200),
        ("cursor=abc", "cursor", "abc"),
        ("facets=1", "facets", True),
        ("q=serenity+women", "words", ("serenity",)),
    ],
)
def test_a_parameter_asks_for_what_it_says(query_string, field, value):
    assert getattr(read(query_string).query, field) == value


def test_a_plain_code_is_that_of_any_fellowship():
    (condition,) = read("type=W").query.any_of

    assert condition[0] == "type"
    assert set(condition[1]) >= {"aa:W", "na:W"}
    assert read("type=W&fellowship=na").query.all_of == (("type", "na:W"),)


@pytest.mark.parametrize(
    ("query_string", "name", "allowed"),
    [
        ("day=7", "day", "0 to 6"),
        ("day=sunday", "day", "0 to 6"),
        ("after=7pm", "after", "19:30"),
        ("before=24:00", "before", "19:30"),
        ("within_minutes=0", "within_minutes", "from 1"),
        ("fellowship=oa", "fellowship", "aa, na"),
        ("type=QQQ", "type", "aa:W"),
        ("type=aa:QQQ", "type", "aa:W"),
        ("any_type=QQQ", "any_type", "women"),
        ("not_type=QQQ", "not_type", "women"),
        ("attendance=zoom", "attendance", "in_person, online, hybrid"),
        ("language=spanish", "language", "es"),
        ("near=Zyzzyx", "near", "postal code"),
        ("lat=42", "lng", "lat"),
        ("lng=42", "lat", "lng"),
        ("lat=91&lng=0", "lat", "90"),
        ("lat=nan&lng=0", "lat", "90"),
        ("lat=0&lng=inf", "lng", "180"),
        ("radius_km=5", "radius_km", "near"),
        ("radius_km=0&near=Boston", "radius_km", "above 0"),
        ("radius_mi=-1&near=Boston", "radius_mi", "above 0"),
        ("radius_km=5&radius_mi=3&near=Boston", "radius_mi", "either"),
        ("bbox=1,2,3", "bbox", "west,south,east,north"),
        ("bbox=1,9,3,4", "bbox", "west,south,east,north"),
        ("bbox=1,x,3,4", "bbox", "west,south,east,north"),
        ("sort=random", "sort", "next, distance"),
        ("limit=201", "limit", "1 to 200"),
        ("limit=0", "limit", "1 to 200"),
        ("limit=٣٠٠", "limit", "1 to 200"),
        ("facets=yes", "facets", "1"),
        ("timezone=EST5", "timezone", "America/New_York"),
        ("timezone=../../etc/passwd", "timezone", "America/New_York"),
        ("lang=de", "lang", "en, es, fr"),
        ("region=" + "x" * 400, "region", "300"),
    ],
)
def test_what_cannot_be_meant_is_named_with_what_is_allowed(query_string, name, allowed):
    with pytest.raises(BadParameter) as caught:
        read(query_string)

    assert caught.value.name == name
    assert allowed in caught.value.allowed
    assert len(caught.value.value) <= 300
    assert caught.value.allowed in str(caught.value)


def test_letters_that_were_not_escaped_are_read_all_the_same():
    assert read("q=en línea".encode()).understood[0].value == "online"


def test_too_many_parameters_are_refused():
    with pytest.raises(BadParameter, match="at most"):
        read("&".join(["day=1"] * 300))


def test_a_place_without_a_gazetteer_is_a_bad_parameter():
    with pytest.raises(BadParameter, match="no places are known"):
        read("near=Boston", gazetteer=None)


@pytest.mark.parametrize(
    ("query_string", "sort"),
    [
        ("", "next"),
        ("q=women+near+02139", "distance"),
        ("near=02139", "distance"),
        ("q=tonight+near+02139", "next"),
        ("near=02139&day=3", "next"),
        ("near=02139&after=18:00", "next"),
        ("q=serenity", "relevance"),
        ("q=serenity+tonight", "next"),
        ("q=serenity+saturday", "next"),
        ("q=serenity+women+boston", "distance"),
        ("q=women", "next"),
        ("q=serenity&sort=name", "name"),
        # The order stays chosen on a page while the place is taken away.
        ("sort=distance", "next"),
        ("sort=distance&q=serenity", "relevance"),
        ("sort=distance&near=02139&day=3", "distance"),
    ],
)
def test_the_order_follows_what_is_asked(query_string, sort):
    assert read(query_string).query.sort == sort


def test_a_point_alone_has_no_bound_but_a_time_sets_one():
    assert read("lat=42&lng=-71").query.radius_km is None
    assert read("lat=42&lng=-71&q=tonight").query.radius_km == pytest.approx(24.14)
    assert read("lat=42&lng=-71&q=tonight&bbox=1,2,3,4").query.radius_km is None


def test_a_distance_in_the_words_belongs_to_the_place_beside_them():
    reading = read("near=Boston&q=within+5+miles")

    assert reading.query.radius_km == pytest.approx(8.047)
    assert not reading.wants_place


def test_an_exact_point_beats_the_place_and_the_words():
    reading = read("lat=1&lng=2&near=Nowhere+known&q=women+brooklyn")

    assert reading.query.near == (1.0, 2.0)
    assert reading.query.words == ("brooklyn",)


def test_words_and_parameters_must_both_hold():
    query = read("q=women+saturday&day=0&type=open").query

    assert query.all_of == (("type", "concept:women"), ("type", "concept:open"))
    assert query.any_of == (("day", ("6",)), ("day", ("0",)))


@pytest.mark.parametrize(
    ("query_string", "hours"),
    [
        ("q=morning&after=06:00", (360, 720)),
        ("q=morning&after=06:00&before=08:00", (360, 480)),
        ("q=after+8pm&before=22:00", (1200, 1320)),
        ("q=morning&after=20:00", (1200, None)),
        ("q=night&after=22:00", (1320, None)),
        ("after=22:00&before=00:00", (1320, 0)),
        ("after=22:00&before=02:00", (1320, 120)),
    ],
)
def test_hours_given_narrow_the_hours_in_words(query_string, hours):
    query = read(query_string).query

    assert (query.start_from, query.start_until) == hours


def test_within_minutes_narrows_now():
    assert read("q=now&within_minutes=15").query.next_until == NOW_MINUTE + 16
    assert read("q=now&within_minutes=600").query.next_until == NOW_MINUTE + 61


def test_a_door_that_is_closed_for_now_is_not_shown_to_who_asks_when():
    assert ("attendance", "inactive") in read("q=tonight").query.none_of
    assert ("attendance", "inactive") in read("day=3").query.none_of
    assert read("q=serenity").query.none_of == ()
    assert read("q=tonight&attendance=online").query.none_of == ()


def test_tonight_is_that_of_the_searcher_or_of_the_place():
    def starts(query_string: str) -> int:
        return (read(query_string).query.next_from or 0) - NOW_MINUTE

    assert starts("q=tonight") == 3 * 60
    assert starts("q=tonight&timezone=Europe/Paris") == -2 * 60
    assert starts("q=tonight&near=75011") == -2 * 60
    assert starts("q=tonight&near=75011&timezone=America/New_York") == -2 * 60


def test_meanings_come_in_the_language_asked_for():
    assert [each.means for each in read("q=women+tonight", language="es").understood] == [
        "Mujeres",
        "Esta noche, desde las 17:00",
    ]
    assert read("q=women&lang=fr", language="es").understood[0].means == "Femmes"


def test_chips_cover_words_and_parameters_and_lead_to_the_question_without_them():
    reading = read(
        "q=women+tonight&near=02139&type=aa:O&day=3&not_type=men&sort=distance&cursor=c&limit=50"
    )

    assert labels(reading) == [
        "Women",
        "Tonight, from 5 pm",
        "Within 5 mi of 02139",
        "Open",
        "Wednesday",
        "Not: Men",
    ]
    links = {chip.label: dict(parse_qsl(chip.remove_query_string)) for chip in reading.chips}
    assert links["Women"]["q"] == "tonight"
    assert "near" not in links["Within 5 mi of 02139"]
    assert "sort" not in links["Within 5 mi of 02139"]
    assert links["Wednesday"]["sort"] == "distance"
    assert "day" not in links["Wednesday"]
    assert all("cursor" not in link and link["limit"] == "50" for link in links.values())


def test_a_place_in_words_takes_its_distance_with_it():
    (chip,) = read("q=near+Boston&radius_mi=2&sort=distance").chips

    assert chip.label == "Within 2 mi of Boston"
    assert chip.remove_query_string == ""


def test_the_last_word_taken_away_leaves_no_empty_question():
    (chip,) = read("q=tonight").chips

    assert chip.remove_query_string == ""


@pytest.mark.parametrize(
    ("query_string", "label"),
    [
        ("after=19:00", "From 7 pm"),
        ("before=12:00", "Before noon"),
        ("within_minutes=90", "Starting within 90 minutes"),
        ("fellowship=na", "Narcotics Anonymous"),
        ("type=W", "Women"),
        ("any_type=lgbtq", "LGBTQ"),
        ("attendance=inactive", "Closed for now"),
        ("language=es", "Spanish"),
        ("language=xx", "xx"),
        ("region=new-york/staten-island", "Staten Island"),
        ("body=3", "3"),
        ("lat=1&lng=2", "Near this point"),
        ("lat=1&lng=2&radius_mi=5", "Within 5 mi of this point"),
        ("lat=1&lng=2&near=Home&radius_km=8.05", "Within 5 mi of Home"),
        ("near=Boston&radius_mi=2.5", "Within 2.5 mi of Boston"),
        ("bbox=1,2,3,4", "In this part of the map"),
    ],
)
def test_a_parameter_has_a_chip_in_plain_words(query_string, label):
    assert labels(read(query_string)) == [label]


QUESTIONS = [
    ("q", "women tonight"),
    ("q", "serenity"),
    ("day", "3"),
    ("day", "4"),
    ("after", "18:00"),
    ("before", "21:00"),
    ("within_minutes", "120"),
    ("fellowship", "na"),
    ("type", "women"),
    ("any_type", "lgbtq"),
    ("not_type", "men"),
    ("attendance", "online"),
    ("language", "es"),
    ("region", "a/b"),
    ("body", "1"),
    ("near", "Boston"),
    ("bbox", "1,2,3,4"),
    ("sort", "name"),
    ("limit", "5"),
]


@given(pairs=st.lists(st.sampled_from(QUESTIONS), unique_by=lambda pair: pair, max_size=8))
@settings(max_examples=150, deadline=None)
def test_following_every_chip_in_turn_ends_with_nothing_asked(pairs):
    query_string = urlencode(pairs)
    steps = 0
    while chips := read(query_string).chips:
        query_string = chips[0].remove_query_string
        steps += 1
        assert steps <= 30

    query = read(query_string).query
    assert (query.all_of, query.any_of, query.none_of) == ((), (), ())
    assert query.near is query.box is query.next_until is query.start_from is None


@given(
    query_string=st.one_of(
        st.text(max_size=80),
        st.binary(max_size=80),
        st.lists(st.tuples(st.sampled_from(PARAMETERS), st.text(max_size=12)), max_size=5).map(
            urlencode
        ),
    )
)
@settings(max_examples=300, deadline=None)
def test_any_address_is_read_or_refused(query_string):
    try:
        reading = read(query_string)
    except BadParameter:
        return

    assert 1 <= reading.query.limit <= 200
    assert all(chip.label for chip in reading.chips)


def test_every_type_of_every_fellowship_can_be_asked_for():
    for pack in catalog().fellowships.values():
        for code in pack.types:
            assert read(urlencode({"type": f"{pack.id}:{code}"})).query.all_of == (
                ("type", f"{pack.id}:{code}"),
            )


def test_conditions_name_filters_of_the_schema():
    reading = read("&".join(f"{urlencode([pair])}" for pair in QUESTIONS))
    query = reading.query
    names = {name for name, _ in (*query.all_of, *query.any_of, *query.none_of)}

    assert names <= set(MEETING_SCHEMA.filters)


def test_the_search_half_is_read_without_django():
    code = "import sys, openchair.directory.searching; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
