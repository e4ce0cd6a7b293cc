"""The way in to the pages: a forwarder from the public port to Django's Unix socket.

Django listens nowhere else, so what this file sets is what Django may trust: the scheme comes from here, and nothing
that a visitor sends under the same names gets through. The visitor's address is not passed on at all: what is not
known can't be logged or subpoenaed. In its place goes X-Visitor, a value of this hour alone (live/visitor.py).

A request's body is small (forms) and is collected here before Django is asked, so that a slow sender holds no thread
of Django's; answers are streamed as they come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import aiohttp
import msgspec
from multidict import CIMultiDict
from yarl import URL

from openchair.live.asgi import (
    NO_PAGE_POLICY,
    OWN_ANSWER,
    Headers,
    Receive,
    Scope,
    Send,
    header,
    respond,
)
from openchair.live.visitor import VisitorNames

# RFC 9110 7.6.1: these speak of one connection, and so do the names that Connection lists.
HOP_BY_HOP = frozenset(
    [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ]
)
# What a web server in front may say of a visitor, and what only this file may say.
FORGEABLE = frozenset(
    ["forwarded", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip", "x-visitor"]
)
CHUNK_BYTES = 64 * 1024


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much and how long one page request may take."""

    # A report of a change is a few kB; nothing that the pages take is larger.
    body_bytes: int = 2 * 1024 * 1024
    body_seconds: float = 30.0
    connect_seconds: float = 2.0
    # Between two pieces from Django: past this the page is stuck, and the visitor is told so.
    silence_seconds: float = 30.0


