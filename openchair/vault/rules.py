"""What can be told from a request or a number alone. Pure: no Django, no clock, no rows."""

from __future__ import annotations

import base64
import binascii
import re
from uuid import UUID

# Every age file starts so. Source: https://age-encryption.org/v1, "Header".
AGE_HEADER = b"age-encryption.org/v1\n"
# The longest text people write by hand is far below; a recording does not belong into a document.
MOST_DOCUMENT_BYTES = 1024 * 1024
# A group's key, sealed to one member, is a few hundred bytes.
MOST_WRAPPING_BYTES = 64 * 1024
# Each reader costs a recipient in every version; a larger circle has a group key.
MOST_READERS = 100
# A group of more is no circle that keeps a secret, and a rotation must fit into one request.
MOST_MEMBERS = 500
_VERSION = re.compile(r'"([0-9]{1,9})"|([0-9]{1,9})', re.ASCII)
_KIND = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
# Bech32 of 32 bytes. Source: https://age-encryption.org/v1, "The X25519 recipient type".
_PUBLIC_KEY = re.compile(r"age1[02-9ac-hj-np-z]{58}", re.ASCII)
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


class BadRequest(ValueError):
    """What was sent can't be meant. `what` names the part: a header, a field, the cursor."""

    def __init__(self, what: str) -> None:
        super().__init__(f"can't read {what}")
        self.what = what


def size_class(size: int) -> int:
    """Return log2 of `size` bytes, rounded up: 1025 is 11. A file of one byte is of class 0."""
    return max(size - 1, 0).bit_length()


def looks_like_age(sealed: bytes) -> bool:
    """Say whether the bytes start as an age file does. What follows only its readers can judge."""
    return sealed.startswith(AGE_HEADER)


def parse_if_match(header: str) -> int:
    """Return the version that was read before this save, 0 for a new document. Raises BadRequest."""
    found = _VERSION.fullmatch(header.strip())
    if not found:
        raise BadRequest("If-Match")
    return int(found.group(1) or found.group(2))


def parse_kind(text: object, *, what: str) -> str:
    """Return a document's kind: a slug of at most 40 signs. Raises BadRequest."""
    if not isinstance(text, str) or not _KIND.fullmatch(text):
        raise BadRequest(what)
    return text


def parse_uuid(text: object, *, what: str) -> UUID:
    """Return the UUID in its usual form of 36 signs. Raises BadRequest naming `what`."""
    if isinstance(text, str) and len(text) == 36:
        try:
            return UUID(text)
        except ValueError:
            pass
    raise BadRequest(what)


def parse_readers(header: str | None) -> frozenset[UUID] | None:
    """Return the accounts of X-Readers; None when the header is absent, which leaves readers as they are.

    An empty header means: nobody but the owner. Raises BadRequest.
    """
    if header is None:
        return None
    words = [word.strip() for word in header.split(",") if word.strip()]
    if len(words) > MOST_READERS:
        raise BadRequest("X-Readers")
    return frozenset(parse_uuid(word, what="X-Readers") for word in words)


def parse_number(value: object, *, what: str) -> int:
    """Return a version or an epoch, 1 or more. JSON's true is no number. Raises BadRequest."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value < 2**31:
        raise BadRequest(what)
    return value


def parse_public_key(text: object) -> str:
    """Return an age recipient of the X25519 kind. Raises BadRequest."""
    if not isinstance(text, str) or not _PUBLIC_KEY.fullmatch(text):
        raise BadRequest("public_key")
    return text


def parse_words(text: object, *, most: int, what: str) -> str:
    """Return what a person wrote, at most `most` characters. NUL is refused: PostgreSQL can't store it."""
    if not isinstance(text, str) or len(text) > most or "\x00" in text:
        raise BadRequest(what)
    return text


def decode_bytes(text: object, *, what: str, most: int) -> bytes:
    """Return the bytes of base64url without padding, at most `most` of them. Raises BadRequest."""
    if isinstance(text, str) and len(text) <= most * 4 // 3 + 2 and _BASE64URL.fullmatch(text):
        try:
            decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except binascii.Error:
            raise BadRequest(what) from None
        if len(decoded) <= most:
            return decoded
    raise BadRequest(what)


def encode_bytes(data: bytes) -> str:
    """Return `data` as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def encode_cursor(last: UUID) -> str:
    """Return the cursor of the page that follows the document `last`. Opaque to those who pass it back."""
    return encode_bytes(last.bytes)


def decode_cursor(text: str) -> UUID:
    """Return the document that a cursor stands behind. Raises BadRequest."""
    decoded = decode_bytes(text, what="after", most=16)
    if len(decoded) != 16 or encode_bytes(decoded) != text:
        raise BadRequest("after")
    return UUID(bytes=decoded)
