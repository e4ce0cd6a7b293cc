from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openchair.directory.importing.recurrence_notes import may_hold_rule, rule_in
from openchair.directory.rules import is_valid_rule, plain_rule, rule_days
from openchair.lib.text import plain_text

SUN, MON, TUE, WED, THU, FRI, SAT = range(7)
NOT_JULY, NOT_SUMMER = "1,2,3,4,5,6,8,9,10,11,12", "1,2,3,4,5,6,9,10,11,12"

RULES = [
    ("1st Sun only", SUN, "FREQ=MONTHLY;BYDAY=1SU"),
    ("1st & 3rd Sunday only.", SUN, "FREQ=MONTHLY;BYDAY=1SU,3SU"),
    ("1st & 3rd Sunday of each month", SUN, "FREQ=MONTHLY;BYDAY=1SU,3SU"),
    ("2nd Sat", SAT, "FREQ=MONTHLY;BYDAY=2SA"),
    ("2nd and 4th", WED, "FREQ=MONTHLY;BYDAY=2WE,4WE"),
    ("1st and 3rd weeks", TUE, "FREQ=MONTHLY;BYDAY=1TU,3TU"),
    ("last Friday", FRI, "FREQ=MONTHLY;BYDAY=-1FR"),
    ("4th Saturdays only", SAT, "FREQ=MONTHLY;BYDAY=4SA"),
    ("Saturday - Only 2nd Saturday of every month", SAT, "FREQ=MONTHLY;BYDAY=2SA"),
    ("First and Third Saturday of the month ONLY.", SAT, "FREQ=MONTHLY;BYDAY=1SA,3SA"),
    (
        "Entry at the rear of the church. On the first and third Saturday of the month only. Language: English",
        SAT,
        "FREQ=MONTHLY;BYDAY=1SA,3SA",
    ),
    (
        "Meetings are held on the last Wednesday of each month only. There is a car park but all cars MUST register.",
        WED,
        "FREQ=MONTHLY;BYDAY=-1WE",
    ),
    (
        "This meeting is held on the first Sunday of each month only. GSO# 123610",
        SUN,
        "FREQ=MONTHLY;BYDAY=1SU",
    ),
    (
        "BAGELS (Group #1) NOTE: Meeting only meets on the 1st & 3rd Sunday of each month. Big Book Workshop.",
        SUN,
        "FREQ=MONTHLY;BYDAY=1SU,3SU",
    ),
    (
        "Meets 2nd and 4th Sat of the month Fear inventory 4th Step Literature meeting",
        SAT,
        "FREQ=MONTHLY;BYDAY=2SA,4SA",
    ),
    ("AA's 12 Concepts Mtg; only meets 1st Wednesday of month", WED, "FREQ=MONTHLY;BYDAY=1WE"),
    (
        "Sun5:30pm meets only on the last Sunday of the month No Prayers - All Welcome",
        SUN,
        "FREQ=MONTHLY;BYDAY=-1SU",
    ),
    (
        "As of 23 April 2024, this group meets on the 4th Saturday of the month at 11 AM EST.",
        SAT,
        "FREQ=MONTHLY;BYDAY=4SA",
    ),
    (
        "This meeting is 1.5hrs long. 1st & 3rd Monday of the month (subject to change). Recovery is personal.",
        MON,
        "FREQ=MONTHLY;BYDAY=1MO,3MO",
    ),
    ("Steps 1-8 Workshop (2nd Sat)", SAT, "FREQ=MONTHLY;BYDAY=2SA"),
    (
        "NOTE: THIS GROUP MEETS ONLY ON THE THIRD SATURDAY OF EACH MONTH",
        SAT,
        "FREQ=MONTHLY;BYDAY=3SA",
    ),
    (
        "Meets at a residence on the last Thursday of the month. Write for location.",
        THU,
        "FREQ=MONTHLY;BYDAY=-1TH",
    ),
    ("every other Tuesday", TUE, "FREQ=WEEKLY;INTERVAL=2"),
    ("Meets every second Tuesday", TUE, "FREQ=WEEKLY;INTERVAL=2"),
    ("Every second Tuesday of the month", TUE, "FREQ=MONTHLY;BYDAY=2TU"),
    ("We meet every other week.", MON, "FREQ=WEEKLY;INTERVAL=2"),
    ("Bi-weekly", MON, "FREQ=WEEKLY;INTERVAL=2"),
    ("Fortnightly", MON, "FREQ=WEEKLY;INTERVAL=2"),
    ("No meeting last Thursday of the month", THU, "FREQ=MONTHLY;BYDAY=-5TH,-4TH,-3TH,-2TH"),
    ("Note:  No meeting 1st Wed (for 8pm Bus meeting)", WED, "FREQ=MONTHLY;BYDAY=2WE,3WE,4WE,5WE"),
    (
        "Now in person. Book study. No meeting 2nd Thursday of the month.",
        THU,
        "FREQ=MONTHLY;BYDAY=1TH,3TH,4TH,5TH",
    ),
    ("no meeting in July", MON, f"FREQ=WEEKLY;BYMONTH={NOT_JULY}"),
    (
        "No meetings in July & August. All meetings are non-smoking",
        MON,
        f"FREQ=WEEKLY;BYMONTH={NOT_SUMMER}",
    ),
    ("1st Sunday only. No meeting in July.", SUN, f"FREQ=MONTHLY;BYDAY=1SU;BYMONTH={NOT_JULY}"),
    ("Meets May to October", TUE, "FREQ=WEEKLY;BYMONTH=5,6,7,8,9,10"),
    ("September through May only", TUE, "FREQ=WEEKLY;BYMONTH=1,2,3,4,5,9,10,11,12"),
    ("primer domingo del mes", SUN, "FREQ=MONTHLY;BYDAY=1SU"),
    ("1er y 3er domingo de cada mes", SUN, "FREQ=MONTHLY;BYDAY=1SU,3SU"),
    ("Se reúne el segundo y cuarto sábado", SAT, "FREQ=MONTHLY;BYDAY=2SA,4SA"),
    ("solamente el primer lunes del mes", MON, "FREQ=MONTHLY;BYDAY=1MO"),
    ("último viernes del mes", FRI, "FREQ=MONTHLY;BYDAY=-1FR"),
    ("cada dos martes", TUE, "FREQ=WEEKLY;INTERVAL=2"),
    ("martes alternos", TUE, "FREQ=WEEKLY;INTERVAL=2"),
    ("quincenal", TUE, "FREQ=WEEKLY;INTERVAL=2"),
    ("sin reunión en julio y agosto", TUE, f"FREQ=WEEKLY;BYMONTH={NOT_SUMMER}"),
    ("premier dimanche du mois", SUN, "FREQ=MONTHLY;BYDAY=1SU"),
    ("1er et 3e dimanche du mois", SUN, "FREQ=MONTHLY;BYDAY=1SU,3SU"),
    ("le deuxième mardi seulement", TUE, "FREQ=MONTHLY;BYDAY=2TU"),
    ("dernier vendredi du mois", FRI, "FREQ=MONTHLY;BYDAY=-1FR"),
    ("un mardi sur deux", TUE, "FREQ=WEEKLY;INTERVAL=2"),
    ("toutes les deux semaines", TUE, "FREQ=WEEKLY;INTERVAL=2"),
    ("Pas de réunion en juillet et août", TUE, f"FREQ=WEEKLY;BYMONTH={NOT_SUMMER}"),
]

