"""What an operator decides about reports. Logged are deed and report, never a name or a word."""

from __future__ import annotations

import logging

from django.db import transaction

from openchair.people.models import Account, Report, Session

logger = logging.getLogger(__name__)


@transaction.atomic
def close_report(*, report: Report) -> None:
    """Close a report without a further step. Its file and key are deleted: nobody needs to read it again."""
    _decide(report, "closed")
    logger.info("people.report.closed %s", report.id)


@transaction.atomic
def suspend_reported(*, report: Report) -> None:
    """Suspend the account that a report is about, sign it out everywhere, and close the report."""
    account = report.about_account
    if account is not None and not account.is_operator:
        account.is_suspended = True
        account.save(update_fields=["is_suspended"])
        Session.objects.visible_to(account).delete()
    _decide(report, "suspended")
    logger.info("people.report.suspended %s", report.id)


def lift_suspension(*, account: Account) -> None:
    """Let somebody back in."""
    account.is_suspended = False
    account.save(update_fields=["is_suspended"])
    logger.info("people.suspension.lifted %s", account.id)


def _decide(report: Report, decision: str) -> None:
    report.state, report.decision = "closed", decision
    report.sealed, report.file_key = b"", b""
    report.save(update_fields=["state", "decision", "sealed", "file_key"])
