"""Joining and leaving: an account needs nothing but a name, and goes at once."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from openchair.people import passkeys, rules
from openchair.people.keys import PassphraseWay, RecoveryWay, set_passphrase, set_recovery
from openchair.people.models import Account
from openchair.people.refusing import Refusal
from openchair.people.signing_in import matches
from openchair.people.tombstones import record_tombstone

# Nearly a million tails for every name: ten in a row that are taken means that something else is wrong.
_MOST_TRIES = 10


class NameMissing(Refusal):
    """A name without a letter or a digit."""

    error = "name-missing"
    status = 400
    sentence = _("Choose a name for yourself. Any name will do; it needn't be yours.")


class NotAdult(Refusal):
    """This installation is for adults, and the person did not say that they are one."""

    error = "adults-only"
    status = 400
    sentence = _(
        "This site is for people of 18 or older. Confirm that you are, or see the help page."
    )


class NoWayIn(Refusal):
    """Neither a passphrase nor a passkey that opens the writing."""

    error = "no-way-in"
    status = 400
    sentence = _("Choose a passphrase. A passkey alone can't open your writing in this browser.")


class JoinedOtherwise(Refusal):
    """The sign-up has happened, with other keys."""

    error = "joined-otherwise"
    status = 409
    sentence = _(
        "This sign-up was finished on another page. Sign in, or reload the page to begin again."
    )


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """What somebody brings along. `join_key` is the browser's name for this one sign-up; `account_id` the id to be."""

    account_id: UUID
    join_key: UUID
    shown_name: str
    public_key: str
    recovery: RecoveryWay
    passphrase: PassphraseWay | None
    passkey: passkeys.CheckedPasskey | None
    passkey_wrapped: bytes = b""


def new_id() -> UUID:
    """Return a random id for an account."""
    return uuid4()


def random_tail() -> str:
    """Return four random signs for the end of a handle."""
    return "".join(secrets.choice(rules.TAIL_LETTERS) for _sign in range(rules.TAIL_LENGTH))


def name_of(*, typed: str) -> str:
    """Return the name to show. Raises NameMissing."""
    try:
        return rules.clean_name(name=typed)
    except rules.NoName:
        raise NameMissing from None


def find_joined(*, join_key: UUID, public_key: str, recovery_auth: bytes) -> Account | None:
    """Return the account that this sign-up made before, or None. Raises JoinedOtherwise.

    The recovery code's proof is asked for, as the join key alone, which is stored, must not sign anybody in.
    """
    account = Account.objects.filter(join_key=join_key).first()
    if account is None:
        return None
    if account.public_key != public_key or not matches(
        stored=account.recovery_hash, auth=recovery_auth
    ):
        raise JoinedOtherwise
    return account


def join(*, newcomer: Newcomer, today: date, make_tail: Callable[[], str] = random_tail) -> Account:
    """Make an account with all its ways in, or nothing. Raises NameMissing, NoWayIn, JoinedOtherwise."""
    name = name_of(typed=newcomer.shown_name)
    if newcomer.passphrase is None and not newcomer.passkey_wrapped:
        raise NoWayIn
    for _try in range(_MOST_TRIES):
        handle = rules.make_handle(name=name, tail=make_tail())
        if Account.objects.filter(handle=handle).exists():
            continue
        try:
            return _make_account(newcomer, name=name, handle=handle, today=today)
        except IntegrityError:
            # Somebody took the handle a moment ago, or this very sign-up arrived twice at once.
            if Account.objects.filter(join_key=newcomer.join_key).exists():
                break
    found = find_joined(
        join_key=newcomer.join_key,
        public_key=newcomer.public_key,
        recovery_auth=newcomer.recovery.auth,
    )
    if found is None:
        raise RuntimeError("no free handle")
    return found


def erase_account(*, account: Account, home: Path, today: date) -> None:
    """Delete an account and everything that belongs to it, now.

    The tombstone is written before the deletion is final. The other way round, a power cut in between would leave a
    person erased here and alive in the backups, and a restore would bring them back. A tombstone without a deletion
    does less harm: its person asked for it, and the restore only finishes what they asked.
    """
    with transaction.atomic():
        row = Account.objects.select_for_update().get(pk=account.pk)
        record_tombstone(home=home, account_id=row.pk, day=today)
        row.delete()


@transaction.atomic
def _make_account(newcomer: Newcomer, *, name: str, handle: str, today: date) -> Account:
    account = Account.objects.create(
        id=newcomer.account_id,
        join_key=newcomer.join_key,
        handle=handle,
        shown_name=name,
        public_key=newcomer.public_key,
        joined_on=today,
    )
    set_recovery(account=account, way=newcomer.recovery)
    if newcomer.passphrase is not None:
        set_passphrase(account=account, way=newcomer.passphrase)
    if newcomer.passkey is not None:
        passkeys.keep_passkey(
            account=account,
            checked=newcomer.passkey,
            name="",
            wrapped=newcomer.passkey_wrapped,
            today=today,
        )
    return account
