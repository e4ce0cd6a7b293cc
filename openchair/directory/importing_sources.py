"""Bring a source's meetings in: read, normalise, place, reconcile, apply, publish. Nothing is half-applied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import transaction

from openchair.directory import deriving, duplicates, proposing, publishing
from openchair.directory.importing.normalizing import normalize, split_by_day
from openchair.directory.importing.placing import place_listing
from openchair.directory.importing.reading import CannotRead, read, read_folder
from openchair.directory.keeping import MeetingAdapter, keep_bodies
from openchair.directory.listing import Listing, Parsed, Problem, SourceDefaults
from openchair.directory.models import Meeting
from openchair.directory.recognizing import digest_of_bytes, digest_of_rows, reading_of
from openchair.directory.standing import settle_copies
from openchair.lib.fetching import CannotFetch, Fetched, Limits, fetch
from openchair.lib.memory import collector_at_rest
from openchair.places.gazetteer import Gazetteer
from openchair.places.geocoding import Geocoder
from openchair.sources.applying import apply_plan
from openchair.sources.models import ImportRun, Source
from openchair.sources.reconciling import Held, Plan, Record, reconcile

# Stored with a run for a person to look through; `--json` gives all of them.
MOST_STORED_PROBLEMS = 50_000
Progress = Callable[[int, int], None]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did, or would do. `rows` of the source are `listings` (rows read) and rows reported as unreadable.

    `meetings` is what the listings make: a row on three days makes three; `added` … `retired` count meetings.
    """

    state: str
    format: str = ""
    rows: int = 0
    listings: int = 0
    meetings: int = 0
    problems: list[Problem] = []
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    retired: int = 0
    reason: str = ""
    run_id: int | None = None
    copies: int = 0
    duplicates: int = 0

    @property
    def is_held(self) -> bool:
        """Whether it waits for a person."""
        return self.state == "held"


class Tools(msgspec.Struct, frozen=True, kw_only=True):
    """What an import leans on beside the database."""

    gazetteer: Gazetteer
    geocoder: Geocoder | None = None
    limits: Limits | None = None
    progress: Progress | None = None


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A source read and brought into normal form: one listing a meeting."""

    parsed: Parsed
    listings: list[Listing]
    problems: list[Problem]

    @property
    def rows_read(self) -> int:
        """How many rows of the source gave a listing."""
        return self.parsed.rows - sum(
            1 for problem in self.problems if problem.is_fatal and problem.row
        )


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a source said. `parsed` is None when it said the same before; the digests are to be remembered."""

    parsed: Parsed | None
    digest: str
    rows_digest: str
    fetched: Fetched | None


def import_source(
    *,
    source: Source,
    tools: Tools,
    now: datetime,
    who: str,
    accept: bool = False,
    dry_run: bool = False,
) -> Outcome:
    """Ask `source` for its listings and bring the directory to them.

    A source that can't be reached or read changes nothing; the outcome's state is then "failed" and its reason a
    sentence. A plan that would retire too much is "held" unless `accept`. `dry_run` writes nothing at all.
    """
    with collector_at_rest():
        try:
            answer = _ask(source, tools, is_forced=accept or dry_run)
        except (CannotRead, CannotFetch) as error:
            return _fail(source, str(error), now=now, who=who, dry_run=dry_run)
        if answer.parsed is None:
            return _repeat(source, answer, now=now)
        prepared = prepare(parsed=answer.parsed, source=source, tools=tools)
        outcome = _bring(source, prepared, now=now, who=who, accept=accept, dry_run=dry_run)
        if outcome.state in {"applied", "unchanged"} and not dry_run:
            _remember(source, answer, now)
        return outcome


def prepare(*, parsed: Parsed, source: Source, tools: Tools) -> Prepared:
    """Return what was read in normal form, placed and split into one listing a meeting."""
    defaults = defaults_of(source=source)
    problems = list(parsed.problems)
    listings: list[Listing] = []
    total = len(parsed.listings)
    for done, raw in enumerate(parsed.listings):
        listing, told = normalize(raw=raw, defaults=defaults)
        problems += told
        if listing is not None:
            placed, told = place_listing(
                listing=listing,
                gazetteer=tools.gazetteer,
                defaults=defaults,
                geocoder=tools.geocoder,
            )
            problems += told
            listings.append(_with_zone(placed))
        if tools.progress and done % 500 == 0:
            tools.progress(done, total)
    split, told = split_by_day(listings=listings)
    return Prepared(parsed=parsed, listings=split, problems=problems + told)


