"""The search API over a small snapshot: shapes, encodings, what is kept and for how long."""

from __future__ import annotations

import asyncio
import gzip
from datetime import UTC, datetime, timedelta

import brotli
import msgspec
import pytest

from openchair.directory.searching import MEETING_SCHEMA, SearchSettings
from openchair.live import search
from openchair.live.search import SearchLane, choose_encoding
from openchair.search.building import build_snapshot
from openchair.search.documents import Document
from openchair.search.snapshot import SnapshotHolder

# A Wednesday, 15:00 in New York.
NOW = datetime(2026, 1, 14, 20, 0, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.now = NOW

    def monotonic(self):
        return self.now.timestamp()


def make_document(number: int, **changes) -> Document:
    row = {"id": f"m{number}", "name": f"Serenity {number}", "notes": "x" * 80}
    return msgspec.structs.replace(
        Document(
            id=f"m{number}",
            name=row["name"],
            row=msgspec.json.encode(row),
            filters={
                "day": ["3"],
                "fellowship": ["aa"],
                "type": ["aa:W"],
                "attendance": ["online"],
            },
            text={"name": row["name"]},
            zone="America/New_York",
            minute=3 * 1440 + 19 * 60 + number,
            latitude=42.36,
            longitude=-71.06 - number / 10,
        ),
        **changes,
    )


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def publish(tmp_path):
    def publish(count: int, *, now: datetime = NOW):
        build_snapshot(
            documents=[make_document(number) for number in range(count)],
            folder=tmp_path,
            schema=MEETING_SCHEMA,
            built_at=now,
        )

    return publish


@pytest.fixture
def holder(tmp_path, publish):
    publish(30)
    return SnapshotHolder(folder=tmp_path)


@pytest.fixture
def lane(holder, clock):
    return SearchLane(
        holder=holder,
        gazetteer=None,
        settings=SearchSettings(),
        now=lambda: clock.now,
        monotonic=clock.monotonic,
    )


class Answered(msgspec.Struct):
    status: int
    headers: dict[bytes, bytes]
    body: bytes

    @property
    def json(self):
        return msgspec.json.decode(self.body)


def ask(lane, query: str = "", *, method="GET", path="/api/v1/meetings", **headers) -> Answered:
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
    }
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    asyncio.run(lane(scope, receive, send))
    start, body = sent
    return Answered(start["status"], dict(start["headers"]), body["body"])


def test_an_answer_has_what_the_api_promises(lane):
    answered = ask(lane, "q=serenity&limit=2&facets=1&lat=42.36&lng=-71.06&radius_km=100")

    assert answered.status == 200
    assert answered.headers[b"content-type"] == b"application/json"
    assert answered.json["total"] == 13
    first = answered.json["meetings"][0]
    assert (first["id"], first["distance_km"]) == ("m0", 0.0)
    assert first["next_start"] == "2026-01-15T00:00:00Z"
    assert answered.json["next_cursor"]
    assert answered.json["facets"]["fellowship"] == [{"value": "aa", "count": 13}]


def test_what_was_understood_is_told(lane):
    understood = ask(lane, "q=women+serenity").json["understood"]

    assert [(entry["text"], entry["kind"]) for entry in understood] == [("women", "type")]


def test_pages_go_on_where_the_last_ended(lane):
    first = ask(lane, "limit=20").json
    second = ask(lane, f"limit=20&cursor={first['next_cursor']}").json

    assert [m["id"] for m in first["meetings"] + second["meetings"]] == [f"m{n}" for n in range(30)]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("day=7", "day"), ("limit=1000", "limit"), ("cursor=abc", "cursor"), ("near=Boston", "near")],
)
def test_a_bad_parameter_is_named_with_what_is_allowed(lane, query, parameter):
    answered = ask(lane, query)

    assert answered.status == 400
    error = answered.json["error"]
    assert error["parameter"] == parameter
    assert error["value"] == query.split("=")[1]
    assert error["allowed"]
    assert error["message"].endswith(".")
    assert answered.headers[b"access-control-allow-origin"] == b"*"


