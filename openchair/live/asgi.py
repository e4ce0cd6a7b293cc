"""The few ASGI shapes the live half speaks. Source: the ASGI specification, version 3."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

# Any: an ASGI scope and message are mappings whose values differ by key; each is narrowed where it is read.
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

# Opened by itself, an answer that is no page runs and loads nothing, and stands in nobody's frame.
NO_PAGE_POLICY = (
    b"content-security-policy",
    b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
)
# On every answer that `live` makes itself: its type is what it says, and no other site may build it into its pages.
OWN_ANSWER: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"same-origin"),
]
# Published data is for every site.
OPEN_ANSWER: Headers = [
    NO_PAGE_POLICY,
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"cross-origin"),
]


def header(scope: Scope, name: bytes) -> bytes:
    """Return the first header called `name` (lower case) of the request, or b"" without one."""
    return next((value for key, value in scope["headers"] if key == name), b"")


async def respond(
    send: Send, *, status: int, headers: Headers, body: bytes, with_body: bool = True
) -> None:
    """Send a whole answer. `with_body` False answers a HEAD request: same headers, no body."""
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body if with_body else b""})
