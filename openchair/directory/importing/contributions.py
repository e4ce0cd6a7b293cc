"""Handles under which a group takes the seventh tradition, by the rules that Meeting Guide has for each."""

from __future__ import annotations

import re
from collections.abc import Callable

from openchair.directory.importing.unreadable import Unreadable

_HANDLE = re.compile(r"[A-Za-z0-9][\w.-]{0,39}\Z", re.ASCII)
_PAYPAL = re.compile(r"[A-Za-z0-9]{1,20}\Z")
_HOMEGROUP = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


def venmo_handle(*, text: str) -> str:
    """Return a Venmo handle with its @. Raises Unreadable."""
    return _with_sign(text, "@", "venmo")


def square_handle(*, text: str) -> str:
    """Return a Cash App handle with its $. Raises Unreadable."""
    return _with_sign(text, "$", "square")


def paypal_handle(*, text: str) -> str:
    """Return a PayPal.Me name: up to 20 letters and digits, no link. Raises Unreadable."""
    if not _PAYPAL.match(text):
        raise Unreadable(
            "paypal-unreadable",
            "This is not a PayPal.Me name of up to 20 letters and digits. Links are not taken.",
        )
    return text


def homegroup_online_handle(*, text: str) -> str:
    """Return a group's name at Homegroup Online. Raises Unreadable."""
    if not _HOMEGROUP.match(text):
        raise Unreadable(
            "homegroup-online-unreadable",
            "This is not a name at Homegroup Online: letters, digits, hyphens and underscores.",
        )
    return text


READERS: dict[str, Callable[..., str]] = {
    "venmo": venmo_handle,
    "square": square_handle,
    "paypal": paypal_handle,
    "homegroup_online": homegroup_online_handle,
}


def _with_sign(text: str, sign: str, key: str) -> str:
    handle = text.removeprefix(sign)
    if not _HANDLE.match(handle):
        raise Unreadable(
            f"{key}-unreadable",
            f"This is not a handle such as {sign}OurGroup. Links are not taken.",
        )
    return sign + handle