NO_RULES = [
    ("1st Tue each mnth 'open'.", TUE),
    ("open meeting 3rd Friday", FRI),
    ("birthday night last Saturday", SAT),
    ("Last Wed in odd numbered mnths 'open'.", WED),
    ("Speaker on the last Wednesday of the Month", WED),
    ("Every 4th Thursday of the month is an Open Speaker meeting.", THU),
    ("Virtual Business meeting that meets one Sunday of the month for GR's", SUN),
    ("Meets one Tuesday a month for GR's, no meeting in July & August. Check the calendar.", TUE),
    ("Closed except last Saturday of each month.", SAT),
    ("Last Friday-OS", FRI),
    ("Open meeting is 1st Thursday of the month only.", THU),
    ("'Open' first Thursday in January only.", THU),
    ("Last Sunday of the month=Open Meeting only at 7pm", SUN),
    ("4th Tuesday of the month is online only.", TUE),
    (
        "Effective May 2, meeting as an in-person, step meeting on the first Tuesday of the month ONLY at First Parish",
        TUE,
    ),
    ("Weekly online with every other week in-person", MON),
    ("The meeting format alternates weekly between speaker meetings and study", MON),
    ("12 Steps being a topic every other week; chairperson's choice", MON),
    ("Alternative weeks of book study and a main share", MON),
    ("1St Friday Of The Month Face To Face / Rest Of The Month Virtual", FRI),
    (
        "We meet face-to-face on the 2nd and 4th Monday of the month and on Zoom on the 1st and 3rd Monday",
        MON,
    ),
    ("No meeting will be held on the first Friday of September.", FRI),
    ("No meeting held on 21st Dec & 28th Dec 2023.", THU),
    ("***No meeting on Friday 1st & 29th December 2023***", FRI),
    ("No meetings on Bank Holidays.", MON),
    ("Exchange Views does not meet on Fridays that fall on holidays", FRI),
    ("1st-12 & 12\n2nd-Discussion\n3rd-Traditions\n4th-Discussion", MON),
    ("1st, 3rd & 5th Sundays - Speaker Meeting\n2nd & 4th Sundays - Big Book Study", SUN),
    ("First and Third Tuesdays are Open Discussion meetings, Second Tuesdays are Closed", TUE),
    ("Birthdays celebrated the 1st Wednesday of each month.", WED),
    ("Zoom Meeting: To request link. Last Sunday of month 20.30 is an Open meeting", SUN),
    ("Bus. Mtg. 1st Sunday; Anniv. Mtg. last Sunday", SUN),
    ("Anniv Last Friday Only Tue Step = Wheel Chair Accessible", FRI),
    (
        "The first Wed of each month will be a speaker only meeting. Three speakers in one evening.",
        WED,
    ),
    ("Only last meeting of month is Open.", MON),
    ("Doors open 19.15. 3rd Fri each month Steps.", FRI),
    ("Big book meeting and tradition every 4th week", MON),
    ("Meets on the second floor", MON),
    ("3Rd Floor, Recovery College", MON),
    ("PCH @ 1st Street", MON),
    ("First Things First", MON),
    ("5th TRADITION GROUP", MON),
    ("The only requirement for membership is a desire to stop drinking", MON),
    ("Meets every Tuesday at 7pm EST", TUE),
    ("1st Sun only", TUE),
    ("every other Tuesday", WED),
    ("Aniversario ultimo Lunes del mes. Si no hay celebrante se hace una reunion abierta", MON),
    ("Reunión abierta el primer domingo del mes", SUN),
    ("Réunion ouverte le dernier vendredi du mois", FRI),
    ("Segunda Tradicion", MON),
    ("El Ultimo Trago", MON),
    ("", MON),
]


