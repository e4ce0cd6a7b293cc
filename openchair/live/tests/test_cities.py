from __future__ import annotations

import asyncio
import json

import pytest

from openchair.live.cities import Cities, least_population
from openchair.live.tests.test_front import Visitor
from openchair.places.gazetteer import Gazetteer
from openchair.places.tests.building_fixture import gazetteer, gazetteer_path

__all__ = ["gazetteer", "gazetteer_path"]


def ask(application, query):
    visitor = Visitor(path="/map/cities", query=query)
    return asyncio.run(visitor.ask(application))


def names(application, query):
    return [city["name"] for city in json.loads(ask(application, query).body)]


def test_a_county_shows_its_towns_and_a_continent_its_great_cities(gazetteer):
    cities = Cities(gazetteer=gazetteer)

    near = names(cities, b"bbox=-71.3,42.2,-70.9,42.5")
    far = names(cities, b"bbox=-130,20,-60,55")

    assert near[0] == "Boston"
    assert "Cambridge" in near
    assert "New York City" in far
    assert "Cambridge" not in far


@pytest.mark.parametrize(
    "query",
    [
        b"",
        b"bbox=",
        b"bbox=1,2,3",
        b"bbox=a,b,c,d",
        b"bbox=0,50,10,40",
        b"bbox=0,0,999,1",
        b"bbox=nan,0,1,1",
        b"bbox=1e999,0,1,1",
    ],
)
def test_what_is_no_box_is_refused(query):
    assert ask(Cities(gazetteer=Gazetteer.empty()), query).status == 400


def test_an_installation_without_places_has_no_names(gazetteer):
    assert names(Cities(gazetteer=None), b"bbox=-71.3,42.2,-70.9,42.5") == []


def test_the_wider_the_map_the_larger_the_city():
    asked = [least_population(width=width) for width in (0.1, 1, 3, 10, 40, 120)]

    assert asked == sorted(asked)
