"""The `openchair` command. Each subcommand is a module with HELP, configure(parser) and run(arguments)."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module

from openchair import __version__
from openchair.lib import environment

COMMANDS = {
    "run": "openchair.site.commands.run",
    "setup": "openchair.site.commands.setup",
    "backup": "openchair.site.commands.backup",
    "restore": "openchair.site.commands.restore",
    "upgrade": "openchair.site.commands.upgrade",
    "doctor": "openchair.site.commands.doctor",
    "verify-site": "openchair.site.commands.verify_site",
    "demo": "openchair.directory.commands.demo",
    "import": "openchair.directory.commands.import_source",
    "refresh": "openchair.directory.commands.refresh",
    "sources": "openchair.directory.commands.sources",
    "runs": "openchair.directory.commands.runs",
    "undo": "openchair.directory.commands.undo",
    "duplicates": "openchair.directory.commands.duplicates",
    "proposals": "openchair.directory.commands.proposals",
    "reports": "openchair.directory.commands.reports",
    "schedule": "openchair.directory.commands.schedule",
    "history": "openchair.directory.commands.history",
    "export": "openchair.directory.commands.export",
    "operator": "openchair.people.commands.operator",
    "publish": "openchair.directory.commands.publish",
    "places": "openchair.places.commands.places",
}


def main(argv: list[str] | None = None) -> int:
    """Run one subcommand and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="openchair", description="The self-hosted home of a twelve-step fellowship."
    )
    parser.add_argument("--version", action="version", version=f"openchair {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    chosen = _first_word(sys.argv[1:] if argv is None else argv)
    for name, path in COMMANDS.items():
        # Only the chosen command is imported in full: `openchair run` must not pay for the importers.
        module = import_module(path) if chosen in {name, None} else None
        subparser = subparsers.add_parser(name, help=module.HELP if module else None)
        if module:
            module.configure(subparser)
            subparser.set_defaults(run=module.run)
    arguments = parser.parse_args(argv)
    if not _is_in_order():
        return 2
    try:
        code = int(arguments.run(arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read along (`| head`) has seen enough. Python flushes once more at its end: let it have nowhere to fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


def _is_in_order() -> bool:
    """Finish a restore that was cut off, whatever comes next. Return whether it is done, or there was none."""
    home = environment.home()
    if not (home / "restoring").exists():
        return True
    finishing = import_module("openchair.site.backing_up.finishing")
    try:
        finishing.finish_what_was_cut_off(home=home)
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing may run on half of one and half of another
        print(f"A restore was cut off, or is going on, and can't be finished yet: {error}", file=sys.stderr)  # fmt: skip
        return False
    print("A restore that was cut off is finished now.", file=sys.stderr)
    return True


def _first_word(arguments: list[str]) -> str | None:
    return next((word for word in arguments if word in COMMANDS), None)


if __name__ == "__main__":
    sys.exit(main())
