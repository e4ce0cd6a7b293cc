"""Every address × every role: who gets what, of their own and of somebody else's.

An address without a row fails the test, so nobody adds one without saying who may use it. Alice owns what is asked
for; Bob is a member like her and a stranger to all of it; Olga runs the site, and that opens nobody's writing.
After each request of anybody but Alice, everything that is hers must lie as it lay before.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from argon2 import PasswordHasher
from django.apps import apps
from django.conf import settings as site_settings
from django.db.models import ForeignKey
from django.template import TemplateDoesNotExist, engines, loader
from django.urls import URLPattern, URLResolver, get_resolver

from openchair.people import signing_in
from openchair.people.bodies import encode
from openchair.people.models import Account, Block, Passkey, Report, Session
from openchair.people.tests.cast import (
    SEALED,
    TODAY,
    Browser,
    auth_of,
    make_account,
    public_key,
    signed_in,
)

pytestmark = pytest.mark.django_db
ROLES = ("visitor", "alice", "bob", "olga")
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One way to ask an address, and the status each of ROLES gets. Of two statuses either is right."""

    method: str = "GET"
    gets: tuple[int | tuple[int, ...], ...]
    body: Any = None
    kind: str = JSON
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    shows_own: bool = False


EVERYBODY = Ask(gets=(200, 200, 200, 200))
NOTHING_THERE = Ask(gets=(404, 404, 404, 404))
MEMBERS_PAGE = Ask(gets=(302, 200, 200, 200))
MEMBERS = Ask(gets=(401, 200, 200, 200))
OWNER = Ask(gets=(401, 200, 404, 404))
OPERATOR = Ask(gets=(302, 404, 404, 200))
ANYBODYS_EMPTY = Ask(method="POST", body={}, gets=(400, 400, 400, 400))
MEMBERS_EMPTY = Ask(method="POST", body={}, gets=(401, 400, 400, 400))


def post(*gets: int, body: Any = None, kind: str = JSON) -> Ask:
    """Return a post that is in order."""
    return Ask(method="POST", gets=gets, body={} if body is None else body, kind=kind)


def read_only(ask: Ask) -> list[Ask]:
    """Return `ask`, and that nothing can be posted there."""
    return [ask, Ask(method="POST", body={}, gets=(405, 405, 405, 405))]


def write_only(ask: Ask) -> list[Ask]:
    """Return `ask`, and that a link does nothing."""
    return [ask, Ask(gets=(405, 405, 405, 405))]


