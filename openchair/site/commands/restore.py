"""`openchair restore FILE`: try a backup out, and put it in the place of what is there."""

from __future__ import annotations

import argparse
from pathlib import Path

from openchair.lib import clock
from openchair.lib.installation import read_installation
from openchair.site.backing_up.files import alone, stopped
from openchair.site.backing_up.restoring import (
    OtherDatabase,
    TooNew,
    describe,
    restore,
    tried_out,
)
from openchair.site.commands.backing_up import database_in_use, say, says_what_failed

HELP = "try a backup out (--verify), or put it in the place of what is here"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a backup")
    parser.add_argument(
        "--verify", action="store_true", help="only try it out in a copy beside; change nothing"
    )


@says_what_failed
def run(arguments: argparse.Namespace) -> int:
    """Restore or verify. Return 0, or 2 when it can't be; then nothing was changed."""
    if not arguments.file.is_file():
        say(f"There is no file {arguments.file}.")
        return 2
    try:
        return _verify(arguments.file) if arguments.verify else _restore(arguments.file)
    except (OtherDatabase, TooNew) as error:
        say(str(error))
        return 2


def _verify(path: Path) -> int:
    home = read_installation().home
    with (
        alone(home=home) as work,
        tried_out(home=home, path=path, work=work, database=database_in_use()) as tried,
    ):
        print("\n".join(describe(manifest=tried.manifest)))
    print(
        "It is whole: every digest, the database and every count agree. Nothing here was changed."
    )
    return 0


def _restore(path: Path) -> int:
    home = read_installation().home
    with stopped(home=home), alone(home=home) as work:
        manifest = restore(
            home=home, path=path, work=work, database=database_in_use(), now=clock.now(), say=say
        )
    print("\n".join(describe(manifest=manifest)))
    print("It is in place. Run now: openchair setup")
    return 0
