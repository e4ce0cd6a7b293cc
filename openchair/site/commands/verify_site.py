"""`openchair verify-site URL`: read a running site as a stranger would, and compare its scripts with this installation's.

Run it from another computer, with an installation of the same version made from the source: what a site says of itself
proves nothing. It can't tell what the site serves to somebody else, or a minute later.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import django
import httpx
import msgspec

HELP = "compare the scripts that a running site serves with those of this installation"

# Pages for visitors, and those where passphrases are typed. A page that a site does not have is passed over.
PAGES = ("/", "/meetings", "/map", "/help", "/about-this-copy", "/join", "/sign-in", "/recover")
PUBLISHED = "/static-manifest.json"
MOST_BYTES = 8 * 1024 * 1024
SECONDS = 20.0

Fetch = Callable[[str], bytes | None]


class Unreachable(Exception):
    """The site can't be read at all."""


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One address: what was found there. `is_same` False is what somebody should look into."""

    address: str
    is_same: bool
    found: str


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("url", help="the site's address, such as https://meetings.example.org")


def run(arguments: argparse.Namespace) -> int:
    """Print one line an address. Return 0 when all is the same, 1 when something differs, 2 when nothing can be read."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openchair.site.settings")
    django.setup()
    expected = expect_from_installation()
    if not expected:
        print("This installation has no scripts built to compare with: run `make build` first.")
        return 2
    try:
        with httpx.Client(timeout=SECONDS, headers={"User-Agent": "Mozilla/5.0"}) as client:
            compared = compare_site(
                url=arguments.url, expected=expected, fetch=lambda url: fetch_bytes(client, url)
            )
    except Unreachable as error:
        print(error)
        return 2
    for row in compared:
        print(f"{'same   ' if row.is_same else 'DIFFERS'} {row.address}  {row.found}")
    differing = sum(not row.is_same for row in compared)
    print(f"{len(compared)} compared, {differing} differ from Openchair {_version()}.")
    return 1 if differing else 0


def expect_from_installation() -> dict[str, str]:
    """Return the digest of every script and style of this installation by its path, collected anew for the purpose."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.contrib.staticfiles.storage import ManifestStaticFilesStorage

    from openchair.site.served_files import WORKER_ADDRESS, WORKER_NAME, integrity_of_bytes

    with tempfile.TemporaryDirectory() as folder:
        storage = ManifestStaticFilesStorage(location=folder, base_url=settings.STATIC_URL)
        paths = {}
        for finder in get_finders():
            for name, source in finder.list([]):
                with source.open(name) as file:
                    storage.save(name, file)
                paths[name] = (storage, name)
        for _ in storage.post_process(paths):
            pass
        expected = {
            f"{settings.STATIC_URL}{path.relative_to(folder)}": integrity_of_bytes(
                path.read_bytes()
            )
            for path in Path(folder).rglob("*")
            if path.suffix in {".js", ".css"}
        }
    if worker := expected.get(f"{settings.STATIC_URL}{WORKER_NAME}"):
        expected[WORKER_ADDRESS] = worker
    return expected


def fetch_bytes(client: httpx.Client, url: str) -> bytes | None:
    """Return what is at `url`, None where the site has nothing or more than MOST_BYTES. Raises Unreachable."""
    try:
        with client.stream("GET", url) as response:
            if response.status_code != httpx.codes.OK:
                return None
            content = bytearray()
            for piece in response.iter_bytes():
                content += piece
                if len(content) > MOST_BYTES:
                    return None
            return bytes(content)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(f"can't read {url}: {type(error).__name__}") from None


def compare_site(*, url: str, expected: dict[str, str], fetch: Fetch) -> list[Compared]:
    """Return what is found on the site at `url`, by address, against the digests `expected` by path. Raises Unreachable."""
    base = _base(url)
    shown = [(page, content) for page in PAGES if (content := fetch(base + page)) is not None]
    if not shown:
        raise Unreachable(f"{base} shows none of the pages of an Openchair")
    compared: dict[str, Compared] = {}
    loaded = set(expected)
    for page, content in shown:
        read = PageReader(page=base + page)
        read.feed(content.decode("utf-8", errors="replace"))
        for what in read.inline:
            compared[f"{page} {what}"] = Compared(address=page, is_same=False, found=what)
        loaded |= {address.removeprefix(base) for address in read.loaded}
    for address in sorted(loaded):
        compared[address] = _compare(address, base, expected, fetch)
    return [*compared.values(), *_compare_claims(base, expected, fetch)]


class PageReader(HTMLParser):
    """Finds what a page runs: scripts and styles by absolute address, and whatever stands in the page itself."""

    def __init__(self, *, page: str) -> None:
        super().__init__()
        self._page = page
        self.loaded: set[str] = set()
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        values = {name: value or "" for name, value in attrs}
        if tag == "script":
            self._note(values.get("src"), "a script in the page itself")
        elif tag == "link" and {"stylesheet", "modulepreload", "preload"} & set(
            values.get("rel", "").lower().split()
        ):
            self._note(values.get("href"), "a style without an address")
        elif tag in {"iframe", "object", "embed", "base"}:
            self.inline.append(f"<{tag}>, which no page of Openchair has")
        for name, value in values.items():
            if name.startswith("on"):
                self.inline.append(f"a script in the attribute {name}")
            elif name.startswith("data-") and urlsplit(value).path.endswith((".js", ".css")):
                self._note(value, "")

    def _note(self, address: str | None, without: str) -> None:
        if address:
            self.loaded.add(urljoin(self._page, address))
        else:
            self.inline.append(without)


def _compare(address: str, base: str, expected: dict[str, str], fetch: Fetch) -> Compared:
    from openchair.site.served_files import integrity_of_bytes

    if not address.startswith("/"):
        return Compared(address=address, is_same=False, found="from another site")
    wanted = expected.get(urlsplit(address).path)
    if wanted is None:
        return Compared(address=address, is_same=False, found="this installation has no such file")
    content = fetch(base + address)
    if content is None:
        return Compared(address=address, is_same=False, found="the site does not serve it")
    found = integrity_of_bytes(content)
    return Compared(address=address, is_same=found == wanted, found=found)


def _compare_claims(base: str, expected: dict[str, str], fetch: Fetch) -> Iterator[Compared]:
    # What a site says of itself is only worth something where it says otherwise: then it knows of its other script.
    from openchair.site.served_files import Manifest

    content = fetch(base + PUBLISHED)
    try:
        claimed = msgspec.json.decode(content or b"", type=Manifest)
    except msgspec.MsgspecError:
        yield Compared(address=PUBLISHED, is_same=False, found="no list of digests")
        return
    others = [
        address
        for file in claimed.files
        for address in file.addresses
        if expected.get(address) != file.integrity
    ]
    found = f"names other digests for {', '.join(others)}" if others else "names the same digests"
    yield Compared(address=PUBLISHED, is_same=not others, found=found)


def _base(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise Unreachable(f"{url} is no address of a site, use https://meetings.example.org")
    return f"{parts.scheme}://{parts.netloc}"


def _version() -> str:
    from openchair import __version__

    return __version__