TABLE: dict[str, list[Ask]] = {
    # The public half: the same for everybody.
    "": [EVERYBODY],
    "meetings": [EVERYBODY],
    "map": [EVERYBODY],
    "meetings/<slug:slug>.ics": [NOTHING_THERE],
    "meetings/<slug:slug>": [NOTHING_THERE],
    "meetings/<slug:slug>/report": [NOTHING_THERE],
    "help": [EVERYBODY],
    "new": [EVERYBODY],
    "saved": [EVERYBODY],
    "credits": [EVERYBODY],
    "language": [post(302, 302, 302, 302, body="language=es", kind=FORM)],
    "about-this-copy": [EVERYBODY],
    "static-manifest.json": [Ask(gets=((200, 404),) * 4)],
    "offline": [EVERYBODY],
    "away": [EVERYBODY],
    "manifest.webmanifest": [EVERYBODY],
    "sw.js": [Ask(gets=((200, 404),) * 4)],
    # Coming in and going away.
    "join": read_only(EVERYBODY),
    "sign-in": read_only(EVERYBODY),
    "recover": read_only(EVERYBODY),
    "leave": read_only(EVERYBODY),
    "sign-out": write_only(post(302, 302, 302, 302, body="", kind=FORM)),
    "account/join": write_only(ANYBODYS_EMPTY),
    "account/join/passkey": write_only(post(200, 200, 200, 200, body={"shown_name": "Zoe"})),
    "account/sign-in/salt": write_only(post(200, 200, 200, 200, body={"handle": "{handle}"})),
    "account/sign-in": write_only(
        post(401, 401, 401, 401, body={"handle": "{handle}", "auth": encode(auth_of("guessed"))})
    ),
    "account/sign-in/passkey/options": write_only(post(200, 200, 200, 200)),
    "account/sign-in/passkey": write_only(
        post(409, 409, 409, 409, body={"challenge": "{nobody}", "credential": {}})
    ),
    "account/recovery/salt": write_only(post(200, 200, 200, 200, body={"handle": "{handle}"})),
    "account/recovery": write_only(
        post(401, 401, 401, 401, body={"handle": "{handle}", "auth": encode(auth_of("guessed"))})
    ),
    # A member's own pages.
    "account": read_only(MEMBERS_PAGE),
    "account/alerts/seen": write_only(post(302, 302, 302, 302, body="", kind=FORM)),
    "account/kit-page": read_only(MEMBERS_PAGE),
    "account/preferences": [
        MEMBERS_PAGE,
        post(302, 422, 422, 422, body="language=xx", kind=FORM),
    ],
    "account/disguise": write_only(post(302, 302, 302, 302, body="disguise=notes", kind=FORM)),
    "account/people": read_only(MEMBERS_PAGE),
    "account/leave": read_only(MEMBERS_PAGE),
    "account/take-out": read_only(MEMBERS_PAGE),
    "account/verify": read_only(MEMBERS_PAGE),
    "journal": read_only(MEMBERS_PAGE),
    "journal/entry": read_only(MEMBERS_PAGE),
    # A member's own keys and devices.
    "account/keys": read_only(MEMBERS),
    "account/passphrase": write_only(MEMBERS_EMPTY),
    "account/kit": write_only(MEMBERS_EMPTY),
    "account/kit/proof": write_only(
        post(401, 200, 409, 409, body={"auth": encode(auth_of("Alice's code"))})
    ),
    "account/passkeys/options": write_only(post(401, 200, 200, 200)),
    "account/passkeys": write_only(MEMBERS_EMPTY),
    "account/passkeys/<uuid:passkey_id>/removal": write_only(post(401, 200, 404, 404)),
    "account/key": write_only(
        post(
            401,
            409,
            409,
            409,
            body={
                "public_key": public_key("Mallory"),
                "wrappings": [{"id": "{wrapping}", "sealed": encode(SEALED)}],
            },
        )
    ),
    "account/sessions": read_only(MEMBERS),
    "account/sessions/<uuid:session_id>/end": write_only(post(401, 200, 404, 404)),
    "account/sessions/end-others": write_only(post(401, 200, 200, 200)),
    "account/erasure": write_only(
        post(401, 403, 403, 403, body={"auth_now": encode(auth_of("guessed"))})
    ),
    # Between people. A card is for whoever holds it; the block that Alice made is hers alone to take back.
    "account/card": read_only(MEMBERS),
    "account/card/renewal": write_only(post(401, 200, 200, 200)),
    "account/cards/<str:token>": read_only(Ask(gets=(401, 200, 200, 200), shows_own=True)),
    "account/blocks": write_only(post(401, 200, 200, 200, body={"account": "{nobody}"})),
    "account/blocks/<uuid:account_id>/removal": write_only(post(401, 200, 200, 200)),
    # The operator's. Reports are seen by nobody else, who told stays hidden even from them.
    "moderation": read_only(OPERATOR),
    "moderation/reports/<uuid:report_id>/file": read_only(OPERATOR),
    "moderation/reports/<uuid:report_id>/decision": write_only(
        post(302, 404, 404, 302, body="decision=erase", kind=FORM)
    ),
    "moderation/suspended/<uuid:account_id>/lift": write_only(
        post(302, 404, 404, 302, body="", kind=FORM)
    ),
    # The vault. Nothing of Alice's is there for Bob, and running the site opens nothing.
    "vault/documents": read_only(MEMBERS),
    "vault/documents/<uuid:document_id>": [
        OWNER,
        Ask(
            method="PUT",
            gets=(401, 200, 404, 404),
            body=SEALED.decode(),
            kind="application/octet-stream",
            headers={"If-Match": '"1"', "X-Kind": "journal", "Idempotency-Key": "{nobody}"},
        ),
    ],
    "vault/documents/<uuid:document_id>/versions": read_only(OWNER),
    "vault/documents/<uuid:document_id>/erasure": write_only(
        post(401, 200, 404, 404, body={"version": 1})
    ),
    "vault/keys": read_only(Ask(gets=(401, 200, 200, 200), query="?accounts={account}")),
    "vault/groups": [MEMBERS, MEMBERS_EMPTY],
    "vault/groups/<uuid:group_id>/rotation": write_only(
        post(
            401,
            200,
            404,
            404,
            body={
                "epoch": 2,
                "public_key": public_key("group 2"),
                "wrapped": {"{account}": encode(SEALED)},
            },
        )
    ),
    "vault/reports": write_only(
        post(401, 404, 404, 404, body={"document": "{nobody}", "version": 1, "words": "x"})
    ),
    "account/reports": write_only(
        post(401, 404, 404, 404, body={"document": "{nobody}", "version": 1, "words": "x"})
    ),
    "vault/archive": read_only(MEMBERS),
}


