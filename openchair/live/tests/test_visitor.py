"""The opaque value that stands for a visitor: the same within an hour, nothing afterwards, and not theirs to choose."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from openchair.live.visitor import VisitorNames, cut_to_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    now = NOON

    def __call__(self):
        return self.now


def scope(client="192.0.2.1", forwarded=()):
    return {
        "client": (client, 5000) if client else None,
        "headers": [(b"x-forwarded-for", value) for value in forwarded],
    }


def test_one_address_has_one_value_for_the_hour_whatever_its_port():
    clock = Clock()
    names = VisitorNames(trusts_proxy=False, read_clock=clock)

    first = names.name(scope=scope())
    clock.now = NOON + timedelta(minutes=59)

    assert names.name(scope={"client": ("192.0.2.1", 6000), "headers": []}) == first
    assert names.name(scope=scope("192.0.2.2")) != first


def test_the_next_hour_has_another_value_and_so_has_another_process():
    clock = Clock()
    names = VisitorNames(trusts_proxy=False, read_clock=clock)
    first = names.name(scope=scope())

    clock.now = NOON + timedelta(hours=1)

    assert names.name(scope=scope()) != first
    assert VisitorNames(trusts_proxy=False, read_clock=Clock()).name(scope=scope()) != first


def test_without_a_trusted_proxy_nothing_that_a_visitor_sends_changes_their_value():
    names = VisitorNames(trusts_proxy=False, read_clock=Clock())

    forged = names.name(scope=scope(forwarded=[b"10.0.0.1", b"10.0.0.2, 10.0.0.3"]))

    assert forged == names.name(scope=scope())


def test_behind_a_proxy_the_last_hop_of_the_last_header_counts_and_no_other():
    names = VisitorNames(trusts_proxy=True, read_clock=Clock())

    honest = names.name(scope=scope("127.0.0.1", [b"198.51.100.7"]))
    forged = names.name(
        scope=scope("127.0.0.1", [b"10.0.0.1, 10.0.0.2", b"10.0.0.3, 198.51.100.7"])
    )
    other = names.name(scope=scope("127.0.0.1", [b"198.51.100.7, 198.51.100.8"]))

    assert forged == honest
    assert other != honest


def test_behind_a_proxy_that_says_nothing_the_connection_counts():
    names = VisitorNames(trusts_proxy=True, read_clock=Clock())

    assert names.name(scope=scope(forwarded=[b" , "])) == names.name(scope=scope())
    assert names.name(scope=scope(client=None))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_an_ipv6_address_counts_as_the_network_that_its_household_holds(address, network):
    assert cut_to_network(address=address) == network
