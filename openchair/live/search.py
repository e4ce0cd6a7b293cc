"""`GET /api/v1/meetings`: the question is read, the snapshot answers, bytes are joined. No ORM, no
template, no encoder.

Answers are kept for the minute that they are true in, so that a question asked again costs a
look-up; what is kept is bounded, and forgotten when the minute or the snapshot changes.
"""

from __future__ import annotations

import time
import zlib
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

import brotli
import msgspec

from openchair.directory import searching
from openchair.lib import clock
from openchair.live.asgi import OPEN_ANSWER, Headers, Receive, Scope, Send, respond
from openchair.live.openapi import DOCUMENT_BYTES
from openchair.places.gazetteer import Gazetteer
from openchair.search.answering import answer
from openchair.search.query import Answer, BadCursor
from openchair.search.snapshot import Snapshot, SnapshotHolder

OPENAPI_PATH = "/api/v1/openapi.json"
# All answers of one minute together; an answer of 20 meetings is about 15 kB.
KEPT_BYTES = 32 * 1024 * 1024
# Every parameter at its longest fits well; what is longer was not written by a person or a client
# of ours.
LONGEST_QUERY_BYTES = 4096
# One packet holds as much anyway.
WORTH_COMPRESSING_BYTES = 1024
# Measured on answers of 15 kB: higher levels save a few per cent and cost several times as long.
BROTLI_QUALITY = 2
GZIP_LEVEL = 3

# Open for reading to every site: intergroups show these meetings on pages of their own.
_CORS: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"etag"),
    *OPEN_ANSWER,
]
_JSON = (b"content-type", b"application/json")
_PREFLIGHT: Headers = [
    *_CORS,
    (b"access-control-allow-methods", b"GET, HEAD, OPTIONS"),
    (b"access-control-allow-headers", b"if-none-match, accept, accept-language"),
    (b"access-control-max-age", b"86400"),
]
_ALLOW = (b"allow", b"GET, HEAD, OPTIONS")


class Kept(msgspec.Struct, frozen=True):
    """A finished answer: its body and headers, and what If-None-Match is compared with."""

    etag: bytes
    headers: Headers
    body: bytes


