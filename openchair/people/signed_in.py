"""Who is asking: sessions by cookie, and the guards of views that need an account.

The cookie holds 256 random bits; the database holds their SHA-256. A new one is made at every sign-in and at every
gain of privilege, so a cookie planted beforehand is worth nothing afterwards.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import date, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from openchair.lib import clock
from openchair.people.models import Account, Session

IDLE_DAYS = 30
LONGEST_DAYS = 180

P = ParamSpec("P")


class SignedInRequest(HttpRequest):
    """A request of somebody who is signed in, as the guards hand it to a view."""

    account: Account
    session_row: Session


View = Callable[Concatenate[SignedInRequest, P], HttpResponseBase]
Guarded = Callable[..., HttpResponseBase]


def session_cookie_name() -> str:
    """Return the cookie's name. `__Host-` keeps other hosts of the same domain from planting it; it needs https."""
    return "__Host-session" if settings.IS_HTTPS else "session"


def start_session(
    *,
    response: HttpResponse,
    account: Account,
    device_name: str,
    today: date,
    is_recovery: bool = False,
) -> Session:
    """Sign `account` in on the device that receives `response`."""
    key = secrets.token_urlsafe(32)
    session = Session.objects.create(
        account=account,
        key_hash=_hash(key),
        device_name=device_name[:60],
        started_on=today,
        seen_on=today,
        is_recovery=is_recovery,
    )
    _set_cookie(response, key)
    return session


def renew_session(*, response: HttpResponse, session: Session) -> None:
    """Give the session a new cookie, for a gain of privilege."""
    key = secrets.token_urlsafe(32)
    session.key_hash = _hash(key)
    session.is_recovery = False
    session.save(update_fields=["key_hash", "is_recovery"])
    _set_cookie(response, key)


def end_session(*, response: HttpResponse, session: Session) -> None:
    """Sign the device out."""
    session.delete()
    response.delete_cookie(session_cookie_name())


def find_session(*, key: str, today: date) -> Session | None:
    """Return the session of a cookie, or None when it is unknown, idle too long, too old or suspended."""
    if not key:
        return None
    session = Session.objects.select_related("account").filter(key_hash=_hash(key)).first()
    if session is None:
        return None
    idle, age = today - session.seen_on, today - session.started_on
    if idle > timedelta(days=IDLE_DAYS) or age > timedelta(days=LONGEST_DAYS):
        session.delete()
        return None
    if session.account.is_suspended:
        return None
    if idle:
        Session.objects.filter(pk=session.pk).update(seen_on=today)
    return session


class SignedInMiddleware:
    """Put `account` and `session_row` on the request; both are None for a visitor. Public pages never look."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.find_session = _finder(request)  # type: ignore[attr-defined]  # read by session_of alone
        request.account = SimpleLazyObject(lambda: account_of(request))  # type: ignore[attr-defined]  # for templates
        return self.get_response(request)


def session_of(request: HttpRequest) -> Session | None:
    """Return the session that asks, looked up once a request."""
    found: Session | None = request.find_session()  # type: ignore[attr-defined]  # set by the middleware
    return found


def account_of(request: HttpRequest) -> Account | None:
    """Return the account that asks, or None for a visitor."""
    session = session_of(request)
    return session.account if session else None


def signed_in_page(view: View[P]) -> Guarded:
    """Let only people who are signed in see a page; others sign in first and come back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if (session := session_of(request)) is None:
            return redirect(f"{reverse('sign-in')}?{urlencode({'next': request.get_full_path()})}")
        return keep_private(view(_as_signed_in(request, session), *args, **kwargs))

    return guarded


def signed_in_json(view: View[P]) -> Guarded:
    """Answer only people who are signed in; others get 401 and a sentence."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if (session := session_of(request)) is None:
            return refuse(
                "signed-out", _("You are signed out. Sign in again; nothing is lost."), status=401
            )
        return keep_private(view(_as_signed_in(request, session), *args, **kwargs))

    return guarded


def refuse(error: str, sentence: str, *, status: int, **more: object) -> JsonResponse:
    """Return a refusal: `error` for the program, `sentence` for the person."""
    response = JsonResponse({"error": error, "sentence": sentence, **more}, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def keep_private(response: HttpResponseBase) -> HttpResponseBase:
    """Mark an answer as a person's own: no copy is kept, and the strict policy of sealed pages goes with it."""
    response.headers["Cache-Control"] = "no-store"
    response.holds_sealed_writing = True  # type: ignore[attr-defined]  # read by the security headers
    return response


def _as_signed_in(request: HttpRequest, session: Session) -> SignedInRequest:
    request.account = session.account  # type: ignore[attr-defined]  # this makes it a SignedInRequest
    request.session_row = session  # type: ignore[attr-defined]  # the same
    return request  # type: ignore[return-value]  # the same


def _finder(request: HttpRequest) -> Callable[[], Session | None]:
    found: list[Session | None] = []

    def find() -> Session | None:
        if not found:
            key = request.COOKIES.get(session_cookie_name(), "")
            found.append(find_session(key=key, today=clock.now().date()))
        return found[0]

    return find


def _set_cookie(response: HttpResponse, key: str) -> None:
    response.set_cookie(
        session_cookie_name(),
        key,
        max_age=LONGEST_DAYS * 86_400,
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
