"""Fold text, so that "Narcóticos Anónimos", "NARCOTICOS-ANONIMOS" and "narcoticos anonimos" are one."""

from __future__ import annotations

import unicodedata

# Letters that NFKD leaves whole although a person types them as two, or as a plain letter.
_WHOLE_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
# An apostrophe joins in English ("women's") but parts in French ("l'heure"): folded text keeps the
# parts, so both sides of a comparison must be folded by this same function.
_MARKS = frozenset({"Mn", "Mc", "Me", "Cf"})


def fold(text: str) -> str:
    """Return `text` as it is compared: accents off, case off, punctuation to spaces, single spaces.

    Letters and digits of every script stay. Folding twice is folding once.
    """
    if text.isascii():
        return " ".join(_words(text.lower()).split())
    bare = _without_marks(text.casefold()).casefold().translate(_WHOLE_LETTERS)
    return " ".join(_words(_without_marks(bare)).split())


def _without_marks(text: str) -> str:
    """Return `text` decomposed (NFKD), without accents, joiners and other signs of no width."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in decomposed if unicodedata.category(sign) not in _MARKS)


def _words(text: str) -> str:
    """Return `text` with a space for every sign that is neither letter nor digit."""
    return "".join(sign if sign.isalnum() else " " for sign in text)
