from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openchair.fellowships.catalog import (
    LANGUAGES,
    Language,
    MeetingType,
    UnknownFellowship,
    catalog,
)
from openchair.lib.folding import fold

ALL_TYPES = [
    (pack.id, each) for pack in catalog().fellowships.values() for each in pack.types.values()
]


@pytest.mark.parametrize(
    ("fellowship", "text", "code"),
    [
        ("aa", "BE", "BE"),
        ("aa", "be", "BE"),
        ("aa", " O ", "O"),
        ("aa", "[O]", "O"),
        ("aa", "12x12", "12x12"),
        ("aa", "12X12", "12x12"),
        ("aa", "al-an", "AL-AN"),
        ("aa", "AL AN", "AL-AN"),
        ("aa", "11", "11"),
        ("aa", "Newcomer", "BE"),
        ("aa", "Beginners", "BE"),
        ("aa", "Beginners / Newcomers Meeting", "BE"),
        ("aa", "principiantes", "BE"),
        ("aa", "Débutants", "BE"),
        ("aa", "Women's Meeting", "W"),
        ("aa", "Women’s", "W"),
        ("aa", "MUJERES", "W"),
        ("aa", "Step Meeting", "ST"),
        ("aa", "Step Study Meeting", "ST"),
        ("aa", "Big Book Study Meeting", "B"),
        ("aa", "12 Steps & 12 Traditions", "12x12"),
        ("aa", "Wheelchair Access", "X"),
        ("aa", "Niño amigable", "CF"),
        ("aa", "Spanish", "S"),
        ("aa", "español", "S"),
        ("aa", "ES", "S"),
        ("aa", "Turkish", "TUR"),
        ("aa", "Meditation Meeting", "MED"),
        ("aa", "LGBTQIA+", "LGBTQ"),
        ("aa", "Reunión de mujeres", None),
        ("aa", "Online Meeting", None),
        ("aa", "ONL", None),
        ("aa", "TC", None),
        ("aa", "XYZ", None),
        ("aa", "", None),
        ("na", "BE", "BEG"),
        ("na", "Beginner/Newcomer", "BEG"),
        ("na", "Varies", "VAR"),
        ("na", "TR", "TR"),
        ("na", "Tradition", "TRAD"),
        ("na", "Spanish", "ES"),
        ("na", "S", None),
        ("ca", "TR", "TR"),
        ("ca", "Atheist / Agnostic", "A"),
        ("ca", "Business Meeting", "BUS"),
        ("ha", "JFT", "LIT"),
        ("ha", "Basic Text", "LIT"),
        ("ha", "SWG", "STEP"),
        ("ha", "Big Book", "B"),
        ("secular", "Step Study", "ST"),
        ("secular", "Secular", "A"),
    ],
)
def test_a_text_means_a_code(fellowship: str, text: str, code: str | None) -> None:
    assert catalog().get(fellowship).type_for(text) == code


@pytest.mark.parametrize(
    ("world_id", "key", "name", "code"),
    [
        ("CLOSED", "S", "Slutet möte", "C"),
        ("W", "K", "Kvinnomöte", "W"),
        ("", "SL", "ASL", "ASL"),
        ("", "SL", "Slovenian", "SL"),
        ("", "St", "", "STEP"),
        ("SPK", "SD", "Speaker/Discussion", "SPK"),
        ("S-D", "", "", "SPK"),
        ("LANG", "ES", "Espanol", "ES"),
        ("LANG", "FIN", "", "FI"),
        ("LANG", "fr", "", "FR"),
        ("LANG", "ENG", "Engelska", "EN"),
        ("LANG", "XX", "Women", None),
        ("VM", "VM", "Virtual Meeting", None),
        ("HYBR", "HY", "Hybrid Meeting", None),
        ("", "TC", "Temporarily Closed Facility", None),
        ("", "", "", None),
    ],
)
def test_a_bmlt_format_means_a_code(world_id: str, key: str, name: str, code: str | None) -> None:
    na = catalog().get("na")

    assert na.type_for_bmlt(world_id=world_id, key=key, name=name) == code


