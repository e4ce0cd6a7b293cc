"""Which fellowship a row is of, and what its types say: codes of the pack, languages, and how it is attended."""

from __future__ import annotations

import re
from functools import cache, lru_cache

import msgspec
from babel import Locale

from openchair.directory.importing import attendance
from openchair.directory.importing.row import Row, line
from openchair.directory.importing.unreadable import Unreadable
from openchair.fellowships.catalog import catalog
from openchair.lib.folding import fold
from openchair.lib.text import one_line

# How `as_raw` says that a listing's fellowship is not one of ours, so that a source's default does not take its place.
NO_FELLOWSHIP = "none"

_ATTENDANCE = {fold(code): code for code in attendance.CODES}
_SEPARATORS = re.compile(r"\s*[,;|\n]\s*")
_WEAK_SEPARATORS = re.compile(r"\s*(?:[/&+]|\band\b|\by\b|\bet\b)\s*")
_HEAD = re.compile(r"\s+[-–—:]\s+|\s*[(—]\s*")
_WRAPPING = " []{}()\"'“”‘’."
_MOST_TYPES = 64
_LONGEST_TYPE = 500
_OPENNESS = {
    **dict.fromkeys(("yes", "true", "1"), "Open"),
    **dict.fromkeys(("no", "false", "0"), "Closed"),
}


def read_fellowship(row: Row) -> None:
    """Read which fellowship a row is of: its own word for it, else the source's."""
    text = row.text("fellowship")
    if not text:
        row.values["fellowship"] = row.defaults.fellowship
        return
    if text == NO_FELLOWSHIP:
        return
    found, rest = _fellowship(text)
    if found:
        row.values["fellowship"] = found
    else:
        row.tell(
            "fellowship",
            kind="fellowship-unknown",
            reason="There is no pack for this fellowship here, so its types can't be read.",
        )
    if rest:
        row.extra.setdefault("fellowship", text)


def read_types(row: Row) -> frozenset[str]:
    """Read types and languages into the row's values; return the codes among them that say how it is attended."""
    fellowship = row.made("fellowship")
    said = _said(
        fellowship,
        _type_texts(row),
        _formats(row),
        _OPENNESS.get(row.text("open").lower(), row.text("open")) if "open" in row.fields else "",
    )
    if said.types:
        row.values["types"] = said.types
    if said.is_open_and_closed:
        row.tell(
            "types",
            kind="open-and-closed",
            reason="This is both open and closed; it is kept as closed.",
            value=row.fields.get("types") or [code for *_, code in _formats(row)],
        )
    languages = said.languages
    if "languages" in row.fields or "language" in row.fields:
        languages = tuple(sorted({*languages, *_stated_languages(row)}))
    if languages or row.defaults.language:
        row.values["languages"] = languages or (row.defaults.language,)
    if said.unknown:
        _keep_unknown(row, said.unknown)
    return said.attended


class _Said(msgspec.Struct, frozen=True):
    """What the types of a row say together."""

    types: tuple[str, ...]
    languages: tuple[str, ...]
    attended: frozenset[str]
    unknown: tuple[str, ...]
    is_open_and_closed: bool


# Few of the thousands of rows in a feed have a set of types that no other has.
@lru_cache(maxsize=8192)
def _said(
    fellowship: str,
    texts: tuple[str, ...],
    formats: tuple[tuple[str, str, str], ...],
    openness: str,
) -> _Said:
    types: set[str] = set()
    languages: set[str] = set()
    attended: set[str] = set()
    unknown: list[str] = []
    words = [word for text in (*texts, openness) for word in _words(fellowship, text)]
    for token, code in [
        *((word, _code_for(fellowship, word)) for word in words),
        *(_bmlt_token(fellowship, *each) for each in formats),
    ]:
        held = _ATTENDANCE.get(fold(token)) if code is None else None
        if held:
            attended.add(held)
        elif code is None:
            unknown.append(token)
        else:
            language = _language_of(fellowship, code)
            (languages if language else types).add(language or code)
    without = _without_open(fellowship, types)
    return _Said(
        types=tuple(sorted(without)),
        languages=tuple(sorted(languages)),
        attended=frozenset(attended),
        unknown=tuple(dict.fromkeys(unknown)),
        is_open_and_closed=len(without) < len(types),
    )


def _type_texts(row: Row) -> tuple[str, ...]:
    value = row.fields.get("types")
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    items = list(value) if isinstance(value, list | tuple | set) else [value]
    if len(items) > _MOST_TYPES:
        row.tell(
            "types",
            kind="too-long",
            reason=f"There are more than {_MOST_TYPES} types, and the rest was cut.",
        )
    texts = []
    for item in items[:_MOST_TYPES]:
        try:
            texts.append(
                item[:_LONGEST_TYPE]
                if isinstance(item, str)
                else ""
                if item is None
                else line(value=item)
            )
        except Unreadable as error:
            row.report("types", error)
    return tuple(texts)


def _formats(row: Row) -> tuple[tuple[str, str, str], ...]:
    """Return BMLT's formats as (world id, key, name)."""
    formats = row.fields.get("bmlt_formats")
    if not isinstance(formats, list | tuple):
        return ()
    return tuple(
        (_text_of(item, "world_id"), _text_of(item, "key"), _text_of(item, "name"))
        for item in formats
        if isinstance(item, dict)
    )


