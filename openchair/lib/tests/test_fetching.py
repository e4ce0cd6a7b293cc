from __future__ import annotations

import gzip
import ipaddress
import itertools
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli
import pytest

from openchair.lib import fetching
from openchair.lib.fetching import CannotFetch, Fetched, Limits, fetch, is_public_address

FEED = b'[{"name": "Daily Reprieve", "slug": "daily-reprieve", "day": 1, "time": "19:00"}]'
Respond = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def web_server(respond: Respond) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            try:
                respond(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answer(
    handler: BaseHTTPRequestHandler, body: bytes = FEED, status: int = 200, **headers: str
) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def at_home(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def opened(port: int, **more: object) -> Limits:
    return Limits(ports=(80, 443, port), private_networks=("127.0.0.1/32",), **more)  # type: ignore[arg-type]


def get(port: int, path: str = "/feed.json", **more: object) -> Fetched:
    options: dict[str, object] = {"limits": opened(port), "resolve": at_home, **more}
    return fetch(url=f"http://feed.example:{port}{path}", **options)  # type: ignore[arg-type]


def test_document_is_fetched_with_what_the_next_request_needs():
    seen: dict[str, str] = {}

    def respond(handler: BaseHTTPRequestHandler) -> None:
        seen.update(handler.headers.items())
        answer(handler, ETag='"a1"', Last_Modified="Mon, 01 Jan 2024 00:00:00 GMT", Content_Type="application/json")  # fmt: skip

    with web_server(respond) as port:
        fetched = get(port)

    assert fetched == Fetched(
        status="new",
        body=FEED,
        etag='"a1"',
        last_modified="Mon, 01 Jan 2024 00:00:00 GMT",
        final_url=f"http://feed.example:{port}/feed.json",
        content_type="application/json",
    )
    assert seen["Host"] == f"feed.example:{port}"
    assert seen["User-Agent"].startswith("Openchair/")


def test_unchanged_document_is_not_sent_again():
    def respond(handler: BaseHTTPRequestHandler) -> None:
        is_known = handler.headers["If-None-Match"] == '"a1"'
        answer(handler, b"" if is_known else FEED, 304 if is_known else 200, ETag='"a1"')

    with web_server(respond) as port:
        fetched = get(port, etag='"a1"', last_modified="Mon, 01 Jan 2024 00:00:00 GMT")

    assert (fetched.status, fetched.body, fetched.etag) == ("unchanged", b"", '"a1"')
    assert fetched.last_modified == "Mon, 01 Jan 2024 00:00:00 GMT"


def test_stored_etag_cannot_smuggle_in_a_header():
    seen: list[str | None] = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        seen.extend((handler.headers["If-None-Match"], handler.headers["X-Evil"]))
        answer(handler)

    with web_server(respond) as port:
        get(port, etag='"a"\r\nX-Evil: 1')

    assert seen == [None, None]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://feed.example/a", "Only http and https"),
        ("file:///etc/passwd", "Only http and https"),
        ("feed.example/a.json", "Only http and https"),
        ("http://", "names no host"),
        ("http://[::1", "no web address"),
        ("http://feed.example:22/", "port 22"),
        ("http://feed.example:6379/", "port 6379"),
        ("https://alice:secret@feed.example/", "user name or password"),
        ("https://feed.example@evil.example/", "user name or password"),
    ],
)
def test_address_that_is_no_plain_web_address_is_refused_before_any_look_up(url: str, said: str):
    def must_not_resolve(host: str, port: int) -> list[str]:
        raise AssertionError

    with pytest.raises(CannotFetch, match=said):
        fetch(url=url, resolve=must_not_resolve)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "203.0.113.9",
        "::1", "::", "fe80::1", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "ff0e::1", "2001:db8::1",
        "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::8.8.8.8", "64:ff9b::8.8.8.8", "64:ff9b::a00:1", "64:ff9b:1::1",
        "2002:a00:1::1", "2002:808:808::1", "2001::1",
    ],
)  # fmt: skip
def test_address_outside_the_public_internet_is_refused(address: str):
    assert not is_public_address(ipaddress.ip_address(address))
    with pytest.raises(CannotFetch, match=r"feed\.example is at .* not on the public internet"):
        fetch(url="https://feed.example/", resolve=lambda host, port: [address])


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "2a00:1450::1"])
def test_public_address_is_one(address: str):
    assert is_public_address(ipaddress.ip_address(address))


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "127.1", "0x7f000001", "2130706433", "017700000001"])  # fmt: skip
def test_address_written_as_a_host_is_refused_in_every_spelling(host: str):
    with pytest.raises(CannotFetch):
        fetch(url=f"http://{host}/")


