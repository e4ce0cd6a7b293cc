"""Pages that belong to no part: help now, new here, saved, credits, and what a browser keeps for offline."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.i18n import set_language

from openchair.people.disguise import disguise_of, shown_site_name
from openchair.people.preferences import COUNTRY_COOKIE
from openchair.site import helplines

_A_YEAR = 31_536_000


@require_safe
def help_now(request: HttpRequest) -> HttpResponse:
    language = _language()
    choices = helplines.countries(language=language)
    asked = request.GET.get("country", "").upper()
    known = {code for code, _name in choices}
    country = next(
        (
            code
            for code in (asked, request.COOKIES.get(COUNTRY_COOKIE, ""), settings.SITE_COUNTRY)
            if code in known
        ),
        "",
    )
    context = {
        "choices": choices,
        "country": country,
        "country_name": dict(choices).get(country, ""),
        "groups": helplines.lines_for(country=country),
        "emergency": helplines.EMERGENCY_NUMBERS.get(country, ""),
    }
    response = render(request, "site/help.html", context)
    if asked in known:
        # A preference of this device, chosen by hand. Where somebody is is never looked up.
        response.set_cookie(COUNTRY_COOKIE, asked, max_age=_A_YEAR, samesite="Lax")
    return response


# Nothing is at stake in a language, and a token would set a cookie for every visitor of every page.
change_language = csrf_exempt(set_language)


@require_safe
def new_here(request: HttpRequest) -> HttpResponse:
    return render(request, "site/new.html")


@require_safe
def saved(request: HttpRequest) -> HttpResponse:
    return render(request, "site/saved.html")


@require_safe
def credits_page(request: HttpRequest) -> HttpResponse:
    return render(request, "site/credits.html")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    return render(request, "site/offline.html", _first_help())


@require_safe
def away(request: HttpRequest) -> HttpResponse:
    """Show what `live` answers with while Django is away (site/away.py keeps it)."""
    return render(request, "site/away.html", _first_help())


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    name = shown_site_name(request=request)
    content = {
        "name": name,
        "short_name": name[:12],
        "lang": _language(),
        "start_url": reverse("front"),
        "scope": "/",
        "display": "minimal-ui",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [
            {"src": staticfiles_storage.url(src), "sizes": sizes, "type": kind, "purpose": use}
            for src, sizes, kind, use in _icons(disguise_of(request=request))
        ],
    }
    response = JsonResponse(content)
    response["Content-Type"] = "application/manifest+json"
    response["Cache-Control"] = "private, max-age=3600"
    response["Vary"] = "Cookie"
    return response


@require_safe
@never_cache
def service_worker(request: HttpRequest) -> HttpResponse:
    """Serve the worker from the root, whose pages it keeps: a script in /static/ may not."""
    path = _built("build/worker.js")
    response = HttpResponse(path.read_bytes(), content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = "/"
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", _first_help(), status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", _first_help(), status=500)


# The colour of the browser's own frame, which no stylesheet reaches. The same as --color-paper in tokens.css.
PAPER = "#faf7f2"
PAPER_DARK = "#10181a"


def _icons(disguise: str) -> list[tuple[str, str, str, str]]:
    """Return (file, sizes, type, purpose) of each picture an installed copy may show."""
    if disguise:
        return [
            (f"img/disguises/{disguise}.svg", "any", "image/svg+xml", "any"),
            (f"img/disguises/{disguise}-192.png", "192x192", "image/png", "any maskable"),
        ]
    return [
        ("img/mark.svg", "any", "image/svg+xml", "any"),
        ("img/icon-192.png", "192x192", "image/png", "any maskable"),
        ("img/icon-512.png", "512x512", "image/png", "any maskable"),
    ]


def _first_help() -> dict[str, object]:
    return {"first_lines": helplines.first_lines(country=settings.SITE_COUNTRY)}


def _built(name: str) -> Path:
    found = Path(settings.STATIC_ROOT) / name
    if not settings.DEBUG and found.is_file():
        return found
    source = finders.find(name)
    if not source:
        raise Http404(name)
    return Path(source)


def _language() -> str:
    return (get_language() or settings.LANGUAGE_CODE).partition("-")[0]
