"""What goes into a snapshot: one document a listing, and which of its fields can be filtered and searched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec


class Schema(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of one kind of listing. `filters` become posting lists and facets; `text_weights` rank words found."""

    kind: str
    filters: tuple[str, ...]
    text_weights: dict[str, float]


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One listing as the snapshot takes it.

    `row` is the JSON object that an answer shows, complete but for `distance_km` and `next_start`, which the engine
    appends. `minute` is the local minute of the week of its start (Sunday 00:00 is 0), None without a time.
    `occurrences` are the coming starts in UTC epoch minutes, ascending, for a listing that is not plainly weekly
    (a rule, exceptions, inactive periods; () when none is coming); None for a plain weekly one.
    """

    id: str
    name: str
    row: bytes
    filters: Mapping[str, Sequence[str]]
    text: Mapping[str, str]
    zone: str = ""
    minute: int | None = None
    duration_minutes: int | None = None
    occurrences: tuple[int, ...] | None = None
    latitude: float | None = None
    longitude: float | None = None
