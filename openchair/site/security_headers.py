"""Security headers on every answer of the page half. What `live` answers itself carries its own (live/asgi.py).

Two kinds of page: public ones, and those that hold sealed writing. The second are marked by the view that makes them
(`response.holds_sealed_writing = True`, see people/signed_in.py), because only it knows.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# Nothing inline, nothing from elsewhere: a page can't be made to call a third party, whatever a feed put into it.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
# Text that becomes markup or script is how another's words would run with a member's keys. The browser refuses it
# unless it went through the one policy that client/sealed makes, which lets through this site's own workers alone.
SEALED_CONTENT_SECURITY_POLICY = "; ".join(
    [CONTENT_SECURITY_POLICY, "require-trusted-types-for 'script'", "trusted-types openchair"]
)

_NEVER_ASKED = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "encrypted-media",
    "gamepad",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "screen-wake-lock",
    "serial",
    "sync-xhr",
    "usb",
    "window-management",
    "xr-spatial-tracking",
)
_NOTHING = ", ".join(f"{feature}=()" for feature in _NEVER_ASKED)
# "Near me" asks on every page that has the search box. Passkeys and copying keep the browser's default: this site only.
PERMISSIONS_POLICY = f"{_NOTHING}, geolocation=(self)"
SEALED_PERMISSIONS_POLICY = f"{_NOTHING}, geolocation=()"


class SecurityHeadersMiddleware:
    """Add the headers that keep a page to this site; a view's own header of the same name stays."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_sealed = getattr(response, "holds_sealed_writing", False)
        for name, value in (SEALED_HEADERS if is_sealed else PUBLIC_HEADERS).items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cross-Origin-Resource-Policy", resource_policy(response))
        if is_sealed:
            # Not a default: a copy in a shared phone's cache must not depend on what a view remembered.
            response.headers["Cache-Control"] = "no-store"
        return response


def resource_policy(response: HttpResponse) -> str:
    """Return who may load an answer into a page: everybody for calendars, which are feeds; only this site for the rest."""
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    return "cross-origin" if kind == "text/calendar" else "same-origin"


# Referrer-Policy is set by Django (SECURE_REFERRER_POLICY): same-origin, and not no-referrer, under which browsers send
# `Origin: null` with a form (Fetch standard, "append a request `Origin` header"), which Django's check of forged
# requests refuses. Either way no other site ever learns from where somebody comes.
PUBLIC_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
SEALED_HEADERS = {
    **PUBLIC_HEADERS,
    "Content-Security-Policy": SEALED_CONTENT_SECURITY_POLICY,
    "Permissions-Policy": SEALED_PERMISSIONS_POLICY,
}
