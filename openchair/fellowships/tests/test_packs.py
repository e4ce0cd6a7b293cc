"""The five packs hold what the field's own lists hold. The lists are written out, as the specification and plugin have them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from openchair.fellowships.catalog import ATTENDANCE_CODES, LANGUAGES, Fellowship, catalog


def codes(text: str) -> set[str]:
    return set(text.split())


AA_TYPES = codes("""11 12x12 A ABSI AL AL-AN ASL B BA BE BI BRK C CAN CF D DB DD DR FF G GR H L LGBTQ LIT LS M
    MED N NB NDG O OUT P POA POC SEN SM SP ST T TR W X XB XT Y""")
AA_LANGUAGES = codes("""AF AM AR BG DA DE EL EN FA FI FR HE HI HR HU IS ITA JA KA KOR LT ML MT NE NL NO POL POR PUN
    RUS S SK SL SV TH TL TUR UK""")
AA_PROPOSED = {"BV-I", "D-HOH", "LO-I", "QSL", "RSL"}
NA_TYPES = codes("""BEG BT C CAN CPT CW DISC GL IP IW JFT LC LIT M MED NS O QA RA SMOK SPAD SPK STEP SWG TOP
    TRAD VAR W X Y""")
CA_TYPES = codes("""11 12x12 A ABSI AL AL-AN ASL B BA BE BRK BUS C CAN CF D DD DR FF G GR H L LGBTQ LIT LS M MED
    N O SM SP ST T TR W X XT Y""")
HA_TYPES = NA_TYPES - codes("BT IP IW JFT LC SPAD SWG")
ISO_LANGUAGES = AA_LANGUAGES - codes("S ITA KOR PUN POL POR RUS TUR") | codes(
    "ES IT KO PA PL PT RU TR"
)
NAWS_CODES = codes("""BEG BT CAN CH CLOSED CPT CW DISC GL GP IP IW JFT LC LIT M MED NC NS OPEN QA RA SMOK SPAD SPK
    STEP SWG TOP TRAD VAR W WCHR Y""")
BMLT_FORMATS = Path("../shared/data/bmlt/formats.json")


@pytest.mark.parametrize(
    ("fellowship", "types", "languages"),
    [
        ("aa", AA_TYPES, AA_LANGUAGES),
        ("na", NA_TYPES, ISO_LANGUAGES),
        ("ca", CA_TYPES, AA_LANGUAGES),
        ("ha", HA_TYPES, ISO_LANGUAGES),
        ("secular", AA_TYPES, AA_LANGUAGES),
    ],
)
def test_every_code_of_the_meeting_guide_is_there_and_no_other_claims_to_be(
    fellowship: str, types: set[str], languages: set[str]
) -> None:
    known = [each for each in catalog().get(fellowship).types.values() if each.in_meeting_guide]

    assert {each.code for each in known if not each.language} == types
    assert {each.code for each in known if each.language} == languages


def test_aa_has_the_codes_that_are_proposed() -> None:
    assert catalog().get("aa").types.keys() >= AA_PROPOSED


def test_na_has_every_code_of_its_world_services() -> None:
    found = {each.world_id for each in catalog().get("na").types.values()}

    assert found - {"", "LANG"} == NAWS_CODES


def test_the_same_code_means_what_the_fellowship_means_by_it() -> None:
    aa, na, ca = (catalog().get(each) for each in ("aa", "na", "ca"))

    assert aa.types["TR"].concept == ca.types["TR"].concept == "tradition-study"
    assert na.types["TR"].language == "tr"
    assert aa.types["S"].language == ca.types["S"].language == na.types["ES"].language == "es"
    assert aa.types["TUR"].language == ca.types["TUR"].language == "tr"


@pytest.mark.parametrize("fellowship", catalog().fellowships)
def test_no_type_says_how_a_meeting_is_attended(fellowship: str) -> None:
    assert not catalog().get(fellowship).types.keys() & ATTENDANCE_CODES


@pytest.mark.parametrize("fellowship", catalog().fellowships.values(), ids=lambda pack: pack.id)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pack_speaks_every_language(fellowship: Fellowship, language: str) -> None:
    assert fellowship.name(language)
    assert len(fellowship.description(language)) <= 200
    assert fellowship.wording(language).substance
    assert all(each.name(language).strip() for each in fellowship.types.values())


def test_another_language_falls_back_to_english_and_a_region_does_not_matter() -> None:
    aa = catalog().get("aa")

    assert aa.name("sv") == "Alcoholics Anonymous"
    assert aa.name("es-MX") == aa.name("es") == "Alcohólicos Anónimos"
    assert catalog().get("secular").short_name_in("fr") == "Laïque"


def test_fellowships_use_their_own_words() -> None:
    wordings = {each.id: each.wording("en") for each in catalog().fellowships.values()}

    assert (wordings["aa"].abstinent, wordings["aa"].token) == ("sober", "chip")
    assert (wordings["na"].abstinent, wordings["na"].token) == ("clean", "key tag")
    assert wordings["secular"].member == "person in recovery"


def test_every_format_of_a_real_bmlt_server_is_known_or_is_no_type() -> None:
    na = catalog().get("na")
    formats = json.loads(BMLT_FORMATS.read_text(encoding="utf-8"))

    unknown = {
        each["key_string"]
        for each in formats
        if not na.type_for_bmlt(
            world_id=each["world_id"], key=each["key_string"], name=each["name_string"]
        )
    }

    # A local habit, two languages in one format, and four that tell how a meeting is attended.
    assert unknown == {"FD", "L/R", "WEB", "VM", "TC", "HY"}


def test_bmlt_kinds_agree_with_a_real_server() -> None:
    na = catalog().get("na")
    formats = json.loads(BMLT_FORMATS.read_text(encoding="utf-8"))

    differing = {
        each["key_string"]
        for each in formats
        if each["lang"] == "en" and (code := na.index.by_world_id.get(each["world_id"]))
        if each["format_type_enum"] not in {na.types[code].bmlt_kind, ""}
    }

    assert not differing


def test_no_text_of_a_pack_holds_a_telephone_number() -> None:
    for path in Path("openchair/fellowships/packs").rglob("*.toml"):
        assert not re.search(r"\d{3}[-. ]\d{3,4}", path.read_text(encoding="utf-8")), path
