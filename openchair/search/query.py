"""What is asked of a snapshot, with every word already understood."""

from __future__ import annotations

from typing import Literal

import msgspec

Sort = Literal["next", "distance", "relevance", "name"]


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A question to a snapshot. All conditions combine by AND.

    `words` must each be found (prefix, accent-blind, typo-tolerant). `all_of` are (filter, value) pairs that must all
    hold; each entry of `any_of` is a filter and values of which one must hold; `none_of` pairs must not hold.
    `start_from`/`start_until` are minutes after local midnight, [from, until); from > until crosses midnight.
    `next_from`/`next_until` are UTC epoch minutes: the next start lies in [from, until).
    `near` is (latitude, longitude) in degrees, `radius_km` needs it; `box` is (west, south, east, north) and may cross
    the date line. `cursor` is the opaque text of an earlier answer.
    """

    words: tuple[str, ...] = ()
    all_of: tuple[tuple[str, str], ...] = ()
    any_of: tuple[tuple[str, tuple[str, ...]], ...] = ()
    none_of: tuple[tuple[str, str], ...] = ()
    start_from: int | None = None
    start_until: int | None = None
    next_from: int | None = None
    next_until: int | None = None
    near: tuple[float, float] | None = None
    radius_km: float | None = None
    box: tuple[float, float, float, float] | None = None
    sort: Sort = "next"
    limit: int = 20
    cursor: str = ""
    facets: bool = False


class Answer(msgspec.Struct, kw_only=True):
    """`rows` are finished JSON objects as bytes. `facets` maps a filter to (value, count), most frequent first."""

    total: int
    rows: list[bytes]
    next_cursor: str | None = None
    facets: dict[str, list[tuple[str, int]]] = {}


class BadCursor(ValueError):
    """The cursor was not made by this installation."""