@pytest.mark.parametrize(
    ("text", "fellowship"),
    [
        ("Alcoholics Anonymous", "aa"),
        ("AA", "aa"),
        ("a.a.", "aa"),
        ("alcohólicos anónimos", "aa"),
        ("NA", "na"),
        ("Narcóticos Anónimos", "na"),
        ("Narcotiques anonymes", "na"),
        ("Cocaine Anonymous", "ca"),
        ("CA", "ca"),
        ("Heroin Anonymous", "ha"),
        ("secular AA", "secular"),
        ("AA laïque", "secular"),
        ("Overeaters Anonymous", None),
        ("", None),
    ],
)
def test_a_name_means_a_fellowship(text: str, fellowship: str | None) -> None:
    assert catalog().fellowship_for(text) == fellowship


@given(st.sampled_from(ALL_TYPES), st.sampled_from(LANGUAGES))
def test_every_name_leads_to_a_type_of_that_name(
    named: tuple[str, MeetingType], language: Language
) -> None:
    fellowship, each = named
    pack = catalog().get(fellowship)

    code = pack.type_for(each.name(language))

    assert code is not None
    assert fold(pack.types[code].name(language)) == fold(each.name(language))


@given(st.sampled_from(ALL_TYPES))
def test_a_code_leads_to_itself_however_it_is_written(named: tuple[str, MeetingType]) -> None:
    fellowship, each = named
    pack = catalog().get(fellowship)

    assert {pack.type_for(text) for text in (each.code, each.code.lower(), f"[{each.code}]")} == {
        each.code
    }


@given(st.text(), st.text(), st.text())
def test_no_text_breaks_the_lookups(text: str, key: str, name: str) -> None:
    for pack in catalog().fellowships.values():
        assert pack.type_for(text) in {None, *pack.types}
        assert pack.type_for_bmlt(world_id=text, key=key, name=name) in {None, *pack.types}


def test_the_same_idea_is_one_concept_across_fellowships() -> None:
    newcomer = catalog().concepts["newcomer"]

    assert set(newcomer) == {
        ("aa", "BE"),
        ("na", "BEG"),
        ("ca", "BE"),
        ("ha", "BEG"),
        ("secular", "BE"),
    }
    assert set(catalog().concepts["language-es"]) >= {("aa", "S"), ("na", "ES")}


def test_a_wider_type_is_found_under_the_narrower_concepts_too() -> None:
    assert {("aa", "G"), ("aa", "LGBTQ"), ("na", "GL")} <= set(catalog().concepts["gay"])
    assert ("aa", "G") not in catalog().concepts["lgbtq"]


@pytest.mark.parametrize(
    ("language", "word", "concept"),
    [
        ("en", "women", "women"),
        ("en", "women's", "women"),
        ("en", "beginner", "newcomer"),
        ("en", "candlelight", "candlelight"),
        ("en", "Español", "language-es"),
        ("en", "11th step", "eleventh-step"),
        ("en", "jft", "just-for-today"),
        ("es", "mujeres", "women"),
        ("es", "abierta", "open"),
        ("es", "inglés", "language-en"),
        ("fr", "débutant", "newcomer"),
        ("fr", "français", "language-fr"),
        ("fr", "fauteuil roulant", "wheelchair"),
        ("sv", "women", "women"),
    ],
)
def test_a_word_that_people_type_means_a_concept(language: str, word: str, concept: str) -> None:
    assert catalog().concept_words(language)[fold(word)] == concept


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_means_a_concept_that_some_type_has(language: str) -> None:
    words = catalog().concept_words(language)

    assert set(words.values()) <= catalog().concepts.keys()
    assert all(word == fold(word) and word for word in words)


def test_a_concept_has_a_name() -> None:
    assert catalog().concept_name("newcomer", language="es") == "Principiantes"
    assert catalog().concept_name("language-es", language="fr") == "Espagnol"
    assert catalog().concept_name("no-such-concept", language="en") == "no-such-concept"


def test_an_unknown_fellowship_is_named() -> None:
    with pytest.raises(UnknownFellowship, match="there is no fellowship 'oa', use one of aa, na"):
        catalog().get("oa")
