"""Sealed documents: save a version, find and fetch what one may read, erase.

What the owner may count on: a save is stored whole or not at all; the same save sent twice is one version; a save
that has not read the newest version is refused and overwrites nothing. What a reader may count on: what they fetch is
what was stored. What nobody may learn: whether a document exists that they may not read.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Length

from openchair.people.models import Account
from openchair.vault import rules, sharing
from openchair.vault.models import Document, Grant, Version

# A page of the list is some 30 kB of JSON; a member with more documents asks again.
PAGE_SIZE = 200
INDEX_KIND = "index"


class NoSuchDocument(Exception):
    """There is none, or none that this account may see. The two look the same."""


class Conflict(Exception):
    """Somebody saved since: `version` is the newest. Nothing was stored."""

    def __init__(self, version: int) -> None:
        super().__init__(f"the newest version is {version}")
        self.version = version


class IndexExists(Exception):
    """The account has an index already, made on another device: read that one."""

    def __init__(self, *, document_id: UUID, version: int) -> None:
        super().__init__("the index exists")
        self.document_id = document_id
        self.version = version


class SaveKeyUsed(Exception):
    """Other bytes were stored under this save's key. Saying yes would lose these."""

    def __init__(self, version: int) -> None:
        super().__init__(f"version {version} was stored under this key")
        self.version = version


class KindDiffers(Exception):
    """A document keeps its kind."""


class KitUntested(Exception):
    """The recovery kit was never tried: what is written now could be lost with a passphrase."""


class TooLarge(Exception):
    """More than MOST_DOCUMENT_BYTES."""


class NotAgeFile(Exception):
    """The bytes are no age file: nobody could open them, or everybody could read them."""


class VaultFull(Exception):
    """The account's writing takes all the room that the operator gives it (VAULT_MOST_MB)."""


class ListedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document in a list. `version` and `day` are the newest that whoever asks may read.

    `readers` are the current ones for the owner; a reader is shown nobody but themselves.
    """

    id: UUID
    kind: str
    owner: UUID
    version: int
    day: date
    readers: list[UUID]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Documents in the order of their ids; `next` is the cursor of the page after, or empty."""

    documents: list[ListedDocument]
    next: str


def save_document(
    *,
    account: Account,
    document_id: UUID,
    kind: str,
    read_version: int,
    save_key: UUID,
    sealed: bytes,
    readers: frozenset[UUID] | None,
    today: date,
) -> int:
    """Store the version after `read_version` (0: a new document) and return its number.

    Asked again with the same `save_key` and bytes it returns the same number and stores nothing. `readers` None leaves
    the readers as they are. Raises TooLarge, NotAgeFile, KitUntested, NoSuchDocument, Conflict, IndexExists,
    SaveKeyUsed, KindDiffers, VaultFull and sharing.CannotShare; nothing is stored then.
    """
    _refuse_bytes(sealed)
    if account.kit_confirmed_on is None:
        raise KitUntested
    with transaction.atomic():
        document = _lock_document(account, document_id, kind, read_version, today)
        if (repeated := _repeated_save(document, save_key, sealed)) is not None:
            return repeated
        _refuse_save(document, kind, read_version, len(sealed))
        return _store_version(document, save_key, sealed, readers, today)


def list_documents(*, account: Account, after: UUID | None = None, kind: str | None = None) -> Page:
    """Return a page of what `account` may read, in the order of ids.

    Whatever exists from the first page to the last is on exactly one page, whatever else comes or goes between.
    """
    rows = Document.objects.visible_to(account).order_by("pk")
    if kind:
        rows = rows.filter(kind=kind)
    if after:
        rows = rows.filter(pk__gt=after)
    newest = Version.objects.visible_to(account).filter(document=OuterRef("pk")).order_by("-number")
    found = list(
        rows.annotate(
            seen=Subquery(newest.values("number")[:1]), seen_on=Subquery(newest.values("day")[:1])
        )
        .filter(seen__isnull=False)
        .values_list("pk", "kind", "owner", "seen", "seen_on")[: PAGE_SIZE + 1]
    )
    page = found[:PAGE_SIZE]
    readers = _readers_shown(account, [row[0] for row in page])
    documents = [
        ListedDocument(
            id=pk, kind=slug, owner=owner, version=number, day=day, readers=readers.get(pk, [])
        )
        for pk, slug, owner, number, day in page
    ]
    return Page(
        documents=documents, next=rules.encode_cursor(page[-1][0]) if len(found) > PAGE_SIZE else ""
    )


def find_version(*, account: Account, document_id: UUID, number: int | None = None) -> Version:
    """Return a version that `account` may read, the newest of those unless `number` says. Raises NoSuchDocument."""
    rows = Version.objects.visible_to(account).filter(document=document_id)
    if number is not None:
        rows = rows.filter(number=number)
    found = rows.select_related("document").order_by("-number").first()
    if found is None:
        raise NoSuchDocument
    return found


