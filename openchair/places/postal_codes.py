"""What looks like a postal code, and under which shorter code its middle is known.

GeoNames knows Canada by its first three signs, the United Kingdom by the outward half, Ireland by the routing key, the
Netherlands by four digits and Brazil by five: a full code is brought to those.
"""

from __future__ import annotations

import re
from functools import lru_cache

# Letters leave no doubt: a code of these shapes can be no other country's (Guernsey, Jersey and Man share Britain's).
_GB_OUTWARD = r"(?:[A-Z]{1,2}[0-9][A-Z0-9]?|GIR)"
_CA_AREA = r"[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z]"
_IE_KEY = r"(?:D6W|[AC-FHKNPRTV-Y][0-9]{2})"
_SHORTENED = (
    ("GB", re.compile(rf"({_GB_OUTWARD})(?:[0-9][A-Z]{{2}})?")),
    ("CA", re.compile(rf"({_CA_AREA})(?:[0-9][ABCEGHJ-NPRSTV-Z][0-9])?")),
    ("IE", re.compile(rf"({_IE_KEY})(?:[AC-FHKNPRTV-Y0-9]{{4}})?")),
    ("US", re.compile(r"([0-9]{5})[0-9]{4}")),
    ("NL", re.compile(r"([0-9]{4})[A-Z]{2}")),
    ("BR", re.compile(r"([0-9]{5})[0-9]{3}")),
)  # fmt: skip
_LEAST_SIGNS, _MOST_SIGNS = 2, 10
_HAS_DIGIT = re.compile("[0-9]")
_PLAIN = re.compile("[A-Z0-9]+")
_COUNTRY_BEFORE = re.compile(r"(?:[A-Z]{1,2}-)(?=[0-9]{4,5}$)")
# A lone number below this many digits is a time, a step or a house; a lone "E1" a line on a form.
_LEAST_LONE_DIGITS, _LEAST_LONE_SIGNS = 4, 3


def plain_code(*, text: str) -> str:
    """Return a postal code as it is kept: capitals and digits only, "D-" and its like before it taken off."""
    upper = _COUNTRY_BEFORE.sub("", text.upper().strip())
    return upper.replace(" ", "").replace("-", "").replace("\u2013", "").replace("\u00a0", "")


@lru_cache(maxsize=8192)
def known_forms(*, text: str) -> tuple[tuple[str, str], ...]:
    """Return (country, code) pairs under which `text` may be known, fullest first; country is "" for any.

    Empty when `text` can be no postal code.
    """
    code = plain_code(text=text)
    if (
        not _LEAST_SIGNS <= len(code) <= _MOST_SIGNS
        or not _PLAIN.fullmatch(code)
        or not _HAS_DIGIT.search(code)
    ):
        return ()
    forms = [("", code)]
    for country, shape in _SHORTENED:
        match = shape.fullmatch(code)
        if match and match[1] != code:
            # Brazil's areas are kept with the zeros that fill them up.
            forms.append((country, match[1] + ("000" if country == "BR" else "")))
    return tuple(forms)


def is_wide(*, code: str, country: str) -> bool:
    """Tell whether a code's area may be larger than a county: the rural ones of Canada, with 0 in second place."""
    return country == "CA" and plain_code(text=code)[1:2] == "0"


def may_stand_alone(*, text: str) -> bool:
    """Tell whether `text` among other words reads as a postal code rather than as a time, a step or a house number."""
    code = plain_code(text=text)
    return len(code) >= (_LEAST_LONE_DIGITS if code.isdigit() else _LEAST_LONE_SIGNS)


def is_second_half(*, text: str) -> bool:
    """Tell whether `text` can be what follows the blank in "SW4 9SW", "M5V 2T6", "D02 X285", "1012 AB" or "111 22"."""
    return bool(
        re.fullmatch(r"[0-9][A-Z]{2}|[0-9][A-Z][0-9]|[A-Z0-9]{4}|[A-Z]{2}|[0-9]{2,4}", text.upper())
    )
