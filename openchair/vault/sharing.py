"""Who may fetch a document: readers come and go with its versions.

A reader is added with the version that is sealed to them, and sees nothing earlier; one who is left out keeps what
they could read already and gets nothing later. The server only keeps the door: whether a version can be opened is
decided by whom the browser sealed it to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q

from openchair.people.models import Account, Block
from openchair.vault.models import Document, Grant


class CannotShare(Exception):
    """Nothing can be given to these accounts. Not said why: unknown, erased and blocked look the same."""

    def __init__(self, accounts: Collection[UUID]) -> None:
        super().__init__(f"can't share with {len(accounts)} accounts")
        self.accounts = sorted(accounts)


def change_readers(
    *, document: Document, readers: frozenset[UUID] | None, version: int, today: date
) -> None:
    """Give `version`, about to be stored, to `readers` and to nobody else but its owner.

    None leaves the readers as they are, save those with whom a block has come up since: they get no new version.
    Call within the transaction that stores the version, with the document locked. Raises CannotShare.
    """
    current = set(current_readers(document=document))
    wanted = _without_blocked(document, current) if readers is None else set(readers)
    wanted.discard(document.owner_id)
    if readers is not None:
        refuse_strangers(giver=document.owner, takers=wanted)
    document.grants.filter(until_version__isnull=True, account__in=current - wanted).update(
        until_version=version - 1
    )
    Grant.objects.bulk_create(
        Grant(document=document, account_id=account, from_version=version, day=today)
        for account in sorted(wanted - current)
    )


def current_readers(*, document: Document) -> list[UUID]:
    """Return the accounts that may fetch the newest version, the owner not among them."""
    grants = document.grants.filter(until_version__isnull=True)
    return list(grants.order_by("account").values_list("account", flat=True))


def refuse_strangers(*, giver: Account, takers: Iterable[UUID]) -> None:
    """Raise CannotShare when one of `takers` does not exist or has a block with `giver`, either way."""
    asked = set(takers)
    # Locked in one order until the grant is stored: nobody is erased between this look and that write, and two
    # saves that share with the same two people do not wait for each other.
    known = set(
        Account.objects.select_for_update(no_key=True)
        .filter(pk__in=asked)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    if refused := (asked - known) | blocked_with(account=giver, others=asked):
        raise CannotShare(refused)


def blocked_with(*, account: Account, others: Iterable[UUID]) -> set[UUID]:
    """Return those of `others` who blocked `account` or whom `account` blocked."""
    asked = set(others)
    pairs = Block.objects.filter(
        Q(blocker=account, blocked__in=asked) | Q(blocked=account, blocker__in=asked)
    ).values_list("blocker", "blocked")
    return {one for pair in pairs for one in pair} & asked


def _without_blocked(document: Document, readers: set[UUID]) -> set[UUID]:
    return readers - blocked_with(account=document.owner, others=readers)
