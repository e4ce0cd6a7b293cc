"""What the browser is told to refuse, on public pages, on pages that hold sealed writing, and on what `live` answers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from openchair.live.app import answer_health
from openchair.live.cities import Cities
from openchair.live.static_files import StaticFiles
from openchair.people import views
from openchair.people.signed_in import keep_private
from openchair.site.security_headers import SecurityHeadersMiddleware

PAGES = ("/", "/map", "/help", "/nowhere")


@pytest.fixture(autouse=True)
def home(site_home: Path) -> Path:
    return site_home


def answer(response: HttpResponse) -> HttpResponse:
    return SecurityHeadersMiddleware(lambda request: response)(RequestFactory().get("/"))


def directives(response: HttpResponse) -> dict[str, str]:
    parts = [part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";")]
    return {name: value for name, _, value in parts}


@pytest.mark.django_db
@pytest.mark.parametrize("address", PAGES)
def test_a_public_page_loads_from_nowhere_else_and_is_framed_by_nobody(client: Client, address):
    response = client.get(address)

    policy = directives(response)
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
def test_no_other_site_learns_from_where_somebody_comes_and_forms_still_work(client: Client):
    # no-referrer would make browsers send `Origin: null` with forms, which Django's check of forged requests refuses.
    assert client.get("/help")["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db
def test_a_form_under_no_referrer_would_be_refused_which_is_why_it_is_not_used():
    asked = Client(enforce_csrf_checks=True).post("/sign-out", headers={"Origin": "null"})

    assert asked.status_code == 403


@pytest.mark.django_db
def test_a_public_page_may_ask_for_the_place_and_for_nothing_else(client: Client):
    policy = client.get("/")["Permissions-Policy"]

    assert "geolocation=(self)" in policy
    for feature in ("camera", "microphone", "payment", "usb", "display-capture"):
        assert f"{feature}=()" in policy


def test_a_page_with_sealed_writing_refuses_text_as_script_and_is_never_stored():
    response = answer(keep_private(HttpResponse("sealed", headers={"Cache-Control": "max-age=60"})))

    policy = directives(response)
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["trusted-types"] == "openchair"
    assert policy["default-src"] == "'none'"
    assert response["Cache-Control"] == "no-store"
    assert "geolocation=()" in response["Permissions-Policy"]
    assert response["Cross-Origin-Embedder-Policy"] == "require-corp"


def test_a_view_that_marks_and_then_caches_is_overruled():
    response = keep_private(HttpResponse("sealed"))
    response.headers["Cache-Control"] = "public, max-age=600"

    assert answer(response)["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/join", "/sign-in", "/recover"])
def test_pages_that_hold_passphrases_are_sealed_pages(client: Client, monkeypatch, address):
    monkeypatch.setattr(views, "render", lambda *_: HttpResponse("the page"))

    response = client.get(address)

    assert response.status_code == 200
    assert "trusted-types" in directives(response)
    assert response["Cache-Control"] == "no-store"


def test_a_calendar_is_a_feed_and_may_be_loaded_by_every_site():
    calendar = HttpResponse("BEGIN:VCALENDAR", content_type="text/calendar; charset=utf-8")

    assert answer(calendar)["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_a_view_may_tighten_a_header_of_its_own():
    response = answer(HttpResponse(headers={"Content-Security-Policy": "default-src 'none'"}))

    assert response["Content-Security-Policy"] == "default-src 'none'"


def ask_live(application, path: str) -> dict[bytes, bytes]:
    sent: list[dict] = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
    asyncio.run(application(scope, receive, send))
    return dict(sent[0]["headers"])


def test_what_live_answers_itself_is_only_what_it_says_and_only_for_this_site(tmp_path):
    (tmp_path / "worker.js").write_text("1")
    static = StaticFiles(folder=tmp_path)

    for application, path in (
        (static, "/static/worker.js"),
        (static, "/static/nothing.js"),
        (Cities(gazetteer=None), "/map/cities"),
        (answer_health, "/healthz"),
    ):
        headers = ask_live(application, path)
        assert headers[b"x-content-type-options"] == b"nosniff", path
        assert headers[b"cross-origin-resource-policy"] == b"same-origin", path
        if path != "/static/nothing.js":
            assert b"frame-ancestors 'none'" in headers[b"content-security-policy"], path


def test_a_workers_script_asks_for_what_its_page_asks_for(tmp_path):
    (tmp_path / "worker.js").write_text("1")

    headers = ask_live(StaticFiles(folder=tmp_path), "/static/worker.js")

    assert headers[b"cross-origin-embedder-policy"] == b"require-corp"
