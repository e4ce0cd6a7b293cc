from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openchair.places.gazetteer import Gazetteer, NoGazetteer

US, GB, MX, CA = ("US",), ("GB",), ("MX",), ("CA",)

# what is typed, countries that are home, kind, name, country, region
LOOKUPS = [
    ("02139", (), "postal", "Cambridge", "US", "MA"),
    ("02139-1234", (), "postal", "Cambridge", "US", "MA"),
    ("021391234", (), "postal", "Cambridge", "US", "MA"),
    ("M5V 2T6", (), "postal", "Downtown Toronto", "CA", "ON"),
    ("m5v2t6", (), "postal", "Downtown Toronto", "CA", "ON"),
    ("M5V", (), "postal", "Downtown Toronto", "CA", "ON"),
    ("SW4 9SW", (), "postal", "Clapham", "GB", "ENG"),
    ("sw49sw", (), "postal", "Clapham", "GB", "ENG"),
    ("SW4", GB, "postal", "Clapham", "GB", "ENG"),
    ("E1", GB, "postal", "Rotherhithe", "GB", "ENG"),
    ("D02 X285", (), "postal", "Dublin 2", "IE", "L"),
    ("28013", ("ES",), "postal", "Madrid", "ES", "MD"),
    ("75001", ("FR",), "postal", "Paris", "FR", "11"),
    ("75001", US, "postal", "Addison", "US", "TX"),
    ("Cambridge, MA", (), "city", "Cambridge", "US", "MA"),
    ("Cambridge MA", (), "city", "Cambridge", "US", "MA"),
    ("cambridge ma", GB, "city", "Cambridge", "US", "MA"),
    ("Cambridge, Massachusetts, USA", (), "city", "Cambridge", "US", "MA"),
    ("Cambridge, MA 02139", (), "postal", "Cambridge", "US", "MA"),
    ("12 Main Street, Cambridge, MA 02139", (), "postal", "Cambridge", "US", "MA"),
    ("Cambridge", US, "city", "Cambridge", "US", "MA"),
    ("Cambridge", GB, "city", "Cambridge", "GB", "ENG"),
    ("London", (), "city", "London", "GB", "ENG"),
    ("London", US, "city", "London", "GB", "ENG"),
    ("London", CA, "city", "London", "GB", "ENG"),
    ("London ON", (), "city", "London", "CA", "ON"),
    ("Londres", MX, "city", "London", "GB", "ENG"),
    ("Brooklyn", US, "city", "Brooklyn", "US", "NY"),
    ("Queens", US, "city", "Queens", "US", "NY"),
    ("Bronx", US, "city", "The Bronx", "US", "NY"),
    ("the Bronx", US, "city", "The Bronx", "US", "NY"),
    ("Manhattan", US, "city", "Manhattan", "US", "NY"),
    ("Staten Island", US, "city", "Staten Island", "US", "NY"),
    ("Harlem", US, "city", "Harlem", "US", "NY"),
    ("Hollywood", US, "city", "Hollywood", "US", "CA"),
    ("San José", US, "city", "San Jose", "US", "CA"),
    ("Leeds, UK", (), "city", "Leeds", "GB", "ENG"),
    ("Leeds, Yorkshire", US, "city", "Leeds", "GB", "ENG"),
    ("Guildford, Surrey", (), "city", "Guildford", "GB", "ENG"),
    ("Hackney, London", GB, "city", "Hackney", "GB", "ENG"),
    ("Newcastle", GB, "city", "Newcastle upon Tyne", "GB", "ENG"),
    ("Camden", GB, "city", "Camden Town", "GB", "ENG"),
    ("Boston", GB, "city", "Boston", "GB", "ENG"),
    ("Boston", US, "city", "Boston", "US", "MA"),
    ("Nuevo Laredo", MX, "city", "Nuevo Laredo", "MX", "28"),
    ("Tijuana, B.C.", MX, "city", "Tijuana", "MX", "02"),
    ("Monterrey NL", MX, "city", "Monterrey", "MX", "19"),
    ("Ciudad de México", MX, "city", "Mexico City", "MX", "09"),
    ("cdmx", MX, "city", "Mexico City", "MX", "09"),
    ("Montréal", (), "city", "Montréal", "CA", "QC"),
    ("montreal", (), "city", "Montréal", "CA", "QC"),
    ("Québec", CA, "city", "Québec", "CA", "QC"),
    ("Sevilla", ("ES",), "city", "Sevilla", "ES", "AN"),
    ("Guadalajara", MX, "city", "Guadalajara", "MX", "14"),
    ("Guadalajara, España", MX, "city", "Guadalajara", "ES", "CM"),
    ("Paris, France", US, "city", "Paris", "FR", "11"),
    ("Paris, Texas", US, "city", "Paris", "US", "TX"),
    ("Seattle WA USA", (), "city", "Seattle", "US", "WA"),
    ("New York", US, "city", "New York City", "US", "NY"),
    ("New York, NY", US, "city", "New York City", "US", "NY"),
    ("NYC", US, "city", "New York City", "US", "NY"),
    ("Nueva York", MX, "city", "New York City", "US", "NY"),
    ("Washington", US, "city", "Washington", "US", "DC"),
    ("Washington, DC", US, "city", "Washington", "US", "DC"),
    ("Kansas City, Kansas", US, "city", "Kansas City", "US", "KS"),
    ("St. Louis", US, "city", "St. Louis", "US", "MO"),
    ("Saint Louis", US, "city", "St. Louis", "US", "MO"),
    ("Winston-Salem", US, "city", "Winston-Salem", "US", "NC"),
    ("O'Fallon, MO", US, "city", "O'Fallon", "US", "MO"),
    ("Tralee, Co. Kerry", ("IE",), "city", "Tralee", "IE", "M"),
    ("San Juan, PR", US, "city", "San Juan", "PR", None),
    ("portland or", US, "city", "Portland", "US", "OR"),
    ("portland me", US, "city", "Portland", "US", "ME"),
    ("Tokyo", US, "city", "Tokyo", "JP", None),
    ("New Jersey", US, "region", "New Jersey", "US", "NJ"),
    ("MA", US, "region", "Massachusetts", "US", "MA"),
    ("Ontario", US, "region", "Ontario", "CA", "ON"),
    ("Wales", GB, "region", "Wales", "GB", "WLS"),
    ("Georgia", US, "region", "Georgia", "US", "GA"),
    ("Orange County, CA", US, "region", "Orange County", "US", "CA"),
    ("Kent", GB, "region", "Kent", "GB", "ENG"),
    ("Co. Kerry", ("IE",), "region", "County Kerry", "IE", "M"),
    ("UK", (), "country", "United Kingdom", "GB", ""),
    ("Reino Unido", MX, "country", "United Kingdom", "GB", ""),
    ("Mexico", US, "country", "Mexico", "MX", ""),
]


