"""Alice owns it, Bob may see it, Charlie is a stranger: each with a browser that speaks the vault's JSON."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.test import Client

from openchair.people.models import Account, Block
from openchair.people.signed_in import session_cookie_name, start_session
from openchair.vault.rules import AGE_HEADER

TODAY = date(2026, 5, 1)
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_numbers = itertools.count(1)


def public_key() -> str:
    """A recipient of the right shape, another each time."""
    number, letters = next(_numbers), ""
    for _ in range(58):
        number, digit = divmod(number, 32)
        letters += BECH32[digit]
    return f"age1{letters}"


def sealed(text: str = "") -> bytes:
    """Bytes that begin as an age file does. The server can't look further."""
    return AGE_HEADER + b"-> X25519 " + text.encode()


def account(name: str, *, is_kit_confirmed: bool = True) -> Account:
    return Account.objects.create(
        handle=f"{name.lower()}-{next(_numbers)}",
        shown_name=name,
        public_key=public_key(),
        joined_on=TODAY,
        kit_confirmed_on=TODAY if is_kit_confirmed else None,
    )


def block(blocker: Account, blocked: Account) -> None:
    Block.objects.create(blocker=blocker, blocked=blocked, day=TODAY)


@dataclass
class Person:
    """Somebody signed in, and the requests that their browser sends."""

    account: Account
    client: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        answer = HttpResponse()
        start_session(response=answer, account=self.account, device_name="", today=TODAY)
        self.client.cookies[session_cookie_name()] = answer.cookies[session_cookie_name()].value

    @property
    def id(self) -> UUID:
        return self.account.pk

    def save(self, document: UUID, body: bytes, *, read: int = 0, readers=None, **more):
        headers = {
            "If-Match": f'"{read}"',
            "X-Kind": more.pop("kind", "journal"),
            "Idempotency-Key": str(more.pop("key", None) or uuid4()),
        }
        if readers is not None:
            headers["X-Readers"] = ",".join(str(person.id) for person in readers)
        headers |= more.pop("headers", {})
        return self.client.put(
            f"/vault/documents/{document}",
            body,
            content_type="application/octet-stream",
            headers={name: value for name, value in headers.items() if value is not None},
        )

    def saved(self, body: bytes, **more) -> UUID:
        """Save a new document and return its id."""
        document = uuid4()
        answer = self.save(document, body, **more)
        assert answer.status_code == 201, answer.content
        return document

    def fetch(self, document: UUID, version: int | None = None):
        return self.client.get(
            f"/vault/documents/{document}", {} if version is None else {"version": version}
        )

    def versions(self, document: UUID):
        return self.client.get(f"/vault/documents/{document}/versions")

    def erase(self, document: UUID, version: int):
        return self.post(f"/vault/documents/{document}/erasure", {"version": version})

    def listed(self, **query) -> list[dict]:
        """Every document of every page."""
        found, after = [], query.pop("after", "")
        while True:
            page = self.client.get("/vault/documents", {**query, "after": after}).json()
            found += page["documents"]
            if not (after := page["next"]):
                return found

    def post(self, path: str, body: object):
        return self.client.post(path, body, content_type="application/json")
