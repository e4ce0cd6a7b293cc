"""Put a plan into the database in one transaction, with the history of every change; and take a run back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

import msgspec
from django.db import transaction

from openchair.sources.models import Change, ImportRun, Source
from openchair.sources.reconciling import Changed, Facts, Plan, Record, differing_fields

BATCH = 5_000
Item = TypeVar("Item")


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What the adapter must write for one listing: under which key it is held now, and what it becomes.

    `old_key` None adds it, `facts` None removes it (only undo does), `is_retired` takes it out of print. `is_part`
    says that `facts` are only those that differ, null for those that go (see merge_facts).
    """

    key: str
    old_key: str | None
    facts: Facts | None
    is_retired: bool = False
    is_part: bool = False


class Adapter(Protocol):
    """What a domain gives, so that its listings can be written. Called within the transaction, in bulk."""

    kind: str

    def write(self, *, source: Source, rows: Sequence[Written], now: datetime) -> Mapping[str, str]:
        """Write the rows and return the lasting id of each by its (new) key."""

    def finish(self, *, source: Source, now: datetime) -> None:
        """Do what needs all rows written: links between them, leftovers."""


class CannotUndo(Exception):
    """The run can't be taken back; the sentence says why."""


def apply_plan(*, plan: Plan, run: ImportRun, adapter: Adapter, now: datetime) -> None:
    """Write everything that the plan says, or nothing. `run` must be saved."""
    with transaction.atomic():
        ids = dict(adapter.write(source=run.source, rows=_rows(plan), now=now))
        _record(adapter.kind, run, now, ids, plan)
        adapter.finish(source=run.source, now=now)


def undo_run(*, run: ImportRun, adapter: Adapter, now: datetime, who: str) -> int:
    """Take back everything that `run` changed, and return how many listings that were.

    Raises CannotUndo when it changed nothing, was undone before, or a later run of its source still stands: what that
    one saw would make no sense any more, so the latest is undone first.
    """
    if run.state != "applied":
        raise CannotUndo(f"Run {run.pk} is {run.state}: there is nothing to take back.")
    later = (
        ImportRun.objects.filter(source=run.source, state="applied", pk__gt=run.pk)
        .order_by("-pk")
        .first()
    )
    if later is not None:
        raise CannotUndo(
            f"Run {later.pk} of this source came later. Take that back first: openchair undo {later.pk}"
        )
    with transaction.atomic():
        changes = list(Change.objects.filter(run=run, kind=adapter.kind).order_by("-pk"))
        rows = [_reverse(change) for change in changes]
        adapter.write(source=run.source, rows=rows, now=now)
        adapter.finish(source=run.source, now=now)
        run.state = "undone"
        run.reason = f"taken back by {who} on {now:%Y-%m-%d %H:%M} UTC"
        run.save(update_fields=["state", "reason"])
        # The source must be read anew: its bytes no longer stand for what is held.
        Source.objects.filter(pk=run.source_id).update(
            digest="", rows_digest="", etag="", last_modified=""
        )
    return len(rows)


def _rows(plan: Plan) -> list[Written]:
    rows = [Written(key=each.key, old_key=None, facts=each.facts) for each in plan.added]
    rows += [Written(key=each.key, old_key=each.old_key, facts=each.after) for each in plan.changed]
    rows += [
        Written(key=key, old_key=key, facts={}, is_retired=True, is_part=True)
        for key in plan.retired
    ]
    return rows


def _record(kind: str, run: ImportRun, now: datetime, ids: Mapping[str, str], plan: Plan) -> None:
    changes = [
        *(
            _change(kind, run, now, ids[each.key], "added", _added_fields(each))
            for each in plan.added
        ),
        *(
            _change(kind, run, now, ids[each.key], _deed(each), _changed_fields(each))
            for each in plan.changed
        ),
        *(_change(kind, run, now, ids[key], "retired", {KEY: [key, key]}) for key in plan.retired),
    ]
    Change.objects.bulk_create(changes, batch_size=BATCH)


# The key in the source stands among the fields under this name: undo needs it, and a person may ask for it.
KEY = "source_key"


def _change(
    kind: str,
    run: ImportRun,
    now: datetime,
    object_key: str,
    deed: str,
    fields: dict[str, list[object]],
) -> Change:
    return Change(
        run=run, who=run.who, at=now, kind=kind, object_key=object_key, deed=deed, fields=fields
    )


def _added_fields(record: Record) -> dict[str, list[object]]:
    return {KEY: [None, record.key], **differing_fields({}, record.facts)}


def _changed_fields(changed: Changed) -> dict[str, list[object]]:
    return {KEY: [changed.old_key, changed.key], **differing_fields(changed.before, changed.after)}


def _deed(changed: Changed) -> str:
    return "restored" if changed.is_restored else "changed"


def _reverse(change: Change) -> Written:
    before, after = change.fields[KEY]
    if change.deed == "added":
        return Written(key=after, old_key=after, facts=None)
    if change.deed == "retired":
        return Written(key=before, old_key=after, facts={}, is_part=True)
    fields = {name: pair[0] for name, pair in change.fields.items() if name != KEY}
    return Written(
        key=before,
        old_key=after,
        facts=fields,
        is_retired=change.deed == "restored",
        is_part=True,
    )


def merge_facts(*, held: Facts, row: Written) -> Facts:
    """Return the facts that a held listing has after `row`."""
    if not row.is_part:
        return dict(row.facts or {})
    merged = {**held, **(row.facts or {})}
    return {name: value for name, value in merged.items() if value is not None}


def batches(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    """Cut `items` into pieces that one statement takes."""
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
