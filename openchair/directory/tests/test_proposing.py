"""Rules read from notes: proposed once, accepted or refused by a person, and kept whatever the source says next."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from openchair.cli import main
from openchair.directory import proposing
from openchair.directory.models import Meeting, RuleProposal
from openchair.directory.proposing import AlreadyDecided, NeedsAnchor
from openchair.directory.publishing import in_print_documents
from openchair.directory.tests.bringing import NOW, bring, directory, history, row, source_named
from openchair.sources.models import Source

FIRST_MONDAY = "FREQ=MONTHLY;BYDAY=1MO"
OTHER_MONDAY = "FREQ=WEEKLY;INTERVAL=2"


@pytest.fixture
def source(db: None, home: Path) -> Source:
    return source_named("Feed")


def monthly(**fields: object) -> dict[str, object]:
    return row("Sunrise", notes="First Monday of the month only.", **fields)


def fortnightly() -> dict[str, object]:
    return row("Sunrise", notes="Meets every other Monday.")


def test_a_note_is_proposed_once_with_its_words(source: Source, tmp_path: Path):
    bring(source, [monthly()], tmp_path)
    bring(source, [monthly(time="08:00")], tmp_path)

    proposal = RuleProposal.objects.get()
    assert (proposal.rule, proposal.state) == (FIRST_MONDAY, "proposed")
    assert "First Monday" in proposal.evidence
    assert Meeting.objects.get().rule == ""


def test_until_somebody_accepts_it_the_meeting_is_weekly(source: Source, tmp_path: Path):
    bring(source, [monthly()], tmp_path)

    (document,) = in_print_documents(now=NOW)
    assert document.occurrences is None
    assert b"First Monday" in document.row


def test_an_accepted_rule_is_the_meetings_and_survives_a_refresh(source: Source, tmp_path: Path):
    bring(source, [monthly()], tmp_path)

    proposing.accept_rule(proposal=RuleProposal.objects.get(), now=NOW, who="Alice")
    assert Meeting.objects.get().rule == FIRST_MONDAY
    assert history()[-1][3:] == ("decided", {"rule": ["", FIRST_MONDAY]})

    bring(source, [monthly(time="08:00")], tmp_path)
    meeting = Meeting.objects.get()
    assert (meeting.rule, meeting.decided) == (FIRST_MONDAY, {"rule": FIRST_MONDAY})
    assert RuleProposal.objects.get().state == "accepted"
    (document,) = in_print_documents(now=NOW)
    assert document.occurrences is not None
    starts = [dt.datetime.fromtimestamp(minute * 60, tz=dt.UTC) for minute in document.occurrences]
    assert all(start.day <= 7 and start.isoweekday() == 1 for start in starts)


def test_accepting_changes_nothing_but_the_rule(source: Source, tmp_path: Path):
    bring(source, [monthly(group="Early Group"), row("Noon", group="Early Group")], tmp_path)
    before = directory()

    proposing.accept_rule(proposal=RuleProposal.objects.get(), now=NOW, who="Alice")

    key = Meeting.objects.get(slug="sunrise").pk
    before["meetings"][key] |= {"rule": FIRST_MONDAY, "decided": {"rule": FIRST_MONDAY}}  # type: ignore[index]
    assert directory() == before


def test_a_refused_rule_is_not_proposed_again(source: Source, tmp_path: Path):
    bring(source, [monthly()], tmp_path)

    proposing.refuse_rule(proposal=RuleProposal.objects.get(), now=NOW)
    bring(source, [monthly(time="08:00")], tmp_path)

    assert RuleProposal.objects.get().state == "refused"
    assert Meeting.objects.get().rule == ""


def test_what_the_notes_say_no_more_is_no_longer_proposed(source: Source, tmp_path: Path):
    bring(source, [monthly()], tmp_path)

    bring(source, [row("Sunrise", notes="Every week again.")], tmp_path)

    assert not RuleProposal.objects.exists()


def test_a_rule_that_the_source_states_itself_is_not_proposed(source: Source, tmp_path: Path):
    bring(source, [monthly(rule="FREQ=MONTHLY;BYDAY=2MO")], tmp_path)

    assert not RuleProposal.objects.exists()
    assert Meeting.objects.get().rule == "FREQ=MONTHLY;BYDAY=2MO"


def test_every_other_week_needs_a_date(source: Source, tmp_path: Path):
    bring(source, [fortnightly()], tmp_path)
    proposal = RuleProposal.objects.get()

    with pytest.raises(NeedsAnchor):
        proposing.accept_rule(proposal=proposal, now=NOW, who="Alice")

    assert Meeting.objects.get().rule == ""
    proposal.refresh_from_db()
    assert proposal.state == "proposed"


def test_every_other_week_counts_from_the_date_given(source: Source, tmp_path: Path):
    bring(source, [fortnightly()], tmp_path)

    proposing.accept_rule(
        proposal=RuleProposal.objects.get(), now=NOW, who="Alice", anchor=dt.date(2026, 3, 9)
    )
    bring(source, [{**fortnightly(), "time": "08:00"}], tmp_path)

    meeting = Meeting.objects.get()
    assert (meeting.rule, meeting.rule_anchor) == (OTHER_MONDAY, dt.date(2026, 3, 9))
    (document,) = in_print_documents(now=NOW)
    assert document.occurrences
    first, second = document.occurrences[:2]
    assert dt.datetime.fromtimestamp(first * 60, tz=dt.UTC) == dt.datetime(2026, 3, 9, 12, tzinfo=dt.UTC)  # fmt: skip
    assert second - first == 14 * 1440


def test_a_decision_is_made_once(source: Source, tmp_path: Path):
    bring(source, [monthly()], tmp_path)
    proposing.refuse_rule(proposal=RuleProposal.objects.get(), now=NOW)
    proposal = RuleProposal.objects.get()

    with pytest.raises(AlreadyDecided):
        proposing.accept_rule(proposal=proposal, now=NOW, who="Bob")
    with pytest.raises(AlreadyDecided):
        proposing.refuse_rule(proposal=proposal, now=NOW)


def test_the_command_shows_proposals_in_words_and_decides(
    source: Source, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    noon = row("Noon", time="12:00", notes="Meets every other Monday.")
    bring(source, [monthly(), noon], tmp_path)

    assert main(["proposals"]) == 0
    out = capsys.readouterr().out
    assert "First Monday of the month" in out
    assert "2 proposals wait." in out

    # All but the one that needs a date.
    assert main(["proposals", "--accept-all"]) == 2
    assert "--held-on" in capsys.readouterr().err
    assert dict(Meeting.objects.values_list("name", "rule")) == {"Sunrise": FIRST_MONDAY, "Noon": ""}  # fmt: skip

    number = str(RuleProposal.objects.get(state="proposed").pk)
    assert main(["proposals", "--accept", number, "--held-on", "2026-03-09"]) == 0
    assert Meeting.objects.get(name="Noon").rule_anchor == dt.date(2026, 3, 9)
    assert main(["proposals", "--refuse", number]) == 2


def test_one_date_does_not_say_which_weeks_all_others_mean(source: Source, tmp_path: Path):
    bring(source, [fortnightly()], tmp_path)

    assert main(["proposals", "--accept-all", "--held-on", "2026-03-09"]) == 2

    assert Meeting.objects.get().rule == ""
