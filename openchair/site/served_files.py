"""Which scripts and styles this installation serves, and the digest of each one's bytes as they are served.

The build writes `build/integrity.json`. Collecting leaves scripts as they are, but writes new addresses into styles:
so digests are taken of what lies ready to be served, and the build's file says only which files there are.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache
from pathlib import Path

import msgspec
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage

from openchair import __version__

BUILT = "build/integrity.json"
# The worker is served from the root as well (site/pages.py), whose pages it keeps.
WORKER_NAME, WORKER_ADDRESS = "build/worker.js", "/sw.js"


class ServedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One script or style: every address it has, and its digest as `integrity` attributes write it."""

    name: str
    addresses: tuple[str, ...]
    integrity: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an installation says that it serves."""

    version: str
    files: tuple[ServedFile, ...]


def describe_served_files() -> Manifest:
    """Return every built script and style, with the parts that scripts load later. Empty before the first build."""
    files = [file for name in built_names() for file in _describe(name)]
    return Manifest(version=__version__, files=tuple(files))


def built_names() -> list[str]:
    """Return the names of all built scripts and styles, such as `build/page.js`."""
    path = find_served(name=BUILT)
    if path is None:
        return []
    return sorted(f"build/{name}" for name in json.loads(path.read_text(encoding="utf-8")))


def integrity_of_served(*, name: str) -> str:
    """Return the `integrity` value of a file as its page loads it, "" when there is no such file yet."""
    path = find_served(name=name)
    return integrity_of(path=path) if path else ""


def find_served(*, name: str) -> Path | None:
    """Return the file whose bytes are served under the address of `name`."""
    if hasattr(staticfiles_storage, "stored_name"):
        return _find_collected(name)
    source = finders.find(name)
    return Path(source) if isinstance(source, str) else None


def integrity_of(*, path: Path) -> str:
    """Return the SHA-384 of a file as an `integrity` attribute writes it. Source: W3C Subresource Integrity."""
    changed = path.stat().st_mtime_ns
    return _integrity(path, changed)


def integrity_of_bytes(content: bytes) -> str:
    """Return the SHA-384 of `content` as an `integrity` attribute writes it."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def _find_collected(name: str) -> Path | None:
    try:
        stored = staticfiles_storage.stored_name(name)  # type: ignore[attr-defined]  # a manifest storage has it
    except ValueError:  # not collected
        return None
    path = Path(staticfiles_storage.path(stored))
    return path if path.is_file() else None


@lru_cache(maxsize=256)
def _integrity(path: Path, changed: int) -> str:
    # `changed` is only there to be part of the key: whoever develops sees a new build without a restart.
    return integrity_of_bytes(path.read_bytes())


def _describe(name: str) -> list[ServedFile]:
    path = find_served(name=name)
    if path is None:
        return []
    address = staticfiles_storage.url(name)
    addresses = [address]
    if name == WORKER_NAME:
        addresses.append(WORKER_ADDRESS)
    if name.endswith(".js"):
        # Scripts load each other by the plain name, which collecting leaves in place with the same bytes.
        addresses.append(f"{settings.STATIC_URL}{name}")
    return [
        ServedFile(
            name=name,
            addresses=tuple(dict.fromkeys(addresses)),
            integrity=integrity_of(path=path),
        )
    ]