class SearchLane:
    """An ASGI application that answers searches from the newest snapshot of `holder`.

    `gazetteer` is None on an installation without places. The clocks are arguments so that tests
    can hold them.
    """

    def __init__(
        self,
        *,
        holder: SnapshotHolder,
        gazetteer: Gazetteer | None,
        settings: searching.SearchSettings,
        now: Callable[[], datetime] = clock.now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._holder = holder
        self._gazetteer = gazetteer
        self._settings = settings
        self._now = now
        self._monotonic = monotonic
        # Ordered: taking the oldest out of a plain dict again and again walks over all that were
        # taken before.
        self._kept: OrderedDict[tuple[bytes, bytes], Kept] = OrderedDict()
        self._kept_bytes = 0
        self._kept_for = (-1, "")
        self._openapi = {
            encoding: finish(DOCUMENT_BYTES, encoding=encoding, max_age_seconds=3600)
            for encoding in (b"", b"gzip", b"br")
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        method = scope["method"]
        if method == "OPTIONS":
            await respond(send, status=204, headers=[*_PREFLIGHT, _ALLOW], body=b"")
        elif method not in {"GET", "HEAD"}:
            body = error_body("", method, "GET, HEAD or OPTIONS", "This address can only be read.")
            await respond(send, status=405, headers=[*_CORS, _JSON, _ALLOW], body=body)
        elif len(scope["query_string"]) > LONGEST_QUERY_BYTES:
            allowed = f"at most {LONGEST_QUERY_BYTES} bytes"
            body = error_body("", "", allowed, "This question is too long.")
            await respond(send, status=414, headers=[*_CORS, _JSON], body=body)
        else:
            await self._answer(scope, send)

    async def _answer(self, scope: Scope, send: Send) -> None:
        encoding, known_etags = _read_headers(scope)
        try:
            kept = (
                self._openapi[encoding]
                if scope["path"] == OPENAPI_PATH
                else self._find(scope["query_string"], encoding)
            )
        except searching.BadParameter as error:
            body = error_body(error.name, error.value, error.allowed, str(error))
            headers = [*_CORS, _JSON, (b"cache-control", b"no-store")]
            await respond(send, status=400, headers=headers, body=body)
            return
        is_known = bool(known_etags) and _names(known_etags, kept.etag)
        is_bodiless = is_known or scope["method"] == "HEAD"
        await send(
            {
                "type": "http.response.start",
                "status": 304 if is_known else 200,
                "headers": kept.headers[1:] if is_known else kept.headers,
            }
        )
        await send({"type": "http.response.body", "body": b"" if is_bodiless else kept.body})

    def _find(self, query_string: bytes, encoding: bytes) -> Kept:
        """Return the answer to a question, kept or made. Raises BadParameter."""
        now = self._now()
        snapshot = self._holder.current(monotonic=self._monotonic())
        kept_for = (int(now.timestamp()) // 60, snapshot.digest)
        if kept_for != self._kept_for:
            self._forget_all()
            self._kept_for = kept_for
        kept = self._kept.get((query_string, encoding))
        if kept is None:
            kept = self._make(query_string, encoding, snapshot, now)
            self._keep((query_string, encoding), kept)
        return kept

    def _make(
        self, query_string: bytes, encoding: bytes, snapshot: Snapshot, now: datetime
    ) -> Kept:
        if encoding:
            plain = self._find(query_string, b"")
            return finish(plain.body, encoding=encoding)
        reading = searching.read_parameters(
            query_string=query_string,
            now=now,
            settings=self._settings,
            gazetteer=self._gazetteer,
        )
        try:
            found = answer(snapshot=snapshot, query=reading.query, now=now)
        except BadCursor as error:
            raise searching.BadParameter(
                name="cursor",
                value=reading.query.cursor,
                allowed=f"the next_cursor of an earlier answer; {error}",
            ) from None
        return finish(join_body(found, reading), encoding=b"")

    def _keep(self, key: tuple[bytes, bytes], kept: Kept) -> None:
        self._kept[key] = kept
        self._kept_bytes += len(kept.body) + len(key[0])
        while self._kept_bytes > KEPT_BYTES and self._kept:
            oldest, forgotten = self._kept.popitem(last=False)
            self._kept_bytes -= len(forgotten.body) + len(oldest[0])

    def _forget_all(self) -> None:
        self._kept.clear()
        self._kept_bytes = 0


def join_body(found: Answer, reading: searching.Reading) -> bytes:
    """Return the JSON of an answer; the meetings in it are finished already."""
    facets = {
        name: [{"value": value, "count": count} for value, count in values]
        for name, values in found.facets.items()
    }
    return b'{"total":%d,"meetings":[%b],"next_cursor":%b,"understood":%b,"facets":%b}' % (
        found.total,
        b",".join(found.rows),
        msgspec.json.encode(found.next_cursor),
        msgspec.json.encode(reading.understood),
        msgspec.json.encode(facets),
    )


def error_body(parameter: str, value: str, allowed: str, message: str) -> bytes:
    """Return the JSON that says what was wrong with a question."""
    error = {"parameter": parameter, "value": value[:200], "allowed": allowed, "message": message}
    return msgspec.json.encode({"error": error})


def finish(body: bytes, *, encoding: bytes, max_age_seconds: int = 30) -> Kept:
    """Return `body`, compressed when that pays, with its headers. The length is the first of them."""
    packed = body
    if len(body) < WORTH_COMPRESSING_BYTES:
        encoding = b""
    elif encoding == b"br":
        packed = brotli.compress(body, quality=BROTLI_QUALITY)
    elif encoding == b"gzip":
        packed = zlib.compress(body, GZIP_LEVEL, wbits=31)
    # Strong: another encoding has other bytes, so it has another tag.
    # SHA-256 because processors have instructions for it, which makes it the quickest of the strong
    # ones here.
    etag = b'"%b"' % sha256(packed).hexdigest()[:32].encode()
    headers = [
        (b"content-length", str(len(packed)).encode()),
        _JSON,
        (b"etag", etag),
        (b"cache-control", b"public, max-age=%d" % max_age_seconds),
        (b"vary", b"accept-encoding"),
        *_CORS,
    ]
    if encoding:
        headers.append((b"content-encoding", encoding))
    return Kept(etag, headers, packed)


def _read_headers(scope: Scope) -> tuple[bytes, bytes]:
    """Return the encoding to answer in and the value of If-None-Match."""
    encoding = known_etags = b""
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            encoding = choose_encoding(value)
        elif name == b"if-none-match":
            known_etags = value
    return encoding, known_etags


def choose_encoding(accepted: bytes) -> bytes:
    """Return b"br", b"gzip" or b"" by an Accept-Encoding header: the best of ours that was not
    refused with q=0.
    """
    chosen = b""
    for part in accepted.lower().split(b","):
        coding, _, weight = part.partition(b";")
        coding = coding.strip()
        if coding in {b"br", b"gzip"} and not _is_refusal(weight):
            chosen = b"br" if b"br" in {coding, chosen} else coding
    return chosen


def _is_refusal(weight: bytes) -> bool:
    value = weight.replace(b" ", b"").removeprefix(b"q=")
    return value.startswith(b"0") and not value.strip(b"0.")


def _names(known_etags: bytes, etag: bytes) -> bool:
    """Return whether If-None-Match names `etag`; it compares weakly (RFC 9110 13.1.2)."""
    tags = {tag.strip().removeprefix(b"W/") for tag in known_etags.split(b",")}
    return etag in tags or b"*" in tags