def _text_of(item: dict[str, object], key: str) -> str:
    return one_line(text=str(item.get(key) or ""))


@lru_cache(maxsize=8192)
def _words(fellowship: str, text: str) -> tuple[str, ...]:
    """Return the single types in a text: itself if it is one, else its parts between commas, else between strokes."""
    found: list[str] = []
    for part in (
        [text] if _means(fellowship, text) else _SEPARATORS.split(line(value=text).strip("[]{}"))
    ):
        word = line(value=part).strip(_WRAPPING)
        pieces = (
            [piece for piece in _WEAK_SEPARATORS.split(word) if piece]
            if word and not _means(fellowship, word)
            else []
        )
        if len(pieces) > 1 and all(_means(fellowship, piece) for piece in pieces):
            found += pieces
        elif word:
            found.append(word)
    return tuple(found)


def _means(fellowship: str, text: str) -> bool:
    return fold(text) in _ATTENDANCE or _code_for(fellowship, text) is not None


@lru_cache(maxsize=8192)
def _code_for(fellowship: str, text: str) -> str | None:
    pack = catalog().fellowships.get(fellowship)
    # TC, ONL and their like are no types, whatever else a pack might call so.
    return None if pack is None or fold(text) in _ATTENDANCE else pack.type_for(text)


def _bmlt_token(fellowship: str, world_id: str, key: str, name: str) -> tuple[str, str | None]:
    pack = catalog().fellowships.get(fellowship)
    for word in (world_id, key, name):
        if fold(word) in _ATTENDANCE and (word != key or not world_id):
            return word, None
    code = pack.type_for_bmlt(world_id=world_id, key=key, name=name) if pack else None
    return name or key or world_id, code


@lru_cache(maxsize=4096)
def _language_of(fellowship: str, code: str) -> str:
    pack = catalog().fellowships.get(fellowship)
    return pack.types[code].language if pack and code in pack.types else ""


def _without_open(fellowship: str, types: set[str]) -> set[str]:
    """Return the types without Open where Closed is there too: a stranger must not be sent to a closed door."""
    pack = catalog().fellowships.get(fellowship)
    if pack is None or len(types) < 2:
        return types
    is_open = {code for code in types if pack.types[code].concept == "open"}
    if not is_open or not any(pack.types[code].concept == "closed" for code in types):
        return types
    return types - is_open


def _keep_unknown(row: Row, unknown: tuple[str, ...]) -> None:
    before = row.extra.get("types_unknown")
    known = [str(item) for item in before] if isinstance(before, list) else []
    for token in unknown:
        # Without a pack no type can be known, and that was told once.
        if row.made("fellowship"):
            row.tell(
                "types",
                kind="type-unknown",
                reason="This is not a type of the fellowship. It is kept beside the others.",
                value=token,
            )
        if token not in known:
            known.append(token)
    row.extra["types_unknown"] = known


def _stated_languages(row: Row) -> set[str]:
    found: set[str] = set()
    for key in ("languages", "language"):
        value = row.fields.get(key)
        if value is None:
            continue
        items = value if isinstance(value, list | tuple) else [value]
        for text in (
            part for item in items if isinstance(item, str) for part in _SEPARATORS.split(item)
        ):
            codes = _language_codes(text.strip(_WRAPPING))
            if codes:
                found.update(codes)
            elif text.strip(_WRAPPING):
                row.tell(
                    key,
                    kind="language-unknown",
                    reason="This is not a language that is known here.",
                    value=text,
                )
                row.extra.setdefault(key, value)
    return found


@lru_cache(maxsize=1024)
def _language_codes(text: str) -> tuple[str, ...]:
    names = _language_names()
    for candidate in (text.lower(), text.lower().replace("_", "-").partition("-")[0], fold(text)):
        if candidate in names:
            return (names[candidate],)
    parts = [names.get(fold(part), "") for part in _WEAK_SEPARATORS.split(text)]
    return tuple(parts) if len(parts) > 1 and all(parts) else ()


@cache
def _language_names() -> dict[str, str]:
    """Map ISO 639-1 codes, and names in English, Spanish, French and the language itself, to the code."""
    english = {str(code) for code in Locale("en").languages if len(str(code)) == 2}
    names = {
        fold(str(name)): str(code)
        for tongue in ("fr", "es", "en")
        for code, name in Locale(tongue).languages.items()
        if code in english
    }
    for pack in catalog().fellowships.values():
        for kind in pack.types.values():
            if kind.language:
                for word in (
                    *kind.aliases,
                    *kind.names.values(),
                    *(word for words in kind.words.values() for word in words),
                ):
                    names.setdefault(fold(word), kind.language)
    return names | {code: code for code in english}


@lru_cache(maxsize=1024)
def _fellowship(text: str) -> tuple[str, str]:
    """Return a pack's id and what else stood beside the name: "AA - BIPOC women" is AA, for BIPOC women."""
    found = catalog().fellowship_for(text)
    if found:
        return found, ""
    head, *rest = _HEAD.split(text, maxsplit=1)
    found = catalog().fellowship_for(head)
    return (found, " ".join(rest)) if found else ("", text)
