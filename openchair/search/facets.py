"""Count how many of the found rows have each value of each filter."""

from __future__ import annotations

import numpy as np
from pyroaring import BitMap

from openchair.search.flat_files import spread
from openchair.search.matching import Condition, combine
from openchair.search.postings import rows_of
from openchair.search.snapshot import Facets, Snapshot

# A list that a person reads; regions of a whole country beyond the most frequent are found by their
# names.
MOST_VALUES = 200

# Up to here, looking at each row costs less than intersecting with each value.
NARROW = 4096

Counts = list[tuple[str, int]]


def count_facets(*, snapshot: Snapshot, conditions: list[Condition]) -> Facets:
    """Return for each filter its values with how many rows have them, most frequent first, zeros
    left out.

    A filter whose values were chosen by OR is counted as if it had not been chosen: each number is
    what choosing that value instead would find.
    """
    if not conditions:
        return snapshot.all_facets(lambda: _count_all(snapshot, conditions))
    return _count_all(snapshot, conditions)


def _count_all(snapshot: Snapshot, conditions: list[Condition]) -> Facets:
    chosen = {condition.choice for condition in conditions} & set(snapshot.filter_names)
    others = [name for name in snapshot.filter_names if name not in chosen]
    counted = _count(snapshot, combine(snapshot=snapshot, conditions=conditions), others)
    for name in chosen:
        found = combine(snapshot=snapshot, conditions=conditions, without=name)
        counted[name] = _count(snapshot, found, [name])[name]
    return {name: counted[name][:MOST_VALUES] for name in snapshot.filter_names}


def _count(snapshot: Snapshot, found: BitMap, names: list[str]) -> Facets:
    if len(found) <= NARROW:
        return _count_rows(snapshot, found)
    return {name: _count_values(snapshot, name, found) for name in names}


def _count_rows(snapshot: Snapshot, found: BitMap) -> Facets:
    """Count all values by looking at each found row."""
    columns, rows = snapshot.columns, rows_of(found)
    starts = columns.row_value_starts[rows]
    places = spread(starts, columns.row_value_starts[rows + np.uint32(1)] - starts)
    counts = np.bincount(columns.row_values[places])
    facets: Facets = {name: [] for name in snapshot.filter_names}
    numbers = np.flatnonzero(counts)
    for number, count in zip(numbers.tolist(), counts[numbers].tolist(), strict=True):
        name, value = snapshot.values_by_number[number]
        facets[name].append((value, count))
    for values in facets.values():
        values.sort(key=_most_frequent)
    return facets


def _count_values(snapshot: Snapshot, name: str, found: BitMap) -> Counts:
    """Count the values that are most frequent overall: in an answer as wide as this they are those
    that matter.
    """
    frequent = snapshot.frequent_values(name, MOST_VALUES)
    if len(found) == snapshot.manifest.rows:
        return [(value, count) for value, _, count in frequent]
    counts = [
        (value, found.intersection_cardinality(snapshot.postings.read(number)))
        for value, number, _ in frequent
    ]
    return sorted([entry for entry in counts if entry[1]], key=_most_frequent)


def _most_frequent(entry: tuple[str, int]) -> tuple[int, str]:
    return -entry[1], entry[0]
