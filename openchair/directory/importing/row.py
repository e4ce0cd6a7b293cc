"""One row on its way into normal form: what it holds, what was made of it so far, and what could not be read."""

from __future__ import annotations

from openchair.directory.importing.unreadable import Unreadable
from openchair.directory.listing import Problem, RawListing, SourceDefaults
from openchair.lib.text import one_line, plain_text

NOTES_LIMIT = 10_000
_LONGEST_VALUE = 200
# What people type into a cell that must not stay empty.
NOTHING = frozenset(
    ("n/a", "na", "none", "null", "-", "--", "tbd", "tba", "nil", "no", "?", "x", "0")
)
_YES = frozenset(("yes", "y", "true", "1", "on", "published", "publish", "si", "sí", "oui", "x"))
_NO = frozenset(
    ("no", "n", "false", "0", "off", "draft", "hidden", "unpublished", "private", "non")
)


class Row:
    """The fields of a RawListing that hold something, the values read from them, and the problems met."""

    __slots__ = ("defaults", "extra", "fields", "problems", "raw", "values")

    def __init__(self, *, raw: RawListing, defaults: SourceDefaults) -> None:
        self.raw = raw
        self.defaults = defaults
        # False and 0 say something; None, "", [] and blanks do not.
        self.fields = {
            key: value
            for key, value in raw.fields.items()
            if (value or value == 0)
            and (value.__class__ is not str or value[0] > " " or value.strip())
        }
        self.extra = dict(raw.extra)
        self.values: dict[str, object] = {}
        self.problems: list[Problem] = []

    def text(self, key: str) -> str:
        """Return a field as one line of plain text, "" when it is not given; reports what is no text."""
        value = self.fields.get(key)
        if value is None:
            return ""
        if value.__class__ is str:
            # The test of `one_line`, without the call: a dozen times a row, and most cells pass it.
            if (
                value.isascii()
                and value.isprintable()
                and "<" not in value
                and "&" not in value
                and "  " not in value
            ):
                return value.strip()
            return one_line(text=value)
        try:
            return one_line(text=_text_of(value))
        except Unreadable as error:
            self.report(key, error)
            return ""

    def yes_or_no(self, key: str) -> bool | None:
        """Return a field that answers yes or no, None when it is not given or says neither, which is reported."""
        value = self.fields.get(key)
        if value is None or isinstance(value, bool):
            return value
        text = self.text(key).lower()
        if text not in _YES and text not in _NO:
            self.tell(key, kind="yes-or-no-unreadable", reason="This is neither yes nor no.")
            return None
        return text in _YES

    def made(self, key: str) -> str:
        """Return a text that was read already, "" when there is none."""
        value = self.values.get(key, "")
        return value if isinstance(value, str) else ""

    def append_note(self, key: str, text: str) -> None:
        """Put a line behind the notes that were read into `key`; tell it where they grow too long."""
        whole = f"{self.made(key)}\n{text}".strip()
        if len(whole) > NOTES_LIMIT:
            self.tell(
                key,
                kind="too-long",
                reason=f"These notes are longer than {NOTES_LIMIT} characters, and were cut.",
                value=text,
            )
        self.values[key] = whole[:NOTES_LIMIT].rstrip()

    def cut(self, key: str, *, most: int) -> str:
        """Cut the text in a field to `most` characters, tell it where that loses something, and return what is left."""
        text = str(self.fields[key])
        if len(text) > most:
            self.tell(
                key, kind="too-long", reason=f"This is longer than {most} characters, and was cut."
            )
            text = text[:most]
            self.fields[key] = text
        return text

    def report(self, key: str, error: Unreadable) -> None:
        """Note that the field `key` could not be read."""
        self.tell(key, kind=error.kind, reason=error.reason)

    def tell(
        self, key: str, *, kind: str, reason: str, value: object = None, is_fatal: bool = False
    ) -> None:
        """Note a problem with the field `key`; its own value is shown unless another is given."""
        shown = str(self.fields.get(key, "") if value is None else value)[:_LONGEST_VALUE]
        self.problems.append(
            Problem(
                row=self.raw.row,
                field=key,
                value=shown,
                reason=reason,
                kind=kind,
                is_fatal=is_fatal,
            )
        )


def line(*, value: object) -> str:
    """Return a cell's value as one line of plain text. Raises Unreadable for lists and objects."""
    return one_line(text=value) if isinstance(value, str) else one_line(text=_text_of(value))


def lines(*, value: object) -> str:
    """Return a cell's value as plain text that keeps its line breaks. Raises Unreadable for lists and objects."""
    return plain_text(text=value) if isinstance(value, str) else plain_text(text=_text_of(value))


def _text_of(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, int) and not -(10**18) < value < 10**18:
        raise Unreadable("text-unreadable", "This number is longer than any that a listing holds.")
    if isinstance(value, list | tuple) and all(isinstance(item, str | int) for item in value):
        return ", ".join(str(item) for item in value if item not in (None, ""))
    if isinstance(value, list | tuple | dict | set):
        raise Unreadable("text-unreadable", "This is a list or an object where a text belongs.")
    return str(value)
