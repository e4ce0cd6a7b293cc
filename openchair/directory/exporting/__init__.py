"""Meetings on their way out, one module a format."""

from __future__ import annotations
