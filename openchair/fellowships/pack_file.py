"""A TOML file of a pack that knows its lines, so that every refusal says where."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import msgspec

_T = TypeVar("_T")
_BARE_OR_QUOTED = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
_HEADER = re.compile(r"^\s*\[\[?([^\[\]]+)\]\]?\s*(?:#.*)?$")
_ASSIGNMENT = re.compile(rf"^\s*({_BARE_OR_QUOTED}(?:\s*\.\s*{_BARE_OR_QUOTED})*)\s*=")
_KEY_PART = re.compile(r""""([^"]*)"|'([^']*)'|([\w-]+)""")


class BadPack(ValueError):
    """A pack can't be read as meant. `aa/types.toml:41: 'category' …` says where."""


class PackFile(msgspec.Struct, frozen=True, kw_only=True):
    """A TOML file, read. `label` is how refusals call it: folder and name."""

    label: str
    text: str
    data: dict[str, Any]

    def refuse(self, keys: tuple[str, ...], reason: str) -> NoReturn:
        """Raise BadPack for the value at `keys`, outermost first."""
        of = f" of {'.'.join(keys[:-1])}" if len(keys) > 1 else ""
        line = line_of(text=self.text, keys=keys)
        raise BadPack(f"{self.label}:{line}: '{keys[-1]}'{of} {reason}")

    def table(self, key: str) -> dict[str, Any]:
        """Return the table `key`, empty when absent. Raise BadPack when it is no table."""
        value = self.data.get(key, {})
        if not isinstance(value, dict):
            self.refuse((key,), "must be a table")
        return value

    def convert(self, keys: tuple[str, ...], raw: object, kind: type[_T]) -> _T:
        """Return `raw`, found at `keys`, as a `kind`. Raise BadPack at the key that doesn't fit."""
        try:
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            inner, reason = _place_and_reason(str(error))
            self.refuse((*keys, *inner) or ("file",), f"does not fit: {reason}")


def open_pack_file(path: Path, *, label: str = "") -> PackFile:
    """Return the TOML file at `path`. Raise BadPack when it is missing, not UTF-8 or not TOML."""
    label = label or f"{path.parent.name}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadPack(f"{label}: is missing") from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise BadPack(f"{label}:{line}: is not UTF-8 text") from None
    try:
        return PackFile(label=label, text=text, data=tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadPack(_syntax_refusal(label, text, str(error))) from None


def line_of(*, text: str, keys: tuple[str, ...]) -> int:
    """Return the line, from 1, of TOML `text` that comes closest to the value at `keys`.

    That is its own line, else the one of the innermost table around it, else the first.
    """
    best_line, best_depth = 1, 0
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            here = table = _split_key(header[1])
        elif assignment := _ASSIGNMENT.match(line):
            here = (*table, *_split_key(assignment[1]))
        else:
            continue
        depth = min(len(here), len(keys))
        if depth > best_depth and here[:depth] == keys[:depth]:
            best_line, best_depth = number, depth
    return best_line


def _place_and_reason(message: str) -> tuple[tuple[str, ...], str]:
    """Split msgspec's "Expected `str`, got `int` - at `$.names[...]`" into keys and reason."""
    reason, _, place = message.partition(" - at ")
    keys = tuple(re.findall(r"[a-z_]\w*", place.removeprefix("`key` in ").removeprefix("key in ")))
    if named := re.search(r"(?:unknown|required) field `(\w+)`", reason):
        keys = (*keys, named[1])
    return keys, f"{reason[:1].lower()}{reason[1:]}"


def _syntax_refusal(label: str, text: str, message: str) -> str:
    """Return a refusal out of tomllib's message, whose words alone hold the line until 3.14."""
    lines = text.splitlines() or [""]
    found = re.search(r"\(at line (\d+), column \d+\)", message)
    number = min(int(found[1]), len(lines)) if found else len(lines)
    reason = re.sub(r"\s*\(at [^)]*\)$", "", message)
    quoted = lines[number - 1].strip()[:60]
    return f"{label}:{number}: '{quoted}' is not TOML: {reason[:1].lower()}{reason[1:]}"


def _split_key(dotted: str) -> tuple[str, ...]:
    return tuple("".join(parts) for parts in _KEY_PART.findall(dotted))
