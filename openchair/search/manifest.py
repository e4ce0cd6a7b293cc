"""Where a snapshot lies and what its MANIFEST says.

<folder>/CURRENT names the newest snapshot; <folder>/<name>/MANIFEST.json was written last, so a
folder without a readable one is unfinished.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from openchair.search.documents import Schema
from openchair.search.flat_files import FileSum

# Counts up when the files change their meaning: a worker leaves snapshots of other versions alone.
FORMAT_VERSION = 1
CURRENT = "CURRENT"
MANIFEST = "MANIFEST.json"


class Damaged(Exception):
    """A snapshot can't be trusted: unfinished, cut short, altered, or of another version."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a snapshot holds. Rows are numbered weekly first, then irregular, then those without a
    start.

    `digest` names the content: equal digests answer equally. `reference_minute` is the epoch minute
    for which the weekly rows were put in order.
    """

    version: int = FORMAT_VERSION
    name: str
    digest: str
    built_at: datetime
    reference_minute: int
    rows: int
    weekly_rows: int
    irregular_rows: int
    schema: Schema
    zones: tuple[str, ...]
    files: dict[str, FileSum]


def read_current_name(*, folder: Path) -> str:
    """Return the name of the newest snapshot in `folder`, "" when there is none yet."""
    try:
        name = (folder / CURRENT).read_text(encoding="ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise Damaged(f"{folder / CURRENT} can't be read: {error}") from error
    if "/" in name or name.startswith("."):
        raise Damaged(f"{folder / CURRENT} names something outside its folder")
    return name


def read_manifest(*, folder: Path) -> Manifest:
    """Return the manifest of the snapshot at `folder`. Raises Damaged."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise Damaged(f"{folder / MANIFEST} can't be read: {error}") from error
    if manifest.version != FORMAT_VERSION:
        raise Damaged(
            f"{folder} has version {manifest.version}, this Openchair reads {FORMAT_VERSION}; "
            "run `openchair publish`"
        )
    return manifest
