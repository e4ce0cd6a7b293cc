from __future__ import annotations

import re
from pathlib import Path

import pytest

from openchair.fellowships.catalog import BadPack, load_catalog
from openchair.fellowships.pack_file import line_of

FELLOWSHIP = (Path(__file__).parents[1] / "packs/aa/fellowship.toml").read_text(encoding="utf-8")
TYPES = """\
[languages]
es = "S"

[types]
O = "open"
BE = "newcomer"

[types.POT]
category = "feature"
names = { en = "Potluck", es = "Comida compartida", fr = "Repas partagé" }
words.en = ["potluck"]
"""


def write_pack(
    folder: Path, *, fellowship: str = FELLOWSHIP, types: str = TYPES, pack_id: str = "aa"
) -> Path:
    pack = folder / pack_id
    pack.mkdir(parents=True)
    (pack / "fellowship.toml").write_text(fellowship, encoding="utf-8")
    (pack / "types.toml").write_text(types, encoding="utf-8")
    return folder


def ours(pack_id: str) -> str:
    """A second fellowship that shares no name with the first."""
    text = FELLOWSHIP.replace('id = "aa"', f'id = "{pack_id}"').replace('"AA"', f'"{pack_id}"')
    text = re.sub(r"aliases = .*", "aliases = []", text)
    return re.sub(r'(?m)^(en|es|fr) = "Alco.*"', rf'\1 = "{pack_id} anonymous"', text)


@pytest.mark.parametrize(
    ("found", "written", "refusal"),
    [
        ('O = "open"', 'O = "opne"', "aa/types.toml:5: 'O' of types names no concept"),
        (
            '"feature"',
            '"featur"',
            "aa/types.toml:9: 'category' of types.POT does not fit: invalid enum",
        ),
        ('category = "feature"', "", "aa/types.toml:8: 'category' of types.POT is missing"),
        ("category =", "catgory =", "aa/types.toml:9: 'catgory' of types.POT does not fit: object"),
        (', fr = "Repas partagé"', "", "aa/types.toml:10: 'fr' of types.POT.names is missing"),
        ('"Potluck"', "7", "aa/types.toml:10: 'names' of types.POT does not fit: expected `str`"),
        ('["potluck"]', '"potluck"', "aa/types.toml:11: 'words' of types.POT does not fit"),
        (
            '["potluck"]',
            '["beginner"]',
            "aa/types.toml:11: 'words' of types.POT holds 'beginner', which means BE",
        ),
        ("words.en", "words.de", "aa/types.toml:11: 'words' of types.POT does not fit"),
        (
            "[types.POT]",
            "[types.ONL]",
            "aa/types.toml:8: 'ONL' of types says how a meeting is attended",
        ),
        ("[types.POT]", '[types."P T"]', "aa/types.toml:8: 'P T' of types must hold letters"),
        (
            "[types.POT]",
            "[types.EL]",
            "aa/types.toml:8: 'EL' of types is also the code for the language 'el'",
        ),
        (
            "[types.POT]",
            "[types.be]",
            "aa/types.toml:8: 'code' of types.be holds 'be', which means BE already",
        ),
        (
            "[types.POT]",
            "[types.POT]\nalso = ['x']",
            "aa/types.toml:9: 'also' of types.POT names no concept",
        ),
        (
            "[types.POT]",
            "[types.POT]\nworld_id = 'OPEN'",
            "aa/types.toml:9: 'world_id' of types.POT holds 'OPEN'",
        ),
        (
            "[types.POT]",
            "[types.POT]\nbmlt = ['O']",
            "aa/types.toml:9: 'bmlt' of types.POT holds 'O'",
        ),
        ('es = "S"', 'xx = "S"', "aa/types.toml:2: 'xx' of languages is no language"),
        ('es = "S"', "es = 5", "aa/types.toml:2: 'es' of languages must be a code"),
        ("[languages]", "[langauges]", "aa/types.toml:1: 'langauges' is unknown"),
        (
            "[languages]",
            'based_on = "no"\n[languages]',
            "aa/types.toml:1: 'based_on' names no pack: 'no'",
        ),
        (
            "[languages]",
            'based_on = "../x"\n[languages]',
            "aa/types.toml:1: 'based_on' must hold small",
        ),
        (
            "[languages]",
            'based_on = "secular"\n[languages]',
            "aa/types.toml:1: 'based_on' names 'secular', which is based",
        ),
        ('O = "open"', "O = open", "aa/types.toml:5: 'O = open' is not TOML: invalid value"),
        (
            'BE = "newcomer"',
            'O = "closed"',
            "aa/types.toml:6: 'O = \"closed\"' is not TOML: cannot overwrite",
        ),
        (
            'words.en = ["potluck"]',
            'words.en = ["potluck"',
            "aa/types.toml:11: 'words.en = [\"potluck\"' is not TOML",
        ),
    ],
)
def test_a_mistake_in_types_is_told_with_file_line_and_key(
    tmp_path: Path, found: str, written: str, refusal: str
) -> None:
    assert found in TYPES
    folder = write_pack(tmp_path, types=TYPES.replace(found, written, 1))

    with pytest.raises(BadPack, match=f"^{re.escape(refusal)}"):
        load_catalog(folder=folder)


