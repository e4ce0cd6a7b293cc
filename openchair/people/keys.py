"""What opens an account and its writing: passphrase, recovery kit, keyring, and changing them.

The server keeps the keyring only sealed, once for each way of opening it. A change replaces hash and sealed keyring
together or not at all: one without the other would let somebody in who can't read, or lose the writing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from openchair.people.models import Account, Alert, KeyWrapping, PastKey, Session
from openchair.people.refusing import Refusal
from openchair.people.signing_in import hash_secret, matches


class KitDiffers(Refusal):
    """The code that was typed is not the one on the kit."""

    error = "kit-differs"
    status = 409
    sentence = _("These are not the words of your newest kit. Check them, or make a new kit.")


class WrappingsMissing(Refusal):
    """A change of keys must seal the new keyring for every way in: one left out could never open new writing."""

    error = "wrappings-missing"
    status = 409
    sentence = _("Your ways to sign in changed meanwhile. Reload the page and try again.")


class WeakerThanBefore(Refusal):
    """The cost of guessing a passphrase only ever goes up."""

    error = "weaker-than-before"
    status = 400
    sentence = _("This page is older than your account's settings. Reload the page.")


class UsedBefore(Refusal):
    """A key that was given up may be known to others."""

    error = "key-used-before"
    status = 409
    sentence = _("This key was in use before. Reload the page and try again.")


@dataclass(frozen=True, kw_only=True)
class PassphraseWay:
    """A passphrase, as the browser derives it: `auth` signs in, `wrapped` holds the keyring."""

    salt: bytes
    scrypt_log_n: int
    auth: bytes
    wrapped: bytes


@dataclass(frozen=True, kw_only=True)
class RecoveryWay:
    """A recovery code, as the browser derives it."""

    salt: bytes
    auth: bytes
    wrapped: bytes


@transaction.atomic
def change_passphrase(*, session: Session, way: PassphraseWay, today: date) -> None:
    """Set a new passphrase and sign every other device out: whoever knew the old one is outside.

    The caller has asked for the old one, or knows that the session came in by the recovery code. Raises WeakerThanBefore.
    """
    account = _locked(session)
    if account.auth_hash and way.scrypt_log_n < account.scrypt_log_n:
        raise WeakerThanBefore
    set_passphrase(account=account, way=way)
    Session.objects.visible_to(account).exclude(pk=session.pk).delete()
    Alert.objects.create(account=account, deed="passphrase-changed", day=today)


@transaction.atomic
def change_kit(*, session: Session, way: RecoveryWay, today: date) -> None:
    """Set a new recovery code. The old kit opens nothing from here on; the new one has to be tested."""
    account = _locked(session)
    set_recovery(account=account, way=way)
    Alert.objects.create(account=account, deed="kit-changed", day=today)


def prove_kit(*, account: Account, auth: bytes, today: date) -> None:
    """Note that the person has the kit at hand. Raises KitDiffers."""
    if not matches(stored=account.recovery_hash, auth=auth):
        raise KitDiffers
    # The kit may have been changed while this one was being typed.
    same_kit = Account.objects.filter(pk=account.pk, recovery_hash=account.recovery_hash)
    if not same_kit.update(kit_confirmed_on=today):
        raise KitDiffers


@transaction.atomic
def rotate_key(
    *, session: Session, public_key: str, wrappings: Mapping[UUID, bytes], today: date
) -> None:
    """Replace the account's key: `wrappings` hold the longer keyring for every way in. Again with the same key is once.

    Raises WrappingsMissing, UsedBefore; nothing is changed then.
    """
    account = _locked(session)
    if account.public_key == public_key:
        return
    if PastKey.objects.visible_to(account).filter(public_key=public_key).exists():
        raise UsedBefore
    rows = {row.id: row for row in KeyWrapping.objects.visible_to(account)}
    if rows.keys() != wrappings.keys() or not all(wrappings.values()):
        raise WrappingsMissing
    for wrapping_id, sealed in wrappings.items():
        rows[wrapping_id].sealed = sealed
    KeyWrapping.objects.bulk_update(rows.values(), ["sealed"])
    PastKey.objects.create(account=account, public_key=account.public_key, until=today)
    account.public_key = public_key
    account.save(update_fields=["public_key"])
    Alert.objects.create(account=account, deed="key-changed", day=today)


def set_passphrase(*, account: Account, way: PassphraseWay) -> None:
    """Store hash and sealed keyring of a passphrase, inside the caller's transaction."""
    account.salt, account.scrypt_log_n = way.salt, way.scrypt_log_n
    account.auth_hash = hash_secret(auth=way.auth)
    account.save(update_fields=["salt", "scrypt_log_n", "auth_hash"])
    _seal_for(account, way="passphrase", sealed=way.wrapped)


def set_recovery(*, account: Account, way: RecoveryWay) -> None:
    """Store hash and sealed keyring of a recovery code, inside the caller's transaction."""
    account.recovery_salt, account.recovery_hash = way.salt, hash_secret(auth=way.auth)
    account.kit_confirmed_on = None
    account.save(update_fields=["recovery_salt", "recovery_hash", "kit_confirmed_on"])
    _seal_for(account, way="recovery", sealed=way.wrapped)


def _seal_for(account: Account, *, way: str, sealed: bytes) -> None:
    KeyWrapping.objects.update_or_create(
        account=account, way=way, passkey=None, defaults={"sealed": sealed}
    )


def _locked(session: Session) -> Account:
    # One change of keys at a time; SQLite's transactions are exclusive by themselves (IMMEDIATE).
    return Account.objects.select_for_update().get(pk=session.account_id)
