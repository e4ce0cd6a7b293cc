"""`openchair import SOURCE`: bring in a file, a folder or an address, and remember it as a source."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from openchair.directory.commands.starting import needs_tables, say, tools, who
from openchair.lib import clock
from openchair.lib.text import slug_of

if TYPE_CHECKING:
    from openchair.directory.importing_sources import Outcome
    from openchair.sources.models import Source

HELP = "bring in a feed or a file of meetings"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "source", help="a file, a folder of a BMLT server's three lists, or an address (URL)"
    )
    parser.add_argument(
        "--format",
        default="auto",
        help="auto, or one of those that an unknown one is answered with",
    )
    parser.add_argument(
        "--name",
        help="what to call the source; the same name, or without one the same address, refreshes the same source",
    )
    parser.add_argument(
        "--fellowship", default="", help="aa, na, ca, ha, secular: for rows that name none"
    )
    parser.add_argument(
        "--timezone", default="", help="for rows that name none, such as America/Chicago"
    )
    parser.add_argument("--country", default="", help="two letters, for addresses that name none")
    parser.add_argument(
        "--language", default="", help="two letters: what is spoken where a row does not say"
    )
    parser.add_argument(
        "--rank", type=int, help="of two copies of a meeting the source with the lower number rules"
    )
    parser.add_argument("--dry-run", action="store_true", help="only look: change nothing")
    parser.add_argument("--accept", action="store_true", help="apply even if much would be retired")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object instead of a summary"
    )


@needs_tables
def run(arguments: argparse.Namespace) -> int:
    """Import and return 0 applied, 2 could not read, 3 held for a person."""
    from openchair.directory.commands import reporting_runs as telling

    try:
        source, before = _source(arguments)
    except _Unknown as error:
        say(str(error))
        return 2
    outcome = _import(source, arguments)
    if outcome.state in {"failed", "held"} and not arguments.dry_run:
        outcome = _forget(source, before, outcome)
    if arguments.json:
        print(telling.as_json(outcome))
    else:
        print(*telling.summary(outcome, name=source.name, dry_run=arguments.dry_run), sep="\n")
    return telling.exit_code(outcome)


class _Unknown(Exception):
    """The command names something that does not exist; the sentence says what there is."""


def _import(source: Source, arguments: argparse.Namespace) -> Outcome:
    from openchair.directory.commands import reporting_runs as telling
    from openchair.directory.importing_sources import import_source

    advance, bar = telling.progress_bar(source.name)
    try:
        return import_source(
            source=source,
            tools=tools(progress=advance),
            now=clock.now(),
            who=who(),
            accept=arguments.accept,
            dry_run=arguments.dry_run,
        )
    finally:
        if bar is not None:
            bar.close()


def _source(arguments: argparse.Namespace) -> tuple[Source, dict[str, object] | None]:
    """Return the source as the command means it, saved unless only looked at, and how it was before; None for a new one."""
    from openchair.sources.models import Source

    wanted = _wanted(arguments)
    address = str(wanted["address"])
    name = (arguments.name or _name_from(address)).strip()[:120]
    slug = slug_of(text=name, limit=80) or "source"
    same_address = None if arguments.name else Source.objects.filter(address=address).first()
    known = same_address or Source.objects.filter(slug=slug).first()
    before = None if known is None else {field: getattr(known, field) for field in _REMEMBERED}
    source = known or Source(slug=slug, name=name or slug, created_at=clock.now())
    for field, value in wanted.items():
        if value not in ("", None):
            setattr(source, field, value)
    if not arguments.dry_run:
        _save(source)
    elif known is None:
        # Looking needs a source to compare with, but leaves none behind.
        source.pk = 0
    return source, before


def _save(source: Source) -> None:
    from django.db import IntegrityError, transaction

    try:
        with transaction.atomic():
            source.save()
    except IntegrityError:
        raise _Unknown(
            f"Another import made a source {source.slug} at this very moment. Run this again."
        ) from None


_REMEMBERED = ("address", "format", "fellowship", "time_zone", "country", "language", "rank")


def _wanted(arguments: argparse.Namespace) -> dict[str, object]:
    from openchair.directory.importing_sources import is_web_address

    _check_format(arguments.format)
    address = arguments.source
    if not is_web_address(address):
        address = str(Path(address).absolute())
    return {
        "address": address,
        "format": arguments.format,
        "fellowship": _fellowship(arguments.fellowship),
        "time_zone": _zone(arguments.timezone),
        "country": arguments.country.upper()[:2],
        "language": arguments.language.lower()[:2],
        "rank": arguments.rank,
    }


def _check_format(name: str) -> None:
    from openchair.directory.importing.reading import AUTO, FORMATS

    if name not in {AUTO, *FORMATS}:
        raise _Unknown(f"There is no format {name!r}. Known are: {', '.join([AUTO, *FORMATS])}.")


def _fellowship(name: str) -> str:
    from openchair.fellowships.catalog import catalog

    found = catalog().fellowship_for(name) if name else ""
    if found is None:
        raise _Unknown(
            f"There is no fellowship {name!r}. Known are: {', '.join(catalog().fellowships)}."
        )
    return found


def _zone(name: str) -> str:
    from openchair.directory.importing.zones import zone_named

    try:
        return zone_named(text=name) if name else ""
    except ValueError:
        raise _Unknown(
            f"There is no time zone {name!r}. Use a name such as America/Chicago."
        ) from None


def _forget(source: Source, before: dict[str, object] | None, outcome: Outcome) -> Outcome:
    """Leave the sources as they were: what was not applied must not be asked again at every refresh."""
    from openchair.sources.models import Source

    if before is not None:
        Source.objects.filter(pk=source.pk).update(**before)
        return outcome
    source.delete()
    return msgspec.structs.replace(outcome, run_id=None)


def _name_from(address: str) -> str:
    if address.startswith(("http://", "https://")):
        return urlsplit(address).hostname or address
    return Path(address).stem
