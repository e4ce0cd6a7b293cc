"""Rules of the house that no linter knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from openchair.site import pages

PACKAGE = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(PACKAGE.glob("*/templates/**/*.html"))
STYLES = sorted((PACKAGE / "site" / "static" / "css").rglob("*.css"))
TOKENS = PACKAGE / "site" / "static" / "css" / "tokens.css"
COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(?:rgb|rgba|hsl|hsla|oklch|oklab|lab|lch)\(", re.IGNORECASE
)
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE
)
PHYSICAL = re.compile(
    r"^\s*(?:(?:margin|padding|border)-(?:left|right)|left|right|text-align:\s*(?:left|right))\b", re.M
)  # fmt: skip
UNTRANSLATED = re.compile(r">\s*([A-Z][a-z]+(?: [a-z’]+){1,})[^<{]*<")


def relative(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_nothing_is_inline_in_a_template(path: Path) -> None:
    assert not INLINE.findall(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_no_template_has_a_colour(path: Path) -> None:
    text = re.sub(r'href="[^"]*"', "", path.read_text(encoding="utf-8"))

    assert not COLOUR.findall(text)


# The style guide is for developers and stays English.
@pytest.mark.parametrize(
    "path", [path for path in TEMPLATES if "styleguide" not in path.name], ids=relative
)
def test_every_sentence_of_a_template_can_be_translated(path: Path) -> None:
    text = re.sub(
        r"{% (?:block)?translate.*?%}(?:.*?{% endblocktranslate %})?", "", path.read_text("utf-8")
    )

    assert not UNTRANSLATED.findall(text)


@pytest.mark.parametrize("path", [p for p in STYLES if p != TOKENS], ids=relative)
def test_colours_stand_in_tokens_alone(path: Path) -> None:
    assert not COLOUR.findall(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", STYLES, ids=relative)
def test_every_rule_lies_in_a_layer(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)

    assert text.strip().startswith("@layer")


@pytest.mark.parametrize("path", STYLES, ids=relative)
def test_no_side_is_called_left_or_right(path: Path) -> None:
    assert not PHYSICAL.findall(path.read_text(encoding="utf-8"))


def roles(text: str) -> dict[str, str]:
    return dict(re.findall(r"--color-([\w-]+):\s*(#[0-9a-f]{3,6})", text))


def schemes() -> dict[str, dict[str, str]]:
    light, auto, dark = re.split(r"@media|\[data-theme=\"dark\"\] {", TOKENS.read_text("utf-8"))
    return {"light": roles(light), "dark": roles(auto), "dark by hand": roles(dark)}


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * d for d in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground", "least"),
    [
        ("ink", "paper", 7.0),
        ("ink", "card", 7.0),
        ("soft", "paper", 4.5),
        ("soft", "card", 4.5),
        ("action", "paper", 4.5),
        ("action", "card", 4.5),
        ("action", "wash", 4.5),
        ("action-ink", "action", 4.5),
        ("soft", "wash", 4.5),
        ("soon-ink", "soon-wash", 4.5),
        ("soon-ink", "card", 4.5),
        ("help", "help-wash", 4.5),
        ("ink", "help-wash", 4.5),
        ("card", "help", 4.5),
        ("done", "done-wash", 4.5),
        ("done", "card", 4.5),
        ("edge", "paper", 3.0),
        ("edge", "card", 3.0),
    ],
)
def test_what_is_written_can_be_read(scheme: str, ink: str, ground: str, least: float) -> None:
    colours = schemes()[scheme]

    assert contrast(colours[ink], colours[ground]) >= least


def test_the_two_ways_into_the_dark_are_one() -> None:
    found = schemes()

    assert found["dark"] == found["dark by hand"]
    assert found["dark"].keys() == found["light"].keys()


def test_the_frame_of_the_browser_has_the_colour_of_the_paper() -> None:
    found = schemes()

    assert found["light"]["paper"] == pages.PAPER
    assert found["dark"]["paper"] == pages.PAPER_DARK


@pytest.mark.parametrize(
    "path", sorted(p for p in PACKAGE.glob("*/__init__.py") if p.parent.name != "__pycache__"), ids=relative
)  # fmt: skip
def test_every_domain_says_what_it_is(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith('"""')
