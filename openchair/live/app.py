"""The public port: what must be fast or outlive Django is answered here, everything else goes to the pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from openchair.directory.searching import SearchSettings
from openchair.lib.installation import Installation, read_installation
from openchair.live.asgi import (
    NO_PAGE_POLICY,
    OWN_ANSWER,
    Application,
    Receive,
    Scope,
    Send,
    respond,
)
from openchair.live.cities import Cities
from openchair.live.front import Front
from openchair.live.search import SearchLane
from openchair.live.static_files import PREFIX as STATIC_PREFIX
from openchair.live.static_files import StaticFiles
from openchair.places.gazetteer import Gazetteer, NoGazetteer
from openchair.search.snapshot import SnapshotHolder


class Live:
    """The root application: a table of exact paths, the static prefix, and the way in to the pages."""

    def __init__(
        self, *, exact: Mapping[str, Application], static: Application, front: Front
    ) -> None:
        self._exact = exact
        self._static = static
        self._front = front

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] == "http":
            path = scope["path"]
            application = self._exact.get(path)
            if application is None:
                application = self._static if path.startswith(STATIC_PREFIX) else self._front
            await application(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["type"] == "lifespan":
            await self._live_and_end(receive, send)

    async def _live_and_end(self, receive: Receive, send: Send) -> None:
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": f"{message['type']}.complete"})
        await self._front.close()
        await send({"type": "lifespan.shutdown.complete"})


def make_application() -> Live:
    """Return the root application of the installation that the environment describes."""
    installation = read_installation()
    gazetteer = open_gazetteer(installation)
    lane = SearchLane(
        holder=SnapshotHolder(folder=installation.search_folder),
        gazetteer=gazetteer,
        settings=SearchSettings.of(installation=installation),
    )
    return Live(
        exact={
            "/api/v1/meetings": lane,
            "/api/v1/openapi.json": lane,
            "/map/cities": Cities(gazetteer=gazetteer),
            "/healthz": answer_health,
        },
        static=StaticFiles(folder=installation.static_folder),
        front=Front(
            socket_path=installation.pages_socket,
            away=read_away_pages(folder=installation.away_folder),
            trusts_proxy=installation.is_behind_proxy,
        ),
    )


def open_gazetteer(installation: Installation) -> Gazetteer | None:
    """Return the gazetteer, or None on an installation without one: searches then go without places."""
    try:
        return Gazetteer.open(path=installation.places_file)
    except NoGazetteer:
        return None


def read_away_pages(*, folder: Path) -> dict[str, bytes]:
    """Return the pages kept for the time when Django is away, by path; "" is the one for all other paths."""
    pages = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.html"))}
    return {("" if name == "away" else f"/{name}"): body for name, body in pages.items()}


async def answer_health(scope: Scope, receive: Receive, send: Send) -> None:
    """Say that this process answers. It says nothing of Django: `openchair doctor` looks at the whole."""
    headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        *OWN_ANSWER,
        NO_PAGE_POLICY,
    ]
    await respond(send, status=200, headers=headers, body=b'{"status":"ok"}')
