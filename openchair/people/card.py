"""A card: how two people who know each other find each other here. There is no list of people and no search."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from openchair.people.blocking import may_meet
from openchair.people.models import Account, make_card_token


class NoSuchCard(Exception):
    """Unknown, renewed, suspended or blocked: whoever asks can't tell which."""


def find_card(*, viewer: Account, token: str) -> Account:
    """Return the account of a card. Raises NoSuchCard."""
    # PostgreSQL takes no NUL even in a question; no token is empty.
    asked = token if token.isprintable() else ""
    found = Account.objects.filter(card_token=asked, is_suspended=False).first()
    # The same two questions are asked of a token that nobody has, so that the time does not tell either.
    allowed = may_meet(one=viewer, other=found or viewer)
    if found is None or not allowed:
        raise NoSuchCard
    return found


def renew_card(*, account: Account) -> str:
    """Give the account a new card and return its token. The old one finds nobody any more."""
    account.card_token = make_card_token()
    account.save(update_fields=["card_token"])
    return account.card_token


def words_with_card(*, account: Account) -> str:
    """Return a sentence to send along with a card."""
    return _("%(name)s’s card on %(site)s. Sign in there to open it.") % {
        "name": account.shown_name,
        "site": settings.SITE_NAME,
    }
