from __future__ import annotations

import pytest

from openchair.directory.rule_wording import describe_rule


@pytest.mark.parametrize(
    ("rule", "day", "english", "spanish", "french"),
    [
        ("", 2, "Every Tuesday", "Cada martes", "Chaque mardi"),
        ("FREQ=MONTHLY;BYDAY=1SU,3SU", 0, "First and third Sunday of the month", "Primer y tercer domingo del mes", "Premier et troisième dimanche du mois"),
        ("FREQ=MONTHLY;BYDAY=-1FR", 5, "Last Friday of the month", "Último viernes del mes", "Dernier vendredi du mois"),
        ("FREQ=WEEKLY;INTERVAL=2", 2, "Every other Tuesday", "Un martes de cada dos", "Un mardi sur deux"),
        ("FREQ=WEEKLY;INTERVAL=4;BYDAY=MO", 1, "Every 4 weeks on Monday", "Cada 4 semanas, el lunes", "Toutes les 4 semaines, le lundi"),
        (
            "FREQ=WEEKLY;BYMONTH=1,2,3,4,5,6,9,10,11,12", 3,
            "Every Wednesday, not in July and August", "Cada miércoles, excepto en julio y agosto", "Chaque mercredi, sauf en juillet et août",
        ),
        (
            "FREQ=MONTHLY;BYDAY=2SA;BYMONTH=3,6", 6,
            "Second Saturday of the month, in March and June", "Segundo sábado del mes, en marzo y junio", "Deuxième samedi du mois, en mars et juin",
        ),
        (
            "FREQ=MONTHLY;BYDAY=-5TH,-4TH,-3TH,-2TH", 4,
            "Every Thursday but the last of the month", "Cada jueves menos el último del mes", "Chaque jeudi sauf le dernier du mois",
        ),
    ],
)  # fmt: skip
def test_a_rule_is_said_in_three_languages(
    rule: str, day: int, english: str, spanish: str, french: str
) -> None:
    assert [
        describe_rule(rule=rule, day=day, language=language) for language in ("en", "es-MX", "fr")
    ] == [english, spanish, french]


def test_another_language_gets_english() -> None:
    assert describe_rule(rule="", day=0, language="de") == "Every Sunday"
