"""Bytes into text, text into JSON values: tolerant of what spreadsheets and scripts really write, bounded for the rest."""

from __future__ import annotations

import codecs
import json
import math
import re

import charset_normalizer
import msgspec

from openchair.directory.listing import Problem

BLANKS = b" \t\r\n\x0b\x0c"
# What office programs write when they do not write UTF-8; anything wider makes the guess slow and wild.
_OLD_ENCODINGS = ["cp1252", "cp1250", "cp1251", "mac_roman", "cp1253", "cp1254", "shift_jis"]
_GUESS_BYTES = 16_384
_UTF_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_JSONP = re.compile(
    r"\s*(?:/\*\*/\s*)?[A-Za-z_$][\w$.\[\]\"']{0,100}\s*\((.*)\)\s*;?\s*", re.DOTALL
)
_SURROGATE = re.compile("[\ud800-\udfff\0]")
# Longer whole numbers are identifiers or mischief; kept as text, because turning them into numbers takes quadratic time.
_LONGEST_INTEGER = 18


class CannotRead(ValueError):
    """Nothing can be made of a source. The message is a sentence for the person who brought it."""


def shorten(value: object) -> str:
    """Return `value` as text of at most 200 characters, as problems carry it."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 200 else text[:199] + "…"


def decode_text(*, data: bytes) -> tuple[str, list[Problem]]:
    """Return the text of `data` and what had to be guessed to read it. Raise CannotRead when it is empty or no text."""
    if not data.strip(BLANKS):
        raise CannotRead("The file is empty.")
    text, problems = _decode(data)
    if "\0" in text:
        problems.append(
            _note("nul-removed", f"{text.count(chr(0))} NUL characters were left out of the text.")
        )
        text = text.replace("\0", "")
    _refuse_binary(text)
    return text.removeprefix("\ufeff"), problems


def decode_json(*, data: bytes) -> tuple[object, list[Problem]]:
    """Return the value of a JSON file, of JSON with a callback around it, or the list of a file with one value a line.

    NaN and infinities become None. Of a key given twice in one object the last value stays, as in every reader of JSON.
    Raise CannotRead, with line and column, when the text breaks off or is no JSON.
    """
    try:
        body = data.removeprefix(codecs.BOM_UTF8)
        value = msgspec.json.decode(body)
        # PostgreSQL refuses NUL in text, and nobody means one.
        return (_clean(value) if b"\\u0000" in body else value), []
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pass
    except RecursionError:
        raise _too_deep() from None
    try:
        return _decode_leniently(data)
    except RecursionError:
        raise _too_deep() from None


def _decode_leniently(data: bytes) -> tuple[object, list[Problem]]:
    text, problems = decode_text(data=data)
    wrapped = _JSONP.fullmatch(text) if text.lstrip()[:1] not in ("[", "{") else None
    if wrapped:
        text = wrapped[1]
    try:
        return _clean(_loads(text)), problems
    except json.JSONDecodeError as error:
        values = _one_value_a_line(text) if "{" in text[:100] else []
        if len(values) > 1:
            return values, problems
        raise CannotRead(
            f"This is not whole JSON: {error.msg.lower()} at line {error.lineno}, column {error.colno}. "
            "Nothing was read, because the rest of the meetings would look as if they had ended."
        ) from None


def _loads(text: str) -> object:
    value: object = json.loads(
        text,
        strict=False,
        parse_constant=lambda _: None,
        parse_int=lambda digits: int(digits) if len(digits) <= _LONGEST_INTEGER else digits,
        parse_float=_finite,
    )
    return value


def _finite(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _one_value_a_line(text: str) -> list[object]:
    """Return the values of a file with one JSON object a line (mongoexport, logs), [] when it is none. A bad line is its text."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or not lines[0].lstrip().startswith("{"):
        return []
    values: list[object] = []
    for line in lines:
        try:
            values.append(_clean(_loads(line.rstrip().rstrip(","))))
        except json.JSONDecodeError:
            values.append(line)
    readable = sum(isinstance(value, dict) for value in values)
    return values if readable * 2 > len(values) else []


def _clean(value: object) -> object:
    """Return `value` without lone surrogates and NUL, which no database takes."""
    if isinstance(value, str):
        return _SURROGATE.sub("", value) if _SURROGATE.search(value) else value
    if isinstance(value, list):
        return [_clean(member) for member in value]
    if isinstance(value, dict):
        return {str(_clean(key)): _clean(member) for key, member in value.items()}
    return value


def _decode(data: bytes) -> tuple[str, list[Problem]]:
    for mark, encoding in _UTF_BOMS:
        if data.startswith(mark):
            return _replacing(data[len(mark) :], encoding)
    unmarked = _utf16_without_mark(data)
    if unmarked:
        return _replacing(data, unmarked)
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        return _decode_old(data)


def _replacing(data: bytes, encoding: str) -> tuple[str, list[Problem]]:
    text = data.decode(encoding, "replace")
    damaged = text.count("\ufffd")
    if not damaged:
        return text, []
    reason = f"{damaged} characters are damaged; they show as \ufffd."
    return text, [_note("encoding-damaged", reason, encoding)]


def _utf16_without_mark(data: bytes) -> str:
    head = data[:400]
    halves = {"utf-16-be": head[0::2], "utf-16-le": head[1::2]}
    for encoding, half in halves.items():
        if len(head) >= 8 and half.count(0) > 0.6 * len(half) and head.count(0) < 0.6 * len(head):
            return encoding
    return ""


def _decode_old(data: bytes) -> tuple[str, list[Problem]]:
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    wide = len(text) - len(text.encode("ascii", "ignore"))
    # Mostly good UTF-8 with a few broken bytes is broken UTF-8, not another encoding.
    if wide > 5 * damaged:
        return _replacing(data, "utf-8")
    encoding = _guess_encoding(data)
    text = data.decode(encoding, "replace")
    reason = (
        f"The text is not UTF-8. It was read as {encoding}; save it as UTF-8 if letters look wrong."
    )
    return text, [_note("encoding-guessed", reason, encoding)]


def _guess_encoding(data: bytes) -> str:
    # Only the lines that hold such letters tell anything about the encoding.
    telling = b"\n".join(line for line in data[:2_000_000].split(b"\n") if not line.isascii())
    sample = telling[:_GUESS_BYTES]
    found = charset_normalizer.from_bytes(
        sample, cp_isolation=_OLD_ENCODINGS, enable_fallback=False, preemptive_behaviour=False
    )
    best = found.best()
    likeliest = next((match for match in found if match.encoding == "cp1252"), None)
    # Where a few letters could be either, the one that most offices use; another needs to look clearly better.
    if best is None or (
        likeliest
        and likeliest.chaos <= best.chaos + 0.02
        and best.coherence <= likeliest.coherence + 0.1
    ):
        return "cp1252"
    return best.encoding


def _refuse_binary(text: str) -> None:
    head = text[:4096]
    strange = sum(1 for letter in head if letter < " " and letter not in "\t\r\n\x0b\x0c")
    if strange * 20 > len(head):
        raise CannotRead(
            "This is not text. Bring the meetings as JSON, CSV or an Excel workbook (.xlsx)."
        )


def _note(kind: str, reason: str, value: str = "") -> Problem:
    return Problem(row=0, field="", value=value, reason=reason, kind=kind)


def _too_deep() -> CannotRead:
    return CannotRead("The JSON is nested too deeply to be a list of meetings.")
