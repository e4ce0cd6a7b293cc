"""Read the packs: one folder a fellowship, TOML inside. See docs/adding-a-fellowship.md."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from openchair.fellowships.fellowship import (
    ATTENDANCE_CODES,
    LANGUAGES,
    BmltKind,
    Category,
    Fellowship,
    Language,
    MeetingType,
    TypeIndex,
    Wording,
)
from openchair.fellowships.pack_file import BadPack, PackFile, open_pack_file
from openchair.lib.folding import fold

PACKS = Path(__file__).parent / "packs"

_Said = TypeVar("_Said")

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9+-]*")
_LINK = re.compile(r"https://[^\s/]+/\S*")


class _FellowshipFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    order: int
    short_name: str
    meeting_guide_key: str
    names: dict[Language, str]
    descriptions: dict[Language, str]
    wording: dict[Language, dict[str, Any]]
    links: dict[str, str]
    short_names: dict[Language, str] = {}
    aliases: tuple[str, ...] = ()


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one file says of a type. Its concept, or the pack it is based on, may say the rest."""

    same_as: str = ""
    also: tuple[str, ...] | None = None
    category: Category | None = None
    names: dict[Language, str] = {}
    words: dict[Language, tuple[str, ...]] = {}
    aliases: tuple[str, ...] = ()
    world_id: str = ""
    bmlt: tuple[str, ...] = ()
    bmlt_kind: BmltKind = ""
    in_person_only: bool | None = None
    meeting_guide: bool | None = None


class _LanguageEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    names: dict[Language, str]
    own: tuple[str, ...] = ()
    words: dict[Language, tuple[str, ...]] = {}
    aliases: tuple[str, ...] = ()
    bmlt: tuple[str, ...] = ()
    meeting_guide: bool = True


class _Shared(msgspec.Struct, frozen=True, kw_only=True):
    """What packs share: concepts by slug, languages by ISO code."""

    concepts: dict[str, _Entry]
    languages: dict[str, _LanguageEntry]


def read_packs(folder: Path) -> list[Fellowship]:
    """Return the fellowships of `folder`, one a subfolder, in their order. Raise BadPack at the
    first mistake.

    `_concepts.toml` and `_languages.toml` beside them are what they share; where one lacks, the
    built-in one serves. Other files in a pack's folder (milestones, steps) are for other domains
    and are left alone.
    """
    if not folder.is_dir():
        raise BadPack(f"{folder}: there is no such folder")
    shared = _read_shared(folder)
    packs = [_read_pack(path, shared) for path in sorted(folder.iterdir()) if _is_pack(path)]
    packs.sort(key=lambda pack: (pack.order, pack.id))
    _check_fellowship_names(folder, packs)
    _check_words(folder, packs)
    return packs


def _read_pack(folder: Path, shared: _Shared) -> Fellowship:
    head = open_pack_file(folder / "fellowship.toml")
    about = head.convert((), head.data, _FellowshipFile)
    _check_fellowship(head, about, folder.name)
    file = open_pack_file(folder / "types.toml")
    types = _read_types(folder, file, shared)
    return Fellowship(
        id=about.id,
        order=about.order,
        short_name=about.short_name,
        short_names=about.short_names,
        meeting_guide_key=about.meeting_guide_key,
        names=about.names,
        descriptions=about.descriptions,
        aliases=about.aliases,
        links=about.links,
        wordings={
            language: head.convert(("wording", language), words, Wording)
            for language, words in about.wording.items()
        },
        types=types,
        index=_index(file, types),
    )


def _read_shared(folder: Path) -> _Shared:
    concepts = _open_shared(folder, "_concepts.toml")
    entries = {slug: concepts.convert((slug,), raw, _Entry) for slug, raw in concepts.data.items()}
    for slug, entry in entries.items():
        _check_slug(concepts, (slug,), slug)
        _check_texts(concepts, (slug, "names"), entry.names)
        _check_also(concepts, (slug, "also"), entry, entries)
    languages = _open_shared(folder, "_languages.toml")
    spoken = {
        iso: languages.convert((iso,), raw, _LanguageEntry) for iso, raw in languages.data.items()
    }
    for iso, language in spoken.items():
        _check_texts(languages, (iso, "names"), language.names)
    return _Shared(concepts=entries, languages=spoken)


def _open_shared(folder: Path, name: str) -> PackFile:
    path = folder / name
    return open_pack_file(path if path.is_file() else PACKS / name, label=name)


