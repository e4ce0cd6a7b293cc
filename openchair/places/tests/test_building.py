from __future__ import annotations

import csv
import gzip
import sqlite3
from contextlib import closing
from pathlib import Path
from statistics import median

import pytest

from openchair.places import building
from openchair.places.building import UnknownCountry, build_places, chosen_countries
from openchair.places.distance import distance_km
from openchair.places.gazetteer import Gazetteer
from openchair.places.package_data import NoPlaceData

DATA = Path(__file__).parents[4] / "shared" / "data" / "places"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data is not here")


def _rows(name: str) -> list[dict[str, str]]:
    with gzip.open(DATA / name, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_a_second_build_finds_everything_up_to_date(tmp_path: Path):
    path = tmp_path / "new" / "places.sqlite3"

    first = build_places(path=path, countries=["MT"])
    written_at = path.stat().st_mtime_ns
    second = build_places(path=path, countries=["mt"])

    assert (first.was_built, second.was_built) == (True, False)
    assert path.stat().st_mtime_ns == written_at
    assert "up to date" in str(second)
    assert "GeoNames" in str(second)
    assert [entry.name for entry in path.parent.iterdir()] == ["places.sqlite3"]


def test_other_countries_or_force_build_anew(tmp_path: Path):
    path = tmp_path / "places.sqlite3"
    build_places(path=path, countries=["MT"])

    assert build_places(path=path, countries=["MT", "LI"]).was_built
    assert build_places(path=path, countries=["MT", "LI"], force=True).was_built


def test_a_build_that_breaks_leaves_the_old_gazetteer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "places.sqlite3"
    build_places(path=path, countries=["MT"])
    before = path.read_bytes()

    def _break(**_: object) -> None:
        raise NoPlaceData("gone")

    monkeypatch.setattr(building, "read_cities", _break)
    with pytest.raises(NoPlaceData):
        build_places(path=path, countries=["LI"])

    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["places.sqlite3"]


def test_a_file_that_is_no_gazetteer_is_built_over(tmp_path: Path):
    path = tmp_path / "places.sqlite3"
    path.write_bytes(b"not a database at all" * 100)

    assert build_places(path=path, countries=["MT"]).was_built


def test_an_unknown_country_is_named():
    with pytest.raises(UnknownCountry, match="'XQ'"):
        chosen_countries(countries=["US", "XQ"])


def test_a_country_brings_its_overseas_parts():
    assert {"US", "PR", "GU"} <= chosen_countries(countries=["us"])
    assert len(chosen_countries(countries=["ALL"])) > 240


def test_codes_of_the_forces_abroad_are_left_out(gazetteer: Gazetteer):
    assert gazetteer.postal(code="09001", country="US") is None
    assert gazetteer.postal(code="34002", country="US") is None
    assert gazetteer.postal(code="96201", country="US") is None


def test_every_place_is_on_the_globe_and_every_name_leads_to_a_place(gazetteer_path: Path):
    with closing(sqlite3.connect(gazetteer_path)) as connection:
        off = connection.execute(
            "SELECT count(*) FROM place WHERE abs(latitude) > 90 OR abs(longitude) > 180 OR name = ''"
        ).fetchone()
        lost = connection.execute(
            "SELECT count(*) FROM name WHERE place NOT IN (SELECT id FROM place) OR folded = ''"
        ).fetchone()

    assert (off, lost) == ((0,), (0,))


@needs_data
def test_postal_codes_lie_where_the_whole_file_has_them(gazetteer: Gazetteer):
    rows = [
        row
        for row in _rows("postal_geonames_full.tsv.gz")
        if row["country"] in {"US", "GB", "CA", "IE", "ES"}
    ]
    sample = rows[::97]

    away = []
    missing = []
    for row in sample:
        place = gazetteer.postal(code=row["postal_code"], country=row["country"])
        if place is None:
            missing.append(row["postal_code"])
        else:
            away.append(
                distance_km(float(row["lat"]), float(row["lon"]), place.latitude, place.longitude)
            )

    # What lacks are the codes of the forces, which the shared file still has.
    assert len(missing) < len(sample) * 0.02
    assert sorted(away)[int(len(away) * 0.99)] < 1


@needs_data
def test_full_british_postcodes_lie_near_their_sector(gazetteer: Gazetteer):
    away = []
    for row in _rows("gb_postcode_sectors_os.tsv.gz")[::37]:
        place = gazetteer.postal(code=f"{row['sector']}AA", country="GB")
        if place:
            away.append(
                distance_km(float(row["lat"]), float(row["lon"]), place.latitude, place.longitude)
            )

    assert len(away) > 270
    assert median(away) < 2


@needs_data
def test_large_cities_are_found_by_name_where_they_lie(gazetteer: Gazetteer):
    cities = [
        row
        for row in _rows("cities1000.tsv.gz")
        if row["country"] in {"US", "GB", "CA", "MX", "ES", "FR", "IE"}
        and int(row["population"]) > 50_000
    ]

    far = []
    for row in cities:
        spot = float(row["lat"]), float(row["lon"])
        place = gazetteer.city(name=row["name"], country=row["country"], near=spot)
        if place is None or distance_km(*spot, place.latitude, place.longitude) > 1:
            far.append(row["name"])

    assert len(cities) > 1500
    assert far == []
