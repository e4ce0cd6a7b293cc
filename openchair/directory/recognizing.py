"""Recognise a source that says what it said before, first by its bytes, then by its rows, before any work is done."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from openchair import __version__
from openchair.directory.listing import Parsed
from openchair.sources.models import Source

_ENCODER = msgspec.json.Encoder(order="deterministic")


def reading_of(*, source: Source) -> str:
    """Return a mark of everything beside the bytes that decides what becomes of them: every digest begins with it."""
    meant = (
        __version__,
        source.address,
        source.format,
        source.fellowship,
        source.time_zone,
        source.country,
        source.language,
    )
    return hashlib.sha256("\0".join(meant).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def digest_of_bytes(*, source: Source, pieces: Iterable[bytes]) -> str:
    """Return a digest of a source's files, one after the other."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(hashlib.sha256(piece).digest())
    return reading_of(source=source) + digest.hexdigest()[:48]


def digest_of_rows(*, source: Source, parsed: Parsed) -> str:
    """Return a digest of all that was read, however it was written down; "" when it can't be told.

    The order of keys does not matter. The order of rows does: what could not be read is told by the number of its row.
    """
    digest = hashlib.sha256(parsed.format.encode())
    try:
        for part in (parsed.listings, parsed.bodies, parsed.problems):
            for each in part:
                digest.update(_ENCODER.encode(each))
    except (UnicodeEncodeError, OverflowError, TypeError, RecursionError):
        # Half a character or a boundless number: such a row is read anew every time.
        return ""
    return reading_of(source=source) + digest.hexdigest()[:48]