def addresses(
    patterns: list[URLPattern | URLResolver] | None = None, before: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Yield every address of the project with its pattern."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        else:
            yield route, pattern


def test_every_address_says_who_may_use_it():
    known = {route for route, _pattern in addresses() if route != "styleguide"}

    assert known - TABLE.keys() == set(), "a new address has no row in TABLE: say who may use it"
    assert TABLE.keys() - known == set(), "an address is gone: take its row out of TABLE"


@pytest.fixture(autouse=True)
def _templates_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    real = loader.get_template

    def get_template(name: str, using: str | None = None) -> Any:
        try:
            return real(name, using=using)
        except TemplateDoesNotExist:
            return engines["django"].from_string("")

    monkeypatch.setattr(loader, "get_template", get_template)


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    # Hundreds of worlds are made here, and what a secret's hash costs is held elsewhere.
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(signing_in, "_HASHER", hasher)


@dataclass
class World:
    """Alice with one of everything, and what stands in addresses and bodies for it."""

    alice: Account
    browsers: dict[str, Browser]
    words: dict[str, str]

    def ask(self, role: str, route: str, ask: Ask) -> Any:
        """Send what `ask` says, as `role`."""
        path = "/" + route
        for name in self.words:
            for converter in ("uuid", "slug", "str"):
                path = path.replace(f"<{converter}:{name}>", self.words[name])
        raw = ask.body if isinstance(ask.body, str) else json.dumps(ask.body)
        return self.browsers[role].client.generic(
            ask.method,
            path + self._filled(ask.query),
            b"" if ask.body is None else self._filled(raw).encode(),
            content_type=ask.kind,
            headers={name: self._filled(value) for name, value in ask.headers.items()},
        )

    def _filled(self, text: str) -> str:
        for name, value in self.words.items():
            text = text.replace(f"{{{name}}}", value)
        return text


@pytest.fixture
def world() -> World:
    alice = make_account("Alice", kit_confirmed_on=TODAY)
    bob, charlie = make_account("Bob", kit_confirmed_on=TODAY), make_account("Charlie")
    olga = make_account("Olga", kit_confirmed_on=TODAY, is_operator=True)
    other_device = signed_in(alice)
    other_session = Session.objects.get(account=alice)
    browsers = {
        "visitor": Browser(),
        "alice": signed_in(alice),
        "bob": signed_in(bob),
        "olga": signed_in(olga),
    }
    assert other_device.get("/account/keys").status_code == 200
    Block.objects.create(blocker=alice, blocked=charlie, day=TODAY)
    passkey = Passkey.objects.create(
        account=alice, credential_id=b"c" * 16, public_key=b"p", name="Key ring", added_on=TODAY
    )
    report = Report.objects.create(
        reporter=charlie, about_account=bob, sealed=SEALED, file_key=b"k" * 16, day=TODAY
    )
    words = {
        "nobody": str(uuid.uuid4()),
        "account": str(alice.pk),
        "handle": alice.handle,
        "slug": "no-such-meeting",
        "token": alice.card_token,
        "wrapping": str(alice.wrappings.order_by("way")[0].pk),
        "passkey_id": str(passkey.pk),
        "session_id": str(other_session.pk),
        "account_id": str(charlie.pk),
        "report_id": str(report.pk),
        "document_id": _write_document(browsers["alice"]),
        "group_id": _make_group(browsers["alice"], alice),
    }
    return World(alice=alice, browsers=browsers, words=words)


def _write_document(browser: Browser) -> str:
    document = str(uuid.uuid4())
    made = browser.client.put(
        f"/vault/documents/{document}",
        SEALED,
        content_type="application/octet-stream",
        headers={"If-Match": '"0"', "X-Kind": "journal", "Idempotency-Key": str(uuid.uuid4())},
    )
    assert made.status_code == 201, made.content
    return document


def _make_group(browser: Browser, alice: Account) -> str:
    group = str(uuid.uuid4())
    wrapped = {str(alice.pk): encode(SEALED)}
    message = {"id": group, "public_key": public_key("group 1"), "wrapped": wrapped}
    made = browser.post("/vault/groups", message)
    assert made.status_code == 201, made.content
    return group


def everything_of(account: Account) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return every row of every part that points to `account`, and the account itself."""
    found = []
    for model in apps.get_models():
        links = [
            link.name
            for link in model._meta.get_fields()
            if isinstance(link, ForeignKey) and link.related_model is Account
        ]
        rows = [row for link in links for row in model.objects.filter(**{link: account}).values()]
        if model is Account:
            rows = list(model.objects.filter(pk=account.pk).values())
        found += [
            (model._meta.label, sorted((name, repr(value)) for name, value in row.items()))
            for row in rows
        ]
    return sorted(found)


ASKS = [
    pytest.param(route, ask, role, id=f"{ask.method} /{route} as {role}")
    for route, asks in TABLE.items()
    for ask in asks
    for role in ROLES
]


@pytest.mark.parametrize(("route", "ask", "role"), ASKS)
def test_everybody_gets_what_is_theirs_and_nobody_elses(world, route, ask, role):
    before = everything_of(world.alice)

    response = world.ask(role, route, ask)

    right = ask.gets[ROLES.index(role)]
    assert response.status_code in (right if isinstance(right, tuple) else (right,))
    if role != "alice":
        assert everything_of(world.alice) == before
        assert ask.shows_own or not _tells_of(world.alice, response)


def _tells_of(alice: Account, response: Any) -> bool:
    content = b"".join(response) if response.streaming else response.content
    marks = [str(alice.pk), alice.handle, alice.public_key, alice.card_token]
    return any(mark.encode() in content for mark in marks)


def test_a_thing_of_somebody_elses_and_a_thing_that_is_not_look_alike(world):
    for route, asks in TABLE.items():
        for ask in asks:
            if ask.gets[1:] == (200, 404, 404) and ask.method != "PUT":
                theirs = world.ask("bob", route, ask)
                nobodys = _nobodys(world).ask("bob", route, ask)
                assert (theirs.status_code, theirs.content) == (
                    nobodys.status_code,
                    nobodys.content,
                ), route


def _nobodys(world: World) -> World:
    words = {
        name: str(uuid.uuid4()) if name.endswith("_id") else value
        for name, value in world.words.items()
    }
    return World(alice=world.alice, browsers=world.browsers, words=words)


def test_the_table_is_walked_without_the_pages_for_developers():
    assert not site_settings.DEBUG
