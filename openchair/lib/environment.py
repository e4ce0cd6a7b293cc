"""Read settings from the environment, failing loudly: a typo in a setting must stop the start, not change its meaning."""

from __future__ import annotations

import os
from pathlib import Path


class BadSetting(ValueError):
    """A setting in the environment has a value that can't be meant."""


def text(name: str, default: str = "") -> str:
    """Return the setting `name`, or the contents of the file that `<name>_FILE` points to, or `default`."""
    if name in os.environ:
        return os.environ[name].strip()
    path = os.environ.get(f"{name}_FILE")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    return default


def boolean(name: str, *, default: bool) -> bool:
    """Return the setting `name` as a truth value. Raise BadSetting unless it is True or False."""
    value = text(name, str(default))
    if value not in {"True", "False"}:
        raise BadSetting(f"unexpected value {name}={value}, use True or False")
    return value == "True"


def integer(name: str, default: int, *, least: int, most: int) -> int:
    """Return the setting `name` as a whole number. Raise BadSetting when it is none, or outside least…most."""
    value = text(name, str(default))
    if not value.lstrip("-").isdigit() or not least <= int(value) <= most:
        raise BadSetting(
            f"unexpected value {name}={value}, use a whole number from {least} to {most}"
        )
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """Return the setting `name` split at commas, without blanks."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def home() -> Path:
    """Return the folder that holds everything an installation writes (OPENCHAIR_HOME, default `var/`)."""
    return Path(text("OPENCHAIR_HOME", "var")).absolute()


def one_of(name: str, default: str, *, allowed: tuple[str, ...]) -> str:
    """Return the setting `name`, which must be one of `allowed`. Raise BadSetting otherwise."""
    value = text(name, default)
    if value not in allowed:
        raise BadSetting(f"unexpected value {name}={value}, use one of {', '.join(allowed)}")
    return value
