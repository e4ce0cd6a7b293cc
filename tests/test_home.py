from __future__ import annotations

import tempfile
from pathlib import Path

from django.conf import settings


def test_tests_run_in_a_home_of_their_own():
    assert Path(tempfile.gettempdir()) in settings.HOME.parents
