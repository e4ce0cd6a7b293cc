"""`python -m benchmarks [NAME…]`: run every benchmark, or those named, each in a process of its own.

What follows a name's own options: `python -m benchmarks importing --rows 10000`.
"""

from __future__ import annotations

import subprocess
import sys

from benchmarks.machine import describe

BENCHMARKS = {
    "search": "searches, as a share of a hello-world of the same size",
    "places": "looking a place up, and what placing adds to an import",
    "importing": "every step of an import against json.loads, then whole runs of the command",
    "halves": "pages and the live half beside them, as a share of a hello-world",
}


def main(arguments: list[str]) -> int:
    """Run and return 0, or 1 when a benchmark failed, or 2 when there is none of that name."""
    names = [word for word in arguments if word in BENCHMARKS]
    if arguments and arguments[0] not in BENCHMARKS:
        print(f"There is no benchmark {arguments[0]!r}. Known are: {', '.join(BENCHMARKS)}.")
        return 2
    options = [word for word in arguments if word not in BENCHMARKS]
    if options and len(names) > 1:
        print("Options belong to one benchmark: name one.")
        return 2
    print(*describe(), sep="\n", flush=True)
    failed = [name for name in names or BENCHMARKS if not _succeeds(name, options)]
    if failed:
        print(f"\nFailed: {', '.join(failed)}.")
    return 1 if failed else 0


def _succeeds(name: str, options: list[str]) -> bool:
    print(f"\n== {name}: {BENCHMARKS[name]}", flush=True)
    command = [sys.executable, "-m", f"benchmarks.{name}", *options]
    return subprocess.run(command, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
