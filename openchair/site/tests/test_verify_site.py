"""The second reader: the same site passes; another script, in whatever way it comes in, does not."""

from __future__ import annotations

import json

import httpx
import pytest

from openchair.site.commands.verify_site import (
    Unreachable,
    compare_site,
    expect_from_installation,
    fetch_bytes,
)
from openchair.site.served_files import integrity_of_bytes

SITE = "https://meetings.example.org"
PAGE = (
    b'<link rel="stylesheet" href="/static/build/site.1.css">'
    b'<script type="module" src="/static/build/page.1.js"></script>'
    b'<body data-scrypt-worker="/static/build/scrypt-worker.js">'
)
FILES = {
    "/static/build/site.1.css": b"body{}",
    "/static/build/page.1.js": b"1",
    "/static/build/scrypt-worker.js": b"2",
    "/static/build/chunk-later.js": b"3",
    "/sw.js": b"4",
}
EXPECTED = {address: integrity_of_bytes(content) for address, content in FILES.items()}


def honest_site() -> dict[str, bytes]:
    files = [
        {"name": address, "addresses": [address], "integrity": integrity}
        for address, integrity in EXPECTED.items()
    ]
    published = json.dumps({"version": "1", "files": files}).encode()
    return {"/": PAGE, "/sign-in": PAGE, "/static-manifest.json": published, **FILES}


def compare(site: dict[str, bytes]):
    return compare_site(
        url=f"{SITE}/", expected=EXPECTED, fetch=lambda url: site.get(url.removeprefix(SITE))
    )


def differing(site: dict[str, bytes]) -> list[str]:
    return [row.address for row in compare(site) if not row.is_same]


def test_a_site_that_serves_the_same_passes_with_every_part_compared():
    compared = compare(honest_site())

    assert all(row.is_same for row in compared)
    assert {row.address for row in compared} == {*FILES, "/static-manifest.json"}


@pytest.mark.parametrize("address", FILES)
def test_other_bytes_under_any_address_are_found(address):
    assert differing(honest_site() | {address: b"stolen"}) == [address]


@pytest.mark.parametrize("address", FILES)
def test_a_part_that_is_not_served_is_found(address):
    site = honest_site()
    del site[address]

    assert differing(site) == [address]


@pytest.mark.parametrize(
    "added",
    [
        pytest.param(b"<script>steal()</script>", id="inline"),
        pytest.param(b'<script src="https://evil.example/x.js"></script>', id="another site"),
        pytest.param(b'<script src="//evil.example/x.js"></script>', id="another host"),
        pytest.param(b'<script src="/static/build/extra.js"></script>', id="an extra script"),
        pytest.param(b'<link rel="modulepreload" href="/x.js">', id="preloaded"),
        pytest.param(b'<img src="x" onerror="steal()">', id="attribute"),
        pytest.param(b'<iframe srcdoc="x"></iframe>', id="frame"),
        pytest.param(b'<base href="https://evil.example/">', id="base"),
        pytest.param(b'<body data-search-worker="/static/other.js">', id="worker"),
    ],
)
def test_what_one_page_alone_runs_is_found(added):
    assert differing(honest_site() | {"/sign-in": PAGE + added})


def test_a_site_that_publishes_other_digests_is_found():
    site = honest_site()
    site["/static-manifest.json"] = site["/static-manifest.json"].replace(b"sha384-", b"sha384-x")

    assert differing(site) == ["/static-manifest.json"]


@pytest.mark.parametrize("published", [b"", b"<h1>", b"[]", b'{"files": 3}'])
def test_a_site_that_publishes_nonsense_is_found(published):
    assert differing(honest_site() | {"/static-manifest.json": published}) == [
        "/static-manifest.json"
    ]


def test_something_that_is_no_openchair_is_said_to_be_none():
    with pytest.raises(Unreachable, match="none of the pages"):
        compare({})


@pytest.mark.parametrize("url", ["meetings.example.org", "ftp://x", "https://", "file:///etc"])
def test_what_is_no_address_is_said_to_be_none(url):
    with pytest.raises(Unreachable, match="no address"):
        compare_site(url=url, expected=EXPECTED, fetch=lambda _: b"")


def test_this_installation_expects_both_names_of_its_scripts_and_its_worker(site_home):
    expected = expect_from_installation()

    plain = {address for address in expected if address.count(".") == 1}
    assert {"/static/build/page.js", "/static/build/site.css", "/sw.js"} <= plain
    assert expected["/sw.js"] == expected["/static/build/worker.js"]
    hashed = [address for address in expected if address.startswith("/static/build/page.")]
    assert len({expected[address] for address in hashed}) == 1
    assert len(hashed) == 2


def fetch_from(answer) -> bytes | None:
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        return fetch_bytes(client, SITE)


def test_what_is_missing_or_endless_counts_as_not_served():
    assert fetch_from(lambda _: httpx.Response(404)) is None
    assert fetch_from(lambda _: httpx.Response(200, content=b"x" * (8 * 2**20 + 1))) is None
    assert fetch_from(lambda _: httpx.Response(200, content=b"x")) == b"x"


def test_a_site_that_does_not_answer_is_said_to_be_unreachable():
    def refuse(request):
        raise httpx.ConnectError("refused")

    with pytest.raises(Unreachable, match="ConnectError"):
        fetch_from(refuse)
