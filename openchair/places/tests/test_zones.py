from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import pytest

from openchair.places.zones import canonical_zone, countries_of_zone, zone_at, zone_for_region


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        (40.71, -74.0, "America/New_York"),
        (33.45, -112.07, "America/Phoenix"),
        (51.5, -0.12, "Europe/London"),
        (27.48, -99.52, "America/Matamoros"),
        (28.1, -15.4, "Atlantic/Canary"),
        (40.0, -40.0, ""),
        (91.0, 0.0, ""),
        (float("nan"), 0.0, ""),
        (0.0, float("inf"), ""),
    ],
)
def test_a_point_has_the_zone_of_its_land(latitude, longitude, zone):
    assert zone_at(latitude=latitude, longitude=longitude) == zone


@pytest.mark.parametrize(
    ("country", "admin1", "zone"),
    [
        ("US", "PA", "America/New_York"),
        ("US", "TX", ""),
        ("US", "", ""),
        ("CA", "ON", ""),
        ("CA", "AB", "America/Edmonton"),
        ("GB", "", "Europe/London"),
        ("GB", "SCT", "Europe/London"),
        ("IE", "", "Europe/Dublin"),
        ("ES", "CN", "Atlantic/Canary"),
        ("ES", "", ""),
        ("PR", "", "America/Puerto_Rico"),
        ("XX", "", ""),
    ],
)
def test_a_region_has_a_zone_when_it_keeps_one_clock(country, admin1, zone):
    assert zone_for_region(country=country, admin1=admin1) == zone


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("US/Eastern", "America/New_York"),
        ("america/new_york", "America/New_York"),
        ("America/New York", "America/New_York"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Europe/Amsterdam", "Europe/Amsterdam"),
        ("GB", "Europe/London"),
        ("UTC", "UTC"),
        ("Zulu", "UTC"),
        ("Mars/Olympus", ""),
        ("", ""),
    ],
)
def test_a_zone_has_one_name(name, zone):
    assert canonical_zone(name) == zone


def test_a_zone_has_its_countries():
    assert countries_of_zone("America/Toronto") == {"CA"}
    assert countries_of_zone("") == frozenset()


def test_regions_with_one_clock_agree_with_their_cities(gazetteer_path: Path):
    zones = defaultdict(lambda: defaultdict(int))
    with closing(sqlite3.connect(gazetteer_path)) as connection:
        for country, admin1, zone in connection.execute(
            "SELECT country, admin1, timezone FROM place WHERE kind = 'city' AND population > 0"
            " AND country IN ('US', 'CA', 'MX', 'ES', 'GB', 'IE', 'FR') AND admin1 != ''"
        ):
            zones[country, admin1][zone] += 1

    wrong = {}
    for (country, admin1), counts in zones.items():
        told = zone_for_region(country=country, admin1=admin1)
        others = sum(count for zone, count in counts.items() if zone != told)
        # GeoNames puts a city or two across a border; Cape Breton, Ceuta and Winnipeg's neighbours differ by name only.
        if told and others > max(2, 0.15 * sum(counts.values())):
            wrong[country, admin1] = dict(counts)

    assert len(zones) > 130
    assert wrong == {}
