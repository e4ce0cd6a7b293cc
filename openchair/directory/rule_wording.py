"""A rule in words, in English, Spanish and French: "First and third Sunday of the month"."""

from __future__ import annotations

from openchair.directory.rules import DAY_CODES, rule_days

LANGUAGES = ("en", "es", "fr")

_DAYS = {
    "en": ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"),
    "es": ("domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"),
    "fr": ("dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"),
}
_MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
    "es": ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"),
}  # fmt: skip
_ORDINALS = {
    "en": {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last", -2: "second last", -3: "third last", -4: "fourth last", -5: "fifth last"},
    "es": {1: "primer", 2: "segundo", 3: "tercer", 4: "cuarto", 5: "quinto", -1: "último", -2: "penúltimo", -3: "antepenúltimo", -4: "cuarto desde el último",
           -5: "quinto desde el último"},
    "fr": {1: "premier", 2: "deuxième", 3: "troisième", 4: "quatrième", 5: "cinquième", -1: "dernier", -2: "avant-dernier", -3: "troisième avant la fin",
           -4: "quatrième avant la fin", -5: "cinquième avant la fin"},
}  # fmt: skip
_AND = {"en": "and", "es": "y", "fr": "et"}
_PATTERNS = {
    "en": {"monthly": "{ordinals} {day} of the month", "but_last": "every {day} but the last of the month", "weekly": "every {day}",
           "other": "every other {day}", "apart": "every {weeks} weeks on {day}", "months": "{what}, in {months}", "not_months": "{what}, not in {months}"},
    "es": {"monthly": "{ordinals} {day} del mes", "but_last": "cada {day} menos el último del mes", "weekly": "cada {day}", "other": "un {day} de cada dos",
           "apart": "cada {weeks} semanas, el {day}", "months": "{what}, en {months}", "not_months": "{what}, excepto en {months}"},
    "fr": {"monthly": "{ordinals} {day} du mois", "but_last": "chaque {day} sauf le dernier du mois", "weekly": "chaque {day}", "other": "un {day} sur deux",
           "apart": "toutes les {weeks} semaines, le {day}", "months": "{what}, en {months}", "not_months": "{what}, sauf en {months}"},
}  # fmt: skip


def describe_rule(*, rule: str, day: int, language: str) -> str:
    """Return a valid rule as words that begin a line: "Every other Tuesday, not in July and August".

    `day` is the meeting's weekday (0 Sunday), for rules that name none. "" is every week. A language other than
    en, es and fr gets English.
    """
    language = language[:2] if language[:2] in LANGUAGES else "en"
    parts = dict(piece.split("=", 1) for piece in rule.split(";")) if rule else {"FREQ": "WEEKLY"}
    words = _in_months(
        _weeks(parts, (rule_days(rule) or (day,))[0], language), parts.get("BYMONTH", ""), language
    )
    return words[0].upper() + words[1:]


def _weeks(parts: dict[str, str], day: int, language: str) -> str:
    patterns, name = _PATTERNS[language], _DAYS[language][day]
    if parts["FREQ"] == "MONTHLY":
        ordinals = [
            int(value[:-2]) for value in parts["BYDAY"].split(",") if value.endswith(DAY_CODES[day])
        ]
        if sorted(ordinals) == [-5, -4, -3, -2]:
            return patterns["but_last"].format(day=name)
        return patterns["monthly"].format(
            ordinals=_listed([_ORDINALS[language][n] for n in ordinals], language), day=name
        )
    weeks = int(parts.get("INTERVAL", "1"))
    key = "weekly" if weeks == 1 else "other" if weeks == 2 else "apart"
    return patterns[key].format(day=name, weeks=weeks)


def _in_months(what: str, by_month: str, language: str) -> str:
    if not by_month:
        return what
    months = [int(month) for month in by_month.split(",")]
    # The shorter list is the one that people say.
    missing = [month for month in range(1, 13) if month not in months]
    key, named = ("not_months", missing) if len(missing) < len(months) else ("months", months)
    return _PATTERNS[language][key].format(
        what=what, months=_listed([_MONTHS[language][month - 1] for month in named], language)
    )


def _listed(words: list[str], language: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {_AND[language]} {words[-1]}"
