"""One value for one visitor and one hour, so that Django can hold back who asks too often without knowing who it is.

An HMAC-SHA256 over the address, under a random key that is made anew every hour, lives in this process's memory alone
and is then forgotten. Without the key the value can't be turned back, not even by trying all four billion addresses;
after the hour nobody has it. Several LIVE_WORKERS have a key each: a visitor then has as many values.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime
from ipaddress import IPv6Address, ip_address

from openchair.lib import clock
from openchair.live.asgi import Scope

# 128 bits: no two visitors of one hour meet.
VALUE_CHARACTERS = 32
# What one household or telephone is given; it may take any address in it at will.
IPV6_NETWORK_BITS = 64


class VisitorNames:
    """Gives each address its value of the hour. `trusts_proxy`: the last hop of X-Forwarded-For is the operator's own."""

    def __init__(
        self, *, trusts_proxy: bool, read_clock: Callable[[], datetime] = clock.now
    ) -> None:
        self._trusts_proxy = trusts_proxy
        self._read_clock = read_clock
        self._hour: datetime | None = None
        self._key = b""

    def name(self, *, scope: Scope) -> str:
        """Return the value of whoever sent the request `scope`."""
        network = cut_to_network(address=self._address(scope))
        digest = hmac.digest(self._key_of_the_hour(), network.encode(), hashlib.sha256)
        return digest.hex()[:VALUE_CHARACTERS]

    def _address(self, scope: Scope) -> str:
        # Only the last hop counts: it was written by the operator's own web server, all others by whoever likes to.
        if self._trusts_proxy and (hops := _forwarded_for(scope)):
            return hops[-1]
        client = scope.get("client")
        return str(client[0]) if client else ""

    def _key_of_the_hour(self) -> bytes:
        hour = self._read_clock().replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            self._hour, self._key = hour, secrets.token_bytes(32)
        return self._key


def cut_to_network(*, address: str) -> str:
    """Return an IPv4 address as it is and an IPv6 address as its /64. What is no address comes back unchanged."""
    try:
        parsed = ip_address(address.strip().strip("[]").partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    host_bits = 128 - IPV6_NETWORK_BITS
    return f"{IPv6Address(int(parsed) >> host_bits << host_bits)}/{IPV6_NETWORK_BITS}"


def _forwarded_for(scope: Scope) -> list[str]:
    # Repeated headers are one list (RFC 9110 5.3): taking the first of them would take one that was forged.
    lines = [
        value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"
    ]
    return [hop for line in lines for part in line.split(",") if (hop := part.strip())]
