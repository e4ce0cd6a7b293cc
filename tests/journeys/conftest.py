"""A real Chromium. Any request to another host, any script error and any broken policy fails the journey."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

# Debian's, found by name; the flags keep it from asking its maker's hosts.
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 360, "height": 780}
DESK = {"width": 1280, "height": 800}
AXE = Path(__file__).resolve().parents[2] / "client" / "node_modules" / "axe-core" / "axe.min.js"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("installation"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Watcher:
    """Collects what no page may do."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.faults: list[str] = []
        self.bytes = 0

    def watch(self, context: BrowserContext) -> None:
        context.on("request", lambda request: self._own(request.url))
        context.on("weberror", lambda error: self.faults.append(f"script error: {error.error}"))
        context.on("console", lambda message: self._heed(message.type, message.text))

    def _own(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"asked another host: {url}")

    def _heed(self, kind: str, text: str) -> None:
        if "Content Security Policy" in text or (kind == "error" and "ERR_INTERNET" not in text):
            self.faults.append(f"console: {text}")


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[OpenPage]:
    """Open a path in a context of its own. Options are those of a browser context."""
    contexts: list[BrowserContext] = []
    watcher = Watcher(address)

    def open_one(path: str = "/", *, tolerant: bool = False, **options: object) -> Page:
        options.setdefault("viewport", PHONE)
        options.setdefault("locale", "en-US")
        options.setdefault("timezone_id", "America/New_York")
        context = browser.new_context(base_url=address, **options)
        context.set_default_timeout(15_000)
        if not tolerant:
            watcher.watch(context)
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert watcher.faults == []


def axe_violations(page: Page) -> list[str]:
    """Return what axe finds against WCAG 2.2 A and AA and its best practices, one line each."""
    # Through the debugger, not a script tag: the page's own policy stays in force.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        """async () => {
            const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
            const { violations } = await axe.run(document, { runOnly: tags })
            return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html} ${n.failureSummary}`))
        }"""
    )
    return list(found)
