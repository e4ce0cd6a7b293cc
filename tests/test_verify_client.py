"""The same source builds the same bytes, wherever it lies; another source does not pass."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from scripts import verify_client

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "client" / "node_modules"

needs_packages = pytest.mark.skipif(
    not PACKAGES.is_dir() or shutil.which("node") is None, reason="the client is not set up"
)


def build(folder: Path) -> dict[str, str]:
    verify_client.copy_sources(root=ROOT, copy=folder)
    # A link is quick; where the packages lie is part of what must not matter.
    (folder / "client" / "node_modules").symlink_to(PACKAGES)
    subprocess.run(["node", "build.mjs"], cwd=folder / "client", check=True, timeout=120)
    return verify_client.digests(folder / verify_client.BUILT)


@needs_packages
def test_two_builds_in_different_places_are_the_same_byte_for_byte(tmp_path: Path, capsys):
    one = build(tmp_path / "one")
    two = build(tmp_path / "a" / "deeper" / "place")

    assert one == two
    assert {"page.js", "site.css", "worker.js", "integrity.json"} <= one.keys()
    assert verify_client.compare(here=one, again=two) == 0


@pytest.mark.parametrize(
    ("here", "again"),
    [
        pytest.param({"page.js": "sha384-x"}, {"page.js": "sha384-y"}, id="other bytes"),
        pytest.param({"page.js": "x", "more.js": "y"}, {"page.js": "x"}, id="one more"),
        pytest.param({"page.js": "x"}, {"page.js": "x", "more.js": "y"}, id="one less"),
        pytest.param({}, {}, id="nothing built"),
    ],
)
def test_whatever_differs_fails_and_is_named(here, again, capsys):
    assert verify_client.compare(here=here, again=again) == 1

    printed = capsys.readouterr().out
    if here:
        assert "DIFFERS" in printed


def test_when_make_built_is_not_part_of_what_was_built(tmp_path: Path):
    (tmp_path / "built").touch()
    (tmp_path / "page.js").write_text("1")

    assert list(verify_client.digests(tmp_path)) == ["page.js"]
