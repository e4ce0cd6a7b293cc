"""Passkeys, by py_webauthn: options to give out, answers to check.

A challenge is used once, whatever becomes of its answer, and is gone after five minutes. The name of the site that a
passkey belongs to comes from SITE_URL, or where that is unset from the address that was asked: a browser shows a
passkey only to the site it was made for, so a forged Host header gains nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from webauthn.helpers import generate_challenge
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from openchair.lib.text import one_line
from openchair.people.models import Account, Alert, Challenge, KeyWrapping, Passkey
from openchair.people.refusing import Refusal
from openchair.people.signing_in import Suspended

CHALLENGE_LIFE = timedelta(minutes=5)
MOST_PASSKEYS = 20
_NAME_OF_A_PASSKEY = 60


class ChallengeGone(Refusal):
    """The challenge was answered before, is too old, or was for something else."""

    error = "challenge-gone"
    status = 409
    sentence = _("That took too long. Try again.")


class PasskeyNotAccepted(Refusal):
    """The answer of the device does not check out, or the passkey is nobody's."""

    error = "passkey-not-accepted"
    status = 403
    sentence = _("This passkey is not accepted here. Try again, or use another way to sign in.")


class TooManyPasskeys(Refusal):
    """More passkeys than one person's devices have: each is listed at every change of keys."""

    error = "too-many-passkeys"
    status = 409
    sentence = _("You have as many passkeys as can be kept. Remove one first.")


class LastWayIn(Refusal):
    """Without this passkey only the recovery kit would open the account."""

    error = "last-way-in"
    status = 409
    sentence = _(
        "This is your only way in. Choose a passphrase or add another passkey first, then remove this one."
    )


@dataclass(frozen=True, kw_only=True)
class RelyingParty:
    """The site as passkeys know it: `id` is a host name, `origin` scheme, host and port."""

    id: str
    origin: str


@dataclass(frozen=True, kw_only=True)
class CheckedPasskey:
    """A new passkey whose answer checked out. `person_id` is the id that the device keeps for its person."""

    person_id: UUID
    credential_id: bytes
    public_key: bytes
    sign_count: int


def relying_party(*, request: HttpRequest) -> RelyingParty:
    """Return the site that this request came to."""
    origin = settings.SITE_URL or f"{request.scheme}://{request.get_host()}"
    parts = urlsplit(origin)
    return RelyingParty(id=parts.hostname or "", origin=f"{parts.scheme}://{parts.netloc}")


def offer_registration(
    *, site: RelyingParty, name: str, account: Account | None, now: datetime
) -> dict[str, object]:
    """Return options to make a passkey with, and the `challenge` id that its answer names.

    Whoever joins has no account yet: theirs takes the id of the challenge, so that the device knows it beforehand.
    """
    challenge = _give_out(
        purpose="add" if account else "join", account=account, now=now, value=generate_challenge()
    )
    known = Passkey.objects.visible_to(account) if account else Passkey.objects.none()
    options = webauthn.generate_registration_options(
        rp_id=site.id,
        rp_name=settings.SITE_NAME,
        user_name=name,
        user_display_name=name,
        user_id=(account.id if account else challenge.id).bytes,
        challenge=bytes(challenge.value),
        authenticator_selection=AuthenticatorSelectionCriteria(
            # Found without a handle typed, and opened by finger, face or code: having the device is not enough.
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=bytes(passkey.credential_id)) for passkey in known
        ],
    )
    # PRF gives the browser a secret of the passkey that opens the vault. The library has no field for extensions.
    as_dict = json.loads(webauthn.options_to_json(options)) | {"extensions": {"prf": {}}}
    return {"challenge": str(challenge.id), "options": as_dict}


def check_registration(
    *,
    site: RelyingParty,
    challenge_id: UUID,
    credential: Mapping[str, Any],
    account: Account | None,
    now: datetime,
) -> CheckedPasskey:
    """Return the new passkey of an answer. Raises ChallengeGone, PasskeyNotAccepted."""
    purpose = "add" if account else "join"
    challenge = _take_back(challenge_id, purpose=purpose, account=account, now=now)
    try:
        made = webauthn.verify_registration_response(
            credential=dict(credential),
            expected_challenge=bytes(challenge.value),
            expected_rp_id=site.id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError):
        raise PasskeyNotAccepted from None
    if Passkey.objects.filter(credential_id=made.credential_id).exists():
        raise PasskeyNotAccepted
    return CheckedPasskey(
        person_id=account.id if account else challenge.id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
    )


def keep_passkey(
    *, account: Account, checked: CheckedPasskey, name: str, wrapped: bytes, today: date
) -> Passkey:
    """Store a passkey that was checked, and the keyring sealed for it where it has PRF (`wrapped` not empty)."""
    passkey = Passkey.objects.create(
        account=account,
        credential_id=checked.credential_id,
        public_key=checked.public_key,
        sign_count=checked.sign_count,
        name=one_line(text=name[: 10 * _NAME_OF_A_PASSKEY])[:_NAME_OF_A_PASSKEY],
        has_prf=bool(wrapped),
        added_on=today,
    )
    if wrapped:
        KeyWrapping.objects.create(account=account, way="passkey", passkey=passkey, sealed=wrapped)
    return passkey