def test_scoped_link_local_address_is_refused():
    with pytest.raises(CannotFetch, match="not on the public internet"):
        fetch(url="http://feed.example/", resolve=lambda host, port: ["fe80::1%eth0"])


def test_name_is_looked_up_once_and_the_checked_address_is_connected_to():
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        # The second answer is what a rebinding name server would give after the check.
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    with web_server(answer) as port:
        fetched = get(port, resolve=rebinding)

    assert fetched.body == FEED
    assert asked == ["feed.example"]


def test_private_address_among_public_ones_is_passed_over():
    with web_server(answer) as port:
        fetched = get(port, resolve=lambda host, _: ["10.0.0.1", "127.0.0.1"])

    assert fetched.body == FEED


def test_redirect_is_followed_and_the_last_address_told():
    def respond(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/feed.json":
            answer(handler, b"", 302, Location="/new/feed.json")
        else:
            answer(handler)

    with web_server(respond) as port:
        fetched = get(port)

    assert fetched.final_url == f"http://feed.example:{port}/new/feed.json"


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("http://inside.example/", r"inside\.example is at 10\.0\.0\.7"),
        ("http://169.254.169.254/latest/meta-data/", "169.254.169.254 is at"),
        ("http://inside.example:6379/", "port 6379"),
        ("file:///etc/passwd", "Only http and https"),
        ("gopher://inside.example/", "Only http and https"),
        ("http://a:b@feed.example/", "user name or password"),
        ("", "does not say which"),
        ("http://[::1", "no web address"),
    ],
)
def test_redirect_to_a_place_that_may_not_be_reached_is_refused(location: str, said: str):
    def resolve(host: str, port: int) -> list[str]:
        return {"feed.example": ["127.0.0.1"], "inside.example": ["10.0.0.7"]}.get(host, [host])

    with (
        web_server(lambda handler: answer(handler, b"", 301, Location=location)) as port,
        pytest.raises(CannotFetch, match=said),
    ):
        get(port, resolve=resolve)


def test_endless_redirects_end():
    hops = itertools.count()

    def respond(handler: BaseHTTPRequestHandler) -> None:
        answer(handler, b"", 307, Location=f"/{next(hops)}")

    with web_server(respond) as port, pytest.raises(CannotFetch, match="more than 5 times"):
        get(port)

    assert next(hops) == 6


def several_members() -> bytes:
    return gzip.compress(FEED[:20]) + gzip.compress(FEED[20:]) + b"\0" * 8


def bare_deflate() -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(FEED) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(FEED)),
        ("gzip", several_members()),
        ("deflate", zlib.compress(FEED)),
        ("deflate", bare_deflate()),
        ("br", brotli.compress(FEED)),
        ("identity", FEED),
    ],
    ids=["gzip", "gzip in members", "deflate", "bare deflate", "br", "identity"],
)
def test_packed_answer_is_unpacked(encoding: str, packed: bytes):
    with web_server(lambda handler: answer(handler, packed, Content_Encoding=encoding)) as port:
        fetched = get(port)

    assert fetched.body == FEED


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress)],
)
def test_answer_made_to_burst_is_refused_long_before_it_is_unpacked(
    encoding: str, pack: Callable[[bytes], bytes]
):
    bomb = pack(b" " * 20_000_000)

    with (
        web_server(lambda handler: answer(handler, bomb, Content_Encoding=encoding)) as port,
        pytest.raises(CannotFetch, match=r"feed\.example unpacks to more than 200 times"),
    ):
        get(port)


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity"])
def test_answer_that_is_too_large_is_refused(encoding: str):
    body = bytes(range(256)) * 5000
    packed = {"gzip": gzip.compress, "br": brotli.compress, "identity": bytes}[encoding](body)

    with (
        web_server(lambda handler: answer(handler, packed, Content_Encoding=encoding)) as port,
        pytest.raises(CannotFetch, match=r"feed\.example is larger than"),
    ):
        get(port, limits=opened(port, max_bytes=1_000_000, max_ratio=10**6))


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_packed_answer_that_breaks_off_is_refused(encoding: str):
    packed = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}[encoding](
        FEED * 50
    )

    with (
        web_server(lambda handler: answer(handler, packed[:-9], Content_Encoding=encoding)) as port,
        pytest.raises(CannotFetch, match="damaged or broke off"),
    ):
        get(port)


