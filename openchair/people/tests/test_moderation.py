from __future__ import annotations

import logging
import uuid

import pytest

from openchair.people.commands import operator as operator_command
from openchair.people.models import Account, Report, Session
from openchair.people.tests.cast import TODAY, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(alice, bob) -> Report:
    return Report.objects.create(
        reporter=alice,
        about_account=bob,
        document_id=uuid.uuid4(),
        version=3,
        sealed=b"age-encryption.org/v1\nsealed",
        file_key=b"k" * 16,
        words="He won't stop.",
        day=TODAY,
    )


@pytest.fixture
def olgas(operator):
    return signed_in(operator)


def decide(browser, report, decision):
    path = f"/moderation/reports/{report.pk}/decision"
    return browser.client.post(path, {"decision": decision})


def test_reports_are_shown_to_operators_alone(report, alices, bobs, olgas, browser, shown):
    paths = ["/moderation", f"/moderation/reports/{report.pk}/file"]

    for path in paths:
        assert alices.get(path).status_code == 404
        assert bobs.get(path).status_code == 404
        assert browser.get(path).status_code == 302
        assert olgas.get(path).status_code == 200


def test_nobody_but_an_operator_decides(report, alices, bobs):
    for browser in (alices, bobs):
        assert decide(browser, report, "suspend").status_code == 404
        assert browser.client.post(f"/moderation/suspended/{uuid.uuid4()}/lift").status_code == 404
    report.refresh_from_db()
    assert report.state == "open"


def test_an_operator_is_given_the_file_and_its_key_and_not_who_told(
    report,
    alice,
    bob,
    olgas,
    shown,
):
    olgas.get("/moderation")

    row = shown["people/moderation.html"]["reports"][0]
    assert row["file_key"] == "a2tra2tra2tra2tra2traw"
    assert row["about_handle"] == bob.handle
    assert not {alice.handle, str(alice.pk), "Alice"} & {str(value) for value in row.values()}
    assert olgas.get(row["sealed_url"]).content == bytes(report.sealed)


def test_a_closed_report_keeps_neither_file_nor_key(report, olgas, bob):
    assert decide(olgas, report, "close").status_code == 302

    report.refresh_from_db()
    assert (report.state, report.decision) == ("closed", "closed")
    assert (bytes(report.sealed), bytes(report.file_key)) == (b"", b"")
    assert not Account.objects.get(pk=bob.pk).is_suspended
    assert decide(olgas, report, "suspend").status_code == 404


def test_a_suspended_account_is_out_at_once_and_can_be_let_back_in(report, olgas, bob, bobs):
    decide(olgas, report, "suspend")

    assert bobs.get("/account/keys").status_code == 401
    assert not Session.objects.filter(account=bob).exists()

    olgas.client.post(f"/moderation/suspended/{bob.pk}/lift")
    assert signed_in(bob).get("/account/keys").status_code == 200


def test_operators_can_not_suspend_each_other(report, olgas, bob):
    Account.objects.filter(pk=bob.pk).update(is_operator=True)

    decide(olgas, report, "suspend")

    assert not Account.objects.get(pk=bob.pk).is_suspended


def test_an_unknown_decision_decides_nothing(report, olgas):
    decide(olgas, report, "erase")

    report.refresh_from_db()
    assert report.state == "open"


def test_only_deeds_and_ids_are_logged(report, olgas, bob, caplog):
    with caplog.at_level(logging.INFO, logger="openchair"):
        decide(olgas, report, "suspend")

    assert [record.getMessage() for record in caplog.records if "people" in record.name] == [
        f"people.report.suspended {report.pk}"
    ]


def command(handle, *, remove=False):
    arguments = type("Arguments", (), {"handle": handle, "remove": remove})()
    return operator_command.run(arguments)


def test_an_operator_is_named_at_the_command_line_and_unnamed(alice, capsys):
    assert command(f"@{alice.handle}") == 0
    assert Account.objects.get().is_operator
    assert command(alice.handle, remove=True) == 0
    assert not Account.objects.get().is_operator
    assert "is no longer an operator" in capsys.readouterr().out


def test_a_handle_that_nobody_has_is_said(alice, capsys):
    assert command("nobody-2222") == 2
    assert "Nobody here has the handle nobody-2222." in capsys.readouterr().err
