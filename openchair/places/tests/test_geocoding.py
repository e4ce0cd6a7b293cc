from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from geopy.adapters import BaseSyncAdapter
from geopy.exc import GeocoderTimedOut

from openchair.places.gazetteer import Gazetteer
from openchair.places.geocoding import (
    MOST_FAILURES_IN_A_ROW,
    BadGeocoder,
    ProviderGeocoder,
    geocode,
    open_geocoder,
)

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
# Answers in the shapes that each provider documents.
NOMINATIM = [
    {
        "lat": "42.3736",
        "lon": "-71.1097",
        "display_name": "1, Main Street",
        "addresstype": "building",
    }
]
PHOTON = {
    "features": [
        {
            "geometry": {"coordinates": [-71.1097, 42.3736]},
            "properties": {"type": "street", "street": "Main Street"},
        }
    ]
}
PELIAS = {
    "features": [
        {
            "geometry": {"coordinates": [-71.1097, 42.3736]},
            "properties": {"layer": "address", "name": "1 Main Street"},
        }
    ]
}
OPENCAGE = {
    "status": {"code": 200, "message": "OK"},
    "results": [
        {
            "formatted": "1 Main Street",
            "geometry": {"lat": 42.3736, "lng": -71.1097},
            "components": {"_type": "postcode"},
        }
    ],
}


class Provider:
    """Plays a provider: gives the same answer to everyone and keeps what was asked."""

    def __init__(self, answer: object) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def __call__(self, *, proxies: object, ssl_context: object) -> BaseSyncAdapter:
        provider = self

        class Adapter(BaseSyncAdapter):
            def get_json(self, url, *, timeout, headers):
                return json.loads(self.get_text(url, timeout=timeout, headers=headers))

            def get_text(self, url, *, timeout, headers):
                provider.asked.append(url)
                if isinstance(provider.answer, Exception):
                    raise provider.answer
                return (
                    provider.answer
                    if isinstance(provider.answer, str)
                    else json.dumps(provider.answer)
                )

        return Adapter(proxies=proxies, ssl_context=ssl_context)


def _open(setting: str, provider: Provider, folder: Path, now: datetime = NOW) -> ProviderGeocoder:
    geocoder = open_geocoder(
        setting=setting,
        cache_path=folder / "geocoder.sqlite3",
        site_url="https://meetings.example.org",
        now=now,
        adapter_factory=provider,
        seconds_between=0,
    )
    assert geocoder is not None
    return geocoder


@pytest.mark.parametrize(
    ("setting", "answer", "precision"),
    [
        ("nominatim:https://geocoder.example.org/", NOMINATIM, "exact"),
        ("photon:https://geocoder.example.org", PHOTON, "street"),
        ("pelias:http://localhost:4000", PELIAS, "exact"),
        ("opencage:KEY", OPENCAGE, "postal"),
    ],
)
def test_each_provider_is_understood(setting, answer, precision, tmp_path):
    provider = Provider(answer)

    located = _open(setting, provider, tmp_path).locate(
        address="1 Main Street, Cambridge", country="US"
    )

    assert located.point is not None
    assert (located.point.latitude, located.point.longitude) == (42.3736, -71.1097)
    assert located.point.precision == precision
    assert len(provider.asked) == 1


def test_an_answer_is_remembered_in_the_next_run_too(tmp_path):
    provider = Provider(NOMINATIM)
    setting = "nominatim:https://geocoder.example.org/"

    first = _open(setting, provider, tmp_path).locate(address="1 Main Street", country="US")
    second = _open(setting, provider, tmp_path).locate(address=" 1  Main Street ", country="US")

    assert first == second
    assert len(provider.asked) == 1


def test_what_was_not_found_is_asked_again_after_a_month(tmp_path):
    provider = Provider([])
    setting = "nominatim:https://geocoder.example.org/"

    reasons = [
        _open(setting, provider, tmp_path, NOW + timedelta(days=days))
        .locate(address="1 Nowhere", country="")
        .reason
        for days in (0, 5, 31)
    ]

    assert all("does not know" in reason for reason in reasons)
    assert len(provider.asked) == 2


@pytest.mark.parametrize(
    "answer",
    [
        GeocoderTimedOut("slow"),
        "<html>",
        [{"lat": "north", "lon": "west"}],
        [{"lat": "95", "lon": "0"}],
        [{}],
        {"error": "quota"},
        [None],
        "null",
    ],
    ids=[
        "timeout",
        "no json",
        "no numbers",
        "off the globe",
        "empty",
        "error",
        "null in list",
        "null",
    ],
)
def test_a_provider_in_trouble_never_raises(answer, tmp_path):
    geocoder = _open("nominatim:https://geocoder.example.org/", Provider(answer), tmp_path)

    located = geocoder.locate(address="1 Main Street", country="US")

    assert located.point is None
    assert located.reason


def test_a_provider_that_keeps_failing_is_left_alone(tmp_path):
    provider = Provider(GeocoderTimedOut("slow"))
    geocoder = _open("nominatim:https://geocoder.example.org/", provider, tmp_path)

    reasons = [
        geocoder.locate(address=f"{number} Main Street", country="").reason for number in range(20)
    ]

    assert len(provider.asked) == MOST_FAILURES_IN_A_ROW
    assert "left alone" in reasons[-1]


def test_a_memory_that_cannot_be_written_never_raises(tmp_path):
    geocoder = open_geocoder(
        setting="nominatim:https://geocoder.example.org/",
        cache_path=tmp_path / "missing" / "geocoder.sqlite3",
        site_url="",
        now=NOW,
        adapter_factory=Provider(NOMINATIM),
    )

    assert geocoder is not None
    assert "can't be used" in geocoder.locate(address="1 Main Street", country="").reason
    assert geocoder.locate(address="  ", country="").point is None


@pytest.mark.parametrize(
    "setting",
    [
        "google:KEY",
        "nominatim",
        "nominatim:geocoder.example.org",
        "opencage:",
        "photon:ftp://x",
        ":",
    ],
)
def test_a_setting_that_names_no_provider_is_refused(setting, tmp_path):
    with pytest.raises(BadGeocoder, match="GEOCODER"):
        open_geocoder(setting=setting, cache_path=tmp_path / "x", site_url="", now=NOW)


def test_no_setting_means_no_provider(tmp_path):
    assert open_geocoder(setting="", cache_path=tmp_path / "x", site_url="", now=NOW) is None


def test_neither_key_nor_password_is_in_the_name_that_is_logged(tmp_path):
    provider = Provider(NOMINATIM)

    assert "KEY" not in _open("opencage:KEY", provider, tmp_path).name
    assert (
        "pass" not in _open("photon:https://me:pass@geocoder.example.org/", provider, tmp_path).name
    )


def test_offline_the_postal_code_goes_before_the_city(gazetteer: Gazetteer):
    postal = geocode(
        gazetteer=gazetteer, postal_code="02139", city="Boston", state="MA", country="US"
    )
    city = geocode(gazetteer=gazetteer, city="Boston", state="Massachusetts", home="US")
    neither = geocode(gazetteer=gazetteer, city="Nowhere At All", country="US")

    assert postal is not None
    assert city is not None
    assert (postal.precision, city.precision, neither) == ("postal", "city", None)
