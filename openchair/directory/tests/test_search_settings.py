from __future__ import annotations

from openchair.directory.searching import SearchSettings
from openchair.lib.installation import read_installation


def test_pages_and_api_prefer_the_installations_countries_alike(monkeypatch):
    monkeypatch.setenv("SITE_COUNTRY", "IE")
    monkeypatch.setenv("PLACES_COUNTRIES", "IE,GB")
    monkeypatch.setenv("SITE_TIME_ZONE", "Europe/Dublin")
    installation = read_installation()

    page = SearchSettings.of(installation=installation, time_zone="Europe/Paris")
    api = SearchSettings.of(installation=installation)

    assert page.countries == api.countries == ("IE", "GB")
    assert (page.time_zone, api.time_zone) == ("Europe/Paris", "Europe/Dublin")
    assert api.distance_unit == "km"
