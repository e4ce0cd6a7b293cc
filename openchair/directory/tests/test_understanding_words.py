"""What people's words mean: the table of vectors/search_readings.json, and rules that hold for any
text."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openchair.directory.asking.vocabulary import vocabulary
from openchair.directory.tests.few_places import FewPlaces
from openchair.directory.understanding import SearchSettings, Understanding, understand
from openchair.places.tests.building_fixture import gazetteer, gazetteer_path

__all__ = ["gazetteer", "gazetteer_path"]

TABLE = json.loads(
    (Path(__file__).parents[3] / "vectors" / "search_readings.json").read_text(encoding="utf-8")
)
NOW = datetime.fromisoformat(TABLE["now"])
PLACES = FewPlaces()
SETTINGS = {
    language: msgspec.convert(each, SearchSettings) for language, each in TABLE["settings"].items()
}


def read(text: str, language: str = "en", **changes: Any) -> Understanding:
    asked = {"now": NOW, "settings": SETTINGS[language], "gazetteer": PLACES, **changes}
    return understand(text=text, language=language, **asked)


def as_row(found: Understanding, language: str) -> dict[str, Any]:
    """The reading as the table writes it, empty parts left out."""
    zone = (found.place.timezone if found.place else "") or SETTINGS[language].time_zone
    row = {
        "means": [each.means for each in found.understood],
        "all_of": [f"{name}={value}" for name, value in found.all_of],
        "none_of": [f"{name}={value}" for name, value in found.none_of],
        "any_of": [f"{name}={','.join(values)}" for name, values in found.any_of],
        "hours": _span(_hour(found.start_from), "–", _hour(found.start_until)),
        "next": _span(_instant(found.next_from, zone), "/", _instant(found.next_until, zone)),
        "near": f"{found.place.name}, {found.place.country}" if found.place else "",
        "radius_km": found.radius_km,
        "words": list(found.words),
    }
    return {name: value for name, value in row.items() if value}


def _span(first: str, mark: str, last: str) -> str:
    return f"{first}{mark}{last}" if first or last else ""


def _hour(minutes: int | None) -> str:
    return "" if minutes is None else f"{minutes // 60:02}:{minutes % 60:02}"


def _instant(minutes: int | None, zone: str) -> str:
    if minutes is None:
        return ""
    return datetime.fromtimestamp(minutes * 60, ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M%z")


@pytest.mark.parametrize("row", TABLE["readings"], ids=lambda row: row["q"])
def test_a_phrase_is_read_as_the_table_says(row):
    expected = {name: value for name, value in row.items() if name not in {"q", "language"}}

    found = as_row(read(row["q"], row["language"]), row["language"])

    assert found == {name: value for name, value in expected.items() if value}


def test_the_table_holds_enough_of_each_language():
    for language in ("en", "es", "fr"):
        assert sum(row["language"] == language for row in TABLE["readings"]) >= 60


@pytest.mark.parametrize("row", TABLE["readings"], ids=lambda row: row["q"])
def test_taking_a_chip_away_takes_away_what_it_did(row):
    found = read(row["q"], row["language"])

    for chip in found.understood:
        without = read(chip.q_without, row["language"])
        assert len(chip.q_without) < len(row["q"])
        said = [(each.kind, each.value, each.is_negative) for each in without.understood]
        if chip.kind not in {"after", "before", "at", "between"}:
            assert (chip.kind, chip.value, chip.is_negative) not in said


PHRASES = sorted(
    {" ".join(each.words) for group in vocabulary().phrases.values() for each in group}
)


@given(
    phrases=st.lists(st.sampled_from(PHRASES), min_size=1, max_size=4, unique=True),
    language=st.sampled_from(["en", "es", "fr"]),
)
@settings(max_examples=150, deadline=None)
def test_chips_quote_the_question_and_say_something(phrases, language):
    text = ", ".join(phrases)

    found = read(text, language)

    for chip in found.understood:
        assert chip.means
        assert set(chip.text.replace(",", "").split()) <= set(" ".join(phrases).split())
        assert len(read(chip.q_without, language).understood) <= len(found.understood) + 1


@given(text=st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_no_text_is_too_strange_to_read(text):
    found = read(text)

    assert len(found.words) <= 120
    for chip in found.understood:
        read(chip.q_without)


@given(
    text=st.lists(
        st.sampled_from(
            [
                *[
                    "at",
                    "after",
                    "before",
                    "between",
                    "from",
                    "to",
                    "and",
                    "-",
                    "7",
                    "8",
                    "19h",
                    "7:30",
                    "pm",
                    "am",
                    "24:00",
                    "0",
                    "99",
                    "12",
                    "h",
                    "noon",
                ],
                *[
                    "midnight",
                    "within",
                    "5",
                    "km",
                    "mi",
                    "miles",
                    "in",
                    "2",
                    "hours",
                    "near",
                    "a",
                    "las",
                    "de",
                    "à",
                    "entre",
                    "y",
                    "02139",
                    "next",
                ],
                *[
                    "not",
                    "no",
                    "or",
                    "in",
                    "women",
                    "or",
                    "friday",
                    ",",
                    ".",
                    "…",
                    "1.5",
                    "999",
                    "tonight",
                    "tomorrow",
                    "night",
                ],
            ]
        ),
        max_size=14,
    ).map(" ".join)
)
@settings(max_examples=300, deadline=None)
def test_hours_and_instants_stay_in_bounds(text):
    found = read(text)

    for minutes in (found.start_from, found.start_until):
        assert minutes is None or 0 <= minutes < 1440
    if found.next_from is not None and found.next_until is not None:
        assert found.next_from <= found.next_until
    assert found.radius_km is None or 0 < found.radius_km <= 500


def test_a_long_paste_is_cut_and_not_read_whole():
    found = read("women " * 50 + "tonight")

    assert [each.value for each in found.understood] == ["concept:women"]


def test_words_in_other_scripts_are_searched_whole():
    assert read("हिन्दी कमल").words == ("कमल",)
    assert [each.value for each in read("русский").understood] == ["ru"]


def test_before_four_tonight_is_the_night_that_is_ending():
    now = datetime(2026, 3, 12, 6, 30, tzinfo=UTC)  # half past two in New York

    found = read("online tonight", now=now)

    assert _instant(found.next_until, "America/New_York").startswith("2026-03-12T04:00")
    assert found.understood[1].means == "Tonight, until 4 am"


def test_tonight_over_the_change_of_clocks_is_an_hour_shorter():
    now = datetime(2026, 3, 7, 23, 0, tzinfo=UTC)

    found = read("tonight", now=now)

    assert found.next_from is not None
    assert found.next_until is not None
    assert found.next_until - found.next_from == 10 * 60


def test_tonight_is_that_of_the_place_that_is_named():
    found = read("tonight near 28001")

    assert _instant(found.next_from, "Europe/Madrid").startswith("2026-03-11T17:00")


def test_a_home_town_is_meant_before_its_namesake_abroad():
    british = msgspec.structs.replace(SETTINGS["en"], country="GB")

    assert read("cambridge").place.admin1 == "MA"
    assert read("cambridge", settings=british).place.country == "GB"


def test_with_a_point_at_hand_no_word_is_taken_for_a_place():
    found = read("women brooklyn within 5 miles", has_point=True)

    assert found.place is None
    assert found.words == ("brooklyn",)
    assert found.radius_km == pytest.approx(8.047)
    assert not found.wants_place
    assert found.understood[-1].means == "Within 5 mi of this point"


def test_without_a_gazetteer_places_are_text():
    found = read("women near brooklyn tonight", gazetteer=None)

    assert found.words == ("brooklyn",)
    assert found.place is None


def test_a_distance_of_nothing_asks_for_a_place():
    assert read("within 5 miles").wants_place
    assert read("near me").wants_place
    assert not read("within 5 miles of boston").wants_place


def test_places_are_asked_for_once():
    places = FewPlaces()
    read("women boston tonight", gazetteer=places)
    asked = places.asked

    read("women boston tonight", gazetteer=places)

    assert places.asked == asked


def test_every_sentence_exists_in_every_language():
    sentences = vocabulary().sentences

    assert set(sentences["en"]) == set(sentences["es"]) == set(sentences["fr"])
    for key, text in sentences["en"].items():
        for language in ("es", "fr"):
            assert sentences[language][key].count("{") == text.count("{"), key


class TestWithTheRealGazetteer:
    """The gazetteer of seven countries knows 15,000 towns, many of which are words."""

    @pytest.mark.parametrize(
        ("text", "country", "place", "words"),
        [
            ("women tonight near 02139", "US", "02139", ()),
            ("NA candlelight saturday brooklyn", "US", "Brooklyn", ()),
            ("agnostic AA Portland OR", "US", "Portland", ()),
            ("Cambridge, MA 02139 saturday", "US", "Cambridge, MA 02139", ()),
            ("women in reading pa", "US", "Reading", ()),
            ("reading tonight", "GB", "Reading", ()),
            ("femmes ce soir près de 75011", "FR", "75011", ()),
            ("mujeres cerca de Guadalajara", "MX", "Guadalajara", ()),
            ("SW1A 1AA thursday", "GB", "SW1A 1AA", ()),
            ("hope in recovery", "US", None, ("hope", "recovery")),
            ("serenity group", "US", None, ("serenity",)),
            ("new hope women", "US", None, ("new", "hope")),
            ("big book study step", "US", None, ()),
            ("primary purpose", "US", None, ("primary", "purpose")),
            ("young people friday night speaker", "US", None, ()),
            ("happy joyous and free", "US", None, ("happy", "joyous", "free")),
            ("grupo nueva vida", "MX", None, ("nueva", "vida")),
            ("groupe renaissance", "FR", None, ("renaissance",)),
        ],
    )
    def test_a_place_is_found_or_left_alone(self, request, text, country, place, words):
        places = request.getfixturevalue("gazetteer")
        settings = SearchSettings(
            country=country, prefer=("US", "CA", "GB", "IE", "MX", "ES", "FR")
        )

        found = read(text, settings=settings, gazetteer=places)

        near = [each.value for each in found.understood if each.kind == "near"]
        assert (near, found.words) == ([place] if place else [], words)
