"""Sealed groups: people who share a key, and a new key whenever somebody leaves.

Each key (an *epoch*) is sealed to each member by the browser of whoever made it. The server hands everybody the
wrappings that were made for them: who joins later gets no earlier key from here, who left gets no later one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

import msgspec
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q

from openchair.people.models import Account
from openchair.vault import rules, sharing
from openchair.vault.models import GroupKey, GroupKeyWrapping, GroupMember, SealedGroup


class NoSuchGroup(Exception):
    """There is none, or none that this account is or was in."""


class NotAMember(Exception):
    """Whoever asks has left the group, or would make a key that is not theirs."""


class EpochTaken(Exception):
    """Another member was quicker: `epoch` is the newest. Nothing was stored."""

    def __init__(self, epoch: int) -> None:
        super().__init__(f"the newest epoch is {epoch}")
        self.epoch = epoch


class GroupExists(Exception):
    """The id is taken by another group, or by this one with another key."""


class NotSealed(Exception):
    """A wrapping is no age file, or larger than a key can be."""


class HeldKey(msgspec.Struct, frozen=True, kw_only=True):
    """A group's key as one member holds it."""

    epoch: int
    public_key: str
    sealed: bytes


class HeldGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A group as one account sees it. Who left sees the state of the day they left, and no members."""

    id: UUID
    epoch: int
    keys: list[HeldKey]
    members: list[UUID]


def create_group(
    *,
    account: Account,
    group_id: UUID,
    public_key: str,
    wrapped: Mapping[UUID, bytes],
    today: date,
) -> int:
    """Make a group of those in `wrapped`, whoever asks among them, and return its first epoch, 1.

    Asked again with the same key it returns the same. Raises NotAMember, NotSealed, GroupExists and
    sharing.CannotShare; nothing is stored then.
    """
    _refuse_wrappings(account, wrapped)
    try:
        with transaction.atomic():
            if _is_repeated(account, group_id, epoch=1, public_key=public_key):
                return 1
            sharing.refuse_strangers(giver=account, takers=wrapped.keys())
            forget_empty_groups()
            group = SealedGroup.objects.create(id=group_id, created_by=account, day=today)
            _add_members(group, set(wrapped), epoch=1)
            _store_key(group, 1, public_key, wrapped)
    except IntegrityError:
        # The id exists: the same request on its way twice, or a guess.
        if not _is_repeated(account, group_id, epoch=1, public_key=public_key):
            raise GroupExists from None
    return 1


def rotate_key(
    *,
    account: Account,
    group_id: UUID,
    epoch: int,
    public_key: str,
    wrapped: Mapping[UUID, bytes],
) -> int:
    """Give the group its next key, and those in `wrapped` for members: who is missing has left.

    Only a current member may, and stays one: whoever makes a key knows it. Asked again with the same key it returns
    the same epoch. Raises NoSuchGroup, NotAMember, NotSealed, EpochTaken and sharing.CannotShare.
    """
    with transaction.atomic():
        group = _lock_group(account, group_id)
        _refuse_wrappings(account, wrapped)
        if _is_repeated(account, group_id, epoch=epoch, public_key=public_key):
            return epoch
        if epoch != group.epoch + 1:
            raise EpochTaken(group.epoch)
        current = set(_current(group).values_list("account", flat=True))
        # A block between two members is theirs to live with or to leave over: it must not stop a rotation.
        sharing.refuse_strangers(giver=account, takers=set(wrapped) - current)
        _current(group).exclude(account__in=wrapped).update(until_epoch=epoch - 1)
        _add_members(group, set(wrapped) - current, epoch=epoch)
        _store_key(group, epoch, public_key, wrapped)
        group.epoch = epoch
        group.save(update_fields=["epoch"])
    return epoch


def list_groups(*, account: Account) -> list[HeldGroup]:
    """Return the groups that `account` is or was in, with the keys that were sealed to them, newest first."""
    groups = SealedGroup.objects.visible_to(account).order_by("pk")
    keys, members = _held_keys(account), _members_shown(account)
    return [
        HeldGroup(
            id=group.pk,
            epoch=group.epoch if group.pk in members else keys[group.pk][0].epoch,
            keys=keys[group.pk],
            members=members.get(group.pk, []),
        )
        for group in groups
    ]


def forget_empty_groups() -> None:
    """Delete groups of which every member has been erased: nobody is left who could open anything of theirs."""
    SealedGroup.objects.filter(members__isnull=True).delete()


def share_a_group(*, account: Account, others: set[UUID]) -> set[UUID]:
    """Return those of `others` who were in a group at the same time as `account`."""
    together = Q(group__members__account=account) & _overlaps()
    rows = GroupMember.objects.filter(together, account__in=others)
    return set(rows.values_list("account", flat=True))


def _overlaps() -> Q:
    mine_began_in_time = Q(until_epoch__isnull=True) | Q(
        until_epoch__gte=F("group__members__from_epoch")
    )
    theirs_began_in_time = Q(group__members__until_epoch__isnull=True) | Q(
        from_epoch__lte=F("group__members__until_epoch")
    )
    return mine_began_in_time & theirs_began_in_time


def _refuse_wrappings(account: Account, wrapped: Mapping[UUID, bytes]) -> None:
    if account.pk not in wrapped:
        raise NotAMember
    for sealed in wrapped.values():
        if len(sealed) > rules.MOST_WRAPPING_BYTES or not rules.looks_like_age(sealed):
            raise NotSealed


def _lock_group(account: Account, group_id: UUID) -> SealedGroup:
    """Return the group, locked until the transaction ends, for a current member."""
    if not SealedGroup.objects.visible_to(account).filter(pk=group_id).exists():
        raise NoSuchGroup
    group = SealedGroup.objects.select_for_update().filter(pk=group_id).first()
    if group is None:
        raise NoSuchGroup
    if not _current(group).filter(account=account).exists():
        raise NotAMember
    return group


def _current(group: SealedGroup) -> models.QuerySet[GroupMember]:
    return group.members.filter(until_epoch__isnull=True)


def _is_repeated(account: Account, group_id: UUID, *, epoch: int, public_key: str) -> bool:
    visible = SealedGroup.objects.visible_to(account).filter(pk=group_id)
    keys = GroupKey.objects.filter(group__in=visible, epoch=epoch, public_key=public_key)
    return keys.exists()


def _add_members(group: SealedGroup, accounts: set[UUID], *, epoch: int) -> None:
    GroupMember.objects.bulk_create(
        GroupMember(group=group, account_id=account, from_epoch=epoch)
        for account in sorted(accounts)
    )


def _store_key(
    group: SealedGroup, epoch: int, public_key: str, wrapped: Mapping[UUID, bytes]
) -> None:
    key = GroupKey.objects.create(group=group, epoch=epoch, public_key=public_key)
    GroupKeyWrapping.objects.bulk_create(
        GroupKeyWrapping(key=key, account_id=account, sealed=sealed)
        for account, sealed in sorted(wrapped.items())
    )


def _held_keys(account: Account) -> dict[UUID, list[HeldKey]]:
    held: dict[UUID, list[HeldKey]] = {}
    rows = GroupKeyWrapping.objects.filter(account=account).select_related("key")
    for row in rows.order_by("-key__epoch"):
        key = HeldKey(epoch=row.key.epoch, public_key=row.key.public_key, sealed=bytes(row.sealed))
        held.setdefault(row.key.group_id, []).append(key)
    return held


def _members_shown(account: Account) -> dict[UUID, list[UUID]]:
    current = GroupMember.objects.filter(until_epoch__isnull=True)
    mine = current.filter(account=account).values("group")
    shown: dict[UUID, list[UUID]] = {}
    for group, member in (
        current.filter(group__in=mine).order_by("account").values_list("group", "account")
    ):
        shown.setdefault(group, []).append(member)
    return shown