@transaction.atomic
def add_passkey(
    *, account: Account, checked: CheckedPasskey, name: str, wrapped: bytes, today: date
) -> Passkey:
    """Give an account one more passkey, and tell its person. Raises TooManyPasskeys."""
    # One at a time: a change of keys that runs meanwhile must see this wrapping, or this one the new key.
    Account.objects.select_for_update().get(pk=account.pk)
    if Passkey.objects.visible_to(account).count() >= MOST_PASSKEYS:
        raise TooManyPasskeys
    passkey = keep_passkey(
        account=account, checked=checked, name=name, wrapped=wrapped, today=today
    )
    Alert.objects.create(account=account, deed="passkey-added", detail=passkey.name, day=today)
    return passkey


@transaction.atomic
def remove_passkey(*, passkey: Passkey, today: date) -> None:
    """Take a passkey away, and tell its person. Raises LastWayIn."""
    account = Account.objects.select_for_update().get(pk=passkey.account_id)
    others = KeyWrapping.objects.visible_to(account).exclude(passkey=passkey)
    if not others.exclude(way="recovery").exists():
        raise LastWayIn
    passkey.delete()
    Alert.objects.create(account=account, deed="passkey-removed", detail=passkey.name, day=today)


def offer_assertion(*, site: RelyingParty, now: datetime) -> dict[str, object]:
    """Return options to sign in with. They name no passkey: the device shows those it has, the server tells of none."""
    challenge = _give_out(purpose="sign-in", account=None, now=now, value=generate_challenge())
    options = webauthn.generate_authentication_options(
        rp_id=site.id,
        challenge=bytes(challenge.value),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return {
        "challenge": str(challenge.id),
        "options": json.loads(webauthn.options_to_json(options)),
    }


def check_assertion(
    *, site: RelyingParty, challenge_id: UUID, credential: Mapping[str, Any], now: datetime
) -> Passkey:
    """Return the passkey that answered. Raises ChallengeGone, PasskeyNotAccepted, Suspended.

    A counter that does not go up is refused: the passkey was copied, or the answer was heard before.
    """
    challenge = _take_back(challenge_id, purpose="sign-in", account=None, now=now)
    passkey = _find_passkey(credential)
    try:
        answer = webauthn.verify_authentication_response(
            credential=dict(credential),
            expected_challenge=bytes(challenge.value),
            expected_rp_id=site.id,
            expected_origin=site.origin,
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError):
        raise PasskeyNotAccepted from None
    _count_up(passkey, answer.new_sign_count)
    if passkey.account.is_suspended:
        raise Suspended
    return passkey


def confirm_passkey(
    *,
    account: Account,
    site: RelyingParty,
    challenge_id: UUID,
    credential: Mapping[str, Any],
    now: datetime,
) -> None:
    """Raise PasskeyNotAccepted unless a passkey of this very account answered."""
    passkey = check_assertion(site=site, challenge_id=challenge_id, credential=credential, now=now)
    if passkey.account_id != account.pk:
        raise PasskeyNotAccepted


def _find_passkey(credential: Mapping[str, Any]) -> Passkey:
    try:
        credential_id = webauthn.base64url_to_bytes(credential["rawId"])
    except (KeyError, ValueError, TypeError, AttributeError):
        raise PasskeyNotAccepted from None
    found = Passkey.objects.select_related("account").filter(credential_id=credential_id).first()
    if found is None:
        raise PasskeyNotAccepted
    return found


def _count_up(passkey: Passkey, sign_count: int) -> None:
    # Compared in the database too: of two answers that carry the same count at once, one is a copy.
    before = Passkey.objects.filter(pk=passkey.pk, sign_count=passkey.sign_count)
    if not before.update(sign_count=sign_count):
        raise PasskeyNotAccepted


def _give_out(*, purpose: str, account: Account | None, now: datetime, value: bytes) -> Challenge:
    Challenge.objects.filter(expires_at__lte=now).delete()
    return Challenge.objects.create(
        purpose=purpose, account=account, value=value, expires_at=now + CHALLENGE_LIFE
    )


def _take_back(
    challenge_id: UUID, *, purpose: str, account: Account | None, now: datetime
) -> Challenge:
    """Return a challenge and delete it in a transaction of its own: a refusal afterwards must not bring it back."""
    with transaction.atomic():
        open_ones = Challenge.objects.select_for_update().filter(expires_at__gt=now)
        found = open_ones.filter(pk=challenge_id, purpose=purpose, account=account).first()
        if found is None:
            raise ChallengeGone
        value = Challenge(id=found.id, purpose=found.purpose, value=found.value)
        found.delete()
    return value