@pytest.mark.parametrize(
    ("found", "written", "refusal"),
    [
        ('id = "aa"', 'id = "bb"', "aa/fellowship.toml:3: 'id' must be the folder's name"),
        ("order = 1", 'order = "1"', "aa/fellowship.toml:4: 'order' does not fit: expected `int`"),
        ("order = 1\n", "", "aa/fellowship.toml:1: 'order' does not fit: object missing"),
        ('fr = "Alcooliques Anonymes"\n', "", "aa/fellowship.toml:9: 'fr' of names is missing"),
        (
            "[wording.fr]",
            "[wording.de]",
            "aa/fellowship.toml:23: 'wording' does not fit: invalid enum",
        ),
        ('token = "jeton"\n', "", "aa/fellowship.toml:61: 'token' of wording.fr does not fit"),
        (
            'token = "jeton"',
            "token = 3",
            "aa/fellowship.toml:67: 'token' of wording.fr does not fit",
        ),
        (
            "https://www",
            "http://www",
            "aa/fellowship.toml:20: 'official' of links must be an https://",
        ),
        ("official = ", "offical = ", "aa/fellowship.toml:19: 'official' of links is missing"),
        ("aliases", "alias", "aa/fellowship.toml:7: 'alias' does not fit: object contains unknown"),
    ],
)
def test_a_mistake_in_a_fellowship_is_told_with_file_line_and_key(
    tmp_path: Path, found: str, written: str, refusal: str
) -> None:
    assert found in FELLOWSHIP
    folder = write_pack(tmp_path, fellowship=FELLOWSHIP.replace(found, written, 1))

    with pytest.raises(BadPack, match=f"^{re.escape(refusal)}"):
        load_catalog(folder=folder)


def test_a_mistake_in_what_packs_share_is_told_too(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    (folder / "_concepts.toml").write_text(
        '[open]\ncategory = "access"\nnames = { en = "Open" }\n', encoding="utf-8"
    )

    with pytest.raises(BadPack, match=r"^_concepts\.toml:3: 'es' of open\.names is missing"):
        load_catalog(folder=folder)


def test_a_word_that_means_something_else_in_another_pack_is_refused(tmp_path: Path) -> None:
    write_pack(tmp_path)
    types = TYPES.replace("POT", "PIC").replace("Potluck", "Picnic")
    folder = write_pack(tmp_path, fellowship=ours("zz"), types=types, pack_id="zz")

    with pytest.raises(BadPack, match=r"^zz/types\.toml:11: 'en' of types\.PIC\.words holds 'potl"):
        load_catalog(folder=folder)


def test_a_name_that_another_fellowship_goes_by_is_refused(tmp_path: Path) -> None:
    write_pack(tmp_path)
    fellowship = ours("zz").replace("aliases = []", 'aliases = ["A.A."]')
    folder = write_pack(tmp_path, fellowship=fellowship, pack_id="zz")

    with pytest.raises(BadPack, match=r"^zz/fellowship\.toml:7: 'aliases' holds 'A\.A\.', which"):
        load_catalog(folder=folder)


def test_a_file_that_is_missing_or_no_text_is_named(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    (folder / "aa/types.toml").write_bytes(b"[types]\nO = '\xff'\n")

    with pytest.raises(BadPack, match=r"^aa/types\.toml:2: is not UTF-8 text"):
        load_catalog(folder=folder)

    (folder / "aa/types.toml").unlink()

    with pytest.raises(BadPack, match=r"^aa/types\.toml: is missing"):
        load_catalog(folder=folder)


def test_a_folder_without_packs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPack, match="holds no pack"):
        load_catalog(folder=tmp_path)
    with pytest.raises(BadPack, match="there is no such folder"):
        load_catalog(folder=tmp_path / "elsewhere")


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("types", "O"), 5),
        (("types", "POT", "category"), 9),
        (("types", "POT", "names", "fr"), 10),
        (("types", "POT", "absent"), 8),
        (("types", "absent"), 4),
        (("absent",), 1),
    ],
)
def test_a_line_is_the_one_that_comes_closest(keys: tuple[str, ...], line: int) -> None:
    assert line_of(text=TYPES, keys=keys) == line


def test_adding_a_folder_adds_a_fellowship(tmp_path: Path) -> None:
    write_pack(tmp_path)
    folder = write_pack(tmp_path, fellowship=ours("zz"), types=TYPES, pack_id="zz")
    (folder / "zz/milestones.toml").write_text("not even TOML", encoding="utf-8")

    catalog = load_catalog(folder=folder)

    assert list(catalog.fellowships) == ["aa", "zz"]
    assert catalog.fellowship_for("ZZ Anonymous") == "zz"
    assert catalog.get("zz").type_for("potluck") == "POT"
    assert catalog.get("zz").types["POT"].concept == "pot"
    assert catalog.get("zz").type_for("Beginners") == "BE"
    assert catalog.get("zz").type_for("Spanish") == "S"
    assert catalog.concepts["pot"] == (("aa", "POT"), ("zz", "POT"))


def test_a_pack_can_start_from_another(tmp_path: Path) -> None:
    types = 'based_on = "aa"\n[types.BE]\nnames.en = "First Timers"\n'
    folder = write_pack(tmp_path, fellowship=ours("zz"), types=types, pack_id="zz")

    zz = load_catalog(folder=folder).get("zz")

    assert zz.types["BE"].names == {"en": "First Timers", "es": "Principiantes", "fr": "Nouveaux"}
    assert zz.types["TR"].concept == "tradition-study"
    assert zz.types["S"].language == "es"
