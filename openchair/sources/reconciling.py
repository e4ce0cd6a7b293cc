"""Compare what a source says with what is held, and plan what must happen. Pure; knows nothing of meetings."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence

import msgspec

Facts = dict[str, object]
Fingerprint = Callable[[Facts], Hashable]

# A truncated feed or a moved page must not empty a directory: past this share a person looks first.
RETIRE_LIMIT = 0.20
# A source of three meetings that loses one is no catastrophe.
RETIRE_FREELY = 2


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One listing of a source: its key there and its facts, in JSON's types only."""

    key: str
    facts: Facts


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A listing as it is held: its facts, and whether it is retired."""

    facts: Facts
    is_retired: bool = False


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """A listing whose facts differ. `old_key` differs from `key` when the source has given it a new one."""

    key: str
    old_key: str
    before: Facts
    after: Facts
    is_restored: bool = False


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What would happen. `reason` is a sentence for a person when the plan is held, "" when it may be applied."""

    added: list[Record]
    changed: list[Changed]
    retired: list[str]
    unchanged: int
    reason: str = ""

    @property
    def is_held(self) -> bool:
        """Whether a person must look before it is applied."""
        return bool(self.reason)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.added or self.changed or self.retired)


def reconcile(
    *,
    held: Mapping[str, Held],
    incoming: Sequence[Record],
    fingerprint: Fingerprint,
    volatile: frozenset[str] = frozenset(),
    retire_limit: float = RETIRE_LIMIT,
) -> Plan:
    """Return what turns `held` into `incoming`. Keys of `incoming` are unique.

    A listing is the same when its key is; those left over are matched by `fingerprint` (the same meeting under a new
    key), one to one and only where both sides are sure, those in print before the retired. Fields in `volatile` never
    make a change by themselves.
    """
    by_key = {record.key: record for record in incoming}
    matched = {key: key for key in by_key if key in held}
    # The living first: a feed that renews its keys every night would leave retired doubles, and nobody could be sure.
    for is_retired in (False, True):
        loose = {
            key: each.facts
            for key, each in held.items()
            if each.is_retired is is_retired and key not in matched
        }
        matched |= _match_by_fingerprint(loose, by_key, matched, fingerprint)
    added = [record for record in incoming if record.key not in matched]
    changed = []
    for key, old_key in matched.items():
        change = _compare(by_key[key], old_key, held[old_key], volatile)
        if change is not None:
            changed.append(change)
    kept = set(matched.values())
    living = [key for key, each in held.items() if not each.is_retired]
    retired = [key for key in living if key not in kept]
    return Plan(
        added=added,
        changed=changed,
        retired=retired,
        unchanged=len(matched) - len(changed),
        reason=_reason_to_hold(len(retired), len(living), retire_limit, is_empty=not incoming),
    )


def differing_fields(before: Facts, after: Facts) -> dict[str, list[object]]:
    """Return {field: [before, after]} for each field that differs; null where one side lacks it."""
    names = [*before, *(name for name in after if name not in before)]
    return {
        name: [before.get(name), after.get(name)]
        for name in names
        if before.get(name) != after.get(name)
    }


def _match_by_fingerprint(
    loose: Mapping[str, Facts],
    by_key: Mapping[str, Record],
    matched: Mapping[str, str],
    fingerprint: Fingerprint,
) -> dict[str, str]:
    if not loose:
        return {}
    loose_old = _by_fingerprint(loose, fingerprint)
    loose_new = _by_fingerprint(
        {key: record.facts for key, record in by_key.items() if key not in matched}, fingerprint
    )
    return {
        keys[0]: loose_old[mark][0]
        for mark, keys in loose_new.items()
        # Two alike on either side: nobody can say which is which, so they are retired and added.
        if len(keys) == 1 and len(loose_old.get(mark, ())) == 1
    }


def _by_fingerprint(
    facts_by_key: Mapping[str, Facts], fingerprint: Fingerprint
) -> dict[Hashable, list[str]]:
    found: dict[Hashable, list[str]] = {}
    for key, facts in facts_by_key.items():
        found.setdefault(fingerprint(facts), []).append(key)
    return found


def _compare(record: Record, old_key: str, old: Held, volatile: frozenset[str]) -> Changed | None:
    is_same = old.facts == record.facts or not (
        differing_fields(old.facts, record.facts).keys() - volatile
    )
    if is_same and record.key == old_key and not old.is_retired:
        return None
    return Changed(
        key=record.key,
        old_key=old_key,
        before=old.facts,
        after=record.facts,
        is_restored=old.is_retired,
    )


def _reason_to_hold(retired: int, living: int, limit: float, *, is_empty: bool) -> str:
    if is_empty and living:
        return f"The source gave no listings at all; all {living} would be retired."
    if retired <= RETIRE_FREELY or retired <= limit * living:
        return ""
    return (
        f"{retired} of {living} listings would be retired ({retired / living:.0%}), more than {limit:.0%}. "
        "Look whether the source is whole; if it is, run again with --accept."
    )
