"""A small sum that a device works out before an anonymous form counts: a second for a person, a cost for a flood.

Instead of a captcha, which asks another company who somebody is. The challenge carries its own signature, so nothing is
stored until it is answered. ALTCHA is the kept library for this; it is not used because its browser half brings markup
and workers of its own that our policy refuses, and what would be left of its server half is one comparison of HMACs.

What it does not stop: whoever pays for enough computers. Answers that were used are remembered by each of PAGE_WORKERS
for itself, so an answer may count once in each.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from base64 import urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from openchair.lib import clock
from openchair.people.signed_in import refuse

P = ParamSpec("P")
View = Callable[P, HttpResponseBase]

HEADER = "X-Effort"
LASTS = timedelta(minutes=10)
# Answers of ten minutes; past it the oldest may be used again, which costs a flood as many sums as it is long.
MOST_USED = 100_000
# A challenge is about 80 characters, a nonce at most 20 digits.
LONGEST_ANSWER = 200


class NotEnoughEffort(Exception):
    """The answer is missing, wrong, too old or used."""


class UsedAnswers:
    """Which challenges were answered, until they are too old to count anyway."""

    def __init__(self, *, most: int = MOST_USED) -> None:
        self._most = most
        self._until: OrderedDict[str, datetime] = OrderedDict()
        self._lock = threading.Lock()

    def use(self, *, challenge: str, until: datetime, now: datetime) -> bool:
        """Note that `challenge` was answered. Return False when it had been before."""
        with self._lock:
            while self._until and next(iter(self._until.values())) <= now:
                self._until.popitem(last=False)
            if challenge in self._until:
                return False
            while len(self._until) >= self._most:
                self._until.popitem(last=False)
            self._until[challenge] = until
            return True

    def __len__(self) -> int:
        return len(self._until)


USED = UsedAnswers()


def make_challenge(*, deed: str, bits: int, now: datetime) -> str:
    """Return a challenge for one `deed`: find a number so that SHA-256 of `challenge.number` starts with `bits` zeros.

    Its parts are bits, the second at which it ends, 128 random bits, and the signature over these and the deed.
    """
    ends = int((now + LASTS).timestamp())
    stem = f"{bits}.{ends}.{secrets.token_urlsafe(16)}"
    return f"{stem}.{_sign(deed, stem)}"


def check_answer(
    *, deed: str, answer: str, now: datetime, least_bits: int = 0, used: UsedAnswers = USED
) -> None:
    """Raise NotEnoughEffort unless `answer` is `challenge.number`, ours, for `deed`, in time, solved and not yet used."""
    parts = answer.split(".")
    if len(answer) > LONGEST_ANSWER or not answer.isascii() or len(parts) != 5:
        raise NotEnoughEffort("malformed")
    challenge, stem = ".".join(parts[:4]), ".".join(parts[:3])
    if not hmac.compare_digest(parts[3], _sign(deed, stem)):
        raise NotEnoughEffort("not ours")
    # Signed, so these are numbers that we wrote.
    bits, ends = int(parts[0]), datetime.fromtimestamp(int(parts[1]), tz=now.tzinfo)
    if now >= ends or bits < least_bits:
        raise NotEnoughEffort("too old")
    if count_leading_zero_bits(hashlib.sha256(answer.encode()).digest()) < bits:
        raise NotEnoughEffort("not solved")
    if not used.use(challenge=challenge, until=ends, now=now):
        raise NotEnoughEffort("used")


def count_leading_zero_bits(digest: bytes) -> int:
    """Return how many zero bits come before the first one bit."""
    return len(digest) * 8 - int.from_bytes(digest).bit_length()


def effort_needed(*, deed: str) -> Callable[[View[P]], View[P]]:
    """Let a view be called only with an answer in X-Effort; without one, answer 403 with a challenge to work out.

    The browser half (client/sealed/effort.ts) works it out and sends the same request again. EFFORT_BITS 0 asks nothing.
    """

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            request, bits, now = args[0], settings.EFFORT_BITS, clock.now()
            assert isinstance(request, HttpRequest)  # what Django calls every view with
            if bits:
                answer = request.headers.get(HEADER, "")
                try:
                    check_answer(deed=deed, answer=answer, now=now, least_bits=bits)
                except NotEnoughEffort:
                    return _ask(deed, bits, now)
            return view(*args, **kwargs)

        return guarded

    return guard


def _ask(deed: str, bits: int, now: datetime) -> HttpResponseBase:
    sentence = _(
        "Your device has to work out a small sum first, which keeps robots out. Try again."
    )
    challenge = make_challenge(deed=deed, bits=bits, now=now)
    return refuse("effort-needed", sentence, status=403, challenge=challenge)


def _sign(deed: str, stem: str) -> str:
    signed = salted_hmac("openchair/effort/1", f"{deed}:{stem}", algorithm="sha256").digest()
    return urlsafe_b64encode(signed).decode().rstrip("=")