@pytest.mark.parametrize(("text", "day", "rule"), RULES, ids=[text[:50] for text, _, _ in RULES])
def test_notes_that_say_when_it_meets_suggest_a_rule(text: str, day: int, rule: str) -> None:
    hint = rule_in(text=text, day=day)

    assert hint is not None
    assert hint.rule == rule
    assert hint.evidence


@pytest.mark.parametrize(("text", "day"), NO_RULES, ids=[text[:50] for text, _ in NO_RULES])
def test_notes_about_something_else_suggest_nothing(text: str, day: int) -> None:
    assert rule_in(text=text, day=day) is None


PIECES = (
    "1st",
    "3rd",
    "last",
    "and",
    "&",
    "Sunday",
    "Sun",
    "Tuesday",
    "of the month",
    "only",
    "meets",
    "open",
    "no meeting",
    "in",
    "July",
    "every other",
    "week",
    ".",
    "primer",
    "mes",
)


@given(
    text=st.lists(st.sampled_from(PIECES), max_size=10).map(" ".join) | st.text(max_size=60),
    day=st.none() | st.integers(0, 6),
)
def test_every_suggestion_is_a_rule_that_can_be_kept(text: str, day: int | None) -> None:
    hint = rule_in(text=plain_text(text=text), day=day)

    if hint is not None:
        assert may_hold_rule(text=text)
        assert is_valid_rule(hint.rule)
        assert plain_rule(hint.rule) == hint.rule
        assert day is None or set(rule_days(hint.rule)) <= {day}


@pytest.mark.parametrize(
    "piece", ["1st & ", "no meeting ", "meets every ", "July and ", "(((", "last Sunday, "]
)
def test_a_long_note_takes_no_time(piece: str) -> None:
    assert rule_in(text=piece * 5000, day=SUN) is None or piece == "July and "
