"""Keep meetings: write what a run of a source adds, changes and retires, with its venues, groups and regions, in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from openchair.directory import deriving
from openchair.directory.listing import Listing, RawBody
from openchair.directory.models import GONE, Group, Meeting, Region, ServiceBody, Venue
from openchair.sources.applying import Written, batches, merge_facts
from openchair.sources.models import Source

# As the columns are long.
KEY_LIMIT, NAME_LIMIT = 200, 255
# Everything of a meeting that a run may write; `id`, `slug`, `created_at` and `decided` outlive every run.
_WRITTEN = [
    field.name
    for field in Meeting._meta.concrete_fields
    if field.name
    not in {"id", "slug", "created_at", "decided", "merged_into", "carried_from", "rule_anchor"}
]


class MeetingAdapter:
    """Writes meetings for `sources.applying`. One for each run: it remembers which groups it touched."""

    kind = "meeting"

    def __init__(self, *, bodies: Sequence[RawBody] = ()) -> None:
        self._bodies = bodies
        self._touched_groups: set[int] = set()

    def write(self, *, source: Source, rows: Sequence[Written], now: datetime) -> Mapping[str, str]:
        """Write the rows and return each meeting's id by its key."""
        if self._bodies:
            keep_bodies(source=source, bodies=self._bodies)
        ids: dict[str, str] = {}
        self._remove(source, [row.old_key for row in rows if row.facts is None and row.old_key])
        for batch in batches([row for row in rows if row.facts is not None]):
            ids |= self._write_batch(source, batch, now)
        return ids

    def finish(self, *, source: Source, now: datetime) -> None:
        """Unite the groups' fields over their meetings and remove what no meeting names any more."""
        _unite_touched_groups(source, self._touched_groups)
        used = Meeting.objects.filter(source=source)
        Venue.objects.filter(source=source).exclude(
            pk__in=used.filter(venue__isnull=False).values("venue")
        ).delete()
        Group.objects.filter(source=source).exclude(
            pk__in=used.filter(group__isnull=False).values("group")
        ).delete()
        _remove_empty_regions()

    def _remove(self, source: Source, keys: Sequence[str]) -> None:
        for some in batches(keys):
            gone = Meeting.objects.filter(source=source, source_key__in=some)
            # What the gone ones said of their groups must go too.
            groups = gone.filter(group__isnull=False).values_list("group_id", flat=True)
            self._touched_groups |= {pk for pk in groups if pk}
            gone.delete()

    def _write_batch(
        self, source: Source, batch: Sequence[Written], now: datetime
    ) -> dict[str, str]:
        old_keys = [row.old_key for row in batch if row.old_key]
        found = Meeting.objects.filter(source=source, source_key__in=old_keys)
        held = {meeting.source_key: meeting for meeting in found.select_related("merged_into")}
        # A held meeting may have gone since the plan was made (two runs at once); it is then simply added again.
        pairs = [(row, held.get(row.old_key) if row.old_key else None) for row in batch]
        rows = [_planned(row, meeting) for row, meeting in pairs]
        self._link(source, rows)
        _name_new(source, rows, now)
        for row in rows:
            row.complete(source=source, now=now)
        Meeting.objects.bulk_create(
            [row.meeting for row in rows],
            batch_size=500,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=_WRITTEN,
        )
        return {row.key: row.meeting.pk for row in rows}

    def _link(self, source: Source, rows: Sequence[_Row]) -> None:
        venues = _keep_venues(source, [row.venue for row in rows if row.venue])
        groups = _keep_groups(source, [row.group for row in rows if row.group])
        regions = keep_regions([path for row in rows for path in row.regions])
        bodies = dict(ServiceBody.objects.filter(source=source).values_list("source_key", "pk"))
        for row in rows:
            before = row.meeting.group_id
            row.meeting.venue_id = venues[str(row.venue["digest"])] if row.venue else None
            row.meeting.group_id = groups[str(row.group["key"])] if row.group else None
            row.meeting.region_id = regions[row.regions[-1][0]] if row.regions else None
            row.meeting.body_id = bodies.get(row.listing.body_key[:KEY_LIMIT])
            self._touched_groups |= {pk for pk in (before, row.meeting.group_id) if pk}