def test_answer_shorter_than_it_says_is_refused():
    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "5000")
        handler.end_headers()
        handler.wfile.write(FEED)
        handler.close_connection = True

    with web_server(respond) as port, pytest.raises(CannotFetch, match="broke off"):
        get(port)


def test_unknown_packing_is_refused():
    with (
        web_server(lambda handler: answer(handler, Content_Encoding="zstd")) as port,
        pytest.raises(CannotFetch, match="zstd"),
    ):
        get(port)


def test_slow_drip_is_cut_off_though_every_byte_arrives_in_time():
    # A clock that moves on by a second at each look stands for a server that sends a byte a second.
    clock = itertools.count()

    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "500000")
        handler.end_headers()
        for _ in range(500_000):
            handler.wfile.write(b" ")

    with web_server(respond) as port, pytest.raises(CannotFetch, match="longer than 5 seconds"):
        get(port, limits=opened(port, total_seconds=5), monotonic=lambda: float(next(clock)))


def test_silent_server_is_given_up():
    is_over = threading.Event()

    def respond(handler: BaseHTTPRequestHandler) -> None:
        is_over.wait(10)
        handler.close_connection = True

    with web_server(respond) as port:
        with pytest.raises(CannotFetch, match=r"feed\.example did not answer in time|longer than"):
            get(port, limits=opened(port, total_seconds=0.2))
        is_over.set()


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "does not let anyone read"),
        (403, "does not let anyone read"),
        (404, "nothing at this address"),
        (410, "nothing at this address"),
        (429, "asked too often"),
        (500, "fault of its own"),
        (503, "fault of its own"),
        (204, "no document"),
        (304, "no document"),
    ],
)
def test_answer_that_is_no_document_says_what_to_do(status: int, said: str):
    with (
        web_server(lambda handler: answer(handler, b"", status)) as port,
        pytest.raises(CannotFetch, match=rf"feed\.example.*{said}"),
    ):
        get(port)


@pytest.mark.parametrize(
    ("status", "body", "headers", "said"),
    [
        (200, b"<!DOCTYPE html><html>Just a moment...", {}, "a web page, not a feed"),
        (200, b"\n <HTML lang=en>", {"Content_Type": "application/json"}, "a web page, not a feed"),
        (200, b"<!-- x --><html>", {}, "a web page, not a feed"),
        (403, b"<html>", {"Content_Type": "text/html; charset=UTF-8"}, "a page for people"),
        (503, b"", {"cf_mitigated": "challenge"}, "a page for people"),
        (200, b"", {}, "answered with nothing"),
    ],
)
def test_web_page_is_not_taken_for_a_feed(
    status: int, body: bytes, headers: dict[str, str], said: str
):
    with (
        web_server(lambda handler: answer(handler, body, status, **headers)) as port,
        pytest.raises(CannotFetch, match=said),
    ):
        get(port)


def test_unknown_host_is_named():
    def resolve(host: str, port: int) -> list[str]:
        raise OSError

    with pytest.raises(CannotFetch, match=r"no host named feed\.example"):
        fetch(url="https://feed.example/", resolve=resolve)


def test_closed_port_is_told():
    with web_server(answer) as port:
        pass

    with pytest.raises(CannotFetch, match=r"No connection to feed\.example"):
        get(port)


def test_answer_that_is_no_http_is_told():
    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"\x00\x01 SSH-2.0 nonsense\r\n\r\n")
        handler.close_connection = True

    with web_server(respond) as port, pytest.raises(CannotFetch, match="broke off"):
        get(port)


def test_certificate_is_checked_against_the_name():
    # The server speaks no TLS at all, so the handshake fails; nothing must come through.
    with web_server(answer) as port, pytest.raises(CannotFetch):
        fetch(url=f"https://feed.example:{port}/", limits=opened(port), resolve=at_home)


def test_system_resolver_gives_each_address_once():
    found = fetching.system_resolve("127.0.0.1", 80)

    assert found == ["127.0.0.1"]
