"""How often one visitor or one account may do a thing, without knowing who or where they are.

`live` passes no address on, only `X-Visitor`: a keyed hash that changes its key every hour and can't be turned back
(live/visitor.py). Buckets live in this process's memory: a restart forgets them, nothing is written down, and with
several PAGE_WORKERS each holds its own, so the limits are that many times wider.

A request without X-Visitor is not held back by visitor. None can come from outside: Django listens on a socket that
only this installation's own user may open, and `live` sets the header on everything that it forwards.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import ParamSpec

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from openchair.lib import clock
from openchair.people.signed_in import account_of, refuse

P = ParamSpec("P")
View = Callable[P, HttpResponseBase]

# A bucket is about 300 bytes with its key: 15 MB at most. The least recently used goes first, which is the fullest.
MOST_BUCKETS = 50_000


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """`burst` at once, then `per_hour` spread evenly over each hour."""

    per_hour: int
    burst: int


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """What is left: whole and broken tokens as of `at`."""

    tokens: float
    at: datetime


def take_one(*, bucket: Bucket | None, rule: Rule, now: datetime) -> tuple[Bucket, int]:
    """Return the bucket after one more deed, and the whole seconds to wait: 0 means that the deed may be done.

    A deed that must wait takes nothing, so whoever keeps trying is not kept out for longer. A clock that was set back
    gives nothing and takes nothing.
    """
    tokens = float(rule.burst)
    if bucket is not None:
        hours = max(0.0, (now - bucket.at).total_seconds() / 3600)
        tokens = min(tokens, bucket.tokens + hours * rule.per_hour)
    if tokens >= 1:
        return Bucket(tokens=tokens - 1, at=now), 0
    return Bucket(tokens=tokens, at=now), max(1, math.ceil((1 - tokens) * 3600 / rule.per_hour))


class Buckets:
    """All buckets of this process, at most `most` of them."""

    def __init__(self, *, most: int = MOST_BUCKETS) -> None:
        self._most = most
        self._held: OrderedDict[tuple[str, str], Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def seconds_to_wait(self, *, deed: str, who: str, rule: Rule, now: datetime) -> int:
        """Count one `deed` of `who`. Return 0 when it may be done, else the seconds until the next may."""
        with self._lock:
            bucket, seconds = take_one(bucket=self._held.get((deed, who)), rule=rule, now=now)
            self._held[deed, who] = bucket
            self._held.move_to_end((deed, who))
            while len(self._held) > self._most:
                self._held.popitem(last=False)
            return seconds

    def forget(self) -> None:
        """Forget every bucket."""
        with self._lock:
            self._held.clear()

    def __len__(self) -> int:
        return len(self._held)


BUCKETS = Buckets()


def limited(*, deed: str, per_hour: int, burst: int) -> Callable[[View[P]], View[P]]:
    """Hold a view to `burst` calls at once and `per_hour` after that, by visitor and by account.

    Over the limit the view is not called: 429 with Retry-After, as JSON, or as a page where a browser asked for one.
    """
    rule = Rule(per_hour=per_hour, burst=burst)

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            request = args[0]
            assert isinstance(request, HttpRequest)  # what Django calls every view with
            if seconds := hold_back(request=request, deed=deed, rule=rule):
                return answer_too_many(request=request, seconds=seconds)
            return view(*args, **kwargs)

        return guarded

    return guard


def hold_back(*, request: HttpRequest, deed: str, rule: Rule) -> int:
    """Count one deed of whoever asks. Return the seconds that they must wait first, 0 for none."""
    now = clock.now()
    waits = [
        BUCKETS.seconds_to_wait(deed=deed, who=who, rule=rule, now=now) for who in _who(request)
    ]
    return max(waits, default=0)


def answer_too_many(*, request: HttpRequest, seconds: int) -> HttpResponse:
    """Return 429 with Retry-After: JSON for scripts, a page for a browser that asked for one."""
    sentence = _("That was tried too often. Nothing is lost. Wait a little and try again.")
    response: HttpResponse
    if "text/html" in request.headers.get("Accept", ""):
        minutes = math.ceil(seconds / 60)
        context = {"sentence": sentence, "minutes": minutes}
        response = render(request, "people/too_many.html", context, status=429)
        response.headers["Cache-Control"] = "no-store"
    else:
        response = refuse("too-many", sentence, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response


def _who(request: HttpRequest) -> list[str]:
    who = []
    if visitor := request.headers.get("X-Visitor"):
        who.append(f"visitor {visitor}")
    # Not every request went through the middleware: pages kept for when Django is away are made without one.
    if hasattr(request, "find_session") and (account := account_of(request)):
        who.append(f"account {account.pk}")
    return who
