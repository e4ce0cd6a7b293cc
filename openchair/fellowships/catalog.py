"""All fellowships at once: whose name is this, what do people call that, which types mean the same.

catalog().get("na").type_for("Beginner")     # "BEG"
catalog().concepts["newcomer"]               # (("aa", "BE"), ("na", "BEG"), …)
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import msgspec

from openchair.fellowships.fellowship import (
    ATTENDANCE_CODES,
    LANGUAGES,
    Category,
    Fellowship,
    Language,
    MeetingType,
    Wording,
)
from openchair.fellowships.pack_file import BadPack
from openchair.fellowships.reading import PACKS, read_packs
from openchair.lib.folding import fold

__all__ = [
    "ATTENDANCE_CODES",
    "LANGUAGES",
    "BadPack",
    "Catalog",
    "Category",
    "Fellowship",
    "Language",
    "MeetingType",
    "UnknownFellowship",
    "Wording",
    "catalog",
    "load_catalog",
]


class UnknownFellowship(KeyError):
    """There is no pack of this id."""


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """The fellowships by id, in their order.

    `concepts` maps a sense to every (fellowship id, code) that has it, "gay" to AA's G and LGBTQ
    alike. `fellowship_names` maps folded names, short names and aliases to ids.
    """

    fellowships: dict[str, Fellowship]
    concepts: dict[str, tuple[tuple[str, str], ...]]
    fellowship_names: dict[str, str]
    words: dict[str, dict[str, str]]

    def get(self, fellowship_id: str) -> Fellowship:
        """Return the fellowship. Raise UnknownFellowship when there is no such pack."""
        try:
            return self.fellowships[fellowship_id]
        except KeyError:
            known = ", ".join(self.fellowships)
            raise UnknownFellowship(
                f"there is no fellowship '{fellowship_id}', use one of {known}"
            ) from None

    def fellowship_for(self, text: str) -> str | None:
        """Return the id of the fellowship that goes by `text` in any language, or None."""
        return self.fellowship_names.get(fold(text))

    def concept_words(self, language: str) -> dict[str, str]:
        """Return every folded word or phrase that names a concept in `language`, with it."""
        return self.words.get(language.partition("-")[0], self.words["en"])

    def concept_name(self, concept: str, *, language: str) -> str:
        """Return what `concept` is called: as the first type whose own sense it is, else itself."""
        for fellowship_id, code in self.concepts.get(concept, ()):
            each = self.fellowships[fellowship_id].types[code]
            if each.concept == concept:
                return each.name(language)
        return concept


@lru_cache(maxsize=1)
def catalog() -> Catalog:
    """Return the built-in fellowships, read once."""
    return load_catalog(folder=PACKS)


def load_catalog(*, folder: Path) -> Catalog:
    """Return the fellowships in `folder`, one a subfolder.

    Raise BadPack, naming file, line and key, at the first mistake.
    """
    packs = read_packs(folder)
    if not packs:
        raise BadPack(f"{folder}: holds no pack")
    return Catalog(
        fellowships={pack.id: pack for pack in packs},
        concepts=_concepts(packs),
        fellowship_names={fold(name): pack.id for pack in packs for name in pack.known_as()},
        words={language: _concept_words(packs, language) for language in LANGUAGES},
    )


def _concepts(packs: Iterable[Fellowship]) -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for pack in packs:
        for each in pack.types.values():
            for concept in each.concepts:
                found.setdefault(concept, []).append((pack.id, each.code))
    return {concept: tuple(types) for concept, types in found.items()}


def _concept_words(packs: list[Fellowship], language: Language) -> dict[str, str]:
    """Return folded words with their concepts, and names where no word is in the way.

    That a word means one thing only is checked on reading.
    """
    types = [each for pack in packs for each in pack.types.values()]
    found = {fold(word): each.concept for each in types for word in each.words.get(language, ())}
    for each in types:
        found.setdefault(fold(each.names[language]), each.concept)
    return found
