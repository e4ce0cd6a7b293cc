from __future__ import annotations

import csv
import datetime as dt
import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from openchair.site import helplines
from openchair.site.helplines import HelpLine, help_lines

DIALLED = re.compile(r"\*?\d{3,}")
RAW = Path(__file__).resolve().parents[4] / "shared" / "data" / "care" / "helplines.csv"


def name(line: HelpLine) -> str:
    return f"{line.country} {line.name}"


@pytest.mark.parametrize("line", help_lines(), ids=name)
def test_every_line_can_be_reached_and_says_where_it_is_from(line: HelpLine) -> None:
    assert line.dial or line.sms or line.website
    assert line.source
    assert line.website.startswith("https://")
    assert dt.date(2024, 1, 1) < line.source_date < dt.date(2027, 1, 1)
    assert line.tier in {"A", "B"}


@pytest.mark.parametrize("line", help_lines(), ids=name)
def test_numbers_are_as_dialled_inside_the_country(line: HelpLine) -> None:
    for number in (line.dial, line.sms):
        assert not number or DIALLED.fullmatch(number)
    assert re.sub(r"[^\d*]", "", line.phone) == line.dial


@pytest.mark.parametrize("line", help_lines(), ids=name)
@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_hours_and_notes_can_be_said(line: HelpLine, language: str) -> None:
    with translation.override(language):
        said = helplines.hours_words(hours=line.hours, language=language)
        assert bool(said) == bool(line.hours)
        assert bool(str(line.note_text)) == bool(line.note)
        assert bool(str(line.audience_text)) == bool(line.audience)


def test_hours_are_said_in_days_and_hours() -> None:
    said = helplines.hours_words(hours="Mo-Fr 09:30-17:30", language="en")

    assert said == "Monday to Friday, 09:30–17:30"


def test_no_line_is_here_that_only_one_list_names() -> None:
    if not RAW.exists():
        pytest.skip("the research data is not here")
    with RAW.open(encoding="utf-8", newline="") as file:
        drafts = {(r["country_iso"], r["dial"]) for r in csv.DictReader(file) if r["tier"] == "C"}

    assert not {(line.country, line.dial) for line in help_lines() if line.dial} & drafts


def test_a_line_that_is_open_now_comes_before_one_that_may_be_closed() -> None:
    for country, _name in helplines.countries(language="en"):
        for _heading, lines in helplines.lines_for(country=country):
            always = [line.is_always_open for line in lines]
            assert always == sorted(always, reverse=True)


@pytest.fixture
def shown(client: Client, site_home: Path) -> Client:
    return client


def test_the_page_calls_texts_and_names_its_sources(shown: Client) -> None:
    page = shown.get("/help").content.decode()

    assert 'href="tel:911"' in page
    assert 'href="tel:988"' in page
    assert 'href="sms:741741?&amp;body=HOME"' in page
    assert "Checked on October 1, 2026" in page
    assert "Before you stop all at once" in page


def test_another_country_is_chosen_by_hand_and_stays(shown: Client) -> None:
    first = shown.get("/help?country=gb")
    again = shown.get("/help").content.decode()

    assert 'href="tel:116123"' in first.content.decode()
    assert 'href="tel:999"' in again
    assert 'href="tel:988"' not in again


@pytest.mark.parametrize("country", ["XX", "<script>", ""])
def test_a_country_without_lines_shows_those_of_the_site(shown: Client, country: str) -> None:
    response = shown.get("/help", {"country": country})

    assert 'href="tel:988"' in response.content.decode()
    assert not response.cookies


def test_out_of_hours_a_line_does_not_say_that_it_is_open(shown: Client) -> None:
    page = shown.get("/help?country=IE").content.decode()
    card = page[page.index("HSE Drugs") : page.index("HSE Drugs") + 1500]

    assert "Monday to Friday, 09:30–17:30" in card
    assert "Open now" not in card
