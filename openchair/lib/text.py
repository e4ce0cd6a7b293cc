"""Plain text out of what people and their web editors wrote: tags, entities, odd spaces, slugs."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from html import unescape

from selectolax.lexbor import LexborHTMLParser

# A tag, and not an arrow or a heart: "<3", "a < b" and "<jane@example.org>" must stay as they were written.
_TAG = re.compile(
    r"</?(?:a|abbr|address|article|b|big|blockquote|body|br|center|code|dd|div|dl|dt|em|figure|font|footer|form|h[1-6]|head|"
    r"header|hr|html|i|iframe|img|input|label|li|link|main|meta|nav|noscript|object|ol|option|p|pre|s|script|section|select|small|"
    r"span|strike|strong|style|sub|sup|svg|table|tbody|td|textarea|th|thead|title|tr|tt|u|ul|video)\b[^<>]*/?>|<!--",
    re.IGNORECASE,
)
_BLOCKS = "p,div,li,tr,h1,h2,h3,h4,h5,h6,ul,ol,table,blockquote,section,article,header,footer,dd,dt"
_UNSEEN = "script,style,noscript,template,iframe,object,svg,head > title"
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_LINE_ENDS = re.compile(r"\r\n?|\u2028|\u2029|\x0b|\x0c|\x85")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r" ?\n ?(?:\n ?){2,}")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_ENTITY_PASSES = 3
_LONGEST_CACHED = 2000


def plain_text(*, text: str) -> str:
    """Return `text` without HTML, entities, control and zero-width characters, in NFC; line breaks are kept.

    Scripts and styles vanish with their contents; `<br>` and the ends of blocks become line breaks. More than one
    empty line in a row becomes one. The answer is a fixed point: cleaning it again changes nothing.
    """
    if text.isascii() and text.isprintable() and "<" not in text and "&" not in text:
        return text.strip() if "  " not in text else _SPACES.sub(" ", text).strip()
    # A hostile feed must not fill the memory through a cache.
    return _cleaned(text) if len(text) <= _LONGEST_CACHED else _cleaned.__wrapped__(text)


def one_line(*, text: str) -> str:
    """Return `plain_text` with every line break turned into a blank."""
    # Most cells of most feeds are clean: this is the hottest line of an import.
    if (
        text.isascii()
        and text.isprintable()
        and "<" not in text
        and "&" not in text
        and "  " not in text
    ):
        return text.strip()
    clean = plain_text(text=text)
    return " ".join(clean.split()) if "\n" in clean else clean


def slug_of(*, text: str, limit: int = 64) -> str:
    """Return `text` as a URL-safe word of at most `limit` characters: a–z, 0–9 and single hyphens; maybe empty."""
    if len(text) <= limit and _SLUG.match(text):
        return text
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    slug = _NOT_SLUG.sub("-", text.lower().replace("'", "")).strip("-")
    return slug if len(slug) <= limit else _cut_at_word(slug, limit)


def _cut_at_word(slug: str, limit: int) -> str:
    cut = slug[: limit + 1]
    head = cut.rpartition("-")[0]
    return head if len(head) > limit // 2 else slug[:limit].strip("-")


@lru_cache(maxsize=8192)
def _cleaned(text: str) -> str:
    # Cleaning can bring to light what needs cleaning again ("&amp;lt;b&amp;gt;"), so go on until nothing moves. Every
    # pass but one shortens the text; the bound is for the day that somebody finds a text that proves this wrong.
    for _ in range(12):
        clean = _cleaned_once(text)
        if clean == text:
            break
        text = clean
    return text


def _cleaned_once(text: str) -> str:
    if "<" in text and _TAG.search(text):
        text = _without_tags(text)
    for _ in range(_ENTITY_PASSES):
        if "&" not in text or not _ENTITY.search(text):
            break
        text = _ENTITY.sub(lambda match: unescape(match.group()), text)
    text = _LINE_ENDS.sub("\n", text)
    if not text.replace("\n", "").isprintable():
        text = "".join(filter(None, map(_kept, text)))
    text = unicodedata.normalize("NFC", text)
    text = _SPACES.sub(" ", text)
    return _BLANK_LINES.sub("\n\n", text).replace(" \n", "\n").replace("\n ", "\n").strip()


def _without_tags(text: str) -> str:
    # The parser folds line breaks of the source into its tree as text, so breaks people typed beside tags survive too.
    tree = LexborHTMLParser(f"<body>{text}</body>")
    for node in tree.css(_UNSEEN):
        node.decompose()
    for node in tree.css("br,hr"):
        node.replace_with("\n")
    for node in tree.css(_BLOCKS):
        node.insert_before("\n")
        node.insert_after("\n")
    return tree.body.text() if tree.body else ""


def _kept(character: str) -> str:
    """Return what stays of `character`: nothing of controls, formats and half surrogates, a blank for odd spaces."""
    if character == "\n" or character.isprintable():
        return character
    if character.isspace():
        return " "
    return " " if character == "\t" else ""