class _Row:
    """One meeting on its way into the database."""

    def __init__(
        self, *, key: str, meeting: Meeting, facts: dict[str, object], is_retired: bool
    ) -> None:
        self.key = key
        self.meeting = meeting
        self.is_retired = is_retired
        self.listing = deriving.listing_of(key=key, facts=facts, decided=meeting.decided)
        self.facts = facts
        self.venue = deriving.venue_of(listing=self.listing)
        self.group = deriving.group_of(listing=self.listing)
        self.regions = deriving.region_paths(listing=self.listing)

    def complete(self, *, source: Source, now: datetime) -> None:
        """Set every column but the links."""
        meeting = self.meeting
        meeting.source = source
        meeting.source_key = self.key
        meeting.facts = self.facts
        for name, value in deriving.columns_of(listing=self.listing).items():
            setattr(meeting, name, value)
        meeting.state = state_of(meeting=meeting, listing=self.listing, is_retired=self.is_retired)
        meeting.updated_at = now
        meeting.retired_at = now if self.is_retired else None


def state_of(*, meeting: Meeting, listing: Listing, is_retired: bool) -> str:
    """Return whether a meeting is in print, and if not, why."""
    if is_retired:
        return "retired"
    if not listing.published:
        return "unpublished"
    # Merged into one that is gone itself, it is all that is left: what its source still gives must not vanish.
    if meeting.merged_into is not None and meeting.merged_into.state not in GONE:
        return "merged"
    return "in_print" if meeting.carried_from_id is None else "copy"


def _planned(row: Written, meeting: Meeting | None) -> _Row:
    kept = meeting or Meeting()
    facts = merge_facts(held=kept.facts or {}, row=row)
    return _Row(key=row.key, meeting=kept, facts=facts, is_retired=row.is_retired)


def _name_new(source: Source, rows: Sequence[_Row], now: datetime) -> None:
    new = [row for row in rows if not row.meeting.pk]
    if not new:
        return
    ids = {row.key: deriving.public_id(source=source.slug, key=row.key) for row in new}
    taken_ids = set(Meeting.objects.filter(pk__in=ids.values()).values_list("pk", flat=True))
    wishes = {row.key: deriving.slug_wish(listing=row.listing) for row in new}
    taken = set(
        Meeting.objects.filter(slug__in=set(wishes.values())).values_list("slug", flat=True)
    )
    for row in new:
        attempt, public_id = 0, ids[row.key]
        while public_id in taken_ids or (attempt and Meeting.objects.filter(pk=public_id).exists()):
            attempt += 1
            public_id = deriving.public_id(source=source.slug, key=row.key, attempt=attempt)
        taken_ids.add(public_id)
        slug = _free_slug(wishes[row.key], public_id, taken)
        taken.add(slug)
        row.meeting.pk, row.meeting.slug, row.meeting.created_at = public_id, slug, now


def _free_slug(wish: str, public_id: str, taken: set[str]) -> str:
    """Return the slug wished for, or with the id behind it, which stays the same on every import; a counter would not.

    A feed may name another meeting's slug, even one that was made here: the head of the id, then the whole, then a number.
    """
    if wish not in taken:
        return wish
    head = wish[:55].rstrip("-")
    endings = (public_id[:8], public_id, *(f"{public_id}-{number}" for number in range(2, 1000)))
    for ending in endings:
        slug = f"{head}-{ending}"
        if slug not in taken and not Meeting.objects.filter(slug=slug).exists():
            return slug
    raise AssertionError("a thousand meetings share a slug and an id")


def _keep_venues(source: Source, wanted: Sequence[dict[str, object]]) -> dict[str, int]:
    by_digest = {str(venue["digest"]): venue for venue in wanted}
    known = _ids(Venue.objects.filter(source=source, digest__in=by_digest), "digest")
    missing = [
        Venue(source=source, **by_digest[digest]) for digest in by_digest if digest not in known
    ]
    Venue.objects.bulk_create(missing, batch_size=1000)
    return known | {venue.digest: venue.pk for venue in missing}


def _keep_groups(source: Source, wanted: Sequence[dict[str, object]]) -> dict[str, int]:
    by_key: dict[str, dict[str, object]] = {}
    for group in wanted:
        by_key.setdefault(str(group["key"]), group)
    known = _ids(Group.objects.filter(source=source, key__in=by_key), "key")
    missing = [Group(source=source, **by_key[key]) for key in by_key if key not in known]
    Group.objects.bulk_create(missing, batch_size=1000)
    return known | {group.key: group.pk for group in missing}


def _ids(rows: object, name: str) -> dict[str, int]:
    return dict(rows.values_list(name, "pk"))  # type: ignore[attr-defined]  # a queryset of either model


def _unite_touched_groups(source: Source, touched: Iterable[int]) -> None:
    names = ["name", "contacts", *deriving.GROUP_FIELDS.values()]
    for some in batches(sorted(touched)):
        united = [
            Group(pk=pk, source=source, **deriving.unite_groups(rows=rows))
            for pk, rows in _rows_by_group(some).items()
        ]
        # Written over the rows that are there: `bulk_update` makes an expression of every value, ten times as slow.
        Group.objects.bulk_create(
            united,
            batch_size=500,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=names,
        )


