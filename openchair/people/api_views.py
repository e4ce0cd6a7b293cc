"""Accounts for scripts: JSON in, JSON out. What each takes is a struct; what it refuses is a Refusal with its words."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure as csrf_failure_page
from django.views.decorators.http import require_POST, require_safe

from openchair.lib import clock
from openchair.people import accounts, blocking, card, keys, passkeys, preferences, signing_in
from openchair.people.bodies import (
    LEAST_LOG_N,
    MOST_LOG_N,
    BadBody,
    Body,
    encode,
    read_body,
)
from openchair.people.effort import effort_needed
from openchair.people.limits import limited
from openchair.people.messages import (
    Answer,
    Handle,
    HandleAndAuth,
    Join,
    KitProof,
    Name,
    NewKey,
    NewKit,
    NewPasskey,
    NewPassphrase,
    Proof,
    Whom,
)
from openchair.people.models import Account, KeyWrapping, Passkey, PastKey, Session
from openchair.people.refusing import Refusal
from openchair.people.signed_in import (
    SignedInRequest,
    refuse,
    renew_session,
    session_cookie_name,
    signed_in_json,
)

P = ParamSpec("P")


def answers_refusals(view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """Turn each anticipated refusal into JSON: a word for the program, a sentence for the person."""

    @wraps(view)
    def answered(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(*args, **kwargs)
        except BadBody as error:
            return refuse(error.error, str(error.sentence), status=error.status, what=str(error))
        except Refusal as error:
            return refuse(error.error, str(error.sentence), status=error.status)
        except Http404:
            return refuse("not-found", _("There is nothing here."), status=404)

    return answered


@require_POST
@effort_needed(deed="join")
@limited(deed="join", per_hour=30, burst=20)
@answers_refusals
def join(request: HttpRequest) -> HttpResponseBase:
    """Make an account and sign it in; the same sign-up sent twice makes one."""
    body = read_body(request=request, kind=Join)
    if settings.ADULTS_ONLY and body.adult is False:
        raise accounts.NotAdult
    account = accounts.find_joined(
        join_key=body.join_key, public_key=body.public_key, recovery_auth=body.recovery_auth
    )
    if account is None:
        newcomer = _newcomer(request, body)
        account = accounts.join(newcomer=newcomer, today=clock.now().date())
    return _let_in(request, account, deed="joined", status=201)


@require_POST
@limited(deed="join-options", per_hour=60, burst=30)
@answers_refusals
def join_passkey(request: HttpRequest) -> HttpResponseBase:
    """Give out options for a passkey to join with."""
    body = read_body(request=request, kind=Name)
    return _private(
        passkeys.offer_registration(
            site=passkeys.relying_party(request=request),
            name=accounts.name_of(typed=body.shown_name),
            account=None,
            now=clock.now(),
        )
    )


@require_POST
@limited(deed="salt", per_hour=60, burst=30)
@answers_refusals
def sign_in_salt(request: HttpRequest) -> HttpResponseBase:
    """Return salt and cost for a handle; handles that nobody has get theirs too."""
    body = read_body(request=request, kind=Handle)
    salt, log_n = signing_in.find_passphrase_salt(handle=body.handle)
    return _private({"salt": encode(salt), "scrypt_log_n": log_n})


@require_POST
@limited(deed="sign-in", per_hour=20, burst=10)
@answers_refusals
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Sign in by handle and passphrase."""
    body = read_body(request=request, kind=HandleAndAuth)
    account = signing_in.check_passphrase(handle=body.handle, auth=body.auth)
    return _let_in(request, account, deed="signed-in")


@require_POST
@limited(deed="passkey-options", per_hour=120, burst=60)
@answers_refusals
def sign_in_passkey_options(request: HttpRequest) -> HttpResponseBase:
    """Give out a challenge for any passkey of this site."""
    read_body(request=request, kind=Body)
    site = passkeys.relying_party(request=request)
    return _private(passkeys.offer_assertion(site=site, now=clock.now()))


@require_POST
@limited(deed="sign-in-passkey", per_hour=60, burst=30)
@answers_refusals
def sign_in_passkey(request: HttpRequest) -> HttpResponseBase:
    """Sign in by a passkey that answers its challenge."""
    body = read_body(request=request, kind=Answer)
    passkey = passkeys.check_assertion(
        site=passkeys.relying_party(request=request),
        challenge_id=body.challenge,
        credential=body.credential,
        now=clock.now(),
    )
    return _let_in(request, passkey.account, deed="signed-in")


