"""The words a search understands, read once from search_words/*.toml and the fellowships' packs.

All three languages are one table: people mix them, and a bilingual city searches in both.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec

from openchair.fellowships.catalog import LANGUAGES, catalog
from openchair.lib.folding import fold

Kind = Literal[
    "fellowship",
    "type",
    "language",
    "attendance",
    "day",
    "date",
    "part",
    "soon",
    "near_me",
    "nothing",
]
Words = tuple[str, ...]

FOLDER = Path(__file__).parent / "search_words"
LANGUAGE_CONCEPT = "language-"
# The secular pack goes by words that people add to another fellowship's name ("agnostic AA"): those
# two words say more apart, as a type and a fellowship, because most such meetings are listed under
# AA.
_TYPE_BEFORE_FELLOWSHIP = "secular"


class Phrase(msgspec.Struct, frozen=True):
    """Words that mean one thing: `value` of `kind`. "nothing" is true of every meeting: "12 step
    meeting"."""

    words: Words
    kind: Kind
    value: str


class SmallWords(msgspec.Struct, frozen=True, kw_only=True):
    """Words that join others, folded; longest first where they are phrases."""

    near: tuple[Words, ...]
    weak_near: tuple[Words, ...]
    negatives: tuple[Words, ...]
    alternatives: frozenset[str]
    ranges: frozenset[str]
    stop: frozenset[str]
    group: frozenset[str]
    shy: frozenset[Words]
    shy_before: frozenset[Words]
    not_bare_places: frozenset[str]


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """Everything at once: `phrases` by their first word, longest first; `clock` lists for the
    grammar of hours."""

    phrases: Mapping[str, tuple[Phrase, ...]]
    small: SmallWords
    clock: Mapping[str, tuple[str, ...]]
    sentences: Mapping[str, Mapping[str, str]]
    day_names: Mapping[str, tuple[str, ...]]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One language's file, as written."""

    days: dict[str, list[str]]
    dates: dict[str, list[str]]
    parts: dict[str, list[str]]
    soon: dict[str, list[str]]
    attendance: dict[str, list[str]]
    types: dict[str, list[str]]
    near: dict[str, list[str]]
    clock: dict[str, list[str]]
    small: dict[str, list[str]]
    sentences: dict[str, str | list[str]]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """Return the words of all languages, read once."""
    files = {language: _read(language) for language in LANGUAGES}
    common = tomllib.loads((FOLDER / "common.toml").read_text(encoding="utf-8"))
    return Vocabulary(
        phrases=_by_first_word(files.values()),
        small=_small_words(list(files.values()), common),
        clock=_clock_words(list(files.values())),
        sentences={
            language: {key: text for key, text in file.sentences.items() if isinstance(text, str)}
            for language, file in files.items()
        },
        day_names={language: tuple(file.sentences["days"]) for language, file in files.items()},
    )


def _read(language: str) -> _File:
    text = (FOLDER / f"{language}.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), _File)


def _by_first_word(files: Iterable[_File]) -> dict[str, tuple[Phrase, ...]]:
    meanings: dict[Words, Phrase] = {}
    for phrase in (*_own_phrases(files), *_pack_phrases()):
        # What stands in our own files comes before the packs' words.
        meanings.setdefault(phrase.words, phrase)
    found: dict[str, list[Phrase]] = {}
    for words, phrase in meanings.items():
        found.setdefault(words[0], []).append(phrase)
    return {
        first: tuple(sorted(phrases, key=lambda each: -len(each.words)))
        for first, phrases in found.items()
    }


def _own_phrases(files: Iterable[_File]) -> Iterable[Phrase]:
    for file in files:
        tables: tuple[tuple[Kind, dict[str, list[str]]], ...] = (
            ("day", file.days),
            ("date", file.dates),
            ("part", file.parts),
            ("soon", file.soon),
            ("attendance", file.attendance),
            ("type", file.types),
            ("near_me", {"me": file.near["me"]}),
            ("nothing", {"": file.small["nothing"]}),
        )
        for kind, table in tables:
            for value, texts in table.items():
                yield from (Phrase(_folded(text), kind, value) for text in texts)


def _pack_phrases() -> Iterable[Phrase]:
    known = catalog()
    for language in LANGUAGES:
        for text, concept in known.concept_words(language).items():
            if text:
                yield _concept_phrase(text, concept)
    for text, fellowship in known.fellowship_names.items():
        if fellowship != _TYPE_BEFORE_FELLOWSHIP or not _is_said_with_another(text):
            yield Phrase(_folded(text), "fellowship", fellowship)


def _concept_phrase(text: str, concept: str) -> Phrase:
    if concept.startswith(LANGUAGE_CONCEPT):
        return Phrase(_folded(text), "language", concept.removeprefix(LANGUAGE_CONCEPT))
    return Phrase(_folded(text), "type", concept)


def _is_said_with_another(text: str) -> bool:
    words = text.split()
    return len(words) == 1 or "aa" in words or words[0] == "we"


def _small_words(files: list[_File], common: Mapping[str, list[str]]) -> SmallWords:
    def gather(table: Literal["near", "small"], key: str) -> list[str]:
        return [text for file in files for text in getattr(file, table)[key]]

    return SmallWords(
        near=_longest_first(gather("near", "strong")),
        weak_near=_longest_first(gather("near", "weak")),
        negatives=_longest_first(gather("small", "not")),
        alternatives=frozenset(map(fold, gather("small", "or"))),
        ranges=frozenset([*map(fold, gather("small", "to")), "-"]),
        stop=frozenset([*map(fold, gather("small", "stop")), "-"]),
        group=frozenset(map(fold, gather("small", "group"))),
        shy=frozenset(map(_folded, common["shy"])),
        shy_before=frozenset(map(_folded, common["shy_before"])),
        not_bare_places=frozenset(map(fold, common["not_bare_places"])),
    )


def _clock_words(files: list[_File]) -> dict[str, tuple[str, ...]]:
    keys = files[0].clock
    return {
        key: tuple(
            sorted({fold(text) for file in files for text in file.clock.get(key, ())}, key=_longest)
        )
        for key in keys
    }


def _longest(text: str) -> tuple[int, str]:
    return (-len(text), text)


def _longest_first(texts: Iterable[str]) -> tuple[Words, ...]:
    return tuple(sorted({_folded(text) for text in texts}, key=lambda words: (-len(words), words)))


def _folded(text: str) -> Words:
    return tuple(fold(text).split())
