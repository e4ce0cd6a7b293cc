"""Nothing that somebody typed, opened or came with reaches a log."""

from __future__ import annotations

import io
import logging
import re

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from openchair.site.logs import (
    DeedLogMiddleware,
    ScrubbedFormatter,
    describe_error,
    logging_settings,
)

SECRET = "correct-horse-battery"


def break_down(request, token):
    try:
        raise KeyError(f"no card {token}")
    except KeyError as error:
        raise ValueError(f"bad token {token} of {request.META['REMOTE_ADDR']}") from error


def answer(request, token):
    return HttpResponse(token)


def apologize(request, exception=None):
    return HttpResponse("sorry", status=404 if exception else 500)


handler404 = handler500 = apologize
urlpatterns = [
    path("account/cards/<str:token>", break_down, name="card"),
    path("fine/<str:token>", answer, name="fine"),
]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch):
    """What is written down, by the same formatter and levels as on an installation that logs deeds."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(ScrubbedFormatter())
    root, deeds = logging.getLogger(), logging.getLogger("openchair.deeds")
    root.addHandler(handler)
    level = deeds.level
    deeds.setLevel(logging.INFO)
    yield stream.getvalue
    root.removeHandler(handler)
    deeds.setLevel(level)


@pytest.fixture
def visitor(settings) -> Client:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["openchair.site.logs.DeedLogMiddleware"]
    return Client(
        raise_request_exception=False,
        REMOTE_ADDR="192.0.2.77",
        headers={"User-Agent": "Browser/7", "Referer": "https://from.example/"},
    )


def test_of_an_error_only_type_and_place_are_written(visitor: Client, lines):
    response = visitor.get(f"/account/cards/{SECRET}?q=private-words")

    assert response.status_code == 500
    written = lines()
    for value in (SECRET, "private-words", "192.0.2.77", "Browser", "from.example", "/account"):
        assert value not in written
    assert re.search(r"builtins\.ValueError at openchair/site/tests/test_logs\.py:\d+", written)
    assert re.search(r"after builtins\.KeyError at openchair/site/tests/test_logs\.py:\d+", written)
    assert "deed=card" in written
    assert "outcome=500" in written


def test_a_deed_is_written_by_its_name_with_outcome_and_duration(visitor: Client, lines):
    visitor.get(f"/fine/{SECRET}?q=private-words")

    assert re.fullmatch(
        r"INFO openchair\.deeds: deed=fine id=[0-9a-f]{8} outcome=200 ms=\d+\n", lines()
    )


def test_an_error_and_its_deed_carry_the_same_random_id(visitor: Client, lines):
    visitor.get(f"/account/cards/{SECRET}")

    ids = re.findall(r"id=([0-9a-f]{8})", lines())
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_an_address_that_leads_nowhere_is_not_written(visitor: Client, lines):
    visitor.get(f"/{SECRET}")

    assert SECRET not in lines()
    assert "deed=unknown" in lines()


@pytest.mark.parametrize(
    ("name", "message", "arguments", "written"),
    [
        ("openchair.vault", "version %d missing", (3,), "version 3 missing"),
        ("django.security.csrf", "Forbidden (%s): %s", ("x", SECRET), "Forbidden (%s): %s at"),
        ("somebody.else", f"could not read {SECRET}", (), "at test_it.py:7"),
        ("_granian", f"It raised an exception\nValueError: {SECRET}", (), "It raised an exception"),
        ("openchairs", f"not ours {SECRET}", (), "at test_it.py:7"),
    ],
)
def test_of_others_only_fixed_words_are_taken(name, message, arguments, written):
    record = logging.LogRecord(
        name, logging.WARNING, "/somewhere/test_it.py", 7, message, arguments, None
    )

    line = ScrubbedFormatter().format(record)

    assert written in line
    assert SECRET not in line
    assert "\n" not in line


def test_what_another_formatter_kept_of_a_trace_is_not_used():
    record = logging.LogRecord("x", logging.ERROR, "/x.py", 1, "%s", (1,), None)
    record.exc_text = record.stack_info = f"ValueError: {SECRET}"

    assert SECRET not in ScrubbedFormatter().format(record)


def test_a_chain_of_causes_that_goes_round_comes_to_an_end():
    error, cause = ValueError(SECRET), TypeError(SECRET)
    error.__cause__, cause.__cause__ = cause, error

    described = describe_error(error)

    assert SECRET not in described
    assert described.count("ValueError") <= 2


@pytest.mark.parametrize("with_deeds", [True, False])
def test_deeds_are_written_only_where_the_operator_asks(with_deeds):
    level = logging_settings(with_deeds=with_deeds)["loggers"]["openchair.deeds"]["level"]

    assert level == ("INFO" if with_deeds else "WARNING")


def test_every_handler_scrubs(settings):
    assert all(
        handler["formatter"] == "scrubbed" for handler in settings.LOGGING["handlers"].values()
    )
    assert settings.LOGGING["formatters"]["scrubbed"]["()"] is ScrubbedFormatter


def test_a_request_without_a_name_is_an_unknown_deed(lines):
    DeedLogMiddleware(lambda request: HttpResponse())(RequestFactory().get(f"/{SECRET}"))

    assert "deed=unknown" in lines()
    assert SECRET not in lines()