@require_POST
@limited(deed="salt", per_hour=60, burst=30)
@answers_refusals
def recovery_salt(request: HttpRequest) -> HttpResponseBase:
    """Return salt and cost for the recovery code of a handle."""
    body = read_body(request=request, kind=Handle)
    salt, log_n = signing_in.find_recovery_salt(handle=body.handle)
    return _private({"salt": encode(salt), "scrypt_log_n": log_n})


@require_POST
@limited(deed="recovery", per_hour=20, burst=10)
@answers_refusals
def recover(request: HttpRequest) -> HttpResponseBase:
    """Sign in by handle and recovery code, to choose a new passphrase."""
    body = read_body(request=request, kind=HandleAndAuth)
    account = signing_in.check_recovery_code(handle=body.handle, auth=body.auth)
    return _let_in(request, account, deed="recovered")


@require_safe
@signed_in_json
def account_keys(request: SignedInRequest) -> HttpResponseBase:
    """Return the person's own keyring, sealed in every way there is, and who they are."""
    mine = request.account
    past = PastKey.objects.visible_to(mine).order_by("-pk")
    wrappings = KeyWrapping.objects.visible_to(mine).select_related("passkey").order_by("pk")
    return _private(
        {
            **_who(mine),
            "shown_name": mine.shown_name,
            "public_key": mine.public_key,
            "past_keys": [row.public_key for row in past],
            "kit_confirmed": mine.kit_confirmed_on is not None,
            "has_passphrase": bool(mine.auth_hash),
            "scrypt_log_n": mine.scrypt_log_n,
            "wrappings": [_wrapping(row) for row in wrappings],
        }
    )


@require_POST
@limited(deed="confirm", per_hour=20, burst=10)
@signed_in_json
@answers_refusals
def passphrase(request: SignedInRequest) -> HttpResponseBase:
    """Choose a new passphrase. Asks for the old one, unless the session came in by the recovery code."""
    body = read_body(request=request, kind=NewPassphrase)
    if not request.session_row.is_recovery:
        _confirm(request, body)
    keys.change_passphrase(
        session=request.session_row,
        way=_passphrase_way(body.salt, body.scrypt_log_n, body.auth, body.wrapped),
        today=clock.now().date(),
    )
    return _renewed(request)


@require_POST
@limited(deed="confirm", per_hour=20, burst=10)
@signed_in_json
@answers_refusals
def kit(request: SignedInRequest) -> HttpResponseBase:
    """Replace the recovery kit, asking again who it is."""
    body = read_body(request=request, kind=NewKit)
    _confirm(request, body)
    keys.change_kit(session=request.session_row, way=_recovery_way(body), today=clock.now().date())
    return _renewed(request)


@require_POST
@limited(deed="kit-proof", per_hour=30, burst=15)
@signed_in_json
@answers_refusals
def kit_proof(request: SignedInRequest) -> HttpResponseBase:
    """Note that the kit is at hand."""
    body = read_body(request=request, kind=KitProof)
    keys.prove_kit(account=request.account, auth=body.auth, today=clock.now().date())
    return _private({"kit_confirmed": True})


@require_POST
@limited(deed="passkey-options", per_hour=120, burst=60)
@signed_in_json
@answers_refusals
def passkey_options(request: SignedInRequest) -> HttpResponseBase:
    """Give out options for one more passkey."""
    read_body(request=request, kind=Body)
    return _private(
        passkeys.offer_registration(
            site=passkeys.relying_party(request=request),
            name=request.account.shown_name,
            account=request.account,
            now=clock.now(),
        )
    )


@require_POST
@limited(deed="passkeys", per_hour=60, burst=30)
@signed_in_json
@answers_refusals
def add_passkey(request: SignedInRequest) -> HttpResponseBase:
    """Keep one more passkey."""
    body = read_body(request=request, kind=NewPasskey)
    checked = passkeys.check_registration(
        site=passkeys.relying_party(request=request),
        challenge_id=body.challenge,
        credential=body.credential,
        account=request.account,
        now=clock.now(),
    )
    made = passkeys.add_passkey(
        account=request.account,
        checked=checked,
        name=body.name,
        wrapped=body.wrapped,
        today=clock.now().date(),
    )
    return _private({"id": str(made.id)}, status=201)


