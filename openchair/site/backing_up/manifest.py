"""What a backup says of itself: the moment it stands for, what is in it, and the digest of each part."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

FORMAT = 1
MANIFEST = "manifest.json"
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
# What lies below these in the home is in a backup too; everything else of the home is made again by `openchair setup`.
FOLDERS = ("secrets", "public")
SECRET_KEY = "secret_key"  # noqa: S105  # the name of a file
MOST_MEMBERS = 100_000


class Damaged(Exception):
    """The file is no whole backup of Openchair. The sentence says what is wrong."""


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """A database, as far as it can be compared: the names of its migrations and how many rows each table has."""

    migrations: tuple[str, ...]
    rows: dict[str, int]


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One file in a backup. `size` in bytes, `sha256` in hexadecimal."""

    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A backup's description. Every change acknowledged before `taken_at` is in it."""

    format: int
    version: str
    engine: Literal["sqlite", "postgresql"]
    taken_at: datetime
    contents: Contents
    members: dict[str, Member]

    @property
    def database(self) -> str:
        """The member that holds the database."""
        return DATABASES[self.engine]


def read_manifest(*, text: bytes) -> Manifest:
    """Return a manifest after looking at every name in it. Raises Damaged."""
    try:
        manifest = msgspec.json.decode(text, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Damaged(f"its {MANIFEST} can't be read: {error}") from None
    if manifest.format != FORMAT:
        raise Damaged(f"it has format {manifest.format}, and this version reads format {FORMAT}")
    if manifest.taken_at.tzinfo is None:
        raise Damaged(f"its {MANIFEST} gives a moment without a zone")
    if len(manifest.members) > MOST_MEMBERS:
        raise Damaged(
            f"it holds {len(manifest.members)} files, and at most {MOST_MEMBERS} are read"
        )
    for name, member in manifest.members.items():
        if not is_expected(name=name, engine=manifest.engine) or member.size < 0:
            raise Damaged(f"it holds something that no backup has: {name!r}")
    if manifest.database not in manifest.members:
        raise Damaged("it holds no database")
    return manifest


def is_expected(*, name: str, engine: str) -> bool:
    """Return whether a backup may hold a file of this name. Nothing that leads out of its folder may."""
    if name in {DATABASES[engine], SECRET_KEY}:
        return True
    parts = name.split("/")
    return (
        len(parts) > 1
        and parts[0] in FOLDERS
        and all(part not in {"", ".", ".."} for part in parts)
        and name.isprintable()
        and "\\" not in name
    )
