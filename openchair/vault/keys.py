"""Public keys of the people somebody writes to. No search, no list: who is a stranger stays one."""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.db.models import Q

from openchair.people.models import Account
from openchair.vault import groups, sharing
from openchair.vault.models import Grant


class PublicKey(msgspec.Struct, frozen=True, kw_only=True):
    """What is sealed to, and the name its owner gave themselves."""

    public_key: str
    shown_name: str


def find_keys(*, account: Account, others: set[UUID], card: str = "") -> dict[UUID, PublicKey]:
    """Return the keys of those of `others` whom `account` knows; the rest is left out without a word.

    One knows oneself, whom one shared something with or was given something by, whom one was in a group with, and
    whose card one holds: `card` is its token. Whoever has a block with `account` is a stranger.
    """
    known = {account.pk} | _shared_with(account, others) | _holder_of(card)
    known |= groups.share_a_group(account=account, others=others)
    known &= others
    known -= sharing.blocked_with(account=account, others=known)
    rows = Account.objects.filter(pk__in=known)
    return {row.pk: PublicKey(public_key=row.public_key, shown_name=row.shown_name) for row in rows}


def _shared_with(account: Account, others: set[UUID]) -> set[UUID]:
    pairs = Grant.objects.filter(
        Q(document__owner=account, account__in=others)
        | Q(account=account, document__owner__in=others)
    ).values_list("document__owner", "account")
    return {one for pair in pairs for one in pair}


def _holder_of(card: str) -> set[UUID]:
    if not card:
        return set()
    return set(Account.objects.filter(card_token=card).values_list("pk", flat=True))
