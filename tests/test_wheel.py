"""A wheel runs on a machine without Node: what the build makes is inside, what only tests need is not."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_wheel_holds_what_the_build_makes_and_no_tests(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    [wheel] = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())

    for needed in (
        "site/static/build/page.js",
        "site/static/build/worker.js",
        "site/static/build/site.css",
        "site/static/build/world.json",
        "site/locale/es/LC_MESSAGES/django.mo",
        "site/locale/fr/LC_MESSAGES/django.mo",
        "fellowships/packs/aa/types.toml",
        "directory/asking/search_words/fr.toml",
        "directory/migrations/0001_the_directory.py",
    ):
        assert f"openchair/{needed}" in names
    assert not [name for name in names if "/tests/" in name]
