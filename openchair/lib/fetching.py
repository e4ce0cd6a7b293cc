"""Fetch a document that someone else names, without becoming their tool.

What must hold, whatever the address, the names in DNS or the answer say: this process only ever connects to public
addresses (or those an operator opened), on the ports of the web, to the very address that was checked; it gives up after a
set time, size and ratio of unpacking. An attacker may choose the URL, run the name server, and run the web server.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

import brotli
import httpcore
import httpx
import msgspec

from openchair import __version__

USER_AGENT = f"Openchair/{__version__}"
# A host's name and a port to the addresses behind it, as text.
Resolve = Callable[[str, int], list[str]]

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_PIECE = 1 << 18
# Below this size any ratio is harmless, and small honest files pack very well.
_RATIO_FROM_BYTES = 1 << 20
_MOST_SECONDS_A_STEP = 20.0
_WEB_PAGE = re.compile(
    rb"\s*(?:<!--.{0,200}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
# Addresses of IPv6 that are anything but a tunnel or a translation of IPv4 lie here. Source: IANA.
_IPV6_GLOBAL = ipaddress.IPv6Network("2000::/3")


class CannotFetch(ValueError):
    """A document could not be fetched. The message is a sentence for the operator: what happened, what to do."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a fetch may cost, and what it may reach beyond the public web.

    `total_seconds` for everything, redirects included; `max_bytes` after unpacking; `max_ratio` unpacked to packed.
    `ports` that may be connected to; `private_networks` (CIDR) that an operator opened, [] for none.
    """

    total_seconds: float = 60.0
    max_bytes: int = 64 * 1024 * 1024
    max_ratio: int = 200
    max_redirects: int = 5
    ports: tuple[int, ...] = (80, 443)
    private_networks: tuple[str, ...] = ()


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """An answer. `body` is empty when `unchanged`; `etag` and `last_modified` are to be sent the next time."""

    status: Literal["new", "unchanged"]
    body: bytes
    etag: str
    last_modified: str
    final_url: str
    content_type: str


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    status: int
    headers: dict[str, str]
    body: bytes


def system_resolve(host: str, port: int) -> list[str]:
    """Return the addresses that this machine finds for a name. Raises OSError when there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def fetch(
    *,
    url: str,
    etag: str = "",
    last_modified: str = "",
    limits: Limits | None = None,
    resolve: Resolve = system_resolve,
    monotonic: Callable[[], float] = time.monotonic,
) -> Fetched:
    """Return the document at an http or https address, or that it is unchanged since the given etag or date.

    Raise CannotFetch for everything else, with a sentence that names the host. Proxies of the environment are not used: a
    proxy would look names up itself, behind the check.
    """
    limits = limits or Limits()
    deadline = _Deadline(monotonic, limits.total_seconds)
    backend = _GuardedBackend(limits, resolve, deadline)
    here = _parse_url(url)
    for _ in range(limits.max_redirects + 1):
        _check_url(here, limits)
        answer = _request(here, _request_headers(here, etag, last_modified), limits, backend)
        if answer.status not in _REDIRECTS:
            return _judge(here, answer, etag, last_modified)
        here = _next_url(here, answer)
    raise CannotFetch(
        f"{_host(here)} sends on from one address to the next more than {limits.max_redirects} times. "
        "Open the address in a browser and use the one you end up at."
    )


def is_public_address(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Say whether an address belongs to the public internet and to itself: no tunnel or translation of another."""
    if address.is_multicast or not address.is_global:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return True
    # 2000::/3 leaves out mapped (::ffff:0:0/96), compatible and translated (64:ff9b::/96) IPv4; 6to4 and Teredo lie inside.
    return address in _IPV6_GLOBAL and address.sixtofour is None and address.teredo is None


class _Deadline:
    def __init__(self, monotonic: Callable[[], float], total_seconds: float) -> None:
        self._monotonic = monotonic
        self.total_seconds = total_seconds
        self._end = monotonic() + total_seconds

    def step(self) -> float:
        """Return the seconds that one step of the network may take. Raise CannotFetch when none are left."""
        left = self._end - self._monotonic()
        if left <= 0:
            raise CannotFetch(
                f"The answer took longer than {self.total_seconds:g} seconds. Try again later, or save the file and import that."
            )
        return min(left, _MOST_SECONDS_A_STEP)


class _TimedStream(httpcore.NetworkStream):
    """A connection on which no step outlives the deadline: a server that drips single bytes resets no clock."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, timeout=self._deadline.step())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout=self._deadline.step())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.step())
        return _TimedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _GuardedBackend(httpcore.NetworkBackend):
    """Looks a name up once, checks what it finds, and connects to exactly that.

    The name never reaches the system again: a name server that answers differently the second time is not asked. Host
    header and certificate still go by the name, because only the connection below them is made to the address.
    """

    def __init__(self, limits: Limits, resolve: Resolve, deadline: _Deadline) -> None:
        self._ports = limits.ports
        self._opened = [ipaddress.ip_network(network) for network in limits.private_networks]
        self._resolve = resolve
        self._deadline = deadline
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        # Checked here once more, at the one place where connections are made.
        _check_port(host, port, self._ports)
        failure: Exception | None = None
        for address in self._allowed_addresses(host, port):
            try:
                stream = self._sockets.connect_tcp(
                    address, port, self._deadline.step(), local_address, socket_options
                )
                return _TimedStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or CannotFetch(f"{host} has no address.")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise CannotFetch("only hosts of the web can be fetched from")

    def _allowed_addresses(self, host: str, port: int) -> list[str]:
        self._deadline.step()
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError):
            raise CannotFetch(
                f"There is no host named {host}. Check the address for a slip of the pen, and that this machine has a name server."
            ) from None
        allowed = [address for address in found if self._is_allowed(address)]
        if found and not allowed:
            raise CannotFetch(
                f"{host} is at {found[0]}, which is not on the public internet. Openchair fetches from there only "
                "when its operator opens that network."
            )
        return allowed

    def _is_allowed(self, text: str) -> bool:
        try:
            # A scope ("fe80::1%eth0") is only given for link-local addresses; without it they are refused as such.
            address = ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            return False
        return is_public_address(address) or any(address in network for network in self._opened)


