"""Where the next page begins, as opaque text. It names a listing's place in the order, not a place
in a file.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b

import msgspec

from openchair.search.next_starts import DAY
from openchair.search.query import BadCursor, Sort

_SUM_BYTES = 4
# Months old, it was kept in a bookmark; the order that it belongs to means nothing any more.
_OLDEST_DAYS = 31
# Clocks of several machines differ a little.
_AHEAD_MINUTES = 60
_LONGEST_TEXT = 2000


class Cursor(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The last row of a page. `anchor` is the epoch minute of the first page: all pages share its
    order.

    `place` is the row's distance in metres, its score, or 0; `rarities` are those that the scores
    were made with.
    """

    anchor: int
    sort: Sort
    start: int = 0
    turn: int = 0
    place: int = 0
    name: bytes = b""
    rarities: tuple[int, ...] = ()


def write_cursor(cursor: Cursor) -> str:
    """Return `cursor` as text that fits in a URL."""
    content = msgspec.msgpack.encode(cursor)
    return urlsafe_b64encode(_sum(content) + content).rstrip(b"=").decode()


def read_cursor(text: str, *, sort: Sort, minute: int) -> Cursor:
    """Return the cursor written as `text`, for a question sorted by `sort` at the epoch minute
    `minute`.

    The sum finds accidents; nothing is protected by it, since a cursor can only say where to begin.
    Raises BadCursor.
    """
    try:
        content = urlsafe_b64decode((text[:_LONGEST_TEXT] + "==").encode("ascii"))
        if _sum(content[_SUM_BYTES:]) != content[:_SUM_BYTES]:
            raise BadCursor("this cursor was not made here")
        cursor = msgspec.msgpack.decode(content[_SUM_BYTES:], type=Cursor)
    except (binascii.Error, UnicodeEncodeError, msgspec.DecodeError):
        raise BadCursor("this cursor was not made here") from None
    if cursor.sort != sort:
        raise BadCursor("this cursor belongs to another sort")
    if not minute - _OLDEST_DAYS * DAY <= cursor.anchor <= minute + _AHEAD_MINUTES:
        raise BadCursor("this cursor is too old")
    if not _is_sound(cursor):
        raise BadCursor("this cursor was not made here")
    return cursor


def _is_sound(cursor: Cursor) -> bool:
    """Return whether every number fits where it goes: whoever forges a sum gets an odd page, not a
    fault.
    """
    return (
        0 <= cursor.turn < 1 << 64
        and 0 <= cursor.start <= 1 << 40
        and 0 <= cursor.place <= 1 << 40
        and all(0 < rarity < 1 << 20 for rarity in cursor.rarities)
    )


def _sum(content: bytes) -> bytes:
    return blake2b(content, digest_size=_SUM_BYTES, person=b"search-cursor").digest()