@pytest.mark.parametrize("row", LOOKUPS, ids=lambda row: f"{row[0]} {'/'.join(row[1])}".strip())
def test_a_text_is_looked_up_as_a_person_means_it(row, gazetteer: Gazetteer):
    text, prefer, kind, name, country, admin1 = row

    place = gazetteer.lookup(text=text, prefer=prefer)

    assert place is not None
    assert (place.kind, place.name, place.country) == (kind, name, country)
    assert admin1 is None or place.admin1 == admin1


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ",",
        ", ,",
        "asdfgh",
        "7pm",
        "1930",
        "12",
        "00000",
        "Boston in",
        "%",
        "'",
        "\x00",
        "🪑",
    ],
)
def test_what_is_no_place_finds_none(text: str, gazetteer: Gazetteer):
    assert gazetteer.lookup(text=text, prefer=US) is None


# words as typed, how many make the place, its name and region
STARTS = [
    ("brooklyn saturday", 1, "Brooklyn", "NY"),
    ("brooklyn ny beginners", 2, "Brooklyn", "NY"),
    ("new york city tonight", 3, "New York City", "NY"),
    ("02139 women", 1, "Cambridge", "MA"),
    ("cambridge ma 02139 women", 3, "Cambridge", "MA"),
    ("SW4 9SW thursday", 2, "Clapham", "ENG"),
    ("sw4 thursday", 1, "Clapham", "ENG"),
    ("san francisco bay", 2, "San Francisco", "CA"),
    ("orange county california meetings", 3, "Orange County", "CA"),
    ("paris france tonight", 2, "Paris", "11"),
    ("new jersey tonight", 2, "New Jersey", "NJ"),
    ("Portland OR online", 2, "Portland", "OR"),
    ("portland or online", 1, "Portland", "OR"),
    ("boston in person", 1, "Boston", "MA"),
    ("london on friday", 1, "London", "ENG"),
    ("st. louis, mo noon", 3, "St. Louis", "MO"),
]


@pytest.mark.parametrize("row", STARTS, ids=lambda row: row[0])
def test_the_longest_start_that_is_a_place_is_taken(row, gazetteer: Gazetteer):
    text, count, name, admin1 = row

    found = gazetteer.longest_place(words=text.split(), prefer=US)

    assert found is not None
    assert (found[0].name, found[0].admin1, found[1]) == (name, admin1, count)


@pytest.mark.parametrize(
    "text",
    [
        "7pm boston",
        "1930 hours",
        "in boston",
        "la",
        "us",
        "or online",
        "12 steps",
        "5 miles",
        "open",
        "women",
        "",
        "--- ",
    ],
)
def test_words_that_start_with_no_place_give_none(text: str, gazetteer: Gazetteer):
    assert gazetteer.longest_place(words=text.split(), prefer=US) is None


def test_a_small_town_that_is_a_word_can_be_left_out(gazetteer: Gazetteer):
    alone = gazetteer.longest_place(words=["hope", "meeting"], prefer=US, min_population=50_000)
    with_state = gazetteer.longest_place(words=["hope", "AR"], prefer=US, min_population=50_000)

    assert alone is None
    assert with_state is not None
    assert (with_state[0].name, with_state[1]) == ("Hope", 2)


