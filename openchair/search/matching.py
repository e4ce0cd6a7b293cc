"""Find the rows that meet every condition of a query, as bitmaps."""

from __future__ import annotations

from array import array
from bisect import bisect_left

import msgspec
from pyroaring import BitMap

from openchair.search.moments import Moment
from openchair.search.next_starts import NEVER, WEEK
from openchair.search.query import Query
from openchair.search.snapshot import Snapshot
from openchair.search.tokens import tokenise
from openchair.search.words import FoundWord

# A sentence pasted into the box: further words say nothing that these do not.
MOST_WORDS = 12


class Condition(msgspec.Struct, frozen=True):
    """The rows that meet one condition. `choice` names the filter whose values were chosen by OR,
    else "".
    """

    rows: BitMap
    choice: str = ""
    is_excluded: bool = False


def find_words(*, snapshot: Snapshot, query: Query) -> list[FoundWord]:
    """Return where each distinct word of the query is found."""
    tokens = dict.fromkeys(token for word in query.words for token in tokenise(word))
    return [snapshot.words.find(token) for token in list(tokens)[:MOST_WORDS]]


def conditions_of(
    *, snapshot: Snapshot, query: Query, moment: Moment, words: list[FoundWord]
) -> list[Condition]:
    """Return the conditions of a query, each already found."""
    value = snapshot.value
    found = [Condition(word.rows) for word in words]
    found += [Condition(value(name, chosen)) for name, chosen in query.all_of]
    found += [Condition(snapshot.any_value(name, some), name) for name, some in query.any_of]
    if query.start_from is not None or query.start_until is not None:
        found.append(Condition(snapshot.starting_between(query.start_from, query.start_until)))
    if query.next_from is not None or query.next_until is not None:
        found.append(Condition(_in_window(moment, query)))
    if query.box is not None:
        found.append(Condition(snapshot.in_box(query.box)))
    if query.near is not None and query.radius_km is not None:
        found.append(Condition(snapshot.circle(query.near, query.radius_km).bitmap))
    found += [Condition(value(name, one), is_excluded=True) for name, one in query.none_of]
    return found


def combine(*, snapshot: Snapshot, conditions: list[Condition], without: str = "") -> BitMap:
    """Return the rows that meet all conditions, leaving out those on the choice `without`."""
    kept = [entry for entry in conditions if not without or entry.choice != without]
    wanted = sorted((entry.rows for entry in kept if not entry.is_excluded), key=len)
    found = wanted[0] if wanted else snapshot.everything
    for rows in wanted[1:]:
        found = found & rows
    for entry in kept:
        if entry.is_excluded:
            found = found - entry.rows
    return found


def _in_window(moment: Moment, query: Query) -> BitMap:
    """Return the rows whose next start lies in the window of the query."""
    start = moment.earliest if query.next_from is None else query.next_from
    last = NEVER if query.next_until is None else query.next_until
    circle = BitMap()
    for low, high in _window_in_circle(moment, start, last):
        circle.add_range(low, high)
    starts, rows = moment.strays_in_order
    strays = rows[bisect_left(starts, start) : bisect_left(starts, last)]
    return (circle - moment.moved) | BitMap(array("I", strays))


def _window_in_circle(moment: Moment, start: int, last: int) -> list[tuple[int, int]]:
    """Return the stretches of the circle with a start from `start` on and before `last`."""
    columns = moment.columns
    low = min(max(start - moment.earliest, 0), WEEK)
    high = min(max(last - moment.earliest, 0), WEEK)
    if low >= high:
        return []
    # Minutes of the week, counted on beyond its end.
    low, high = low + moment.week_start, high + moment.week_start
    stretches = [(min(low, WEEK), min(high, WEEK)), (max(low, WEEK) - WEEK, max(high, WEEK) - WEEK)]
    return [(columns.minute_starts[begin], columns.minute_starts[end]) for begin, end in stretches]
