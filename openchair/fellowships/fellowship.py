"""What a fellowship is: its names, its wording and the types of its meetings. Values only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeVar

import msgspec

from openchair.lib.folding import fold

Language = Literal["en", "es", "fr"]
Category = Literal["access", "format", "community", "feature", "language"]
BmltKind = Literal["", "FC1", "FC2", "FC3", "O", "LANG"]

_T = TypeVar("_T")

LANGUAGES: tuple[Language, ...] = ("en", "es", "fr")

# These say how a meeting is attended, not what kind it is; importers make attendance of them.
ATTENDANCE_CODES = frozenset({"ONL", "TC", "VM", "HY", "HYBR"})

# "Women's Meeting" is the type "Women".
_MEETING_WORDS = frozenset({"meeting", "meetings", "reunion", "reuniones", "reunions", "group"})


class Wording(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fellowship's own words in one language, lower case, to stand inside a sentence of ours.

    `using` is the act it is about ("drinking"), `substance` the thing ("alcohol"); `abstinent`
    describes a person ("sober"), `abstinence` the state; `token` marks days and months,
    `year_token` years.
    """

    member: str
    abstinent: str
    abstinence: str
    start_date: str
    anniversary: str
    token: str
    year_token: str
    sponsor: str
    sponsee: str
    newcomer: str
    leader: str
    home_group: str
    group_decision: str
    setback: str
    using: str
    substance: str
    higher_power: str


class MeetingType(msgspec.Struct, frozen=True, kw_only=True):
    """One type of meeting of one fellowship.

    `code` is its Meeting Guide code there, unless `in_meeting_guide` is false: then it is ours, and
    other programs may not know it. `concept` is the sense it shares with types of other
    fellowships; `also` are wider senses it counts for. `language` is ISO 639-1 for a meeting's
    language, else "". `world_id`, `bmlt_keys` and `bmlt_kind` are the BMLT format of its sense.
    `words` are what a person may type, per language. `in_person_only` types mean nothing for a
    meeting that is only online.
    """

    code: str
    category: Category
    concept: str
    names: dict[Language, str]
    language: str = ""
    world_id: str = ""
    bmlt_keys: tuple[str, ...] = ()
    bmlt_kind: BmltKind = ""
    words: dict[Language, tuple[str, ...]] = {}
    in_person_only: bool = False
    in_meeting_guide: bool = True
    aliases: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        """Return its name in `language`, English where that is not one of ours."""
        return _in_language(self.names, language)

    @property
    def concepts(self) -> tuple[str, ...]:
        """Every sense a search may find it under, its own first."""
        return (self.concept, *self.also)


class TypeIndex(msgspec.Struct, frozen=True, kw_only=True):
    """Ways to a type's code. `by_text` is by folded text, the last two by BMLT key as written."""

    by_code: dict[str, str]
    by_text: dict[str, str]
    by_world_id: dict[str, str]
    by_key: dict[str, str]
    by_language_key: dict[str, str]


class Fellowship(msgspec.Struct, frozen=True, kw_only=True):
    """One fellowship. `meeting_guide_key` is its key among the Meeting Guide plugin's programs."""

    id: str
    order: int
    short_name: str
    meeting_guide_key: str
    names: dict[Language, str]
    short_names: dict[Language, str]
    descriptions: dict[Language, str]
    aliases: tuple[str, ...]
    links: dict[str, str]
    wordings: dict[Language, Wording]
    types: dict[str, MeetingType]
    index: TypeIndex

    def name(self, language: str) -> str:
        """Return its full name in `language`, English where that is not one of ours."""
        return _in_language(self.names, language)

    def short_name_in(self, language: str) -> str:
        """Return what it is called for short in `language`."""
        return _in_language(self.short_names, language) if self.short_names else self.short_name

    def description(self, language: str) -> str:
        """Return what it is, in a few sentences of ours in `language`."""
        return _in_language(self.descriptions, language)

    def wording(self, language: str) -> Wording:
        """Return its own words in `language`."""
        return _in_language(self.wordings, language)

    def known_as(self) -> tuple[str, ...]:
        """Return every name it goes by, in all languages."""
        names = (self.id, self.short_name, *self.names.values(), *self.short_names.values())
        return (*names, *self.aliases)

    def typed_words(self) -> Iterator[tuple[str, Language, str]]:
        """Yield (code, language, word) for every word that a person may type for a type."""
        for code, each in self.types.items():
            for language, words in each.words.items():
                yield from ((code, language, word) for word in words)

    def type_for(self, text: str) -> str | None:
        """Return the code that `text` means here, or None. `text` is a code, a name in any of our
        languages, or an alias.

        A code as written comes before one in another case ("12x12" is no "12X12" elsewhere), and
        codes before names.
        """
        bare = text.strip()
        if bare in self.types:
            return bare
        return self.index.by_code.get(bare.casefold()) or self._type_named(bare)

    def type_for_bmlt(self, *, world_id: str = "", key: str = "", name: str = "") -> str | None:
        """Return the code for a BMLT format, or None when it is unknown, or attendance rather than
        a type.

        The world id travels between servers and comes first. Keys are local habit ("S" is closed in
        Sweden), so the name comes before the key. World id LANG only says that it is a language:
        name, then key, tell which.
        """
        if world_id in ATTENDANCE_CODES or key in ATTENDANCE_CODES:
            return None
        if world_id == "LANG":
            return self._language_for(key=key, name=name)
        return (
            self.index.by_world_id.get(world_id)
            or self._type_named(name)
            or self.index.by_key.get(key)
            or self.index.by_text.get(fold(world_id))
        )

    def _language_for(self, *, key: str, name: str) -> str | None:
        code = self._type_named(name)
        if code and self.types[code].language:
            return code
        return self.index.by_language_key.get(key.upper())

    def _type_named(self, text: str) -> str | None:
        folded = fold(text)
        code = self.index.by_text.get(folded)
        if code:
            return code
        start, _, last = folded.rpartition(" ")
        return self.index.by_text.get(start) if last in _MEETING_WORDS else None


def _in_language(texts: Mapping[Language, _T], language: str) -> _T:
    """Return the text for a language tag such as "fr" or "es-MX"."""
    spoken = language.partition("-")[0]
    return next((texts[known] for known in LANGUAGES if known == spoken), texts["en"])
