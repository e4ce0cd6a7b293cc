from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openchair.lib.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Narcóticos Anónimos", "narcoticos anonimos"),
        ("NARCOTICOS-ANONIMOS", "narcoticos anonimos"),
        ("  Women’s   Step/Study ", "women s step study"),
        ("Women's", "women s"),
        ("Débutants", "debutants"),
        ("Ñandú", "nandu"),
        ("Straße", "strasse"),
        ("Sœurs & Cœur", "soeurs coeur"),
        ("Smørrebrød Łódź", "smorrebrod lodz"),
        ("11th Step", "11th step"),
        ("日本語", "日本語"),
        ("a\u00adb\u200bc", "abc"),
        ("...", ""),
        ("", ""),
    ],
)
def test_text_is_compared_without_accents_case_and_punctuation(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_folded_text_has_single_spaces_and_none_at_its_ends(text: str) -> None:
    assert fold(text) == " ".join(fold(text).split())
