"""What browsers send as JSON: read to a limit, checked by type, refused by the field's name."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Self, TypeVar
from uuid import UUID

import msgspec
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from openchair.people.refusing import Refusal
from openchair.people.rules import is_public_key

# Room for a key wrapped in every way there is; writing goes to the vault, which has its own limit.
MOST_BYTES = 256 * 1024
MOST_SEALED_BYTES = 64 * 1024
AGE_HEADER = b"age-encryption.org/v1\n"
# 2^17 is a second on a slow telephone; beyond 2^20 (1 GiB of memory) no telephone could sign in again.
LEAST_LOG_N, MOST_LOG_N = 17, 20


class BadBody(Refusal):
    """A body that can't be meant. Its text names the field."""

    error = "bad-request"
    status = 400
    sentence = _("This page and the server don't understand each other. Reload the page.")


class NotJson(Refusal):
    """A body of another kind: a form of another site can send those without asking, but not JSON."""

    error = "not-json"
    status = 415
    sentence = _("This page and the server don't understand each other. Reload the page.")


class BodyTooLarge(Refusal):
    """More than anybody's keys need."""

    error = "too-large"
    status = 413
    sentence = _("That is more than can be kept here. Make it shorter and try again.")


class Decoded(bytes):
    """Bytes that travel as base64url without padding."""

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the bytes of `text`. Raises ValueError saying what it should have been."""
        try:
            decoded = cls(base64.b64decode(text + "=" * (-len(text) % 4), "-_", validate=True))
        except (binascii.Error, ValueError):
            raise ValueError("Expected base64url without padding") from None
        decoded.check()
        return decoded

    def check(self) -> None:
        """Raise ValueError unless these bytes can be meant."""


class Salt(Decoded):
    """The 16 bytes of an account's salt."""

    def check(self) -> None:
        """Raise ValueError unless there are 16."""
        _expect_length(self, 16)


class Auth(Decoded):
    """The 32 bytes that prove a passphrase or a recovery code."""

    def check(self) -> None:
        """Raise ValueError unless there are 32."""
        _expect_length(self, 32)


class FileKey(Decoded):
    """The 16 bytes that open one age file, or none."""

    def check(self) -> None:
        """Raise ValueError unless there are 16 or none."""
        if self:
            _expect_length(self, 16)


class SealedKey(Decoded):
    """An age file that holds somebody's keyring, or nothing."""

    def check(self) -> None:
        """Raise ValueError unless it begins as an age file does and is of a size that keys have."""
        if self and not self.startswith(AGE_HEADER):
            raise ValueError("Expected an age file")
        if len(self) > MOST_SEALED_BYTES:
            raise ValueError(f"Expected at most {MOST_SEALED_BYTES} bytes")


class PublicKey(str):
    """An age recipient."""

    __slots__ = ()

    @classmethod
    def of(cls, text: str) -> Self:
        """Return `text` as a key. Raises ValueError unless it has the form of one."""
        if not is_public_key(text=text):
            raise ValueError("Expected an age recipient (age1…)")
        return cls(text)


class Body(msgspec.Struct, kw_only=True):
    """What a browser sends. Fields that are unknown are left aside: an older page may send more than is asked."""


Kind = TypeVar("Kind", bound=Body)


def read_body(*, request: HttpRequest, kind: type[Kind]) -> Kind:
    """Return the request's JSON body. Raises NotJson, BodyTooLarge, or BadBody naming the field."""
    if request.content_type != "application/json":
        raise NotJson
    raw = request.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise BodyTooLarge
    try:
        return msgspec.json.decode(raw, type=kind, dec_hook=_decode_field)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadBody(str(error)) from None


def encode(data: bytes | memoryview) -> str:
    """Return bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def as_uuid(text: str) -> UUID | None:
    """Return the id that `text` is, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _decode_field(kind: type[Any], value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("Expected text")
    return kind.of(value)


def _expect_length(data: bytes, length: int) -> None:
    if len(data) != length:
        raise ValueError(f"Expected {length} bytes, got {len(data)}")
