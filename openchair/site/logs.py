"""What goes into a log: deed, opaque id, duration, outcome. Never what somebody typed, opened, or came with.

A message of an exception is made of values: an address with a token, a name that was not unique, a line of a form. So
of an error only its type and the places in the code are written down. Of other people's code only fixed words are
taken: a template before its values are put in, never the sentence afterwards.

Standard library alone, so that both halves use it: `live` runs without Django.
"""

from __future__ import annotations

import logging
import secrets
import sysconfig
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

OWN = "openchair"
# The server's own messages come as finished text; its first line is fixed, what follows is a trace with its values.
SERVER = "_granian"
# The innermost places say what broke; the rest is the frameworks' way there.
MOST_PLACES = 8
# `raise … from …` is rarely deeper, and a chain may be made to go round.
MOST_CAUSES = 4
_PACKAGE = Path(__file__).resolve().parents[1]
_PLACES = (str(_PACKAGE.parent), sysconfig.get_path("purelib"), sysconfig.get_path("stdlib"))

deeds = logging.getLogger("openchair.deeds")


class ScrubbedFormatter(logging.Formatter):
    """One line a record: level, logger, fixed words, and for errors their types and places."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line. Nothing of `exc_text` or `stack_info`, which others may have filled in, is used."""
        parts = [record.levelname, f"{record.name}:", *_words(record), *_context(record)]
        if record.exc_info and (error := record.exc_info[1]) is not None:
            parts.append(describe_error(error))
        return " ".join(parts)


def describe_error(error: BaseException) -> str:
    """Return the type of `error` and of what caused it, each with its places, innermost first; no message, no value."""
    described, following = [], error
    for _ in range(MOST_CAUSES):
        described.append(_describe_one(following))
        cause = following.__cause__ or following.__context__
        if cause is None:
            break
        following = cause
    return " after ".join(described)


class DeedLogMiddleware:
    """Write one line a page: what was done by the name of its address, how it came out, how long it took."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.deed_id = secrets.token_hex(4)  # type: ignore[attr-defined]  # ties this line to an error's
        started = time.perf_counter()
        response = self.get_response(request)
        milliseconds = round((time.perf_counter() - started) * 1000)
        deeds.info(
            "deed=%s id=%s outcome=%d ms=%d",
            _deed(request),
            request.deed_id,  # type: ignore[attr-defined]  # the same
            response.status_code,
            milliseconds,
        )
        return response


def logging_settings(*, with_deeds: bool) -> dict[str, Any]:
    """Return the configuration for `logging.config.dictConfig`. Any: that is the shape it takes."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"scrubbed": {"()": ScrubbedFormatter}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "scrubbed"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            # Django's own handlers would print whole requests, or mail them.
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            SERVER: {"handlers": ["console"], "propagate": False},
            # Its lines hold addresses and query strings. Nothing turns it on; nothing may come out of it either.
            "granian.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
            deeds.name: {"level": "INFO" if with_deeds else "WARNING"},
        },
    }


def _words(record: logging.LogRecord) -> list[str]:
    if record.name == OWN or record.name.startswith(f"{OWN}."):
        return [record.getMessage()]
    if record.name == SERVER:
        return [str(record.msg).partition("\n")[0]]
    # Without values to put in, the text may have them in it already.
    words = [record.msg] if record.args and isinstance(record.msg, str) else []
    return [*words, f"at {_shorten(record.pathname)}:{record.lineno}"]


def _context(record: logging.LogRecord) -> list[str]:
    context = []
    request = getattr(record, "request", None)
    if hasattr(request, "resolver_match"):
        context.append(f"deed={_deed(request)}")
        if deed_id := getattr(request, "deed_id", ""):
            context.append(f"id={deed_id}")
    if isinstance(status := getattr(record, "status_code", None), int):
        context.append(f"outcome={status}")
    return context


def _deed(request: Any) -> str:
    # The name of the address, never the address: that may hold a token. Any: Django is not imported here.
    match = request.resolver_match
    return (match.view_name if match else "") or "unknown"


def _describe_one(error: BaseException) -> str:
    kind = type(error)
    frames = traceback.extract_tb(error.__traceback__)[-MOST_PLACES:]
    places = [f"{_shorten(frame.filename)}:{frame.lineno}" for frame in reversed(frames)]
    return f"{kind.__module__}.{kind.__qualname__} at {' < '.join(places) or 'no place'}"


def _shorten(filename: str) -> str:
    for place in _PLACES:
        if filename.startswith(f"{place}/"):
            return filename.removeprefix(f"{place}/")
    return Path(filename).name
