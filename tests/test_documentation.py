"""What is promised in docs/ holds in the code, and the reverse."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READS = re.compile(
    r'environment\.(?:text|boolean|integer|words|one_of)\(\s*"([A-Z_]+)"|_zone\("([A-Z_]+)"'
)


def settings_read() -> set[str]:
    found = {"OPENCHAIR_HOME"}
    for path in (ROOT / "openchair").rglob("*.py"):
        if "tests" not in path.parts:
            for match in READS.finditer(path.read_text(encoding="utf-8")):
                found.add(match.group(1) or match.group(2))
    return found


def test_every_setting_has_its_line_in_the_documentation():
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([A-Z_]+)`", page, re.MULTILINE))

    assert documented == settings_read()
