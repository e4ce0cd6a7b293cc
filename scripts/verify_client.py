"""Build script and style again, in a clean copy, from the locked packages, and compare with what is here.

    python -m scripts.verify_client                      fetch the packages that client/package-lock.json pins
    python -m scripts.verify_client --packages FOLDER    take them from FOLDER instead, without a network

Exits 1 when anything differs: then what is served was not made from this source.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = Path("openchair", "site", "static")
BUILT = STATIC / "build"
# Everything that the build reads.
SOURCES = (Path("client"), STATIC / "css", STATIC / "img")
# Made by make, to know when it built last.
MARKER = "built"


def main() -> int:
    """Build, compare and print each digest."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--packages", type=Path, help="a node_modules made from the lock file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="openchair-verify-") as folder:
        copy = Path(folder)
        copy_sources(root=ROOT, copy=copy)
        install_packages(copy=copy, packages=arguments.packages)
        subprocess.run(["node", "build.mjs"], cwd=copy / "client", check=True)
        return compare(here=digests(ROOT / BUILT), again=digests(copy / BUILT))


def copy_sources(*, root: Path, copy: Path) -> None:
    """Copy what the build reads, without packages and earlier builds."""
    for source in SOURCES:
        ignore = shutil.ignore_patterns("node_modules")
        shutil.copytree(root / source, copy / source, ignore=ignore)


def install_packages(*, copy: Path, packages: Path | None) -> None:
    """Install the packages by their lock file, whose digests npm checks; or copy them from a folder."""
    if packages is None:
        command = ["npm", "ci", "--no-fund", "--no-audit", "--loglevel=error"]
        subprocess.run(command, cwd=copy / "client", check=True)
    else:
        shutil.copytree(packages, copy / "client" / "node_modules", symlinks=True)


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-384 of every built file by its name."""
    return {
        path.relative_to(folder).as_posix(): _digest(path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MARKER
    }


def compare(*, here: dict[str, str], again: dict[str, str]) -> int:
    """Print each name with what it came to. Return 0 when all are the same, else 1."""
    differing = 0
    for name in sorted(here.keys() | again.keys()):
        found = here.get(name, "not here")
        built = again.get(name, "not built")
        if found == built:
            print(f"same     {name}  {built}")
        else:
            differing += 1
            print(f"DIFFERS  {name}  here: {found}  built: {built}")
    print(f"{len(here)} files, {differing} differ.")
    return 1 if differing or not here else 0


def _digest(content: bytes) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


if __name__ == "__main__":
    sys.exit(main())
