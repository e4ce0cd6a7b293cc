"""Token buckets: the rule by tables and properties, the holder's bound, and what a visitor sees over the limit."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from openchair.people import limits
from openchair.people.limits import Bucket, Buckets, Rule, limited, take_one

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULE = Rule(per_hour=6, burst=2)


@pytest.fixture(autouse=True)
def empty_buckets():
    limits.BUCKETS.forget()
    yield
    limits.BUCKETS.forget()


@pytest.mark.parametrize(
    ("bucket", "left", "seconds"),
    [
        pytest.param(None, 1, 0, id="first ever"),
        pytest.param(Bucket(tokens=1, at=NOON), 0, 0, id="last token"),
        pytest.param(Bucket(tokens=0, at=NOON), 0, 600, id="empty: a sixth of an hour"),
        pytest.param(Bucket(tokens=0.5, at=NOON), 0.5, 300, id="half a token"),
        pytest.param(Bucket(tokens=0, at=NOON - timedelta(minutes=10)), 0, 0, id="just refilled"),
        pytest.param(Bucket(tokens=0, at=NOON - timedelta(days=3)), 1, 0, id="never over burst"),
        pytest.param(Bucket(tokens=0, at=NOON + timedelta(hours=1)), 0, 600, id="clock set back"),
    ],
)
def test_a_bucket_refills_evenly_up_to_its_burst(bucket, left, seconds):
    after, wait = take_one(bucket=bucket, rule=RULE, now=NOON)

    assert (after.tokens, wait) == (pytest.approx(left), seconds)


@given(
    per_hour=st.integers(1, 3600),
    burst=st.integers(1, 50),
    pauses=st.lists(st.integers(0, 7200), max_size=200),
)
def test_no_pattern_of_calls_gets_more_than_burst_and_rate(per_hour, burst, pauses):
    rule, bucket, now, allowed = Rule(per_hour=per_hour, burst=burst), None, NOON, 0

    for pause in pauses:
        now += timedelta(seconds=pause)
        bucket, wait = take_one(bucket=bucket, rule=rule, now=now)
        allowed += wait == 0

    hours = (now - NOON).total_seconds() / 3600
    assert allowed <= burst + hours * per_hour + 1e-6


@given(per_hour=st.integers(1, 3600), tokens=st.floats(0, 0.999))
def test_whoever_waits_as_told_is_let_through(per_hour, tokens):
    rule, bucket = Rule(per_hour=per_hour, burst=1), Bucket(tokens=tokens, at=NOON)

    bucket, wait = take_one(bucket=bucket, rule=rule, now=NOON)
    # A second is the grain of Retry-After; a float's last digit is below it.
    _, then = take_one(bucket=bucket, rule=rule, now=NOON + timedelta(seconds=wait, milliseconds=1))

    assert wait > 0
    assert then == 0


def test_the_holder_stays_within_its_bound_and_forgets_the_least_used():
    buckets = Buckets(most=3)
    for who in ("a", "b", "c"):
        for _ in range(2):
            buckets.seconds_to_wait(deed="x", who=who, rule=RULE, now=NOON)

    assert buckets.seconds_to_wait(deed="x", who="a", rule=RULE, now=NOON) > 0
    buckets.seconds_to_wait(deed="x", who="d", rule=RULE, now=NOON)

    assert len(buckets) == 3
    assert buckets.seconds_to_wait(deed="x", who="a", rule=RULE, now=NOON) > 0
    assert buckets.seconds_to_wait(deed="x", who="b", rule=RULE, now=NOON) == 0


@limited(deed="knock", per_hour=6, burst=2)
def knock(request):
    return HttpResponse("come in")


def ask(*, visitor=None, accept=None):
    headers = {"X-Visitor": visitor} if visitor else {}
    return knock(
        RequestFactory().post("/knock", headers=headers | ({"Accept": accept} if accept else {}))
    )


def test_over_the_limit_a_script_gets_429_with_when_to_come_back():
    assert [ask(visitor="v").status_code for _ in range(2)] == [200, 200]

    refused = ask(visitor="v")

    assert refused.status_code == 429
    assert json.loads(refused.content)["error"] == "too-many"
    assert json.loads(refused.content)["sentence"]
    assert 0 < int(refused["Retry-After"]) <= 600
    assert refused["Cache-Control"] == "no-store"


def test_another_visitor_is_not_held_back_by_the_first():
    for _ in range(3):
        ask(visitor="v")

    assert ask(visitor="w").status_code == 200


def test_over_the_limit_a_browser_gets_a_page(client, settings):
    for _ in range(2):
        ask(visitor="v")

    refused = ask(visitor="v", accept="text/html,application/xhtml+xml")

    assert refused.status_code == 429
    assert refused["Content-Type"].startswith("text/html")
    assert b"<h1>A moment, please</h1>" in refused.content


def test_another_deed_has_a_bucket_of_its_own():
    @limited(deed="ring", per_hour=6, burst=2)
    def ring(request):
        return HttpResponse("come in")

    for _ in range(3):
        ask(visitor="v")

    request = RequestFactory().post("/ring", headers={"X-Visitor": "v"})
    assert ring(request).status_code == 200


@pytest.mark.parametrize("visitors", [("v", "w", "x"), (None, None, None)], ids=["moving", "none"])
def test_an_account_is_held_back_wherever_it_asks_from(monkeypatch, visitors):
    class Somebody:
        pk = 7

    monkeypatch.setattr(limits, "account_of", lambda request: Somebody)

    def ask_signed_in(visitor):
        request = RequestFactory().post("/knock", headers={"X-Visitor": visitor} if visitor else {})
        request.find_session = None
        return knock(request)

    assert [ask_signed_in(visitor).status_code for visitor in visitors] == [200, 200, 429]