class Refused(Exception):
    """The request can't be forwarded. `status` and the sentence go to the visitor."""

    def __init__(self, *, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class VisitorLeft(Exception):
    """The connection to the visitor is gone; there is nobody to answer."""


class PagesAway(Exception):
    """Django, or what it stands on, can't be reached, and nothing of an answer has been sent."""


class Front:
    """An ASGI application that forwards each request to the pages behind `socket_path`.

    `away` holds the pages to show while Django can't be reached, by path; "" is the one for every other path.
    `trusts_proxy` is for an operator whose own web server ends TLS in front: its X-Forwarded-Proto then counts, and
    so does the last hop that it put into X-Forwarded-For.
    """

    def __init__(
        self,
        *,
        socket_path: Path,
        away: Mapping[str, bytes],
        limits: Limits | None = None,
        trusts_proxy: bool = False,
    ) -> None:
        self._socket_path = socket_path
        self._away = away
        self._limits = limits or Limits()
        self._trusts_proxy = trusts_proxy
        self._visitors = VisitorNames(trusts_proxy=trusts_proxy)
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward one HTTP request, or say in a plain sentence why not."""
        try:
            body = await self._read_body(scope, receive)
            await self._forward(scope, receive, send, body)
        except Refused as refusal:
            await respond(
                send, status=refusal.status, headers=PLAIN, body=refusal.sentence.encode()
            )
        except PagesAway:
            await self._answer_away(scope, send)
        except VisitorLeft:
            return

    async def close(self) -> None:
        """Close the connections to the pages."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _read_body(self, scope: Scope, receive: Receive) -> bytes:
        length = header(scope, b"content-length")
        if length and not length.isdigit():
            raise Refused(status=400, sentence="Content-Length must be a number.")
        if length in {b"", b"0"} and not header(scope, b"transfer-encoding"):
            return b""
        if length and int(length) > self._limits.body_bytes:
            raise self._too_large()
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                return await self._collect(receive)
        except TimeoutError:
            raise Refused(status=408, sentence="That took too long to arrive.") from None

    async def _collect(self, receive: Receive) -> bytes:
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise VisitorLeft
            body += message.get("body", b"")
            if len(body) > self._limits.body_bytes:
                raise self._too_large()
            more = message.get("more_body", False)
        return bytes(body)

    def _too_large(self) -> Refused:
        most = self._limits.body_bytes // 1024
        return Refused(status=413, sentence=f"This site takes at most {most} kB at once.")

    async def _forward(self, scope: Scope, receive: Receive, send: Send, body: bytes) -> None:
        leaving = asyncio.ensure_future(_wait_for_leaving(receive))
        exchange = asyncio.ensure_future(self._exchange(scope, send, body))
        try:
            await asyncio.wait({leaving, exchange}, return_when=asyncio.FIRST_COMPLETED)
            if not exchange.done():
                raise VisitorLeft
            exchange.result()
        finally:
            for task in (leaving, exchange):
                task.cancel()
            await asyncio.gather(leaving, exchange, return_exceptions=True)

    async def _exchange(self, scope: Scope, send: Send, body: bytes) -> None:
        try:
            response = await self._open_session().request(
                scope["method"],
                _url(scope),
                headers=self._request_headers(scope),
                data=body or None,
                allow_redirects=False,
            )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise PagesAway from error
        # Past this point a failure breaks the connection off: half an answer is out, and no other signal is left.
        async with response:
            await send(
                {
                    "type": "http.response.start",
                    "status": response.status,
                    "headers": _response_headers(response),
                }
            )
            async for chunk in response.content.iter_chunked(CHUNK_BYTES):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

    def _open_session(self) -> aiohttp.ClientSession:
        # Made on first use: aiohttp wants the running loop.
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(path=str(self._socket_path), limit=200),
                timeout=aiohttp.ClientTimeout(
                    total=None,
                    sock_connect=self._limits.connect_seconds,
                    sock_read=self._limits.silence_seconds,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                # Bytes pass through as Django made them: compressed stays compressed.
                auto_decompress=False,
                skip_auto_headers=["User-Agent", "Accept", "Accept-Encoding", "Content-Type"],
            )
        return self._session

    def _request_headers(self, scope: Scope) -> CIMultiDict[str]:
        dropped = HOP_BY_HOP | _names_in_connection(scope)
        headers: CIMultiDict[str] = CIMultiDict()
        for raw_name, raw_value in scope["headers"]:
            name = raw_name.decode("latin-1").lower()
            if name not in dropped and not _could_be_forged(name):
                headers.add(name, raw_value.decode("latin-1"))
        headers.popall("content-length", None)
        headers["X-Forwarded-Proto"] = self._scheme(scope)
        headers["X-Visitor"] = self._visitors.name(scope=scope)
        return headers

    def _scheme(self, scope: Scope) -> str:
        said = header(scope, b"x-forwarded-proto").decode("latin-1")
        if self._trusts_proxy and said in {"http", "https"}:
            return said
        return str(scope["scheme"])

    async def _answer_away(self, scope: Scope, send: Send) -> None:
        page = self._away.get(scope["path"])
        status = 503 if page is None else 200
        headers = [*HTML, (b"retry-after", b"30")] if page is None else HTML
        body = self._away.get("", AWAY_WORDS) if page is None else page
        with_body = scope["method"] != "HEAD"
        await respond(send, status=status, headers=headers, body=body, with_body=with_body)


PLAIN: Headers = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"cache-control", b"no-store"),
    NO_PAGE_POLICY,
    *OWN_ANSWER,
]
AWAY_POLICY = (
    b"default-src 'none'; style-src 'self'; img-src 'self'; manifest-src 'self'; "
    b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HTML: Headers = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", AWAY_POLICY),
    (b"cross-origin-opener-policy", b"same-origin"),
    *OWN_ANSWER,
]
AWAY_WORDS = (
    b"<!doctype html><html lang=en><title>Back in a moment</title>"
    b"<h1>Back in a moment</h1><p>These pages are being restarted. Please try again in a minute.</p>"
)


async def _wait_for_leaving(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _url(scope: Scope) -> URL:
    path = scope.get("raw_path") or scope["path"].encode()
    query = scope["query_string"]
    target = path + b"?" + query if query else path
    # The host of this address is only a name for the socket; the visitor's Host header goes along as it came.
    return URL("http://pages" + target.decode("latin-1"), encoded=True)


def _names_in_connection(scope: Scope) -> frozenset[str]:
    listed = header(scope, b"connection").decode("latin-1").lower()
    return frozenset(name.strip() for name in listed.split(","))


def _could_be_forged(name: str) -> bool:
    # Underscores would reach WSGI under the same name as hyphens (X_Forwarded_Proto), so they are no way around.
    plain = name.replace("_", "-")
    return plain.startswith("x-forwarded-") or plain in FORGEABLE or "_" in name


def _response_headers(response: aiohttp.ClientResponse) -> Headers:
    return [
        (name.lower(), value)
        for name, value in response.raw_headers
        if name.decode("latin-1").lower() not in HOP_BY_HOP
    ]
