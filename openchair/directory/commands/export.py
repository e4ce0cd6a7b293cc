"""`openchair export FILE`: everything in print as Meeting Guide JSON, to take elsewhere."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from openchair.directory.commands.starting import needs_tables, say

HELP = "write everything in print as Meeting Guide JSON"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("file", help="where to write; - for standard output")
    parser.add_argument("--source", default="", help="only this source")


@needs_tables
def run(arguments: argparse.Namespace) -> int:
    """Write the file, whole or not at all. Return 0, or 2 when it can't be written."""
    from openchair.directory.exporting.meeting_guide import exported_rows

    body = msgspec.json.encode(list(exported_rows(source_slug=arguments.source)))
    if arguments.file == "-":
        print(body.decode())
        return 0
    target = Path(arguments.file)
    aside = target.with_name(f"{target.name}.new")
    try:
        aside.write_bytes(body)
        aside.replace(target)
    except OSError as error:
        say(f"{target} can't be written: {error.strerror}.")
        return 2
    return 0
