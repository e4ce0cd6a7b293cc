"""`openchair backup`: everything that can't be made again, in one file, while the installation runs."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

from openchair.lib import clock
from openchair.lib.installation import read_installation
from openchair.site.backing_up.files import alone
from openchair.site.backing_up.taking import (
    NothingThere,
    backup_folder,
    free_name,
    let_old_ones_go,
    take_backup,
)
from openchair.site.commands.backing_up import database_in_use, say, says_what_failed

HELP = "put everything that can't be made again into one file; works while it runs"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--to",
        metavar="FILE|FOLDER",
        help="where to (default: BACKUP_FOLDER, or backups in the home)",
    )


@says_what_failed
def run(arguments: argparse.Namespace) -> int:
    """Take a backup and remove those past their days. Return 0, or 2 when there is none now."""
    home = read_installation().home
    now = clock.now()
    target, is_own_name = _target(arguments.to, home=home, now=now)
    if target.exists():
        say(f"{target} is there already. Choose another name.")
        return 2
    database = database_in_use()
    try:
        with alone(home=home) as work:
            # Again: the wait for another backup would be part of the moment.
            now = clock.now()
            manifest = take_backup(
                home=home, work=work, target=target, database=database, now=now, say=say
            )
            old = (
                []
                if is_own_name
                else let_old_ones_go(home=home, folder=target.parent, newest=target, now=now)
            )
    except NothingThere as error:
        say(str(error))
        return 2
    print(f"Backed up to {target} ({_size(target)}). It holds everything up to {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC.")  # fmt: skip
    for path in old:
        print(f"Removed {path.name}: it was past its days.")
    return 0


def _target(to: str | None, *, home: Path, now: datetime) -> tuple[Path, bool]:
    """Return the file to write, and whether the person chose its name."""
    if to is None:
        return free_name(folder=backup_folder(home=home), now=now), False
    path = Path(to).absolute()
    if path.is_dir() or to.endswith("/"):
        return free_name(folder=path, now=now), False
    return path, True


def _size(path: Path) -> str:
    size = path.stat().st_size
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{size // 1024 + 1} kB"
