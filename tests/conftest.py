from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import openchair, running


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an installation with the demo fellowship, not running."""
    home = tmp_path_factory.mktemp("demo")
    openchair("setup", home=home)
    openchair("demo", home=home)
    return home


@pytest.fixture(scope="session")
def address(demo_home: Path):
    """The address of a running installation with the demo fellowship."""
    with running(demo_home) as (address, _process):
        yield address