def defaults_of(*, source: Source) -> SourceDefaults:
    """Return what the source's rows mean where they are silent."""
    return SourceDefaults(
        fellowship=source.fellowship or "aa",
        timezone=source.time_zone,
        country=source.country,
        language=source.language,
    )


def _with_zone(listing: Listing) -> Listing:
    # `place_listing` has reported that nothing tells the zone; the site's own is the likeliest, and a time needs one.
    if listing.timezone or listing.start is None:
        return listing
    return msgspec.structs.replace(listing, timezone=settings.SITE_TIME_ZONE)


def _ask(source: Source, tools: Tools, *, is_forced: bool) -> Answer:
    """Return what the source says, read only if its bytes differ, and given only if its rows do or `is_forced`."""
    data, fetched = _get(source, tools, is_forced=is_forced)
    digest = source.digest
    if data is not None:
        digest = digest_of_bytes(source=source, pieces=_pieces(data))
    if digest == source.digest and not is_forced:
        return Answer(parsed=None, digest=digest, rows_digest=source.rows_digest, fetched=fetched)
    parsed = _parse(source, data)
    rows_digest = digest_of_rows(source=source, parsed=parsed)
    is_same = rows_digest != "" and rows_digest == source.rows_digest and not is_forced
    return Answer(
        parsed=None if is_same else parsed, digest=digest, rows_digest=rows_digest, fetched=fetched
    )


def _get(
    source: Source, tools: Tools, *, is_forced: bool
) -> tuple[bytes | Path | None, Fetched | None]:
    if not is_web_address(source.address):
        return _read_local(Path(source.address)), None
    # "Not modified" says nothing when another address, another reading or another Openchair made what is held.
    is_known = source.digest.startswith(reading_of(source=source)) and not is_forced
    fetched = fetch(
        url=source.address,
        etag=source.etag if is_known else "",
        last_modified=source.last_modified if is_known else "",
        limits=tools.limits,
    )
    return (None if fetched.status == "unchanged" else fetched.body), fetched


def is_web_address(address: str) -> bool:
    """Return whether a source is asked over the web rather than read from this machine."""
    return address.startswith(("http://", "https://"))


def _read_local(path: Path) -> bytes | Path:
    return path if path.is_dir() else _read_file(path)


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CannotRead(f"{path} can't be read: {error.strerror}.") from error


def _parse(source: Source, data: bytes | Path | None) -> Parsed:
    if data is None:
        raise CannotRead(
            f"{source.address} answers that nothing is new, though it was not asked that."
        )
    if isinstance(data, Path):
        return read_folder(folder=data)
    return read(data=data, format=source.format, name=source.address)


def _pieces(data: bytes | Path) -> list[bytes]:
    if isinstance(data, bytes):
        return [data]
    return [_read_file(path) for path in sorted(data.glob("*.json"))]


def _bring(
    source: Source, prepared: Prepared, *, now: datetime, who: str, accept: bool, dry_run: bool
) -> Outcome:
    with transaction.atomic():
        # Two runs of one source at once would both add what is new: the second waits, and finds it there.
        list(Source.objects.select_for_update().filter(pk=source.pk))
        plan = plan_for(source=source, listings=prepared.listings)
        is_held = plan.is_held and not accept
        state = "held" if is_held else "unchanged" if plan.is_empty else "applied"
        outcome = _outcome(prepared, plan, state)
        if dry_run:
            return outcome
        run = _record_run(source, outcome, now=now, who=who)
        bodies = prepared.parsed.bodies
        # A source that tells of no bodies today has not lost them.
        has_news = (
            state == "unchanged" and bool(bodies) and keep_bodies(source=source, bodies=bodies)
        )
        if state == "applied":
            adapter = MeetingAdapter(bodies=bodies)
            apply_plan(plan=plan, run=run, adapter=adapter, now=now)
            settle_copies()
            proposing.propose_rules(source=source)
    if state != "applied":
        publish = publishing.publish_search_index if has_news else publishing.publish_if_due
        publish(now=now, home=Path(settings.HOME))
        return msgspec.structs.replace(outcome, run_id=run.pk)
    found = duplicates.find_duplicates(source=source)
    publishing.publish_search_index(now=now, home=Path(settings.HOME))
    carried = Meeting.objects.filter(source=source, state="copy").count()
    return msgspec.structs.replace(outcome, run_id=run.pk, copies=carried, duplicates=found)


