from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openchair.lib.text import one_line, plain_text, slug_of

SCRAPS = (
    "<b>",
    "</b>",
    "<br>",
    "<p>",
    "<script>x",
    "</script>",
    "&amp;",
    "&lt;",
    "&nbsp;",
    "&",
    "<",
    ">",
    "\r\n",
    "\n",
    " ",
    "a",
    "é",
    "e\u0301",
    "\u200b",
    "\x00",
)
MESS = st.lists(st.sampled_from(SCRAPS) | st.text(max_size=4), max_size=12).map("".join)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        pytest.param("plain", "plain", id="clean"),
        pytest.param("  two  blanks ", "two blanks", id="blanks"),
        pytest.param("<b>Bold</b> &amp; <i>thin</i>", "Bold & thin", id="tags and entities"),
        pytest.param("a<br>b<br />c", "a\nb\nc", id="breaks"),
        pytest.param("<p>a</p><p>b</p>", "a\n\nb", id="paragraphs"),
        pytest.param("a&amp;amp;b", "a&b", id="twice escaped"),
        pytest.param("&lt;b&gt;a&lt;/b&gt;", "a", id="escaped tags"),
        pytest.param(
            "<script>alert(1)</script>in<style>p{}</style>side", "inside", id="script and style"
        ),
        pytest.param("a\r\nb\rc", "a\nb\nc", id="line ends"),
        pytest.param("a\n\n\n\nb", "a\n\nb", id="many empty lines"),
        pytest.param("ze\u200bro\x00wi\x1bdth", "zerowidth", id="zero width and controls"),
        pytest.param("e\u0301te\u0301", "été", id="composed"),
        pytest.param("a\xa0b\tc", "a b c", id="odd blanks"),
        pytest.param("I <3 AA, 5 < 6 & 7 > 2", "I <3 AA, 5 < 6 & 7 > 2", id="no tags"),
        pytest.param("write <jane@example.org>", "write <jane@example.org>", id="mail in brackets"),
        pytest.param("AT&T", "AT&T", id="no entity"),
        pytest.param("&#8217;&#x2019;&eacute;", "’’é", id="numbers and names"),
    ],
)
def test_html_becomes_plain_text(text: str, clean: str) -> None:
    assert plain_text(text=text) == clean


@given(text=MESS)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    clean = plain_text(text=text)

    assert plain_text(text=clean) == clean
    assert one_line(text=one_line(text=text)) == one_line(text=text)
    assert "\n" not in one_line(text=text)


def test_a_hostile_text_takes_no_time() -> None:
    assert plain_text(text="<" * 50_000) == "<" * 50_000
    assert plain_text(text="<b>" * 20_000 + "a") == "a"
    assert plain_text(text="&" * 50_000) == "&" * 50_000


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Sunrise Group", "sunrise-group"),
        ("Women's Étude: 11th Step!", "womens-etude-11th-step"),
        ("--a--b--", "a-b"),
        ("日本語", ""),
        ("x" * 80, "x" * 64),
        ("one two " * 20, "one-two-one-two-one-two-one-two-one-two-one-two-one-two-one-two"),
    ],
)
def test_a_slug_is_safe_in_an_address(text: str, slug: str) -> None:
    assert slug_of(text=text) == slug


@given(text=st.text(max_size=200), limit=st.integers(4, 80))
def test_a_slug_is_short_and_a_slug_of_itself(text: str, limit: int) -> None:
    slug = slug_of(text=text, limit=limit)

    assert len(slug) <= limit
    assert slug_of(text=slug, limit=limit) == slug
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
