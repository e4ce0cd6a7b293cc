"""Proving who somebody is, by passphrase or recovery code, without telling anybody which handles exist.

An attacker can try handles and secrets, and can measure. What must hold: a handle that nobody has gets a salt that
never changes, the same answers, and the same work as one that somebody has.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from openchair.people.models import Account, Alert, Session
from openchair.people.refusing import Refusal
from openchair.people.rules import device_name, typed_handle
from openchair.people.signed_in import session_of, start_session

# How somebody came in. By the recovery code they may set a new passphrase without the old one.
Deed = Literal["joined", "signed-in", "recovered"]

SCRYPT_LOG_N = 17
# The recovery code has 128 random bits: no more work would protect it, so its cost never rises with the passphrase's.
RECOVERY_LOG_N = 17
SALT_BYTES = 16

# OWASP's least for Argon2id. What is hashed has already been through scrypt in the browser, where guessing is dear;
# this only keeps a stolen table from signing in. More memory would let a flood of sign-ins exhaust a small server.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# The hash of 32 random bytes that were thrown away: work for handles that nobody has. No secret opens it.
NOBODYS_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$at339wzNwtqhGPkruniv0w"
    "$qtPy7BFfob/xFdcU3V46W+Bk/Vt5O+FyWbVGC3HQmYw"
)


class WrongHandleOrSecret(Refusal):
    """One of the two, and nobody is told which."""

    error = "wrong-handle-or-secret"
    status = 401
    sentence = _(
        "The handle or the secret is not right. Check both: the handle is a name, a hyphen and four signs."
    )


class WrongSecret(Refusal):
    """The person is signed in, but what they gave to confirm it is not right."""

    error = "wrong-secret"
    status = 403
    sentence = _("That is not right. Nothing was changed. Try once more.")


class Suspended(Refusal):
    """Told only to somebody who gave the right secret."""

    error = "suspended"
    status = 403
    sentence = _("This account is suspended. Speak to whoever runs this site.")


def hash_secret(*, auth: bytes) -> str:
    """Return Argon2id of an auth value: what is stored in its place."""
    return _HASHER.hash(auth)


def matches(*, stored: str, auth: bytes) -> bool:
    """Return whether `auth` is what was hashed. Without a hash the same work is done for the answer no."""
    try:
        _HASHER.verify(stored or NOBODYS_HASH, auth)
    except (VerificationError, InvalidHashError):
        return False
    return bool(stored)


def find_passphrase_salt(*, handle: str) -> tuple[bytes, int]:
    """Return salt (16 bytes) and log2 of scrypt's N for a handle, whether or not anybody has it."""
    handle = typed_handle(text=handle)
    made_up = _made_up_salt("passphrase", handle)
    account = Account.objects.filter(handle=handle).first()
    if account is None or not account.auth_hash:
        return made_up, SCRYPT_LOG_N
    return bytes(account.salt), account.scrypt_log_n


def find_recovery_salt(*, handle: str) -> tuple[bytes, int]:
    """Return salt and cost for the recovery code of a handle, whether or not anybody has it."""
    handle = typed_handle(text=handle)
    made_up = _made_up_salt("recovery", handle)
    account = Account.objects.filter(handle=handle).first()
    return bytes(account.recovery_salt) if account else made_up, RECOVERY_LOG_N


def check_passphrase(*, handle: str, auth: bytes) -> Account:
    """Return the account of a handle and its passphrase. Raises WrongHandleOrSecret, Suspended."""
    account = Account.objects.filter(handle=typed_handle(text=handle)).first()
    return _let_in(account, stored=account.auth_hash if account else "", auth=auth)


def check_recovery_code(*, handle: str, auth: bytes) -> Account:
    """Return the account of a handle and its recovery code. Raises WrongHandleOrSecret, Suspended."""
    account = Account.objects.filter(handle=typed_handle(text=handle)).first()
    return _let_in(account, stored=account.recovery_hash if account else "", auth=auth)


def confirm_passphrase(*, account: Account, auth: bytes) -> None:
    """Raise WrongSecret unless `auth` proves the account's passphrase: asked again before what can't be undone."""
    if not matches(stored=account.auth_hash, auth=auth):
        raise WrongSecret


def sign_in(
    *,
    request: HttpRequest,
    response: HttpResponse,
    account: Account,
    deed: Deed,
    today: date,
) -> Session:
    """Start a new session on this device and tell the others. A session or a token from before is worth nothing."""
    device = device_name(user_agent=request.headers.get("User-Agent", ""))
    if (before := session_of(request)) is not None:
        before.delete()
    if deed != "joined":
        Alert.objects.create(account=account, deed=deed, detail=device, day=today)
    rotate_token(request)
    return start_session(
        response=response,
        account=account,
        device_name=device,
        today=today,
        is_recovery=deed == "recovered",
    )


def _let_in(account: Account | None, *, stored: str, auth: bytes) -> Account:
    if not matches(stored=stored, auth=auth) or account is None:
        raise WrongHandleOrSecret
    if account.is_suspended:
        raise Suspended
    return account


def _made_up_salt(purpose: str, handle: str) -> bytes:
    key = f"openchair.people.salt.{purpose}"
    return salted_hmac(key, handle, algorithm="sha256").digest()[:SALT_BYTES]