@require_POST
@limited(deed="passkeys", per_hour=60, burst=30)
@signed_in_json
@answers_refusals
def remove_passkey(request: SignedInRequest, passkey_id: UUID) -> HttpResponseBase:
    """Take one of the own passkeys away."""
    read_body(request=request, kind=Body)
    found = Passkey.objects.visible_to(request.account).filter(pk=passkey_id).first()
    if found is None:
        raise Http404
    passkeys.remove_passkey(passkey=found, today=clock.now().date())
    return _private({})


@require_POST
@limited(deed="key", per_hour=20, burst=10)
@signed_in_json
@answers_refusals
def rotate_key(request: SignedInRequest) -> HttpResponseBase:
    """Replace the key, with the keyring sealed anew for every way in."""
    body = read_body(request=request, kind=NewKey)
    keys.rotate_key(
        session=request.session_row,
        public_key=body.public_key,
        wrappings={wrapping.id: wrapping.sealed for wrapping in body.wrappings},
        today=clock.now().date(),
    )
    return _private({})


@require_safe
@signed_in_json
def sessions(request: SignedInRequest) -> HttpResponseBase:
    """List the devices that are signed in."""
    rows = Session.objects.visible_to(request.account).order_by("-seen_on", "pk")
    listed = [
        {
            "id": str(row.id),
            "device_name": row.device_name,
            "started_on": row.started_on,
            "seen_on": row.seen_on,
            "this": row == request.session_row,
        }
        for row in rows
    ]
    return _private({"sessions": listed})


@require_POST
@signed_in_json
@answers_refusals
def end_session(request: SignedInRequest, session_id: UUID) -> HttpResponseBase:
    """Sign one device out."""
    read_body(request=request, kind=Body)
    deleted, _rows = Session.objects.visible_to(request.account).filter(pk=session_id).delete()
    if not deleted:
        raise Http404
    return _private({})


@require_POST
@signed_in_json
@answers_refusals
def end_other_sessions(request: SignedInRequest) -> HttpResponseBase:
    """Sign every other device out."""
    read_body(request=request, kind=Body)
    Session.objects.visible_to(request.account).exclude(pk=request.session_row.pk).delete()
    return _private({})


@require_POST
@limited(deed="confirm", per_hour=20, burst=10)
@signed_in_json
@answers_refusals
def erasure(request: SignedInRequest) -> HttpResponseBase:
    """Erase the account now, asking again who it is. The browser clears what it keeps by itself."""
    body = read_body(request=request, kind=Proof)
    _confirm(request, body)
    accounts.erase_account(account=request.account, home=settings.HOME, today=clock.now().date())
    response = _private({})
    response.delete_cookie(session_cookie_name())
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@require_safe
@signed_in_json
def own_card(request: SignedInRequest) -> HttpResponseBase:
    """Return the own card: its token, and words to send along."""
    return _private(_card(request.account))


@require_POST
@limited(deed="card-renewal", per_hour=30, burst=15)
@signed_in_json
@answers_refusals
def renew_card(request: SignedInRequest) -> HttpResponseBase:
    """Make the own card anew; the old one finds nobody."""
    read_body(request=request, kind=Body)
    card.renew_card(account=request.account)
    return _private(_card(request.account))


@require_safe
@limited(deed="cards", per_hour=60, burst=30)
@signed_in_json
@answers_refusals
def open_card(request: SignedInRequest, token: str) -> HttpResponseBase:
    """Return whose card it is; unknown, blocked and suspended look alike."""
    try:
        found = card.find_card(viewer=request.account, token=token)
    except card.NoSuchCard:
        raise Http404 from None
    return _private(
        {
            "account": str(found.pk),
            "shown_name": found.shown_name,
            "public_key": found.public_key,
        }
    )


@require_POST
@limited(deed="blocks", per_hour=120, burst=60)
@signed_in_json
@answers_refusals
def block(request: SignedInRequest) -> HttpResponseBase:
    """Block somebody, silently."""
    body = read_body(request=request, kind=Whom)
    blocking.block(blocker=request.account, blocked_id=body.account, today=clock.now().date())
    return _private({})


