"""What a member is told while the database is away, busy or out of room: nothing is lost, try again."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import psycopg
from django.db import InterfaceError, OperationalError
from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from openchair.people.signed_in import refuse

# The browser keeps the sealed text in its queue and asks again then.
RETRY_SECONDS = 30
logger = logging.getLogger(__name__)
P = ParamSpec("P")

# Primary result codes that say something of the machine, not of our statement. Source: sqlite.org/rescode.html.
_SQLITE_OUTAGES = frozenset(
    [
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    ]
)


def answer_outages(view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """Answer 503 with Retry-After while the database can't do its part. Stands outside the guards: they ask it too.

    A save that fails at its commit may have been stored all the same; sent again with its key it is one version.
    """

    @wraps(view)
    def answered(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(*args, **kwargs)
        except (OperationalError, InterfaceError) as error:
            if not is_outage(error):
                raise
            is_full = _is_full(error)
            # The deed and the kind of fault; what was sent is in neither.
            logger.error(
                "vault.outage: %s, %s", view.__name__, "storage full" if is_full else "database"
            )
        return _refuse_for_now(is_full=is_full)

    return answered


def is_outage(error: Exception) -> bool:
    """Say whether a database error comes from the machine rather than from our own statement."""
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return _sqlite_code(cause) in _SQLITE_OUTAGES
    return isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError)


def _is_full(error: Exception) -> bool:
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return _sqlite_code(cause) == sqlite3.SQLITE_FULL
    return isinstance(cause, psycopg.errors.DiskFull)


def _sqlite_code(error: sqlite3.Error) -> int:
    # The low byte is the primary code. An error of Python's own making has none.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _refuse_for_now(*, is_full: bool) -> HttpResponseBase:
    if is_full:
        sentence = _(
            "This site has run out of room to store anything. Your text stays on this device; whoever runs the site has to make room."
        )
        response = refuse("storage-full", sentence, status=503)
    else:
        sentence = _(
            "This site can't reach its storage just now. Nothing is lost; please try again in a minute."
        )
        response = refuse("storage-away", sentence, status=503)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response
