"""Count how many of the found rows have each value of each filter."""

from __future__ import annotations

from pyroaring import BitMap

from openchair.search.matching import Condition, combine
from openchair.search.snapshot import Snapshot

# A list that a person reads; regions of a whole country beyond the most frequent are found by their names.
MOST_VALUES = 200

Counts = list[tuple[str, int]]


def count_facets(*, snapshot: Snapshot, conditions: list[Condition]) -> dict[str, Counts]:
    """Return for each filter its values with how many rows have them, most frequent first, zeros left out.

    A filter whose values were chosen by OR is counted as if it had not been chosen: each number is what choosing that
    value instead would find.
    """
    if not conditions:
        return snapshot.all_facets(lambda: _count_all(snapshot, conditions))
    return _count_all(snapshot, conditions)


def _count_all(snapshot: Snapshot, conditions: list[Condition]) -> dict[str, Counts]:
    found = combine(snapshot=snapshot, conditions=conditions)
    chosen = {condition.choice for condition in conditions}
    return {
        name: _count(
            snapshot,
            name,
            combine(snapshot=snapshot, conditions=conditions, without=name)
            if name in chosen
            else found,
        )
        for name in snapshot.filter_names
    }


def _count(snapshot: Snapshot, name: str, found: BitMap) -> Counts:
    frequent = snapshot.frequent_values(name, MOST_VALUES)
    if len(found) == snapshot.manifest.rows:
        return [(value, count) for value, _, count in frequent]
    counts = [
        (value, found.intersection_cardinality(snapshot.postings.read(number)))
        for value, number, _ in frequent
    ]
    return sorted([entry for entry in counts if entry[1]], key=lambda entry: (-entry[1], entry[0]))
