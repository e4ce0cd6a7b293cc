"""Rules read from notes (“1st Sun only”): proposed, and accepted or refused by a person."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from openchair.directory.models import Meeting, RuleProposal
from openchair.directory.scheduling import NeedsAnchor, set_rule
from openchair.sources.models import Source

__all__ = ["AlreadyDecided", "NeedsAnchor", "accept_rule", "propose_rules", "refuse_rule"]


class AlreadyDecided(Exception):
    """Somebody has accepted or refused this proposal already."""


def propose_rules(*, source: Source) -> None:
    """Propose what the notes of the source's meetings say, once; take back what they say no more."""
    meetings = Meeting.objects.filter(source=source, state="in_print", rule="").exclude(
        rule_hint=""
    )
    hinted = list(meetings.values_list("pk", "rule_hint", "rule_evidence"))
    RuleProposal.objects.bulk_create(
        [
            RuleProposal(meeting_id=pk, rule=rule, evidence=evidence)
            for pk, rule, evidence in hinted
        ],
        batch_size=500,
        ignore_conflicts=True,
    )
    standing = {(pk, rule) for pk, rule, _ in hinted}
    for proposal in RuleProposal.objects.filter(meeting__source=source, state="proposed"):
        if (proposal.meeting_id, proposal.rule) not in standing:
            proposal.delete()


@transaction.atomic
def accept_rule(
    *, proposal: RuleProposal, now: datetime, who: str, anchor: date | None = None
) -> Meeting:
    """Make the proposed rule the meeting's. Raises AlreadyDecided, and NeedsAnchor for “every other week” without `anchor`."""
    meeting = proposal.meeting
    if proposal.state != "proposed":
        raise AlreadyDecided
    set_rule(meeting=meeting, rule=proposal.rule, anchor=anchor, now=now, who=who)
    _decide(proposal, "accepted", now)
    return meeting


def refuse_rule(*, proposal: RuleProposal, now: datetime) -> None:
    """Leave the meeting weekly; the notes are still shown beside its time. Raises AlreadyDecided."""
    if proposal.state != "proposed":
        raise AlreadyDecided
    _decide(proposal, "refused", now)


def _decide(proposal: RuleProposal, state: str, now: datetime) -> None:
    proposal.state = state
    proposal.decided_at = now
    proposal.save(update_fields=["state", "decided_at"])
