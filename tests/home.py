"""A pytest plugin, loaded before Django's settings: tests never touch a person's installation."""

from __future__ import annotations

import os
import tempfile

os.environ["OPENCHAIR_HOME"] = tempfile.mkdtemp(prefix="openchair-test-")
os.environ.setdefault("SECRET_KEY", "only-for-tests")
