"""Everything an account may read, as one zip: an age file for each version, and a manifest of what is what.

It is made while it is sent, a file at a time: a member with 200 MB costs no more memory than one with a page.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date

from openchair.people.models import Account
from openchair.vault.models import GroupKeyWrapping, Version

MANIFEST = "manifest.json"
Entry = dict[str, object]


def write_archive(*, account: Account, today: date) -> Iterator[bytes]:
    """Yield the pieces of a zip of every version that `account` may read and every group key sealed to them.

    Files are `documents/<id>/<number>.age` and `group-keys/<group>/<epoch>.age`, stored as they are (what is sealed
    does not shrink). `manifest.json` comes last and names what is in the archive: a document erased meanwhile is in
    neither.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        documents: list[Entry] = []
        for version in _versions(account):
            name = f"documents/{version.document_id}/{version.number}.age"
            archive.writestr(_file(name, version.day), bytes(version.sealed))
            documents.append(_version_entry(version, name))
            yield sink.take()
        keys: list[Entry] = []
        for wrapping in _wrappings(account):
            name = f"group-keys/{wrapping.key.group_id}/{wrapping.key.epoch}.age"
            archive.writestr(_file(name, today), bytes(wrapping.sealed))
            keys.append(_key_entry(wrapping, name))
            yield sink.take()
        manifest = {
            "v": 1,
            "account": str(account.pk),
            "day": today.isoformat(),
            "documents": documents,
            "group_keys": keys,
        }
        archive.writestr(_file(MANIFEST, today), json.dumps(manifest, indent=1).encode())
    yield sink.take()


class _Sink(io.RawIOBase):
    """Where the zip is written to: keeps what was written since it was last asked, and can't seek."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]  # zipfile hands over bytes alone
        self._pieces.append(bytes(piece))
        return len(piece)

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def _versions(account: Account) -> Iterator[Version]:
    # Ids first, then one row at a time: no cursor or transaction is held open while a slow line takes its time.
    rows = Version.objects.visible_to(account)
    for pk in list(rows.order_by("document", "number").values_list("pk", flat=True)):
        found = rows.select_related("document").filter(pk=pk).first()
        if found is not None:
            yield found


def _wrappings(account: Account) -> Iterator[GroupKeyWrapping]:
    rows = GroupKeyWrapping.objects.filter(account=account).select_related("key")
    return rows.order_by("key__group", "key__epoch").iterator(chunk_size=20)


def _file(name: str, day: date) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=(day.year, day.month, day.day, 0, 0, 0))
    info.external_attr = 0o600 << 16
    return info


def _version_entry(version: Version, name: str) -> Entry:
    return {
        "id": str(version.document_id),
        "kind": version.document.kind,
        "owner": str(version.document.owner_id),
        "version": version.number,
        "day": version.day.isoformat(),
        "file": name,
    }


def _key_entry(wrapping: GroupKeyWrapping, name: str) -> Entry:
    return {
        "group": str(wrapping.key.group_id),
        "epoch": wrapping.key.epoch,
        "public_key": wrapping.key.public_key,
        "file": name,
    }
