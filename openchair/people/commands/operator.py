"""`openchair operator HANDLE`: say who may see reports and suspend accounts."""

from __future__ import annotations

import argparse
import os
import sys

HELP = "let an account see reports and suspend accounts, or no longer (--remove)"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("handle", help="the account's handle, such as alice-3f9k")
    parser.add_argument("--remove", action="store_true", help="take the right away")


def run(arguments: argparse.Namespace) -> int:
    """Change who is operator. Return 0, or 2 when nobody has the handle or there are no tables yet."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openchair.site.settings")
    django.setup()
    from django.db import OperationalError, ProgrammingError

    from openchair.people.models import Account
    from openchair.people.rules import typed_handle

    handle = typed_handle(text=arguments.handle)
    try:
        changed = Account.objects.filter(handle=handle).update(is_operator=not arguments.remove)
    except (OperationalError, ProgrammingError):
        print("This installation has no tables yet. Run first: openchair setup", file=sys.stderr)
        return 2
    if not changed:
        print(f"Nobody here has the handle {handle}.", file=sys.stderr)
        return 2
    state = "is no longer an operator" if arguments.remove else "is an operator now"
    print(f"{handle} {state}.")
    return 0
