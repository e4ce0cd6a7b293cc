from __future__ import annotations

import io
import json
import zipfile

import pytest

from openchair.vault.archive import write_archive
from openchair.vault.tests.people_writing import TODAY, Person, sealed
from openchair.vault.tests.test_groups import create

pytestmark = pytest.mark.django_db


def opened(person: Person) -> zipfile.ZipFile:
    answer = person.client.get("/vault/archive")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_an_archive_holds_every_version_as_it_was_stored(alice, bob):
    document = alice.saved(sealed("1"))
    alice.save(document, sealed("2"), read=1)
    bob.saved(sealed("not given"))
    given = bob.saved(sealed("given"), readers=[alice], kind="letter")
    group, _ = create(alice)

    archive = opened(alice)
    manifest = json.loads(archive.read("manifest.json"))
    found = {
        (row["id"], row["version"]): archive.read(row["file"]) for row in manifest["documents"]
    }

    assert archive.testzip() is None
    assert found == {
        (str(document), 1): sealed("1"),
        (str(document), 2): sealed("2"),
        (str(given), 1): sealed("given"),
    }
    assert {row["kind"] for row in manifest["documents"]} == {"journal", "letter"}
    assert {row["day"] for row in manifest["documents"]} == {TODAY.isoformat()}
    assert archive.read(f"group-keys/{group}/1.age") == sealed("1 Alice")


def test_an_archive_names_nobody(alice):
    alice.saved(sealed())

    archive = opened(alice)

    assert not any(b"Alice" in archive.read(name) for name in archive.namelist())


def test_an_empty_vault_has_an_archive_too(alice):
    assert opened(alice).namelist() == ["manifest.json"]


def test_an_archive_is_made_a_file_at_a_time(alice):
    large = sealed().ljust(500_000, b"\0")
    for _ in range(6):
        alice.saved(large)

    sizes = [len(piece) for piece in write_archive(account=alice.account, today=TODAY)]

    assert sum(sizes) > 3_000_000
    assert max(sizes) < 510_000


def test_a_document_that_is_erased_meanwhile_is_in_neither(alice):
    first, second = sorted([alice.saved(sealed("1")), alice.saved(sealed("2"))])
    pieces = write_archive(account=alice.account, today=TODAY)
    begun = next(pieces)
    alice.erase(second, 1)

    archive = zipfile.ZipFile(io.BytesIO(begun + b"".join(pieces)))

    assert archive.namelist() == [f"documents/{first}/1.age", "manifest.json"]
    assert len(json.loads(archive.read("manifest.json"))["documents"]) == 1