def _parse_url(url: str) -> httpx.URL:
    try:
        return httpx.URL(url.strip())
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise CannotFetch(
            f"This is no web address: {url[:200]!r}. It should look like https://example.org/meetings.json."
        ) from None


def _check_url(url: httpx.URL, limits: Limits) -> None:
    if url.scheme not in ("http", "https"):
        raise CannotFetch(
            f"Only http and https addresses can be fetched, not {url.scheme or 'one without a scheme'}: {str(url)[:200]!r}."
        )
    if not url.host:
        raise CannotFetch(f"This address names no host: {str(url)[:200]!r}.")
    if url.userinfo:
        # They would be stored with the source and shown; and "https://good.org@evil.org" fools readers.
        raise CannotFetch(
            f"The address of {url.host} carries a user name or password before its host. Leave them out."
        )
    _check_port(url.host, _port(url), limits.ports)


def _check_port(host: str, port: int, ports: tuple[int, ...]) -> None:
    if port not in ports:
        allowed = " or ".join(str(allowed) for allowed in ports)
        raise CannotFetch(
            f"{host} can't be asked on port {port}: web addresses use port {allowed}."
        )


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _host(url: httpx.URL) -> str:
    return url.host or str(url)


def _request_headers(url: httpx.URL, etag: str, last_modified: str) -> list[tuple[bytes, bytes]]:
    headers = {
        "Host": url.netloc.decode("ascii"),
        "User-Agent": USER_AGENT,
        "Accept": "application/json, text/csv;q=0.9, */*;q=0.5",
        "Accept-Encoding": "gzip, deflate, br",
        "Connection": "close",
    }
    # Only what a server can have sent: a stored value must not smuggle in a header.
    if etag.isascii() and etag.isprintable() and etag:
        headers["If-None-Match"] = etag
    if last_modified.isascii() and last_modified.isprintable() and last_modified:
        headers["If-Modified-Since"] = last_modified
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def _request(
    url: httpx.URL, headers: list[tuple[bytes, bytes]], limits: Limits, backend: _GuardedBackend
) -> _Answer:
    host = _host(url)
    target = httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )
    context = httpx.create_ssl_context() if url.scheme == "https" else None
    try:
        with (
            httpcore.ConnectionPool(ssl_context=context, network_backend=backend) as pool,
            pool.stream("GET", target, headers=headers) as response,
        ):
            names = {
                name.decode("latin-1").lower(): value.decode("latin-1").strip()
                for name, value in response.headers
            }
            is_wanted = response.status == 200
            body = _read_body(host, response.iter_stream(), names, limits) if is_wanted else b""
            return _Answer(status=response.status, headers=names, body=body)
    except httpcore.TimeoutException:
        raise CannotFetch(f"{host} did not answer in time. Try again later.") from None
    except httpcore.ConnectError as error:
        raise CannotFetch(f"No connection to {host} could be made: {error}.") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError) as error:
        raise CannotFetch(f"The answer of {host} broke off: {error}. Try again later.") from None


def _read_body(
    host: str, chunks: Iterable[bytes], headers: dict[str, str], limits: Limits
) -> bytes:
    unpack = _unpacker(host, headers.get("content-encoding", ""))
    packed = unpacked = 0
    pieces: list[bytes] = []
    try:
        for chunk in chunks:
            packed += len(chunk)
            for piece in unpack.feed(chunk):
                unpacked += len(piece)
                _check_size(host, packed, unpacked, limits)
                pieces.append(piece)
        unpack.finish()
    except (zlib.error, brotli.error, EOFError):
        raise CannotFetch(
            f"The packed answer of {host} is damaged or broke off. Try again later."
        ) from None
    return b"".join(pieces)


