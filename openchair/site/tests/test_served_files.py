"""Digests are of the bytes as served, on the pages, in the published manifest and on the page about this copy."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.template import Context, Template
from django.test import Client

from openchair.site import served_files

TAG = re.compile(
    r'(?:src|href)="(?P<address>/static/build/[^"]+)" integrity="(?P<integrity>[^"]+)"'
)


def digest(content: bytes) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


@pytest.fixture
def collected(settings, tmp_path: Path) -> Path:
    """An installation whose static files are collected, from a small build of its own."""
    source, root = tmp_path / "source", tmp_path / "static"
    build = source / "build"
    (build / "parts").mkdir(parents=True)
    (tmp_path / "public").mkdir()
    (source / "img").mkdir()
    (source / "img" / "dot.svg").write_text("<svg/>")
    (build / "site.css").write_text("body{background:url(../img/dot.svg)}")
    (build / "page.js").write_text("import('./parts/later.js')")
    (build / "parts" / "later.js").write_text("1")
    (build / "worker.js").write_text("2")
    names = ["page.js", "parts/later.js", "site.css", "worker.js"]
    (build / "integrity.json").write_text(json.dumps(dict.fromkeys(names, "sha384-")))
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = root
    settings.WHITENOISE_ROOT = tmp_path / "public"
    settings.STORAGES = {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    return root


def test_the_digest_of_a_style_is_of_what_collecting_made_of_it(collected: Path):
    shown = Template("{% load served %}{% style 'build/site.css' %}").render(Context())

    found = TAG.search(shown)
    assert found is not None
    served = (collected / found["address"].removeprefix("/static/")).read_bytes()
    assert b"dot." in served
    assert served != b"body{background:url(../img/dot.svg)}"
    assert found["integrity"] == digest(served)


def test_the_digest_of_a_script_is_of_its_bytes_under_either_name(collected: Path):
    shown = Template("{% load served %}{% script 'build/page.js' %}").render(Context())

    found = TAG.search(shown)
    assert found is not None
    assert found["address"] != "/static/build/page.js"
    served = (collected / found["address"].removeprefix("/static/")).read_bytes()
    assert found["integrity"] == digest(served)
    assert found["integrity"] == digest((collected / "build" / "page.js").read_bytes())


def test_the_manifest_names_every_part_and_every_address_truly(collected: Path):
    manifest = served_files.describe_served_files()

    by_name = {file.name: file for file in manifest.files}
    assert set(by_name) == {
        "build/page.js",
        "build/parts/later.js",
        "build/site.css",
        "build/worker.js",
    }
    assert "/static/build/parts/later.js" in by_name["build/parts/later.js"].addresses
    assert "/sw.js" in by_name["build/worker.js"].addresses
    for file in manifest.files:
        for address in file.addresses:
            if address.startswith("/static/"):
                content = (collected / address.removeprefix("/static/")).read_bytes()
                assert file.integrity == digest(content), address


def test_a_file_that_was_not_collected_has_no_digest(collected: Path):
    assert served_files.integrity_of_served(name="build/nothing.js") == ""


def test_without_collecting_the_digest_is_of_the_source(site_home: Path, settings, tmp_path: Path):
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "page.js").write_text("3")
    settings.STATICFILES_DIRS = [tmp_path]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]

    assert served_files.integrity_of_served(name="build/page.js") == digest(b"3")

    assert served_files.integrity_of_served(name="build/page.css") == ""


def test_without_a_build_the_page_about_this_copy_says_so(
    site_home: Path, client: Client, monkeypatch
):
    monkeypatch.setattr(served_files, "BUILT", "build/no-such-file.json")

    assert b"Nothing has been built yet." in client.get("/about-this-copy").content


def test_the_page_about_this_copy_shows_the_version_and_every_digest(
    site_home: Path, client: Client
):
    shown = client.get("/about-this-copy").content.decode()

    manifest = client.get("/static-manifest.json").json()
    assert manifest["version"] in shown
    assert manifest["files"]
    for file in manifest["files"]:
        assert file["name"] in shown
        # A plus sign is written as a character reference or as it is, depending on where it stands.
        assert file["integrity"] in shown.replace("&#x2B;", "+")


def test_every_public_page_loads_script_and_style_by_digest(site_home: Path, client: Client):
    shown = client.get("/help").content.decode()

    for element in re.findall(r"<script[^>]*>|<link rel=\"stylesheet\"[^>]*>", shown):
        assert 'integrity="sha384-' in element


def test_the_manifest_may_be_read_by_other_sites(site_home: Path, client: Client):
    response = client.get("/static-manifest.json")

    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
