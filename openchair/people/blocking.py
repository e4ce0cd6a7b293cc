"""Wanting nothing from somebody. A block is silent: to who is blocked, the other looks like nobody at all."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from openchair.people.models import Account, Block


def block(*, blocker: Account, blocked_id: UUID, today: date) -> None:
    """Block an account. Again, oneself, and an id that nobody has look alike: nothing tells who exists."""
    if blocked_id == blocker.pk:
        return
    blocked = Account.objects.filter(pk=blocked_id).first()
    if blocked is not None:
        Block.objects.get_or_create(blocker=blocker, blocked=blocked, defaults={"day": today})


def unblock(*, blocker: Account, blocked_id: UUID) -> None:
    """Take a block back, if there is one."""
    Block.objects.visible_to(blocker).filter(blocked_id=blocked_id).delete()


def may_meet(*, one: Account, other: Account) -> bool:
    """Return whether neither has blocked the other."""
    return not Block.objects.between(one, other).exists()