def _is_pack(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith(("_", "."))


def _read_types(folder: Path, file: PackFile, shared: _Shared) -> dict[str, MeetingType]:
    entries = _entries(folder, file)
    codes = _language_codes(folder, file, shared)
    types = {code: _meeting_type(file, code, entry, shared) for code, entry in entries.items()}
    for iso, language in shared.languages.items():
        code = codes.get(iso, iso.upper())
        if code in types:
            file.refuse(
                ("types", code),
                f"is also the code for the language '{iso}'; give that another under [languages]",
            )
        types[code] = _language_type(code, iso, language)
    return types


def _entries(folder: Path, file: PackFile) -> dict[str, _Entry]:
    """Return what the pack says of each type, laid over what the pack it is based on says."""
    for key in file.data.keys() - {"based_on", "languages", "types"}:
        file.refuse((key,), "is unknown; use based_on, languages, types")
    base = _base_of(folder, file)
    entries = _entries(*base) if base else {}
    for code, raw in file.table("types").items():
        _check_code(file, code)
        shorthand = {"same_as": raw} if isinstance(raw, str) else raw
        entry = file.convert(("types", code), shorthand, _Entry)
        entries[code] = _over(entries[code], entry) if code in entries else entry
    if not entries:
        file.refuse(("types",), "names no type")
    return entries


def _language_codes(folder: Path, file: PackFile, shared: _Shared) -> dict[str, str]:
    base = _base_of(folder, file)
    codes = _language_codes(*base, shared) if base else {}
    for iso, code in file.table("languages").items():
        if iso not in shared.languages:
            file.refuse(("languages", iso), "is no language of _languages.toml")
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            file.refuse(("languages", iso), "must be a code of letters, digits and hyphens")
        codes[iso] = code
    return codes


def _base_of(folder: Path, file: PackFile) -> tuple[Path, PackFile] | None:
    """Return the pack it starts from: one beside it, else a built-in one. A base has no base."""
    if "based_on" not in file.data:
        return None
    name = str(file.data["based_on"])
    _check_slug(file, ("based_on",), name)
    beside = folder.parent / name
    path = beside if (beside / "types.toml").is_file() else PACKS / name
    if not (path / "types.toml").is_file():
        file.refuse(("based_on",), f"names no pack: '{name}'")
    base = open_pack_file(path / "types.toml")
    if "based_on" in base.data:
        file.refuse(("based_on",), f"names '{name}', which is based on another itself")
    return path, base


def _meeting_type(file: PackFile, code: str, entry: _Entry, shared: _Shared) -> MeetingType:
    keys = ("types", code)
    if entry.same_as in shared.concepts:
        entry = _over(shared.concepts[entry.same_as], entry)
    elif entry.same_as and not entry.names:
        # Without names of its own it must have meant a shared concept and misspelt it.
        key = keys if file.data.get("types", {}).get(code) == entry.same_as else (*keys, "same_as")
        file.refuse(key, f"names no concept of _concepts.toml: '{entry.same_as}'")
    if entry.category is None:
        file.refuse((*keys, "category"), "is missing")
    _check_texts(file, (*keys, "names"), entry.names)
    _check_also(file, (*keys, "also"), entry, shared.concepts)
    return MeetingType(
        code=code,
        category=entry.category,
        concept=entry.same_as or code.lower(),
        names=entry.names,
        world_id=entry.world_id,
        bmlt_keys=entry.bmlt,
        bmlt_kind=entry.bmlt_kind,
        words=entry.words,
        in_person_only=bool(entry.in_person_only),
        in_meeting_guide=entry.meeting_guide is not False,
        aliases=entry.aliases,
        also=entry.also or (),
    )


def _language_type(code: str, iso: str, language: _LanguageEntry) -> MeetingType:
    return MeetingType(
        code=code,
        category="language",
        concept=f"language-{iso}",
        names=language.names,
        language=iso,
        world_id="LANG",
        bmlt_keys=(iso.upper(), *(key for key in language.bmlt if key != iso.upper())),
        bmlt_kind="LANG",
        words={each: (*language.words.get(each, ()), *language.own) for each in LANGUAGES},
        in_meeting_guide=language.meeting_guide,
        aliases=language.aliases,
    )


def _over(below: _Entry, above: _Entry) -> _Entry:
    """Return `below` with everything that `above` says instead. Words and aliases add up."""
    return _Entry(
        same_as=above.same_as or below.same_as,
        also=_first(above.also, below.also),
        category=above.category or below.category,
        names=below.names | above.names,
        words={
            each: (*below.words.get(each, ()), *above.words.get(each, ())) for each in LANGUAGES
        },
        aliases=(*below.aliases, *above.aliases),
        world_id=above.world_id or below.world_id,
        bmlt=above.bmlt or below.bmlt,
        bmlt_kind=above.bmlt_kind or below.bmlt_kind,
        in_person_only=_first(above.in_person_only, below.in_person_only),
        meeting_guide=_first(above.meeting_guide, below.meeting_guide),
    )


def _first(above: _Said | None, below: _Said | None) -> _Said | None:
    return below if above is None else above


def _index(file: PackFile, types: Mapping[str, MeetingType]) -> TypeIndex:
    """Return the ways to each type. Raise BadPack when one text would mean two types."""
    own = [each for each in types.values() if not each.language]
    spoken = [each for each in types.values() if each.language]
    language_keys = {key: each.code for each in spoken for key in each.bmlt_keys}
    by_key = _unique(file, ((each.code, "bmlt", key) for each in own for key in each.bmlt_keys))
    world_ids = ((each.code, "world_id", each.world_id) for each in own if each.world_id)
    return TypeIndex(
        by_code=_unique(file, ((code, "code", code.casefold()) for code in types)),
        # From weak to strong: a language's usual keys ("ES" where Spanish is S), names, and the
        # codes with other punctuation ("AL AN", "[O]").
        by_text={fold(key): code for key, code in language_keys.items()}
        | _unique(file, _texts(types))
        | {fold(code): code for code in types},
        by_world_id=_unique(file, world_ids),
        by_key=language_keys | by_key,
        by_language_key=language_keys,
    )


def _texts(types: Mapping[str, MeetingType]) -> Iterable[tuple[str, str, str]]:
    for each in types.values():
        yield from ((each.code, "names", fold(name)) for name in each.names.values())
        yield from ((each.code, "aliases", fold(alias)) for alias in each.aliases)
        for words in each.words.values():
            yield from ((each.code, "words", fold(word)) for word in words)


def _unique(file: PackFile, claims: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """Return text → code of claims (code, key, text). Raise BadPack when two types claim one."""
    found: dict[str, str] = {}
    for code, key, text in claims:
        owner = found.setdefault(text, code)
        if owner != code:
            file.refuse(("types", code, key), f"holds '{text}', which means {owner} already")
    return found


def _check_fellowship(file: PackFile, about: _FellowshipFile, folder: str) -> None:
    _check_slug(file, ("id",), about.id)
    if about.id != folder:
        file.refuse(("id",), f"must be the folder's name, '{folder}', and is '{about.id}'")
    _check_texts(file, ("names",), about.names)
    _check_texts(file, ("descriptions",), about.descriptions)
    if about.short_names:
        about.short_names.setdefault("en", about.short_name)
        _check_texts(file, ("short_names",), about.short_names)
    for language in LANGUAGES:
        if language not in about.wording:
            file.refuse(("wording", language), "is missing")
    if "official" not in about.links:
        file.refuse(("links", "official"), "is missing")
    for kind, link in about.links.items():
        if not _LINK.fullmatch(link):
            file.refuse(("links", kind), f"must be an https:// address and is '{link}'")


def _check_slug(file: PackFile, keys: tuple[str, ...], slug: str) -> None:
    if not _SLUG.fullmatch(slug):
        file.refuse(keys, f"must hold small letters, digits and hyphens and is '{slug}'")


def _check_code(file: PackFile, code: str) -> None:
    if code.upper() in ATTENDANCE_CODES:
        file.refuse(("types", code), "says how a meeting is attended and is no type")
    if not _CODE.fullmatch(code):
        file.refuse(("types", code), "must hold letters, digits, hyphens and plus signs")


def _check_texts(file: PackFile, keys: tuple[str, ...], texts: Mapping[Language, str]) -> None:
    for language in LANGUAGES:
        if not texts.get(language, "").strip():
            file.refuse((*keys, language), "is missing")


def _check_also(
    file: PackFile, keys: tuple[str, ...], entry: _Entry, concepts: Mapping[str, _Entry]
) -> None:
    for concept in entry.also or ():
        if concept not in concepts:
            file.refuse(keys, f"names no concept of _concepts.toml: '{concept}'")


def _check_fellowship_names(folder: Path, packs: Iterable[Fellowship]) -> None:
    """Raise BadPack when two fellowships go by one name."""
    owners: dict[str, str] = {}
    for pack in packs:
        for name in pack.known_as():
            owner = owners.setdefault(fold(name), pack.id)
            if owner != pack.id:
                key = "aliases" if name in pack.aliases else "names"
                file = open_pack_file(folder / pack.id / "fellowship.toml")
                file.refuse((key,), f"holds '{name}', which means {owner} already")


def _check_words(folder: Path, packs: Iterable[Fellowship]) -> None:
    """Raise BadPack when a word that people type would mean one thing here and another there."""
    meanings: dict[tuple[str, str], str] = {}
    for pack in packs:
        for code, language, word in pack.typed_words():
            concept = pack.types[code].concept
            meaning = meanings.setdefault((language, fold(word)), concept)
            if meaning != concept:
                file = open_pack_file(folder / pack.id / "types.toml")
                keys = ("types", code, "words", language)
                file.refuse(keys, f"holds '{word}', which means '{meaning}' already")
