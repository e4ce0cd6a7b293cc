"""How numbers read in the page's language."""

from __future__ import annotations

from babel.numbers import format_decimal
from django import template
from django.utils.translation import get_language

register = template.Library()


@register.filter
def number(value: int) -> str:
    """Return a whole number with its thousands apart."""
    return format_decimal(value, locale=(get_language() or "en").partition("-")[0])