def test_every_site_may_read_the_answer(lane):
    assert ask(lane).headers[b"access-control-allow-origin"] == b"*"
    preflight = ask(lane, method="OPTIONS")
    assert preflight.status == 204
    assert b"GET" in preflight.headers[b"access-control-allow-methods"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_written(lane, method):
    answered = ask(lane, method=method)

    assert answered.status == 405
    assert answered.headers[b"allow"] == b"GET, HEAD, OPTIONS"


def test_a_head_request_gets_the_same_headers_without_a_body(lane):
    whole, head = ask(lane), ask(lane, method="HEAD")

    assert head.headers == whole.headers
    assert int(head.headers[b"content-length"]) == len(whole.body)
    assert head.body == b""


@pytest.mark.parametrize(
    ("encoding", "unpack"), [("gzip", gzip.decompress), ("br", brotli.decompress)]
)
def test_an_answer_is_compressed_for_who_can_read_it(lane, encoding, unpack):
    plain, packed = ask(lane), ask(lane, accept_encoding=encoding)

    assert packed.headers[b"content-encoding"] == encoding.encode()
    assert packed.headers[b"vary"] == b"accept-encoding"
    assert unpack(packed.body) == plain.body
    assert len(packed.body) < len(plain.body)
    assert packed.headers[b"etag"] != plain.headers[b"etag"]


def test_a_short_answer_is_not_compressed(lane):
    assert b"content-encoding" not in ask(lane, "q=nothing12", accept_encoding="br").headers


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("BR;q=0.5, gzip;q=1", "br"),
        ("br;q=0, gzip", "gzip"),
        ("gzip; q=0.0", ""),
        ("identity", ""),
    ],
)
def test_the_encoding_is_one_that_was_accepted(accepted, chosen):
    assert choose_encoding(accepted.encode()) == chosen.encode()


def test_an_answer_that_is_known_is_not_sent_again(lane):
    etag = ask(lane).headers[b"etag"].decode()

    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answered = ask(lane, if_none_match=known)
        assert (answered.status, answered.body) == (304, b"")
        assert answered.headers[b"etag"] == etag.encode()
        assert b"content-length" not in answered.headers
    assert ask(lane, if_none_match='"other"').status == 200


def test_a_question_asked_again_is_not_worked_out_again(lane, monkeypatch):
    first = ask(lane, "q=serenity")
    monkeypatch.setattr(search, "answer", None)

    assert ask(lane, "q=serenity") == first


def test_a_kept_answer_is_forgotten_with_its_minute(lane, clock):
    first = ask(lane, "q=serenity")

    clock.now += timedelta(hours=4)
    later = ask(lane, "q=serenity")

    assert later.json["meetings"][0]["id"] == "m0"  # it began at this minute, and still counts
    clock.now += timedelta(minutes=11)
    assert ask(lane, "q=serenity").json["meetings"][0]["id"] == "m1"
    assert first.json["meetings"][0]["id"] == "m0"


def test_a_newer_snapshot_is_answered_from(lane, clock, holder, publish):
    assert ask(lane).json["total"] == 30

    publish(31, now=NOW + timedelta(seconds=5))
    clock.now += timedelta(seconds=2)
    ask(lane)
    holder.wait()

    assert ask(lane).json["total"] == 31


def test_what_is_kept_is_bounded(lane, monkeypatch):
    monkeypatch.setattr(search, "KEPT_BYTES", 20_000)

    for number in range(50):
        ask(lane, f"q=serenity&limit=20&ignored={number}")

    assert lane._kept_bytes <= 20_000
    assert 0 < len(lane._kept) < 10
    assert ask(lane, "q=serenity").json["total"] == 30


def test_a_question_that_nobody_writes_is_too_long(lane):
    assert ask(lane, "q=" + "a" * 5000).status == 414


def test_a_fresh_installation_answers_with_nothing(tmp_path, clock):
    lane = SearchLane(
        holder=SnapshotHolder(folder=tmp_path / "search"),
        gazetteer=None,
        settings=SearchSettings(),
        now=lambda: clock.now,
        monotonic=clock.monotonic,
    )

    answered = ask(lane, "facets=1")

    assert answered.status == 200
    assert answered.json["total"] == 0
    assert answered.json["meetings"] == []


def test_the_api_describes_itself(lane):
    answered = ask(lane, path="/api/v1/openapi.json", accept_encoding="gzip")

    assert msgspec.json.decode(gzip.decompress(answered.body))["openapi"].startswith("3.1")
