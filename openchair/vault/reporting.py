"""Show a sealed document to the operator: the one file, by its own key, and nothing else."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from openchair.people.models import Account, Report
from openchair.vault import documents
from openchair.vault.models import Document

# More than a person reports in earnest before anybody has read the first; each keeps up to a megabyte.
MOST_OPEN_REPORTS = 20
FILE_KEY_BYTES = 16
MOST_WORDS = 2000


class EnoughReports(Exception):
    """This account has as many open reports as an operator can be asked to read."""


def report_document(
    *,
    account: Account,
    document_id: UUID,
    version: int,
    file_key: bytes,
    words: str,
    today: date,
) -> Report:
    """Keep a report about a version that was given to `account`, with the bytes as they are stored now.

    `file_key` is the 16 bytes that open this one file, or empty: then only `words` are told. Whether the key fits
    shows when the operator's browser opens the file. Raises documents.NoSuchDocument and EnoughReports.
    """
    sealed = documents.sealed_bytes(document_id=document_id, version=version, reader=account)
    if account.reports.filter(state="open").count() >= MOST_OPEN_REPORTS:
        raise EnoughReports
    return Report.objects.create(
        reporter=account,
        about_account_id=Document.objects.values_list("owner", flat=True).get(pk=document_id),
        document_id=document_id,
        version=version,
        # Without its key the file tells an operator nothing, so it isn't kept.
        sealed=sealed if file_key else b"",
        file_key=file_key,
        words=words,
        day=today,
    )
