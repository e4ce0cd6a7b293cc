"""Gather every translatable sentence into the catalogues, or check that none lacks a translation.

Babel does the work, so that no gettext is needed on the machine; Django's own `templatize` turns templates into source.

    python -m scripts.messages            write new sentences into openchair/site/locale/*/LC_MESSAGES/django.po
    python -m scripts.messages --check    exit 1 and name what is missing, unsure or no longer used
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "openchair"
LOCALE = PACKAGE / "site" / "locale"
LANGUAGES = ("es", "fr")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def gather() -> Catalog:
    """Return a catalogue of every sentence in the package's Python and templates."""
    catalog = Catalog(project="Openchair", charset="utf-8")
    for path in _sources():
        for function, messages, context in _extract(path):
            _add(catalog, function, messages, context, path)
    return catalog


def _sources() -> Iterator[Path]:
    for path in sorted(PACKAGE.rglob("*")):
        is_code = path.suffix == ".py" and "tests" not in path.parts
        if is_code or (path.suffix in {".html", ".txt"} and "templates" in path.parts):
            yield path


def _extract(path: Path) -> Iterator[tuple[str, tuple[str, ...], str | None]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        text = templatize(text, origin=path.name)
    source = io.BytesIO(text.encode())
    for _line, function, found, _comments in extract_python(source, list(KEYWORDS), [], {}):
        messages = found if isinstance(found, tuple) else (found,)
        places = KEYWORDS[function]
        if places is None:
            yield function, messages[:1], None
        elif isinstance(places[0], tuple):
            yield function, messages[1 : len(places)], messages[0]
        else:
            yield function, messages[: len(places)], None


def _add(
    catalog: Catalog, function: str, messages: tuple[str, ...], context: str | None, path: Path
) -> None:
    if not messages or not all(messages):
        return
    is_plural = function.startswith(("n", "np")) and len(messages) > 1
    identity = messages if is_plural else messages[0]
    # Files only, no line numbers: a sentence that moves must not change the catalogue.
    catalog.add(identity, locations=[(path.relative_to(ROOT).as_posix(), 0)], context=context)


def write(gathered: Catalog) -> None:
    """Write the sentences into each language's catalogue, keeping its translations."""
    for language in LANGUAGES:
        path = _path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        catalog = _read(language)
        catalog.update(gathered, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        with path.open("wb") as file:
            write_po(
                file, catalog, width=100, no_location=False, include_lineno=False, sort_output=True
            )


def check(gathered: Catalog) -> list[str]:
    """Return a line for each sentence that some language lacks, is unsure of, or no longer needs."""
    complaints = []
    for language in LANGUAGES:
        catalog = _read(language)
        for message in gathered:
            if not message.id:
                continue
            known = catalog.get(_first(message.id), message.context)
            if known is None or not all(_strings(known.string)) or known.fuzzy:
                complaints.append(f"{language}: not translated: {_first(message.id)!r}")
            elif set((message.python_format and known.check(catalog)) or ()):
                complaints.append(f"{language}: placeholders differ: {_first(message.id)!r}")
        complaints += [
            f"{language}: no longer used: {_first(message.id)!r}"
            for message in catalog
            if message.id and gathered.get(_first(message.id), message.context) is None
        ]
    return complaints


def _path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def _read(language: str) -> Catalog:
    path = _path(language)
    if not path.exists():
        return Catalog(locale=language, project="Openchair", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def _first(identity: str | tuple[str, ...] | list[str]) -> str:
    return identity if isinstance(identity, str) else identity[0]


def _strings(string: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    if not settings.configured:
        settings.configure(USE_I18N=True)
    django.setup()
    gathered = gather()
    if not arguments.check:
        write(gathered)
        return 0
    complaints = check(gathered)
    print(*complaints, sep="\n", file=sys.stderr)
    print(f"{len(list(gathered)) - 1} sentences, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
