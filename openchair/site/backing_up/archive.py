"""A backup's one file: written whole or not at all, and read as if a stranger had made it."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from openchair.site.backing_up.files import create, sync
from openchair.site.backing_up.manifest import MANIFEST, Damaged, Manifest, Member, read_manifest

# The database is mostly sealed writing, which does not get smaller: little work for what can be gained.
COMPRESS_LEVEL = 3
PIECE_BYTES = 1024 * 1024
MOST_MANIFEST_BYTES = 16 * 1024 * 1024
# Left free for the installation itself while a backup is unpacked.
SPARE_BYTES = 64 * 1024 * 1024
BROKEN = (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, UnicodeDecodeError)


class ChangedMeanwhile(Exception):
    """A file changed while it was read: taking the backup again helps."""


class NoRoom(Exception):
    """The disk has no room to unpack the backup."""


def measure(*, path: Path) -> Member:
    """Return size and digest of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Member(size=file.tell(), sha256=digest)


def write_archive(*, target: Path, manifest: Manifest, sources: dict[str, Path]) -> None:
    """Write the backup `target`, whose members lie at `sources`, whole or not at all.

    Raises ChangedMeanwhile when a source is no longer what the manifest says, and OSError.
    """
    aside = target.with_name(f".{target.name}.part")
    aside.unlink(missing_ok=True)
    try:
        with os.fdopen(create(aside), "wb") as file:
            _write(file, manifest, sources)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    sync(target.parent)


def read_archive(*, path: Path, into: Path) -> Manifest:
    """Unpack a backup into the empty folder `into`, check every digest, and return its manifest.

    Nothing but regular files with expected names is written, each of exactly the stated size, for the owner's eyes
    only. The digests show damage, not malice: whoever makes a backup can make its manifest too. Raises Damaged, NoRoom.
    """
    with _opened(path) as (archive, stream):
        manifest = _first_member(archive)
        _check_room(manifest, into)
        missing = dict(manifest.members)
        # Not by iterating: that would begin with the manifest again.
        while (entry := archive.next()) is not None:
            wanted = missing.pop(entry.name, None)
            if wanted is None or not _is_plain(entry) or entry.size != wanted.size:
                raise Damaged(f"it holds something that its manifest does not name: {entry.name!r}")
            _unpack(archive, entry, wanted, into)
        # gzip's own checksum comes last: without reading up to it, damage behind the last member goes unseen.
        while stream.read(PIECE_BYTES):
            pass
    if missing:
        raise Damaged(f"{min(missing)} is missing from it")
    return manifest


def read_manifest_of(*, path: Path) -> Manifest:
    """Return the manifest of a backup without unpacking the rest. Raises Damaged."""
    with _opened(path) as (archive, _stream):
        return _first_member(archive)


def _write(file: IO[bytes], manifest: Manifest, sources: dict[str, Path]) -> None:
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    moment = int(manifest.taken_at.timestamp())
    with (
        gzip.GzipFile(
            filename="", mode="wb", fileobj=file, compresslevel=COMPRESS_LEVEL, mtime=moment
        ) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        archive.addfile(_entry(MANIFEST, len(text), moment), io.BytesIO(text))
        for name, member in manifest.members.items():
            with sources[name].open("rb") as source:
                watched = _Watched(source)
                try:
                    archive.addfile(_entry(name, member.size, moment), watched)
                except OSError as error:
                    if error.errno is None:  # tarfile's own: the source ended early
                        raise ChangedMeanwhile(name) from None
                    raise
            if watched.digest.hexdigest() != member.sha256:
                raise ChangedMeanwhile(name)


class _Watched:
    """A file that keeps the digest of what was read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.digest.update(piece)
        return piece


def _entry(name: str, size: int, moment: int) -> tarfile.TarInfo:
    # Neither owner nor group: who runs this site on which machine is nobody's business.
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = size, moment, 0o600
    return entry


class _CarefulGzip(gzip.GzipFile):
    """A stream of which nobody reads much at once: a header may claim to be gigabytes long."""

    def read(self, size: int | None = -1) -> bytes:
        """Return at most `size` bytes."""
        if size is None or not 0 <= size <= MOST_MANIFEST_BYTES:
            raise Damaged("a part of it claims a size that none has")
        return super().read(size)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[tarfile.TarFile, _CarefulGzip]]:
    """Open a backup for reading. Raises Damaged for every way in which it can be broken."""
    try:
        with _CarefulGzip(path) as stream, tarfile.open(fileobj=stream, mode="r:") as archive:
            yield archive, stream
    except BROKEN as error:
        raise Damaged(f"it is cut off or damaged ({error})") from None


def _first_member(archive: tarfile.TarFile) -> Manifest:
    entry = archive.next()
    if entry is None or entry.name != MANIFEST or not entry.isreg():
        raise Damaged(f"it does not begin with {MANIFEST}: it is no backup of Openchair")
    if entry.size > MOST_MANIFEST_BYTES:
        raise Damaged(f"its {MANIFEST} is too long")
    file = archive.extractfile(entry)
    return read_manifest(text=file.read() if file else b"")


def _is_plain(entry: tarfile.TarInfo) -> bool:
    return entry.isreg() and not entry.issparse()


def _check_room(manifest: Manifest, into: Path) -> None:
    needed = sum(member.size for member in manifest.members.values()) + SPARE_BYTES
    free = shutil.disk_usage(into).free
    if needed > free:
        raise NoRoom(f"unpacking it needs {needed >> 20} MB, and {free >> 20} MB are free")


def _unpack(archive: tarfile.TarFile, entry: tarfile.TarInfo, wanted: Member, into: Path) -> None:
    # The names were looked at with the manifest. The library's own filter is a second pair of eyes.
    tarfile.data_filter(entry, str(into))
    target = into / entry.name
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    source = archive.extractfile(entry)
    if source is None:
        raise Damaged(f"{entry.name} is no file")
    digest = hashlib.sha256()
    try:
        with os.fdopen(create(target), "wb") as file:
            while piece := source.read(PIECE_BYTES):
                digest.update(piece)
                file.write(piece)
    except (FileExistsError, NotADirectoryError):
        raise Damaged(f"{entry.name} is in it twice") from None
    if digest.hexdigest() != wanted.sha256:
        raise Damaged(f"the digest of {entry.name} is not what the manifest says")
