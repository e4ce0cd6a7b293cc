"""The live half in a fresh interpreter: import contracts can't see what a parent package pulls in."""

from __future__ import annotations

import subprocess
import sys


def test_the_live_half_never_loads_django():
    code = (
        "import sys; import openchair.live.app; openchair.live.app.make_application();"
        "print([name for name in sys.modules if name.split('.')[0] == 'django'])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