def _rows_by_group(groups: Sequence[int]) -> dict[int, list[dict[str, object]]]:
    found = Meeting.objects.filter(group__in=groups).order_by("source_key")
    rows: dict[int, list[dict[str, object]]] = {}
    for key, facts, decided, group_id in found.values_list(
        "source_key", "facts", "decided", "group_id"
    ):
        row = deriving.group_of(listing=deriving.listing_of(key=key, facts=facts, decided=decided))
        if row and group_id:
            rows.setdefault(group_id, []).append(row)
    return rows


def keep_regions(paths: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Make the regions that are missing, parents before children, and return the id of each by its path."""
    names = dict(paths)
    known = dict(Region.objects.filter(path__in=names).values_list("path", "pk"))
    by_depth: dict[int, list[str]] = {}
    for path in names:
        if path not in known:
            by_depth.setdefault(path.count("/"), []).append(path)
    for depth in sorted(by_depth):
        made = [
            Region(path=path, name=names[path], parent_id=known.get(path.rpartition("/")[0]))
            for path in by_depth[depth]
        ]
        Region.objects.bulk_create(made, batch_size=1000)
        known |= {region.path: region.pk for region in made}
    return known


def _remove_empty_regions() -> None:
    while True:
        used = Meeting.objects.filter(region__isnull=False).values("region")
        parents = Region.objects.filter(parent__isnull=False).values("parent")
        gone, _by_model = Region.objects.exclude(pk__in=used).exclude(pk__in=parents).delete()
        if not gone:
            return


_BODY_FIELDS = ["name", "kind", "description", "url", "helpline", "world_id"]


def keep_bodies(*, source: Source, bodies: Sequence[RawBody]) -> bool:
    """Bring the service bodies of a source to `bodies`, each under its parent, and return whether that changed any.

    Of two with one key the last rules.
    """
    by_key = {body.key[:KEY_LIMIT]: body for body in bodies}
    parents = {
        key: parent if (parent := body.parent_key[:KEY_LIMIT]) != key and parent in by_key else None
        for key, body in by_key.items()
    }
    wanted = {key: (*_body_columns(body).values(), parents[key]) for key, body in by_key.items()}
    held = ServiceBody.objects.filter(source=source)
    told = held.values_list("source_key", *_BODY_FIELDS, "parent__source_key")
    if {key: tuple(rest) for key, *rest in told} == wanted:
        return False
    _write_bodies(source, by_key, parents)
    for some in batches([key for key, *_ in told if key not in by_key]):
        held.filter(source_key__in=some).delete()
    return True


def _body_columns(body: RawBody) -> dict[str, str]:
    return {
        "name": body.name[:NAME_LIMIT],
        "kind": body.kind,
        "description": body.description,
        "url": body.url,
        "helpline": body.helpline,
        "world_id": body.world_id,
    }


def _write_bodies(
    source: Source, by_key: Mapping[str, RawBody], parents: Mapping[str, str | None]
) -> None:
    rows = [
        ServiceBody(source=source, source_key=key, **_body_columns(body))
        for key, body in by_key.items()
    ]
    ServiceBody.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["source", "source_key"],
        update_fields=_BODY_FIELDS,
    )
    known = {body.source_key: body for body in ServiceBody.objects.filter(source=source)}
    for key, parent in parents.items():
        known[key].parent_id = known[parent].pk if parent is not None else None
    ServiceBody.objects.bulk_update(known.values(), ["parent"], batch_size=500)


def remove_source(*, source: Source) -> None:
    """Remove a source with all that it brought, as if it had never been asked."""
    with transaction.atomic():
        # Meetings first: their venues and groups are protected while a meeting names them.
        Meeting.objects.filter(source=source).delete()
        source.delete()
        _remove_empty_regions()


def derive_again(*, meeting: Meeting, now: datetime) -> None:
    """Bring one meeting's columns, venue and group to its facts and decisions, and save it."""
    adapter = MeetingAdapter()
    row = Written(key=meeting.source_key, old_key=meeting.source_key, facts=meeting.facts)
    Meeting.objects.filter(pk=meeting.pk).update(
        decided=meeting.decided,
        rule_anchor=meeting.rule_anchor,
        merged_into=meeting.merged_into_id,
        carried_from=meeting.carried_from_id,
    )
    is_retired = meeting.state == "retired"
    rows = [msgspec.structs.replace(row, is_retired=is_retired)]
    adapter.write(source=meeting.source, rows=rows, now=now)
    adapter.finish(source=meeting.source, now=now)
    meeting.refresh_from_db()
