"""A question as words: where each stands in the text, folded, and what was read of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, Protocol

import msgspec

from openchair.directory.asking.clock_words import ClockMatch
from openchair.directory.asking.vocabulary import Words, vocabulary
from openchair.lib.folding import fold
from openchair.lib.installation import Installation
from openchair.places.place import Place
from openchair.search.tokens import tokenise

Kind = Literal[
    "fellowship",
    "type",
    "language",
    "attendance",
    "day",
    "date",
    "part",
    "soon",
    "after",
    "before",
    "at",
    "between",
    "near",
    "near_me",
    "radius",
    "nothing",
]

# A question longer than this is a text someone pasted; the beginning is enough to search for.
LONGEST_TEXT = 200

MOST_WORDS = 30


class PlaceFinder(Protocol):
    """What is asked of a gazetteer here."""

    def __hash__(self) -> int:
        """Answers are kept by gazetteer."""

    def lookup(self, *, text: str, prefer: Sequence[str] = ()) -> Place | None:
        """Return the place that `text` names."""

    def postal(self, *, code: str, country: str = "", prefer: Sequence[str] = ()) -> Place | None:
        """Return the place of a postal code."""

    def longest_place(
        self, *, words: Sequence[str], prefer: Sequence[str] = ()
    ) -> tuple[Place, int] | None:
        """Return the place that the longest run of leading `words` names, and its length."""


class SearchSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a search takes for granted on an installation.

    `country` is home: of places that share a name, its own is meant. `prefer` are further countries
    where smaller towns count as known. `languages` are those that its pages come in.
    `default_radius` is in `distance_unit`, None for one that fits the place.
    """

    time_zone: str = "America/New_York"
    country: str = "US"
    distance_unit: str = "mi"
    languages: tuple[str, ...] = ("en", "es", "fr")
    prefer: tuple[str, ...] = ()
    default_radius: float | None = None

    @classmethod
    def of(cls, *, installation: Installation, time_zone: str = "") -> SearchSettings:
        """Return what `installation` takes for granted, in the visitor's `time_zone` when one is given.

        Pages, API and map all ask here, so that the same words are read alike by each.
        """
        return cls(
            time_zone=time_zone or installation.time_zone,
            country=installation.country,
            distance_unit=installation.distance_unit,
            prefer=installation.places_countries,
        )

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries where a town need not be large to be meant."""
        return (self.country, *(each for each in self.prefer if each != self.country))


class Token(msgspec.Struct, frozen=True):
    """A word: where it stands in the text, and folded."""

    start: int
    end: int
    word: str


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """Something understood of the tokens [first, last). `label` is what a place is called in an
    answer."""

    first: int
    last: int
    kind: Kind
    values: tuple[str, ...] = ()
    is_negative: bool = False
    words: Words = ()
    clock: ClockMatch | None = None
    place: Place | None = None
    label: str = ""


class Question(msgspec.Struct, frozen=True):
    """The words of one question, and what is needed to read them."""

    text: str
    tokens: tuple[Token, ...]
    words: Words
    joined: str
    offsets: tuple[int, ...]
    settings: SearchSettings
    gazetteer: PlaceFinder | None


def clean_text(text: str) -> str:
    """Return a question as it is read: composed letters, single spaces, at most LONGEST_TEXT
    characters."""
    text = text[: LONGEST_TEXT * 4]
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.replace("\0", " ").split())[:LONGEST_TEXT].rstrip()


def read_question(
    *, text: str, settings: SearchSettings, gazetteer: PlaceFinder | None
) -> Question:
    """Return `text` as words."""
    text = clean_text(text)
    tokens: list[Token] = []
    for match in _token_pattern().finditer(text):
        word = _token_word(match.group())
        if word:
            tokens.append(Token(match.start(), match.end(), word))
        if len(tokens) == MOST_WORDS:
            break
    words = tuple(token.word for token in tokens)
    offsets: list[int] = []
    position = 0
    for word in words:
        offsets.append(position)
        position += len(word) + 1
    return Question(
        text, tuple(tokens), words, " ".join(words), tuple(offsets), settings, gazetteer
    )


def leftover_words(items: list[Item], question: Question) -> tuple[str, ...]:
    """Return the words that are searched as text: neither understood nor empty of meaning."""
    small = vocabulary().small
    read = {at for item in items for at in range(item.first, item.last)}
    words: list[str] = []
    for at, token in enumerate(question.tokens):
        if at in read or token.word in small.stop or token.word in small.alternatives:
            continue
        words += tokenise(question.text[token.start : token.end])
    return tuple(dict.fromkeys(words))


def _token_word(text: str) -> str:
    if text.isascii() and text.isalnum():
        return text.lower()
    if text[0].isdigit() and text[-1].isdigit() and not text.isdigit() and text.isascii():
        return text.lower()
    if text.strip() in {"-", "–", "—"}:
        return "-"
    return fold(text).replace(" ", "")


@lru_cache(maxsize=1)
def _token_pattern() -> re.Pattern[str]:
    # Signs that sit on a letter belong to its word; `re` has no class for them.
    marks = "".join(
        chr(code)
        for code in range(0x300, 0x10000)
        if unicodedata.category(chr(code)) in {"Mn", "Mc", "Me", "Cf"}
    )
    return re.compile(
        r"\d{1,2}[:.hH]\d{2}(?![\d])|\d{1,3}[.,]\d(?!\d)"
        rf"|[^\W_](?:[^\W_]|[{re.escape(marks)}])*"
        r"|(?<=[\dmhp])\s?[-–—]\s?(?=\d)"
    )
