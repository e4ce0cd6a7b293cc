"""A pytest plugin: rows that tests recorded for a table are printed at the end, also from workers of xdist.

A test says `record_property("table: <title>", "<row>")`.
"""

from __future__ import annotations

import pytest

PREFIX = "table: "


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    tables: dict[str, list[str]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                for name, row in report.user_properties:
                    if name.startswith(PREFIX):
                        tables.setdefault(name.removeprefix(PREFIX), []).append(str(row))
    for title, rows in tables.items():
        terminalreporter.section(title)
        for row in sorted(rows):
            terminalreporter.write_line(row)
