"""Style, script and pictures from memory: they never change while a process lives, and they must outlive Django."""

from __future__ import annotations

import json
import mimetypes
from pathlib import Path

import msgspec

from openchair.live.asgi import OWN_ANSWER, Headers, Receive, Scope, Send, header, respond

PREFIX = "/static/"
# Best first; the suffixes are those that whitenoise gives the compressed copies.
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


class StaticFile(msgspec.Struct, frozen=True):
    """One file under its public name: its bytes by encoding ("" is as it is) and its headers."""

    bodies: dict[str, bytes]
    headers: Headers


class StaticFiles:
    """An ASGI application that answers everything below /static/ from the collected files of `folder`."""

    def __init__(self, *, folder: Path) -> None:
        self._files = load_static_files(folder=folder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request for a file."""
        file = self._files.get(scope["path"][len(PREFIX) :])
        if file is None:
            headers = [(b"content-type", b"text/plain"), *OWN_ANSWER]
            await respond(send, status=404, headers=headers, body=b"No such file.")
            return
        accepted = header(scope, b"accept-encoding").decode("latin-1")
        encoding = next((name for name in file.bodies if name and name in accepted), "")
        extra = [(b"content-encoding", encoding.encode())] if encoding else []
        await respond(
            send,
            status=200,
            headers=[*file.headers, *extra],
            body=file.bodies[encoding],
            with_body=scope["method"] != "HEAD",
        )


def load_static_files(*, folder: Path) -> dict[str, StaticFile]:
    """Return the collected files by name below `folder`; an empty mapping when nothing was collected yet."""
    hashed = _hashed_names(folder)
    copies = {suffix for _, suffix in ENCODINGS}
    return {
        path.relative_to(folder).as_posix(): _load(path, folder, hashed)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in copies
    }


def _hashed_names(folder: Path) -> frozenset[str]:
    manifest = folder / "staticfiles.json"
    if not manifest.exists():
        return frozenset()
    return frozenset(json.loads(manifest.read_text(encoding="utf-8"))["paths"].values())


def _load(path: Path, folder: Path, hashed: frozenset[str]) -> StaticFile:
    name = path.relative_to(folder).as_posix()
    bodies = {
        encoding: copy.read_bytes()
        for encoding, suffix in ENCODINGS
        if (copy := path.with_name(path.name + suffix)).exists()
    }
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    charset = "; charset=utf-8" if kind.startswith("text/") or kind.endswith("javascript") else ""
    # A name that carries its content's hash never means other bytes; any other may change with the next version.
    lasting = b"public, max-age=31536000, immutable" if name in hashed else b"public, max-age=300"
    headers = [
        (b"content-type", f"{kind}{charset}".encode()),
        (b"cache-control", lasting),
        (b"vary", b"accept-encoding"),
        # A page under require-corp starts no worker whose own script does not ask for the same (HTML, "run a worker").
        (b"cross-origin-embedder-policy", b"require-corp"),
        # No `default-src`: it would bind what a worker's script may ask for, and a picture's own style.
        (
            b"content-security-policy",
            b"object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
        ),
        *OWN_ANSWER,
    ]
    return StaticFile({**bodies, "": path.read_bytes()}, headers)
