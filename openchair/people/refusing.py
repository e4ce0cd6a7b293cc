"""What can't be done, with a word for the program and a sentence for the person."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Refusal(Exception):
    """Something that a person asked for and that can't be done. Each kind states its fact beside what raises it."""

    error: ClassVar[str]
    status: ClassVar[int]
    sentence: ClassVar[_StrPromise]