@given(words=st.lists(st.text(max_size=12), max_size=8))
def test_any_words_can_be_asked_for(words: list[str], gazetteer: Gazetteer):
    found = gazetteer.longest_place(words=words, prefer=US)

    assert found is None or 1 <= found[1] <= len(words)
    gazetteer.lookup(text=" ".join(words), prefer=US)


def test_a_city_outside_the_state_or_country_is_not_taken(gazetteer: Gazetteer):
    assert gazetteer.city(name="Boston", admin1="NY", country="US", prefer=()) != gazetteer.city(
        name="Boston"
    )
    assert gazetteer.city(name="Boston", admin1="nowhere") is None
    assert gazetteer.city(name="Brooklyn", country="ES") is None


def test_the_nearest_of_one_name_can_be_asked_for(gazetteer: Gazetteer):
    place = gazetteer.city(name="Springfield", near=(39.8, -89.6))

    assert place is not None
    assert place.admin1 == "IL"


def test_regions_are_known_by_code_and_by_name(gazetteer: Gazetteer):
    assert gazetteer.region_code(name="Pennsylvania", country="US") == "PA"
    assert gazetteer.region_code(name="pa", country="US") == "PA"
    assert gazetteer.region_code(name="Cataluña", country="ES") == "CT"
    assert gazetteer.region_code(name="Nowhere", country="US") == ""
    assert gazetteer.region_name(country="CA", admin1="QC") == "Quebec"
    assert gazetteer.region_name(country="CA", admin1="??") == ""


def test_cities_of_a_box_come_largest_first(gazetteer: Gazetteer):
    cities = gazetteer.cities_within(
        west=-72, south=41, east=-70, north=43, limit=5, min_population=50_000
    )

    assert len(cities) == 5
    assert cities[0].name == "Boston"
    assert [city.population for city in cities] == sorted(
        (city.population for city in cities), reverse=True
    )


def test_a_box_over_the_date_line_has_cities_of_both_sides(gazetteer: Gazetteer):
    cities = gazetteer.cities_within(
        west=170, south=-60, east=-150, north=70, limit=200, min_population=1000
    )

    assert any(city.longitude > 170 for city in cities)
    assert any(city.longitude < -150 for city in cities)
    assert all(not -150 < city.longitude < 170 for city in cities)


def test_a_flat_box_and_a_tall_one_agree(gazetteer: Gazetteer):
    box = {"west": -80.0, "south": 35.0, "east": -70.0, "min_population": 200_000, "limit": 100}

    flat = gazetteer.cities_within(north=46.5, **box)
    tall = gazetteer.cities_within(north=47.5, **box)

    assert flat == [city for city in tall if city.latitude <= 46.5]


def test_the_nearest_city_is_found_within_reach_only(gazetteer: Gazetteer):
    boston = gazetteer.nearest_city(latitude=42.3601, longitude=-71.0589)
    ocean = gazetteer.nearest_city(latitude=40.0, longitude=-40.0)

    assert boston is not None
    assert boston.admin1 == "MA"
    assert ocean is None


def test_a_missing_gazetteer_says_how_to_make_it(tmp_path: Path):
    with pytest.raises(NoGazetteer, match="`openchair places` makes it"):
        Gazetteer.open(path=tmp_path / "places.sqlite3")


@pytest.mark.parametrize("content", [b"", b"not a database" * 99], ids=["empty", "rubbish"])
def test_a_broken_gazetteer_is_refused(content: bytes, tmp_path: Path):
    path = tmp_path / "places.sqlite3"
    path.write_bytes(content)

    with pytest.raises(NoGazetteer):
        Gazetteer.open(path=path)


def test_a_gazetteer_of_another_version_is_refused(tmp_path: Path):
    path = tmp_path / "places.sqlite3"
    Gazetteer.empty().close()
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE TABLE meta (key TEXT, value TEXT); INSERT INTO meta VALUES ('fingerprint', 'schema 0 x');"
        "CREATE TABLE country_name (folded TEXT, country TEXT);"
        "CREATE TABLE region_name (folded TEXT, country TEXT, admin1 TEXT);"
        "CREATE TABLE place (kind TEXT, country TEXT, admin1 TEXT, name TEXT, population INTEGER);"
    )
    connection.close()

    with pytest.raises(NoGazetteer, match="another version"):
        Gazetteer.open(path=path)


def test_without_a_gazetteer_nothing_is_known_and_nothing_fails(tmp_path: Path):
    gazetteer = Gazetteer.open_or_empty(path=tmp_path / "places.sqlite3")

    assert gazetteer.lookup(text="Boston, MA 02139") is None
    assert gazetteer.longest_place(words=["boston"]) is None
    assert gazetteer.nearest_city(latitude=0, longitude=0) is None
    assert (
        gazetteer.cities_within(west=-1, south=-1, east=1, north=80, limit=9, min_population=0)
        == []
    )
    gazetteer.close()


def test_many_threads_may_ask_at_once(gazetteer_path: Path):
    gazetteer = Gazetteer.open(path=gazetteer_path)
    codes = [f"{number:05}" for number in range(2100, 2200)] * 4

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda code: gazetteer.postal(code=code, country="US"), codes))

    assert found == [gazetteer.postal(code=code, country="US") for code in codes]
    gazetteer.close()
