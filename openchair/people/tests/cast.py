"""The usual cast, as browsers that have joined: what they send is made up, as the server can't tell it from the real."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.test import Client

from openchair.people import accounts
from openchair.people.bodies import encode
from openchair.people.keys import PassphraseWay, RecoveryWay
from openchair.people.models import Account

TODAY = date(2026, 5, 1)
SEALED = b"age-encryption.org/v1\n-> scrypt made up for a test\n"
KEY_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def auth_of(secret: str) -> bytes:
    """Return 32 bytes that stand for the proof of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def public_key(name: str) -> str:
    """Return what looks like an age recipient, the same for the same name."""
    digest = hashlib.sha512(name.encode()).digest()
    return "age1" + "".join(KEY_LETTERS[byte % 32] for byte in digest[:58])


def make_account(name: str, **fields: Any) -> Account:
    """Make an account whose passphrase is "<name>'s passphrase" and whose code is "<name>'s code"."""
    account = accounts.join(
        newcomer=accounts.Newcomer(
            account_id=uuid.uuid4(),
            join_key=uuid.uuid4(),
            shown_name=name,
            public_key=public_key(name),
            recovery=RecoveryWay(
                salt=b"r" * 16, auth=auth_of(f"{name}'s code"), wrapped=SEALED + b"recovery"
            ),
            passphrase=PassphraseWay(
                salt=b"s" * 16,
                scrypt_log_n=17,
                auth=auth_of(f"{name}'s passphrase"),
                wrapped=SEALED + b"passphrase",
            ),
            passkey=None,
        ),
        today=TODAY,
    )
    for key, value in fields.items():
        setattr(account, key, value)
    account.save()
    return account


def join_message(name: str = "Alice", **changes: Any) -> dict[str, Any]:
    """Return a sign-up by passphrase, as a browser sends it."""
    return {
        "shown_name": name,
        "join_key": str(uuid.uuid4()),
        "public_key": public_key(name),
        "salt": encode(b"s" * 16),
        "scrypt_log_n": 17,
        "auth": encode(auth_of(f"{name}'s passphrase")),
        "wrapped": encode(SEALED + b"passphrase"),
        "recovery_salt": encode(b"r" * 16),
        "recovery_auth": encode(auth_of(f"{name}'s code")),
        "recovery_wrapped": encode(SEALED + b"recovery"),
        **changes,
    }


@dataclass(kw_only=True)
class Browser:
    """A browser that speaks JSON to the server."""

    client: Client = field(default_factory=Client)

    def post(self, path: str, message: dict[str, Any] | None = None, **extra: Any) -> HttpResponse:
        """Send a message."""
        return self.client.post(
            path, json.dumps(message or {}), content_type="application/json", **extra
        )

    def get(self, path: str) -> HttpResponse:
        """Ask."""
        return self.client.get(path)

    def sign_in(self, account: Account) -> HttpResponse:
        """Sign in by passphrase, as `make_account` chose it."""
        proof = encode(auth_of(f"{account.shown_name}'s passphrase"))
        response = self.post("/account/sign-in", {"handle": account.handle, "auth": proof})
        assert response.status_code == 200, response.content
        return response


def signed_in(account: Account) -> Browser:
    """Return a browser where `account` is signed in."""
    browser = Browser()
    browser.sign_in(account)
    return browser