def _check_size(host: str, packed: int, unpacked: int, limits: Limits) -> None:
    if max(packed, unpacked) > limits.max_bytes:
        raise CannotFetch(
            f"The answer of {host} is larger than {limits.max_bytes // 1024**2 or 1} MB, more than any list of meetings."
        )
    if unpacked > _RATIO_FROM_BYTES and unpacked > packed * limits.max_ratio:
        raise CannotFetch(
            f"The answer of {host} unpacks to more than {limits.max_ratio} times its size. It looks made to do harm."
        )


class _AsIs:
    def feed(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk

    def finish(self) -> None:
        """Nothing is left over."""


class _Inflate:
    """gzip and deflate, in pieces of bounded size, several gzip members one after the other."""

    def __init__(self, *, is_gzip: bool) -> None:
        self._is_gzip = is_gzip
        self._stream = self._fresh()
        self._has_started = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        while chunk:
            if self._stream.eof:
                # After the last member some servers pad with zeros.
                if not self._is_gzip or not chunk.strip(b"\0"):
                    return
                self._stream = self._fresh()
            yield self._inflate(chunk)
            chunk = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail

    def finish(self) -> None:
        """Raise EOFError unless the stream has come to its own end: half a list must not pass for a whole one."""
        if not self._stream.eof:
            raise EOFError

    def _inflate(self, chunk: bytes) -> bytes:
        try:
            return self._stream.decompress(chunk, _PIECE)
        except zlib.error:
            if self._is_gzip or self._has_started:
                raise
            # "deflate" means zlib's format, but some servers send it bare.
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
            return self._stream.decompress(chunk, _PIECE)
        finally:
            self._has_started = True

    def _fresh(self) -> zlib._Decompress:
        return zlib.decompressobj(zlib.MAX_WBITS | (16 if self._is_gzip else 0))


class _Unbrotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        piece = self._stream.process(chunk, output_buffer_limit=_PIECE)
        # A full piece leaves more behind, even when the decoder says that it takes new input.
        while piece or not self._stream.can_accept_more_data():
            yield piece
            if self._stream.is_finished():
                return
            piece = self._stream.process(b"", output_buffer_limit=_PIECE)

    def finish(self) -> None:
        """Raise EOFError unless the stream has come to its own end."""
        if not self._stream.is_finished():
            raise EOFError


def _unpacker(host: str, encoding: str) -> _AsIs | _Inflate | _Unbrotli:
    match encoding.lower():
        case "" | "identity":
            return _AsIs()
        case "gzip" | "x-gzip":
            return _Inflate(is_gzip=True)
        case "deflate":
            return _Inflate(is_gzip=False)
        case "br":
            return _Unbrotli()
    raise CannotFetch(f"{host} packs its answer in a way that was not asked for: {encoding[:50]}.")


def _next_url(here: httpx.URL, answer: _Answer) -> httpx.URL:
    location = answer.headers.get("location", "")
    if not location:
        raise CannotFetch(f"{_host(here)} sends on to another address but does not say which.")
    try:
        return here.join(location)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise CannotFetch(
            f"{_host(here)} sends on to something that is no web address: {location[:200]!r}."
        ) from None


def _judge(url: httpx.URL, answer: _Answer, etag: str, last_modified: str) -> Fetched:
    """Return what a final answer means. Raise CannotFetch when it is no document."""
    if answer.status == 304 and (etag or last_modified):
        return Fetched(
            status="unchanged",
            body=b"",
            etag=answer.headers.get("etag", etag),
            last_modified=answer.headers.get("last-modified", last_modified),
            final_url=str(url),
            content_type="",
        )
    if answer.status != 200:
        raise CannotFetch(_refusal(_host(url), answer))
    if _WEB_PAGE.match(answer.body[:2000]):
        raise CannotFetch(
            f"{_host(url)} answered with a web page, not a feed. Open the address in a browser: it may ask to prove that you "
            "are a person, or the feed may have moved."
        )
    if not answer.body:
        raise CannotFetch(f"{_host(url)} answered with nothing. Open the address in a browser.")
    return Fetched(
        status="new",
        body=answer.body,
        etag=answer.headers.get("etag", ""),
        last_modified=answer.headers.get("last-modified", ""),
        final_url=str(url),
        content_type=answer.headers.get("content-type", ""),
    )


def _refusal(host: str, answer: _Answer) -> str:
    status = answer.status
    if answer.headers.get("cf-mitigated") or (
        status in (403, 429, 503) and "text/html" in answer.headers.get("content-type", "")
    ):
        return (
            f"{host} turned the request away with a page for people ({status}). Ask whoever runs it to let "
            f"{USER_AGENT} through, or save the file and import that."
        )
    if status in (401, 403):
        return f"{host} does not let anyone read this address ({status}). Ask whoever runs it for the feed's public address."
    if status in (404, 410):
        return f"{host} has nothing at this address ({status}). Open it in a browser: the feed may have moved."
    if status == 429:
        return f"{host} has been asked too often (429). Try again later."
    if status >= 500:
        return f"{host} has a fault of its own ({status}). Try again later."
    return f"{host} gave an answer that is no document ({status})."
