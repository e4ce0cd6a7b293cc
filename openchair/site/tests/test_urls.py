from __future__ import annotations

import pytest
from django.urls import Resolver404, URLResolver
from django.urls.resolvers import RegexPattern

from openchair.site.urls import root_addresses


def resolver(*, has_accounts: bool) -> URLResolver:
    return URLResolver(RegexPattern(r"^/"), root_addresses(has_accounts=has_accounts))


@pytest.mark.parametrize("path", ["/join", "/journal", "/account/sign-in", "/vault/documents"])
def test_accounts_answer_only_where_they_are_switched_on(path):
    assert resolver(has_accounts=True).resolve(path)
    with pytest.raises(Resolver404):
        resolver(has_accounts=False).resolve(path)


@pytest.mark.parametrize("path", ["/", "/meetings", "/help", "/about-this-copy"])
def test_what_needs_no_account_is_always_there(path):
    assert resolver(has_accounts=False).resolve(path)
