from __future__ import annotations

from pathlib import Path

import pytest

from openchair import cli


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENCHAIR_HOME", str(tmp_path))
    monkeypatch.setenv("PLACES_COUNTRIES", "MT")
    return tmp_path


def test_the_command_builds_once_and_credits_the_source(home, capsys):
    assert cli.main(["places"]) == 0
    assert cli.main(["places"]) == 0

    built, again = capsys.readouterr().out.splitlines()
    assert "postal codes" in built
    assert "MB, of MT: built in" in built
    assert "GeoNames" in built
    assert "up to date" in again


def test_other_countries_can_be_named(home, capsys):
    assert cli.main(["places", "--countries", "li,MT"]) == 0

    assert "of LI, MT: built" in capsys.readouterr().out


def test_a_country_that_is_none_is_refused(home, capsys):
    assert cli.main(["places", "--countries", "XQ"]) == 2

    assert "'XQ'" in capsys.readouterr().err
    assert list(home.iterdir()) == []


def test_a_text_can_be_looked_up(home, gazetteer_path, capsys):
    (home / "places.sqlite3").symlink_to(gazetteer_path)

    assert cli.main(["places", "--find", "Cambridge, MA"]) == 0
    assert cli.main(["places", "--find", "asdfgh"]) == 1

    found, lost = capsys.readouterr().out.splitlines()
    assert found.startswith("Cambridge, Massachusetts, US (city): 42.3")
    assert "America/New_York" in found
    assert "'asdfgh'" in lost


def test_looking_up_without_a_gazetteer_says_how_to_make_one(home, capsys):
    assert cli.main(["places", "--find", "Boston"]) == 2

    assert "`openchair places` makes it" in capsys.readouterr().err
