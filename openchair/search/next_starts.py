"""When a weekly listing starts next, as an exact instant, correct over weeks in which the clocks
change. Vectorised.

Minutes are whole and count from the Unix epoch (UTC) unless a name says `local`. The minute of the
week counts from Sunday 00:00. A wall time that a change skips is read with the offset before it,
one that comes twice is the first of the two: RFC 5545 3.3.5, and what `zoneinfo` does with fold=0.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from numpy.typing import NDArray

DAY = 1440
WEEK = 7 * DAY
# 1 January 1970 was a Thursday.
_EPOCH_MINUTE_OF_WEEK = 4 * DAY
# Someone who comes ten minutes late misses the opening, not the meeting; after that the next one is
# better news.
JOINABLE_MINUTES = 10
# Later than any start, and exact in every integer type in use: "no next start is known".
NEVER = 1 << 40
# Enough for the local week that starts before an instant and ends after it, whatever the offsets.
_DAYS_BEFORE = 3
_DAYS_AFTER = 11

Minutes = NDArray[np.int64]


class Offsets(msgspec.Struct, frozen=True):
    """A zone's offset in minutes around a day, and its changes as (local minute it holds from,
    offset after).
    """

    first: int
    changes: tuple[tuple[int, int], ...] = ()

    @property
    def least(self) -> int:
        """The smallest offset of the time around."""
        return min([self.first, *(after for _, after in self.changes)])


def minute_of_week(minute: int) -> int:
    """Return the minute of the week (UTC) of an epoch minute."""
    return (minute + _EPOCH_MINUTE_OF_WEEK) % WEEK


def epoch_minute(moment: datetime) -> int:
    """Return the epoch minute that an aware `moment` lies in."""
    return int(moment.timestamp() // 60)


def offsets_around(*, zone: str, minute: int) -> Offsets:
    """Return the offsets of an IANA zone from three days before to ten days after the day of
    `minute`.

    Raises ZoneInfoNotFoundError or ValueError for a name that is no zone.
    """
    return _offsets_around_day(zone, minute // DAY)


@lru_cache(maxsize=4096)
def _offsets_around_day(zone: str, day: int) -> Offsets:
    info = ZoneInfo(zone)
    start = (day - _DAYS_BEFORE) * DAY
    first = before = _offset_at(info, start)
    changes: list[tuple[int, int]] = []
    for end in range(start + DAY, (day + _DAYS_AFTER) * DAY, DAY):
        after = _offset_at(info, end)
        if after != before:
            change = _bisect_change(info, end - DAY, end)
            changes.append((change + max(before, after), after))
            before = after
    return Offsets(first, tuple(changes))


def _offset_at(info: ZoneInfo, minute: int) -> int:
    offset = datetime.fromtimestamp(minute * 60, UTC).astimezone(info).utcoffset()
    # Zones have an offset for every instant; None is only for naive times.
    return 0 if offset is None else int(offset.total_seconds() // 60)


def _bisect_change(info: ZoneInfo, low: int, high: int) -> int:
    """Return the first minute in (low, high] with the offset that holds at `high`."""
    after = _offset_at(info, high)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset_at(info, middle) == after:
            high = middle
        else:
            low = middle
    return high


def next_weekly_starts(*, local_minutes: Minutes, offsets: Offsets, earliest: int) -> Minutes:
    """Return for each local minute of the week the first start at or after `earliest`."""
    low = earliest + offsets.least - DAY
    local = low + (local_minutes - minute_of_week(low)) % WEEK
    starts = _to_utc(local, offsets)
    late = starts < earliest
    if late.any():
        starts[late] = _to_utc(local[late] + WEEK, offsets)
    return starts


def _to_utc(local: Minutes, offsets: Offsets) -> Minutes:
    if not offsets.changes:
        return local - offsets.first
    shift = np.full(local.shape, offsets.first, dtype=np.int64)
    for holds_from, after in offsets.changes:
        shift[local >= holds_from] = after
    result: Minutes = local - shift
    return result
