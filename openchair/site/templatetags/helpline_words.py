"""How a help line's hours, languages and dates read in the page's language."""

from __future__ import annotations

from babel import Locale
from babel.dates import format_date
from django import template
from django.utils.translation import get_language

from openchair.site import helplines

register = template.Library()


@register.simple_tag
def hours_words(line: helplines.HelpLine) -> str:
    """Return when the line answers."""
    return helplines.hours_words(hours=line.hours, language=_language())


@register.simple_tag
def language_names(line: helplines.HelpLine) -> str:
    """Return the languages spoken there, each by its own name: who needs it reads it."""
    return ", ".join(_own_name(code) for code in line.languages.split())


@register.simple_tag
def source_date(line: helplines.HelpLine) -> str:
    """Return the day of the line's source."""
    return format_date(line.source_date, format="long", locale=Locale.parse(_language()))


def _own_name(code: str) -> str:
    name = Locale.parse(code).get_language_name(code) or code
    return name[:1].upper() + name[1:]


def _language() -> str:
    return (get_language() or "en").partition("-")[0]
