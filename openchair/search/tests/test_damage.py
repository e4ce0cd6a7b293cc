"""A snapshot that is not what was written is refused, and answers go on from the one before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from openchair.search.answering import answer
from openchair.search.manifest import CURRENT, MANIFEST, Damaged, read_current_name
from openchair.search.query import Query
from openchair.search.snapshot import Snapshot, SnapshotHolder
from openchair.search.tests.invented import build, ids_of
from openchair.search.tests.small import NOW, make_document


@pytest.fixture
def folder(tmp_path):
    build(tmp_path, [make_document("old")], built_at=NOW)
    return tmp_path


def current(folder):
    return folder / read_current_name(folder=folder)


def answered(holder, seconds):
    snapshot = holder.current(monotonic=seconds)
    return ids_of(answer(snapshot=snapshot, query=Query(), now=NOW).rows)


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-1])


def flip_a_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def remove(path):
    path.unlink()


def test_every_file_is_held_to_what_was_written(folder):
    for path in sorted(current(folder).iterdir()):
        whole = path.read_bytes()
        for damage in (cut_short, flip_a_bit, remove):
            if not whole and damage is not remove:
                continue
            if path.name == MANIFEST and damage is flip_a_bit:
                continue  # its text may stay as good as it was; see the next test
            damage(path)

            with pytest.raises(Damaged):
                Snapshot.open(folder=folder)
            path.write_bytes(whole)
    assert Snapshot.open(folder=folder).manifest.rows == 1


@pytest.mark.parametrize("content", [b"", b"{}", b"null", b'{"version":2}', b"\xff\xfe"])
def test_a_manifest_that_says_something_else_is_refused(folder, content):
    (current(folder) / MANIFEST).write_bytes(content)

    with pytest.raises(Damaged):
        Snapshot.open(folder=folder)


def test_a_snapshot_of_another_version_is_left_alone(folder):
    manifest = current(folder) / MANIFEST
    manifest.write_bytes(manifest.read_bytes().replace(b'"version":1', b'"version":99'))

    with pytest.raises(Damaged, match="openchair publish"):
        Snapshot.open(folder=folder)


@pytest.mark.parametrize("name", ["../elsewhere", ".hidden", "missing"])
def test_current_can_only_name_a_snapshot_beside_it(folder, name):
    (folder / CURRENT).write_text(name)

    with pytest.raises(Damaged):
        Snapshot.open(folder=folder)


def test_a_folder_that_does_not_exist_yet_answers_with_nothing(tmp_path):
    holder = SnapshotHolder(folder=tmp_path / "none")

    assert answered(holder, 0) == []


def test_a_newer_snapshot_is_taken_within_a_second_or_so(folder):
    holder = SnapshotHolder(folder=folder)
    assert answered(holder, 0) == ["old"]

    build(folder, [make_document("new")], built_at=NOW + timedelta(minutes=1))

    assert answered(holder, 0.9) == ["old"]  # it was looked at less than a second ago
    answered(holder, 1.1)
    holder.wait()
    assert answered(holder, 1.2) == ["new"]


@pytest.mark.parametrize("damage", [cut_short, flip_a_bit, remove])
def test_a_damaged_newer_one_is_refused_and_the_old_kept(folder, damage):
    holder = SnapshotHolder(folder=folder)
    build(folder, [make_document("new")], built_at=NOW + timedelta(minutes=1))
    damage(current(folder) / "postings.bin")

    answered(holder, 10)
    holder.wait()

    assert answered(holder, 20) == ["old"]

    build(folder, [make_document("mended")], built_at=NOW + timedelta(minutes=2))
    answered(holder, 30)
    holder.wait()
    assert answered(holder, 40) == ["mended"]
