"""The forwarder against a real server on a real Unix socket."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from openchair.live.front import Front, Limits

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def pages(path: Path, handler: Handler) -> AsyncIterator[None]:
    application = web.Application(client_max_size=10 * 2**20)
    application.router.add_route("*", "/{rest:.*}", handler)
    runner = web.AppRunner(application, handler_cancellation=True)
    await runner.setup()
    await web.UnixSite(runner, str(path)).start()
    try:
        yield
    finally:
        await runner.cleanup()


class Visitor:
    """Speaks ASGI to an application as a server would."""

    def __init__(self, *, path="/", method="GET", headers=(), query=b"", body=()):
        self.scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query,
            "scheme": "http",
            "headers": list(headers),
        }
        self.inbox: asyncio.Queue = asyncio.Queue()
        for index, piece in enumerate(body):
            more = index < len(body) - 1
            self.inbox.put_nowait({"type": "http.request", "body": piece, "more_body": more})
        self.sent: list = []

    def leave(self):
        self.inbox.put_nowait({"type": "http.disconnect"})

    async def send(self, message):
        self.sent.append(message)

    async def ask(self, application):
        await application(self.scope, self.inbox.get, self.send)
        return self

    @property
    def status(self):
        return self.sent[0]["status"]

    @property
    def headers(self):
        return dict(self.sent[0]["headers"])

    @property
    def body(self):
        return b"".join(message.get("body", b"") for message in self.sent[1:])


def run(tmp_path, handler, visitor, **options):
    async def scenario():
        front = Front(socket_path=tmp_path / "s", away=options.pop("away", {}), **options)
        try:
            async with pages(tmp_path / "s", handler):
                return await visitor.ask(front)
        finally:
            await front.close()

    return asyncio.run(scenario())


async def echo_headers(request):
    return web.json_response([[name, value] for name, value in request.headers.items()])


def test_path_query_status_and_headers_come_through_as_they_are(tmp_path):
    async def handler(request):
        return web.Response(status=418, text=request.raw_path, headers={"X-Own": "yes"})

    visitor = run(tmp_path, handler, Visitor(path="/a%20b/%C3%A9", query=b"q=%2B1&x=a+b"))

    assert visitor.status == 418
    assert visitor.body == b"/a%20b/%C3%A9?q=%2B1&x=a+b"
    assert visitor.headers[b"x-own"] == b"yes"


def test_what_a_visitor_could_forge_is_dropped_and_the_scheme_is_ours(tmp_path):
    forged = [
        (b"host", b"meetings.example.org"),
        (b"x-forwarded-for", b"10.0.0.1"),
        (b"x-forwarded-host", b"evil.example"),
        (b"x-forwarded-proto", b"https"),
        (b"x_forwarded_proto", b"https"),
        (b"forwarded", b"for=10.0.0.1"),
        (b"x-real-ip", b"10.0.0.1"),
        (b"x-visitor", b"somebody-else"),
        (b"x_visitor", b"somebody-else"),
        (b"connection", b"close, x-secret"),
        (b"x-secret", b"1"),
        (b"upgrade", b"websocket"),
        (b"accept", b"text/html"),
    ]

    visitor = run(tmp_path, echo_headers, Visitor(headers=forged))

    seen = {name.lower(): value for name, value in json.loads(visitor.body)}
    visitor_value = seen.pop("x-visitor")
    assert seen == {
        "host": "meetings.example.org",
        "accept": "text/html",
        "x-forwarded-proto": "http",
    }
    assert re.fullmatch(r"[0-9a-f]{32}", visitor_value)


def test_no_address_of_a_visitor_reaches_django(tmp_path):
    async def handler(request):
        return web.Response(text=repr(request.headers) + repr(await request.read()))

    visitor = Visitor(headers=[(b"x-forwarded-for", b"198.51.100.7, 203.0.113.9")])
    visitor.scope["client"] = ("192.0.2.55", 40_123)

    run(tmp_path, handler, visitor, trusts_proxy=True)

    for part in (b"192.0.2.55", b"198.51.100.7", b"203.0.113.9", b"40123"):
        assert part not in visitor.body


def test_the_scheme_of_an_operators_own_proxy_counts_when_they_say_so(tmp_path):
    visitor = Visitor(headers=[(b"x-forwarded-proto", b"https")])

    run(tmp_path, echo_headers, visitor, trusts_proxy=True)

    assert b'"X-Forwarded-Proto", "https"' in visitor.body


def test_a_form_arrives_whole(tmp_path):
    async def handler(request):
        return web.Response(text=f"{request.content_length} {(await request.read()).decode()}")

    pieces = (b"text=", b"the door is round the back", b"")
    length = str(sum(map(len, pieces))).encode()
    visitor = Visitor(method="POST", headers=[(b"content-length", length)], body=pieces)

    run(tmp_path, handler, visitor)

    assert visitor.body == length + b" text=the door is round the back"


def test_a_body_over_the_limit_is_refused_before_django_is_asked(tmp_path):
    asked = []

    async def handler(request):
        asked.append(request)
        return web.Response()

    told = Visitor(method="POST", headers=[(b"content-length", b"5000")])
    untold = Visitor(
        method="POST", headers=[(b"transfer-encoding", b"chunked")], body=(b"x" * 3000, b"x" * 3000)
    )
    limits = Limits(body_bytes=4096)

    assert run(tmp_path, handler, told, limits=limits).status == 413
    assert run(tmp_path, handler, untold, limits=limits).status == 413
    assert asked == []


def test_a_sender_who_never_ends_is_told_so(tmp_path):
    visitor = Visitor(method="POST", headers=[(b"content-length", b"10")])

    run(tmp_path, echo_headers, visitor, limits=Limits(body_seconds=0.05))

    assert visitor.status == 408


def test_an_answer_is_streamed_piece_by_piece(tmp_path):
    async def handler(request):
        response = web.StreamResponse()
        await response.prepare(request)
        for piece in (b"first", b"second"):
            await response.write(piece)
            await asyncio.sleep(0.02)
        return response

    visitor = run(tmp_path, handler, Visitor())

    assert [m["body"] for m in visitor.sent[1:]] == [b"first", b"second", b""]


def test_django_hears_when_the_visitor_leaves(tmp_path):
    cancelled = asyncio.Event()
    visitor = Visitor()

    async def handler(request):
        visitor.leave()
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            cancelled.set()
            raise
        return web.Response()

    async def scenario():
        front = Front(socket_path=tmp_path / "s", away={})
        async with pages(tmp_path / "s", handler):
            await visitor.ask(front)
            await asyncio.wait_for(cancelled.wait(), 5)
        await front.close()

    asyncio.run(scenario())

    assert visitor.sent == []


def test_while_django_is_away_the_help_lines_still_answer(tmp_path):
    away = {"/help": b"<h1>Call 988</h1>", "": b"<h1>Back soon</h1>"}

    async def scenario():
        front = Front(socket_path=tmp_path / "nobody", away=away)
        asked = [await Visitor(path=path).ask(front) for path in ("/help", "/meetings")]
        await front.close()
        return asked

    help_page, other = asyncio.run(scenario())

    assert (help_page.status, help_page.body) == (200, b"<h1>Call 988</h1>")
    assert (other.status, other.body) == (503, b"<h1>Back soon</h1>")
    assert other.headers[b"retry-after"] == b"30"


def test_a_stuck_page_is_given_up_with_a_kind_word(tmp_path):
    async def handler(request):
        await asyncio.sleep(30)
        return web.Response()

    visitor = run(tmp_path, handler, Visitor(), limits=Limits(silence_seconds=0.1))

    assert visitor.status == 503


def test_head_gets_headers_only(tmp_path):
    async def handler(request):
        return web.Response(text="body", headers={"ETag": '"x"'})

    visitor = run(tmp_path, handler, Visitor(method="HEAD"))

    assert visitor.headers[b"etag"] == b'"x"'
    assert visitor.body == b""
