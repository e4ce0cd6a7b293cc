from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch):
    """Hundreds of small snapshots are built here; none needs to survive a power cut."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
