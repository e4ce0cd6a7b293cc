"""What the numbers were measured on: without it a number means nothing."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path

_LIBRARIES = ("granian", "django", "aiohttp", "msgspec", "numpy", "pyroaring")


def describe() -> list[str]:
    """Return lines for a person: processor, memory, system, Python and what the numbers lean on."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    load = os.getloadavg()[0]
    return [
        f"{_processor()}, {len(os.sched_getaffinity(0))} cores for us, {_memory_gb():.0f} GB",
        f"{platform.system()} {platform.release()}, {python}, SQLite {sqlite3.sqlite_version}, {_wrk()}",
        libraries,
        f"load before the start {load:.1f}"
        + (": others are at work here, trust the ratios only" if load > 0.5 else ""),
    ]


def _processor() -> str:
    found = re.search(r"model name\s*:\s*(.+)", _read("/proc/cpuinfo"))
    return found[1] if found else platform.machine()


def _memory_gb() -> float:
    found = re.search(r"MemTotal:\s+(\d+)", _read("/proc/meminfo"))
    return int(found[1]) / 1024**2 if found else 0.0


def _read(path: str) -> str:
    return Path(path).read_text(encoding="utf-8") if Path(path).exists() else ""


def _wrk() -> str:
    if shutil.which("wrk") is None:
        return "no wrk"
    told = subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False).stdout
    return " ".join(told.split()[:2])
