"""`openchair import SOURCE`: bring in a file, a folder or an address, and remember it as a source."""

from __future__ import annotations

import argparse
from pathlib import Path
from urllib.parse import urlsplit

from openchair.directory.commands.starting import NotReady, say, start_django, tools, who
from openchair.lib import clock
from openchair.lib.text import slug_of

HELP = "bring in a feed or a file of meetings"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "source", help="a file, a folder of a BMLT server's three lists, or an address (URL)"
    )
    parser.add_argument(
        "--format",
        default="auto",
        help="auto, or one that `openchair import --format list x` names",
    )
    parser.add_argument(
        "--name", help="what to call the source; the same name refreshes the same source"
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


def run(arguments: argparse.Namespace) -> int:
    """Import and return 0 applied, 2 could not read, 3 held for a person."""
    try:
        start_django()
    except NotReady as error:
        say(str(error))
        return 2
    from openchair.directory.commands import reporting_runs as telling  # noqa: PLC0415  # models need setup()
    from openchair.directory.importing_sources import import_source  # noqa: PLC0415

    source, complaint = _source(arguments)
    if complaint:
        say(complaint)
        return 2
    advance, bar = telling.progress_bar(source.name)
    outcome = import_source(
        source=source,
        tools=tools(progress=advance),  # type: ignore[arg-type]  # Tools, loaded after setup()
        now=clock.now(),
        who=who(),
        accept=arguments.accept,
        dry_run=arguments.dry_run,
    )
    if bar is not None:
        bar.close()
    if arguments.json:
        print(telling.as_json(outcome))
    else:
        print(*telling.summary(outcome, name=source.name, dry_run=arguments.dry_run), sep="\n")
    return telling.exit_code(outcome)


def _source(arguments: argparse.Namespace):  # type: ignore[no-untyped-def]  # Source, loaded after setup()
    from openchair.directory.importing.reading import AUTO, FORMATS  # noqa: PLC0415
    from openchair.directory.importing.zones import zone_named  # noqa: PLC0415
    from openchair.directory.importing_sources import is_web_address  # noqa: PLC0415
    from openchair.fellowships.catalog import catalog  # noqa: PLC0415
    from openchair.sources.models import Source  # noqa: PLC0415

    address = arguments.source
    if arguments.format not in {AUTO, *FORMATS}:
        return (
            None,
            f"There is no format {arguments.format!r}. Known are: {', '.join([AUTO, *FORMATS])}.",
        )
    fellowship = catalog().fellowship_for(arguments.fellowship) if arguments.fellowship else ""
    if fellowship is None:
        return (
            None,
            f"There is no fellowship {arguments.fellowship!r}. Known are: {', '.join(catalog().fellowships)}.",
        )
    zone = ""
    if arguments.timezone:
        try:
            zone = zone_named(text=arguments.timezone)
        except ValueError:
            return (
                None,
                f"There is no time zone {arguments.timezone!r}. Use a name such as America/Chicago.",
            )
    if not is_web_address(address):
        address = str(Path(address).absolute())
    name = (arguments.name or _name_from(address)).strip()[:120]
    slug = slug_of(text=name, limit=80) or "source"
    source = Source.objects.filter(slug=slug).first() or Source(
        slug=slug, name=name, created_at=clock.now()
    )
    source.address = address
    source.format = arguments.format
    for field, value in (
        ("fellowship", fellowship), ("time_zone", zone), ("country", arguments.country.upper()[:2]),
        ("language", arguments.language.lower()[:2]), ("rank", arguments.rank),
    ):  # fmt: skip
        if value not in ("", None):
            setattr(source, field, value)
    if not arguments.dry_run:
        source.save()
    elif source.pk is None:
        # Looking needs a source to compare with, but leaves none behind.
        source.pk = 0
    return source, ""


def _name_from(address: str) -> str:
    if address.startswith(("http://", "https://")):
        return urlsplit(address).hostname or address
    return Path(address).stem
