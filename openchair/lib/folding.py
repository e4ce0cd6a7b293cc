"""Fold text, so that "Narcóticos Anónimos", "NARCOTICOS-ANONIMOS" and "narcoticos anonimos" are one."""

from __future__ import annotations

import re
import unicodedata

# An apostrophe joins in English ("women's") but parts in French ("l'heure"): folding parts always,
# so both sides of a comparison must be folded.
_BREAKS = re.compile(r"[\W_]+")
_WITHOUT_WIDTH = frozenset({"Mn", "Mc", "Me", "Cf"})
# Letters that NFKD leaves whole although a person types them plainly, or as two.
_WHOLE_LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"}


def fold(text: str) -> str:
    """Return `text` as it is compared: accents off, case off, punctuation to spaces, single spaces.

    Letters and digits of every script stay. Folding twice is folding once.
    """
    if not text.isascii():
        text = _decomposed(_decomposed(text.casefold()).casefold())
    return _BREAKS.sub(" ", text.lower()).strip()


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFKD", text).translate(_PLAIN)


class _Plain(dict[int, str | None]):
    """A table for str.translate that drops accents, joiners and other signs without width."""

    def __missing__(self, point: int) -> str | None:
        sign = chr(point)
        plain = None if unicodedata.category(sign) in _WITHOUT_WIDTH else sign
        # What people write is kept for the next time; hostile text can't make the table large.
        if point < 0x3000:
            self[point] = plain
        return plain


_PLAIN = _Plain({ord(letter): plain for letter, plain in _WHOLE_LETTERS.items()})
