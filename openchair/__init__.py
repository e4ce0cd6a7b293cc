"""Openchair: the self-hosted home of a twelve-step fellowship."""

from __future__ import annotations

__version__ = "0.1.0"
