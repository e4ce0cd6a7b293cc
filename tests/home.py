"""A pytest plugin, loaded before Django's settings: tests never touch a person's installation."""

from __future__ import annotations

import os
import tempfile

os.environ["OPENCHAIR_HOME"] = tempfile.mkdtemp(prefix="openchair-test-")
os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ.setdefault("ACCOUNTS", "True")

# Imported late on purpose: nothing may read the environment before it is set.
from hypothesis import settings

# Tests never assert wall-clock times: a busy machine is not a fault in what is tested.
settings.register_profile("openchair", deadline=None, print_blob=True)
# CI judges a change by the same examples each time; new ones are found where someone can mend what they show.
settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "openchair")