def list_versions(*, account: Account, document_id: UUID) -> list[tuple[int, date, int]]:
    """Return number, day and size class of what `account` may read, oldest first. Raises NoSuchDocument."""
    rows = Version.objects.visible_to(account).filter(document=document_id)
    found = list(rows.order_by("number").values_list("number", "day", "size_class"))
    if not found:
        raise NoSuchDocument
    return found


def erase_document(*, account: Account, document_id: UUID, version: int) -> None:
    """Erase an own document with all its versions and grants. `version` is the newest one read.

    Raises NoSuchDocument (also when it is erased already) and Conflict: nobody erases what they have not seen.
    """
    with transaction.atomic():
        document = _own_locked(account, document_id)
        if document.version != version:
            raise Conflict(document.version)
        document.delete()


def sealed_bytes(*, document_id: UUID, version: int, reader: Account) -> bytes:
    """Return a version as stored, for a report by somebody it was given to. Raises NoSuchDocument.

    Blocks do not count here: whoever was hurt blocks first and reports then.
    """
    rows = Version.objects.given_to(reader).filter(document=document_id, number=version)
    found = rows.values_list("sealed", flat=True).first()
    if found is None:
        raise NoSuchDocument
    return bytes(found)


def bytes_stored(*, account: Account) -> int:
    """Return how many bytes the versions of the account's own documents take."""
    rows = Version.objects.filter(document__owner=account)
    return rows.aggregate(total=Sum(Length("sealed")))["total"] or 0


def _refuse_bytes(sealed: bytes) -> None:
    if len(sealed) > rules.MOST_DOCUMENT_BYTES:
        raise TooLarge
    if not rules.looks_like_age(sealed):
        raise NotAgeFile


def _lock_document(
    account: Account, document_id: UUID, kind: str, read_version: int, today: date
) -> Document:
    try:
        return _own_locked(account, document_id)
    except NoSuchDocument:
        if read_version:
            raise
    try:
        # A savepoint of its own: PostgreSQL gives the whole transaction up otherwise.
        with transaction.atomic():
            return Document.objects.create(id=document_id, owner=account, kind=kind, day=today)
    except IntegrityError:
        # The same save on its way twice, another device's index, or the id of somebody else's document.
        _refuse_second_index(account, document_id, kind)
        return _own_locked(account, document_id)


def _own_locked(account: Account, document_id: UUID) -> Document:
    """Return an own document, locked until the transaction ends. On SQLite the transaction itself is the lock."""
    rows = Document.objects.editable_by(account).select_for_update()
    found = rows.filter(pk=document_id).first()
    if found is None:
        raise NoSuchDocument
    # The owner is who asks: no second look at the account.
    found.owner = account
    return found


def _refuse_second_index(account: Account, document_id: UUID, kind: str) -> None:
    if kind != INDEX_KIND:
        return
    rows = Document.objects.editable_by(account).filter(kind=INDEX_KIND).exclude(pk=document_id)
    if other := rows.first():
        raise IndexExists(document_id=other.pk, version=other.version)


def _repeated_save(document: Document, save_key: UUID, sealed: bytes) -> int | None:
    found = document.versions.filter(save_key=save_key).first()
    if found is None:
        return None
    if bytes(found.sealed) != sealed:
        raise SaveKeyUsed(found.number)
    return found.number


def _refuse_save(document: Document, kind: str, read_version: int, size: int) -> None:
    if document.version != read_version:
        raise Conflict(document.version)
    if document.kind != kind:
        raise KindDiffers
    if bytes_stored(account=document.owner) + size > settings.VAULT_MOST_MB * 1024 * 1024:
        raise VaultFull


def _store_version(
    document: Document,
    save_key: UUID,
    sealed: bytes,
    readers: frozenset[UUID] | None,
    today: date,
) -> int:
    number = document.version + 1
    sharing.change_readers(document=document, readers=readers, version=number, today=today)
    Version.objects.create(
        document=document,
        number=number,
        sealed=sealed,
        size_class=rules.size_class(len(sealed)),
        day=today,
        save_key=save_key,
    )
    document.version, document.day = number, today
    document.save(update_fields=["version", "day"])
    return number


def _readers_shown(account: Account, documents: list[UUID]) -> dict[UUID, list[UUID]]:
    grants = Grant.objects.filter(document__in=documents, until_version__isnull=True)
    rows = grants.order_by("account").values_list("document", "document__owner", "account")
    shown: dict[UUID, list[UUID]] = {}
    for document, owner, reader in rows:
        if account.pk in {owner, reader}:
            shown.setdefault(document, []).append(reader)
    return shown
