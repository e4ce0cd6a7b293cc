"""What this copy of Openchair serves: its version and the digest of every script and style, for people and programs."""

from __future__ import annotations

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from openchair.site.served_files import describe_served_files


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the version and the digests, with what they can and can't tell."""
    served = describe_served_files()
    return render(request, "site/about_this_copy.html", {"served": served})


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Publish the same as JSON, for whoever compares it with what they were given."""
    body = msgspec.json.format(msgspec.json.encode(describe_served_files()), indent=1)
    response = HttpResponse(body, content_type="application/json")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
