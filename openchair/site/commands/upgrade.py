"""`openchair upgrade`: bring the installation to this version, with a way back."""

from __future__ import annotations

import argparse

from openchair import __version__
from openchair.lib import clock
from openchair.lib.installation import read_installation
from openchair.site.backing_up.files import alone, stopped
from openchair.site.backing_up.restoring import OtherDatabase, TooNew, describe, restore
from openchair.site.backing_up.taking import NothingThere
from openchair.site.backing_up.upgrading import (
    NoBackup,
    UpgradeFailed,
    newest_before_upgrade,
    upgrade,
)
from openchair.site.commands.backing_up import database_in_use, say, says_what_failed

HELP = "bring the installation to this version, or back to before the last upgrade (--back)"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--back", action="store_true", help="go back to the backup that the last upgrade took"
    )


@says_what_failed
def run(arguments: argparse.Namespace) -> int:
    """Upgrade or go back. Return 0, 1 when the upgrade failed and all is as before, 2 when nothing could be begun."""
    try:
        return _back() if arguments.back else _upgrade()
    except (NoBackup, NothingThere, OtherDatabase, TooNew) as error:
        say(str(error))
        return 2


def _upgrade() -> int:
    home = read_installation().home
    try:
        with stopped(home=home), alone(home=home) as work:
            upgrade(home=home, work=work, database=database_in_use(), now=clock.now(), say=say)
    except UpgradeFailed:
        say(
            "Everything is as it was before the upgrade. Install the version that you had, then start it again: this one"
            " would try the same upgrade at its start."
        )
        return 1
    print(f"This installation is at Openchair {__version__} now. Start it again.")
    return 0


def _back() -> int:
    home = read_installation().home
    with stopped(home=home), alone(home=home) as work:
        backup = newest_before_upgrade(home=home)
        manifest = restore(
            home=home,
            path=backup.path,
            work=work,
            database=database_in_use(),
            now=clock.now(),
            say=say,
        )
    print("\n".join(describe(manifest=manifest)))
    print("It is in place. Install the version that you had before, then run: openchair setup")
    return 0
