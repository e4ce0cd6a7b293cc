"""Members of a real installation, signed in without a browser. Run as `python -m tests.members <how many>`.

Prints one JSON object a line: the account's id and the cookie of its session. The journeys join as people do; a test
of faults only needs somebody who may save.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.running import environment


@dataclass(frozen=True, kw_only=True)
class Member:
    """An account of the installation, and the session that its browser would hold."""

    account: str
    session: str


def make_members(how_many: int, *, home: Path, **extra: str) -> list[Member]:
    """Make accounts in the installation at `home`, whose database must be up to date."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.members", str(how_many)],
        env=environment(home, **extra),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return [Member(**json.loads(line)) for line in done.stdout.splitlines()]


def _print_members(how_many: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "openchair.site.settings"
    import django  # noqa: PLC0415  # only in the process that makes them

    django.setup()
    from django.http import HttpResponse  # noqa: PLC0415  # after Django is up

    from openchair.lib import clock  # noqa: PLC0415
    from openchair.people.models import Account  # noqa: PLC0415
    from openchair.people.signed_in import session_cookie_name, start_session  # noqa: PLC0415

    today = clock.now().date()
    for number in range(how_many):
        account = Account.objects.create(
            handle=f"writer-{number}",
            shown_name=f"Writer {number}",
            public_key=f"age1writer{number}",
            kit_confirmed_on=today,
            joined_on=today,
        )
        answer = HttpResponse()
        start_session(response=answer, account=account, device_name="", today=today)
        session = answer.cookies[session_cookie_name()].value
        print(json.dumps({"account": str(account.pk), "session": session}))  # noqa: T201


if __name__ == "__main__":
    _print_members(int(sys.argv[1]))
