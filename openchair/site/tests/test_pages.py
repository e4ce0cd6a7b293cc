from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.test import Client, RequestFactory

from openchair.site import helplines, pages
from openchair.site.away import keep_away_pages

PAGES = ("/", "/meetings", "/map", "/help", "/new", "/saved", "/credits", "/offline", "/away")
MOST_BYTES = 60_000


@pytest.fixture(autouse=True)
def home(site_home: Path) -> Path:
    return site_home


@pytest.fixture(params=PAGES)
def shown(request: pytest.FixtureRequest, client: Client) -> str:
    response = client.get(request.param)
    assert response.status_code == 200
    return response.content.decode()


def test_every_page_offers_help_and_the_content_first(shown: str) -> None:
    assert 'href="/help"' in shown
    assert shown.index('class="skip-link"') < shown.index("<header")
    assert shown.count("<h1") == 1
    assert shown.count("<main") == 1


def test_every_page_is_in_one_language_and_direction(shown: str) -> None:
    assert '<html lang="en" dir="ltr">' in shown


def test_no_page_names_another_host_in_what_a_browser_loads(shown: str) -> None:
    for tag in shown.split("<"):
        if tag.startswith(("link", "script", "img", "iframe", "source")):
            assert "//" not in tag


@pytest.mark.parametrize("address", PAGES)
def test_every_page_forbids_what_is_not_ours(client: Client, address: str) -> None:
    response = client.get(address)

    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("address", PAGES)
def test_no_page_sets_a_cookie_unasked(client: Client, address: str) -> None:
    assert not client.get(address).cookies


@pytest.mark.parametrize("address", PAGES)
def test_a_page_with_its_style_and_script_is_light(client: Client, address: str) -> None:
    built = [finders.find(f"build/{name}") for name in ("site.css", "page.js")]
    if not all(built):
        pytest.skip("client/ is not built")
    parts = [client.get(address).content, *(Path(str(path)).read_bytes() for path in built)]

    assert sum(len(gzip.compress(part)) for part in parts) < MOST_BYTES


def test_the_language_is_changed_by_a_plain_form_and_kept(client: Client) -> None:
    response = client.post("/language", {"language": "es", "next": "/help?country=MX"})

    assert response["Location"] == "/help?country=MX"
    assert client.cookies["language"].value == "es"
    assert '<html lang="es"' in client.get("/help").content.decode()


def test_a_change_of_language_leads_to_no_other_site(client: Client) -> None:
    response = client.post("/language", {"language": "es", "next": "https://evil.example/"})

    assert "evil" not in response["Location"]


def test_the_browsers_language_is_followed(client: Client) -> None:
    response = client.get("/help", headers={"Accept-Language": "fr-CA,fr;q=0.9"})

    assert '<html lang="fr"' in response.content.decode()


def test_an_address_of_nothing_has_help_too(client: Client) -> None:
    response = client.get("/nowhere")

    assert response.status_code == 404
    assert 'href="tel:988"' in response.content.decode()


def test_a_fault_of_ours_has_help_too(rf: RequestFactory) -> None:
    request: HttpRequest = rf.get("/")

    response = pages.server_error(request)

    assert response.status_code == 500
    assert 'href="tel:988"' in response.content.decode()


def test_the_style_guide_exists_for_developers_alone(client: Client) -> None:
    assert client.get("/styleguide").status_code == 404


def test_the_manifest_names_the_installation_and_real_pictures(client: Client) -> None:
    manifest = json.loads(client.get("/manifest.webmanifest").content)

    assert manifest["name"] == settings.SITE_NAME
    assert manifest["background_color"] == pages.PAPER
    for icon in manifest["icons"]:
        assert finders.find(icon["src"].removeprefix(f"/{settings.STATIC_URL.strip('/')}/"))


def test_the_worker_may_keep_every_page(client: Client) -> None:
    if not finders.find("build/worker.js"):
        pytest.skip("client/ is not built")

    response = client.get("/sw.js")

    assert response["Service-Worker-Allowed"] == "/"
    assert response["Content-Type"].startswith("text/javascript")
    assert "no-cache" in response["Cache-Control"]


def test_pages_are_kept_for_when_django_is_away(tmp_path: Path) -> None:
    keep_away_pages(folder=tmp_path / "away")

    assert 'href="tel:988"' in (tmp_path / "away" / "help.html").read_text()
    assert "This page is resting." in (tmp_path / "away" / "away.html").read_text()


@pytest.mark.parametrize("country", ["US", "GB", "ZZ"])
def test_error_pages_need_no_line_to_be_known(
    client: Client, settings: object, country: str
) -> None:
    settings.SITE_COUNTRY = country  # type: ignore[attr-defined]  # pytest-django's settings

    response = client.get("/nowhere")

    assert response.status_code == 404
    assert bool(helplines.first_lines(country=country)) == ("tel:" in response.content.decode())
