"""Take a picture of every page, on a phone and on a desk, in the light and in the dark, to be looked at.

python -m scripts.screenshots                 into ./screenshots, of an installation with the demo fellowship
python -m scripts.screenshots --home var      of the installation in that folder
python -m scripts.screenshots --address URL   of one that is running already
python -m scripts.screenshots --styleguide    every component in every state
python -m scripts.screenshots --readme        docs/images/search.png alone
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.running import openchair, running

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "screenshots"
README_PICTURE = ROOT / "docs" / "images" / "search.png"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
SIZES = {"phone": (360, 780), "desk": (1280, 800)}
PATHS = {
    "front": "/",
    "results": "/meetings?q=open+tonight",
    "results-near": "/meetings?q=women+near+02139",
    "nothing": "/meetings?q=zzzz+tonight+near+02139&radius_km=1",
    "map": "/map?q=near+02139",
    "help": "/help",
    "new": "/new",
    "saved": "/saved",
    "credits": "/credits",
    "offline": "/offline",
    "not-found": "/nowhere",
    "away": "/away",
}


def main() -> None:
    """Photograph an installation, a running one or one started for it."""
    arguments = _arguments()
    with _installation(arguments) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        if not arguments.readme:
            paths = PATHS | _meeting_paths(browser, address)
            if arguments.styleguide:
                paths = {"styleguide": "/styleguide"}
            _photograph_all(browser, address, paths, only=arguments.only)
        if arguments.readme or not (arguments.only or arguments.styleguide):
            _photograph_for_readme(browser, address)
        browser.close()


@contextmanager
def _installation(arguments: argparse.Namespace) -> Iterator[str]:
    if arguments.address:
        yield arguments.address.rstrip("/")
        return
    with tempfile.TemporaryDirectory(prefix="openchair-pictures-") as folder:
        home = arguments.home or Path(folder)
        if arguments.home is None:
            openchair("setup", home=home)
            openchair("demo", home=home)
        with running(home, DEBUG=str(arguments.styleguide)) as (address, _process):
            yield address


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--home", type=Path, help="an installation of yours")
    parser.add_argument("--address", help="one that is running already")
    parser.add_argument("--readme", action="store_true", help="the picture in the README alone")
    parser.add_argument("--styleguide", action="store_true", help="the style guide alone, in DEBUG")
    parser.add_argument("--only", help="pages whose name holds this")
    return parser.parse_args()


def _photograph_all(
    browser: Browser, address: str, paths: dict[str, str], *, only: str | None
) -> None:
    OUT.mkdir(exist_ok=True)
    for size, (width, height) in SIZES.items():
        for scheme in ("light", "dark"):
            page = _page(browser, address, width, height, scheme)
            for name, path in paths.items():
                if not only or only in name:
                    _photograph(page, path, OUT / f"{name}-{size}-{scheme}.png")
            page.context.close()


def _page(browser: Browser, address: str, width: int, height: int, scheme: str) -> Page:
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]  # light or dark
        locale="en-US",
        timezone_id="America/New_York",
    )
    return context.new_page()


def _photograph(page: Page, path: str, out: Path) -> None:
    page.goto(path)
    if page.locator("#map.leaflet-container, #map[data-script]").count():
        page.wait_for_timeout(2500)  # the outlines of the map are drawn when they have come
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > (page.viewport_size or {"width": width})["width"]:
        print(f"{out.name}: {width} px wide, scrolls sideways")
    page.screenshot(path=out)
    full = out.with_name(out.stem + "-whole.png")
    page.screenshot(path=full, full_page=True)
    print(out.name)


def _meeting_paths(browser: Browser, address: str) -> dict[str, str]:
    """Return the first meeting in a room and the first online one."""
    page = _page(browser, address, 360, 780, "light")
    found = {}
    for name, question in (
        ("meeting", "attendance=in_person"),
        ("meeting-online", "attendance=online"),
    ):
        page.goto(f"/meetings?{question}")
        link = page.locator(".meeting-card a").first
        if link.count():
            found[name] = link.get_attribute("href") or "/"
            found[f"{name}-report"] = f"{found[name]}/report"
    page.context.close()
    return found


def _photograph_for_readme(browser: Browser, address: str) -> None:
    README_PICTURE.parent.mkdir(parents=True, exist_ok=True)
    page = _page(browser, address, 1280, 800, "light")
    page.goto("/meetings?q=open+near+02139")
    page.wait_for_timeout(2500)
    page.screenshot(path=README_PICTURE)
    page.context.close()


if __name__ == "__main__":
    main()
