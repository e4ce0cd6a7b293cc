"""The installation's secret: made once, kept in its home, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def read_or_make_secret_key(*, home: Path) -> str:
    """Return the secret in `home`/secret_key, making both on the first run.

    Two processes may start at once: the key is created exclusively, so that the second reads what the first made.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = home / "secret_key"
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return _wait_for_text(path)
    with os.fdopen(handle, "w") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key


def _wait_for_text(path: Path) -> str:
    for _ in range(1000):
        if key := path.read_text(encoding="ascii").strip():
            return key
    raise RuntimeError(f"{path} is empty: delete it and start again")