@require_POST
@limited(deed="blocks", per_hour=120, burst=60)
@signed_in_json
@answers_refusals
def unblock(request: SignedInRequest, account_id: UUID) -> HttpResponseBase:
    """Take a block back."""
    read_body(request=request, kind=Body)
    blocking.unblock(blocker=request.account, blocked_id=account_id)
    return _private({})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Answer a post without its token: a script in JSON, a person with a page."""
    if request.content_type == "application/json":
        return refuse(
            "token-missing", _("This page is too old. Reload it and try again."), status=403
        )
    return csrf_failure_page(request, reason=reason)


def _newcomer(request: HttpRequest, body: Join) -> accounts.Newcomer:
    checked = None
    if body.passkey is not None:
        checked = passkeys.check_registration(
            site=passkeys.relying_party(request=request),
            challenge_id=body.passkey.challenge,
            credential=body.passkey.credential,
            account=None,
            now=clock.now(),
        )
    way = None
    if body.salt and body.auth and body.wrapped:
        way = _passphrase_way(body.salt, body.scrypt_log_n, body.auth, body.wrapped)
    return accounts.Newcomer(
        account_id=checked.person_id if checked else accounts.new_id(),
        join_key=body.join_key,
        shown_name=body.shown_name,
        public_key=body.public_key,
        recovery=_recovery_way(body),
        passphrase=way,
        passkey=checked,
        passkey_wrapped=body.passkey.wrapped if body.passkey else b"",
    )


def _passphrase_way(salt: bytes, log_n: int, auth: bytes, wrapped: bytes) -> keys.PassphraseWay:
    if not LEAST_LOG_N <= log_n <= MOST_LOG_N:
        raise BadBody(f"Expected {LEAST_LOG_N} to {MOST_LOG_N} - at `$.scrypt_log_n`")
    if not wrapped:
        raise BadBody("Expected an age file - at `$.wrapped`")
    return keys.PassphraseWay(salt=salt, scrypt_log_n=log_n, auth=auth, wrapped=wrapped)


def _recovery_way(body: Join | NewKit) -> keys.RecoveryWay:
    if not body.recovery_wrapped:
        raise BadBody("Expected an age file - at `$.recovery_wrapped`")
    return keys.RecoveryWay(
        salt=body.recovery_salt, auth=body.recovery_auth, wrapped=body.recovery_wrapped
    )


def _confirm(request: SignedInRequest, proof: Proof) -> None:
    """Ask again who it is, before what can't be undone: an open telephone must not be enough. Raises WrongSecret."""
    if proof.auth_now is not None:
        signing_in.confirm_passphrase(account=request.account, auth=proof.auth_now)
        return
    if proof.challenge is None or proof.credential is None:
        raise signing_in.WrongSecret
    passkeys.confirm_passkey(
        account=request.account,
        site=passkeys.relying_party(request=request),
        challenge_id=proof.challenge,
        credential=proof.credential,
        now=clock.now(),
    )


def _let_in(
    request: HttpRequest, account: Account, *, deed: signing_in.Deed, status: int = 200
) -> HttpResponse:
    response = _private({}, status=status)
    with transaction.atomic():
        signing_in.sign_in(
            request=request,
            response=response,
            account=account,
            deed=deed,
            today=clock.now().date(),
        )
    preferences.bring_preferences(response=response, account=account)
    response.content = msgspec.json.encode({**_who(account), "csrf": get_token(request)})
    return response


def _renewed(request: SignedInRequest) -> HttpResponse:
    response = _private({})
    renew_session(response=response, session=request.session_row)
    return response


def _who(account: Account) -> dict[str, str]:
    return {"account": str(account.pk), "handle": account.handle}


def _card(account: Account) -> dict[str, str]:
    return {"token": account.card_token, "words": card.words_with_card(account=account)}


def _wrapping(row: KeyWrapping) -> dict[str, object]:
    passkey = row.passkey and {
        "id": str(row.passkey.id),
        "credential_id": encode(row.passkey.credential_id),
        "name": row.passkey.name,
    }
    return {"id": str(row.id), "way": row.way, "passkey": passkey, "sealed": encode(row.sealed)}


def _private(answer: object, *, status: int = 200) -> JsonResponse:
    response = JsonResponse(answer, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
