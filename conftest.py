"""Tests never touch a person's installation: each run has a home of its own."""

from __future__ import annotations

import os
import tempfile

os.environ["OPENCHAIR_HOME"] = tempfile.mkdtemp(prefix="openchair-test-")
os.environ.setdefault("SECRET_KEY", "only-for-tests")
