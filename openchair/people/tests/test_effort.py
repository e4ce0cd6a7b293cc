"""Proof of work: ours, for the one deed, in time, solved, and once."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from openchair.people import effort
from openchair.people.effort import (
    NotEnoughEffort,
    UsedAnswers,
    check_answer,
    count_leading_zero_bits,
    effort_needed,
    make_challenge,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BITS = 8


def solve(challenge: str) -> str:
    bits = int(challenge.partition(".")[0])
    number = 0
    while True:
        answer = f"{challenge}.{number}"
        if count_leading_zero_bits(hashlib.sha256(answer.encode()).digest()) >= bits:
            return answer
        number += 1


def challenge(*, bits: int = BITS, now: datetime = NOON) -> str:
    return make_challenge(deed="join", bits=bits, now=now)


def check(answer: str, **more) -> None:
    check_answer(**{"deed": "join", "answer": answer, "now": NOON, "used": UsedAnswers()} | more)


def test_a_solved_challenge_counts():
    check(solve(challenge()))


def test_a_solved_challenge_counts_once():
    answer, used = solve(challenge()), UsedAnswers()
    check(answer, used=used)

    with pytest.raises(NotEnoughEffort, match="used"):
        check(answer, used=used)


def test_another_number_for_the_same_challenge_is_the_same_challenge():
    given_out, used = challenge(bits=1), UsedAnswers()
    answers = [f"{given_out}.{number}" for number in range(50)]
    solved = [answer for answer in answers if hashlib.sha256(answer.encode()).digest()[0] < 0x80]
    check(solved[0], used=used)

    with pytest.raises(NotEnoughEffort, match="used"):
        check(solved[1], used=used)


@pytest.mark.parametrize(
    ("minutes", "counts"), [(0, True), (9, True), (10, False), (60, False)], ids=str
)
def test_a_challenge_lasts_ten_minutes(minutes, counts):
    answer = solve(challenge())
    now = NOON + timedelta(minutes=minutes)

    if counts:
        check(answer, now=now)
    else:
        with pytest.raises(NotEnoughEffort, match="too old"):
            check(answer, now=now)


def test_an_answer_for_one_deed_is_none_for_another():
    with pytest.raises(NotEnoughEffort, match="not ours"):
        check(solve(challenge()), deed="report")


def test_nobody_makes_their_challenge_easier():
    _, _, rest = challenge(bits=20).partition(".")

    with pytest.raises(NotEnoughEffort, match="not ours"):
        check(solve(f"1.{rest}"))


def test_a_challenge_from_before_the_operator_asked_for_more_does_not_count():
    with pytest.raises(NotEnoughEffort):
        check(solve(challenge(bits=4)), least_bits=5)


def test_an_unsolved_challenge_does_not_count():
    with pytest.raises(NotEnoughEffort, match="not solved"):
        check(f"{challenge(bits=60)}.1")


@given(st.text(max_size=300) | st.text(alphabet="0123456789.-_aA", max_size=120))
def test_whatever_is_sent_is_refused_by_name_and_not_by_accident(answer):
    with pytest.raises(NotEnoughEffort):
        check(answer)


def test_what_is_remembered_is_bounded_and_forgotten_when_too_old():
    used = UsedAnswers(most=3)
    for number in range(5):
        used.use(challenge=str(number), until=NOON + timedelta(minutes=10), now=NOON)

    assert len(used) == 3
    assert not used.use(challenge="4", until=NOON, now=NOON)

    used.use(challenge="later", until=NOON + timedelta(hours=1), now=NOON + timedelta(minutes=10))
    assert len(used) == 1


@pytest.mark.parametrize(
    ("digest", "zeros"), [(b"\xff", 0), (b"\x00\x80", 8), (b"\x01", 7), (b"\x00\x00", 16)]
)
def test_leading_zero_bits_are_counted_from_the_front(digest, zeros):
    assert count_leading_zero_bits(digest) == zeros


@effort_needed(deed="knock")
def knock(request):
    return HttpResponse("come in")


def test_a_view_without_an_answer_gives_a_challenge_and_with_it_lets_in(settings):
    settings.EFFORT_BITS = BITS

    asked = knock(RequestFactory().post("/knock"))
    body = json.loads(asked.content)
    request = RequestFactory().post("/knock", headers={"X-Effort": solve(body["challenge"])})

    assert asked.status_code == 403
    assert body["error"] == "effort-needed"
    assert body["sentence"]
    assert knock(request).status_code == 200
    assert knock(request).status_code == 403


def test_an_operator_may_ask_for_no_effort(settings):
    settings.EFFORT_BITS = 0

    assert knock(RequestFactory().post("/knock")).status_code == 200


def test_answers_are_remembered_for_the_process_by_default():
    assert effort.check_answer.__kwdefaults__["used"] is effort.USED
