"""Days of the week as people write them, in English, Spanish and French: "Thursay", "Mon-Fri", "lunes y jueves", 7."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rapidfuzz import fuzz, process

from openchair.directory.importing.unreadable import Unreadable

# Sunday first, as everywhere here.
_NAMES: tuple[tuple[str, ...], ...] = (
    (
        "sunday",
        "sundays",
        "sun",
        "su",
        "domingo",
        "domingos",
        "dom",
        "do",
        "dimanche",
        "dimanches",
        "dim",
    ),
    ("monday", "mondays", "mon", "mo", "lunes", "lun", "lu", "lundi", "lundis"),
    ("tuesday", "tuesdays", "tue", "tues", "tu", "martes", "mar", "ma", "mardi", "mardis"),
    (
        "wednesday",
        "wednesdays",
        "wed",
        "weds",
        "we",
        "miercoles",
        "mie",
        "mier",
        "mi",
        "mercredi",
        "mercredis",
        "mer",
        "me",
    ),
    (
        "thursday",
        "thursdays",
        "thu",
        "thur",
        "thurs",
        "th",
        "jueves",
        "jue",
        "ju",
        "jeudi",
        "jeudis",
        "jeu",
        "je",
    ),
    (
        "friday",
        "fridays",
        "fri",
        "fr",
        "viernes",
        "vie",
        "vi",
        "vendredi",
        "vendredis",
        "ven",
        "ve",
    ),
    ("saturday", "saturdays", "sat", "sa", "sabado", "sabados", "sab", "samedi", "samedis", "sam"),
)
DAY_NUMBERS: dict[str, int] = {
    name: number for number, names in enumerate(_NAMES) for name in names
}
_LONG_NAMES = [name for name in DAY_NUMBERS if len(name) >= 5]
_LETTERS = {"m": 1, "t": 2, "w": 3, "th": 4, "r": 4, "f": 5, "s": 6, "sa": 6, "su": 0, "tu": 2}
_SEVERAL: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(
        ("daily", "every day", "everyday", "each day", "all days", "7 days a week", "seven days a week", "7 days", "every night",
         "todos los dias", "cada dia", "diario", "diaria", "diariamente", "tous les jours", "chaque jour", "quotidien", "quotidienne"),
        tuple(range(7)),
    ),
    **dict.fromkeys(("weekdays", "weekday", "every weekday", "entre semana", "en semaine"), (1, 2, 3, 4, 5)),
    **dict.fromkeys(("weekends", "weekend", "fin de semana", "fines de semana", "week-end", "fin de semaine"), (0, 6)),
    **dict.fromkeys(("mwf",), (1, 3, 5)),
    **dict.fromkeys(("tth", "tuth"), (2, 4)),
}  # fmt: skip
_NO_DAY = frozenset(
    ("ongoing", "by appointment", "appointment", "appointment only", "by appt", "appt", "appt only", "on demand", "anytime", "any time",
     "24/7", "varies", "none", "n/a", "na", "null", "-", "con cita", "cita previa", "sur rendez-vous", "rendez-vous", "en continu", "continuo"),
)  # fmt: skip
_SEPARATORS = re.compile(
    r"\s*(?:[,;/&+|]|\band\b|\by\b|\be\b|\bet\b|\bn\b)\s*|\s+(?=[a-z0-9]{3,}\b)"
)
_SPAN = re.compile(r"\s*(?:-|–|—|\bto\b|\bthru\b|\bthrough\b|\ba\b|\bau\b|\bhasta\b|\bal\b)\s*")
_LIKENESS = 80
_MOST_IN_LIST = 14


def days_of_week(*, value: object) -> tuple[int, ...]:
    """Return the days that `value` names, 0 Sunday … 6 Saturday, sorted; none for "ongoing" or "by appointment".

    7 is Sunday, for sources that count 1–7 from Monday. Raises Unreadable.
    """
    if type(value) is int and 0 <= value <= 6:
        return (value,)
    if isinstance(value, str):
        return _days_from_text(value)
    if isinstance(value, list | tuple | set | frozenset) and len(value) <= _MOST_IN_LIST:
        return tuple(
            sorted(
                {
                    day
                    for item in value
                    if item not in (None, "")
                    for day in days_of_week(value=item)
                }
            )
        )
    if isinstance(value, int | float) and not isinstance(value, bool) and value in range(8):
        return (int(value) % 7,)
    raise _unreadable(value)


def day_among_words(*, text: str) -> int | None:
    """Return the one weekday that stands among other words, None when there is none or more than one."""
    days = {
        DAY_NUMBERS[word] for word in re.findall(r"[a-z]+", _folded(text)) if word in _LONG_NAMES
    }
    return days.pop() if len(days) == 1 else None


@lru_cache(maxsize=2048)
def _days_from_text(text: str) -> tuple[int, ...]:
    folded = _folded(text)
    if folded in _NO_DAY or not folded:
        return ()
    if folded in _SEVERAL:
        return _SEVERAL[folded]
    if folded in DAY_NUMBERS:
        return (DAY_NUMBERS[folded],)
    return tuple(
        sorted(
            {
                day
                for part in _SEPARATORS.split(_joined_spans(folded))
                if part
                for day in _days_from_part(part, folded)
            }
        )
    )


def _folded(text: str) -> str:
    base = "".join(
        c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c)
    )
    return " ".join(
        base.replace(".", " ").replace("[", " ").replace("]", " ").replace('"', " ").split()
    )


def _joined_spans(folded: str) -> str:
    """Close up "mon - fri" and "lunes a viernes" to one word, so that the blanks around it do not separate."""
    return (
        re.sub(r"(?<=\w)" + _SPAN.pattern + r"(?=\w)", "-", folded)
        if _SPAN.search(folded)
        else folded
    )


def _days_from_part(part: str, whole: str) -> tuple[int, ...]:
    first, dash, last = part.partition("-")
    if dash and first and last:
        start, end = _one_day(first, whole), _one_day(last, whole)
        return tuple((start + step) % 7 for step in range((end - start) % 7 + 1))
    if part in _SEVERAL:
        return _SEVERAL[part]
    return (_one_day(part, whole),)


def _one_day(word: str, whole: str) -> int:
    if word in DAY_NUMBERS:
        return DAY_NUMBERS[word]
    if len(word) == 1 and word in "01234567":
        return int(word) % 7
    if word in _LETTERS and word != whole:
        return _LETTERS[word]
    if len(word) >= 5:
        found = process.extractOne(word, _LONG_NAMES, scorer=fuzz.ratio, score_cutoff=_LIKENESS)
        if found:
            return DAY_NUMBERS[found[0]]
    raise _unreadable(whole)


def _unreadable(value: object) -> Unreadable:
    return Unreadable(
        "day-unreadable", f"{str(value)[:40]!r} is not a day of the week, such as Thursday or 4."
    )