def plan_for(*, source: Source, listings: list[Listing]) -> Plan:
    """Return what turns the source's meetings into `listings`."""
    rows = Meeting.objects.filter(source=source).values_list("source_key", "facts", "state")
    held = {
        key: Held(facts=facts, is_retired=state == "retired")
        for key, facts, state in rows.iterator()
    }
    incoming = [
        Record(key=listing.key, facts=deriving.facts_of(listing=listing)) for listing in listings
    ]
    return reconcile(
        held=held,
        incoming=incoming,
        fingerprint=deriving.fingerprint,
        volatile=deriving.VOLATILE,
    )


def _outcome(prepared: Prepared, plan: Plan, state: str) -> Outcome:
    return Outcome(
        state=state,
        format=prepared.parsed.format,
        rows=prepared.parsed.rows,
        listings=prepared.rows_read,
        meetings=len(prepared.listings),
        problems=prepared.problems,
        added=len(plan.added),
        changed=len(plan.changed),
        unchanged=plan.unchanged,
        retired=len(plan.retired),
        reason=plan.reason if state == "held" else "",
    )


def _record_run(source: Source, outcome: Outcome, *, now: datetime, who: str) -> ImportRun:
    return ImportRun.objects.create(
        source=source,
        who=who,
        started_at=now,
        finished_at=now,
        state=outcome.state,
        format=outcome.format,
        counts=_counts(outcome),
        problems=msgspec.to_builtins(outcome.problems[:MOST_STORED_PROBLEMS]),
        reason=outcome.reason,
    )


def _counts(outcome: Outcome) -> dict[str, object]:
    names = ("rows", "listings", "meetings", "added", "changed", "unchanged", "retired")
    by_kind = Counter(problem.kind for problem in outcome.problems)
    return {**{name: getattr(outcome, name) for name in names}, "problems_by_kind": dict(by_kind)}


def _repeat(source: Source, answer: Answer, *, now: datetime) -> Outcome:
    """Return the outcome of a source that says what it said before: everything unchanged, its problems as they were."""
    last = (
        ImportRun.objects.filter(source=source, state__in=("applied", "unchanged"))
        .order_by("-pk")
        .first()
    )
    counts = last.counts if last else {}
    outcome = Outcome(
        state="unchanged",
        format=last.format if last else "",
        rows=counts.get("rows", 0),
        listings=counts.get("listings", 0),
        meetings=counts.get("meetings", 0),
        unchanged=counts.get("meetings", 0),
        problems=msgspec.convert(last.problems if last else [], list[Problem]),
    )
    _remember(source, answer, now)
    publishing.publish_if_due(now=now, home=Path(settings.HOME))
    return outcome


def _fail(source: Source, reason: str, *, now: datetime, who: str, dry_run: bool) -> Outcome:
    outcome = Outcome(state="failed", reason=reason)
    if dry_run:
        return outcome
    run = _record_run(source, outcome, now=now, who=who)
    return msgspec.structs.replace(outcome, run_id=run.pk)


def _remember(source: Source, answer: Answer, now: datetime) -> None:
    source.digest = answer.digest
    source.rows_digest = answer.rows_digest
    source.refreshed_at = now
    if answer.fetched is None:
        source.etag = source.last_modified = ""
    elif answer.fetched.status == "new":
        source.etag = answer.fetched.etag
        source.last_modified = answer.fetched.last_modified
    source.save(update_fields=["digest", "rows_digest", "etag", "last_modified", "refreshed_at"])
