"""How a run is told: one JSON object for a program, a summary in words for a person, a bar while it lasts."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import NoReturn

from tqdm import tqdm

from openchair.directory.importing_sources import Outcome, Progress
from openchair.directory.listing import Problem

APPLIED, CANNOT_READ, HELD = 0, 2, 3
MOST_SHOWN = 20


def exit_code(outcome: Outcome) -> int:
    """Return 0 for applied or nothing to do, 2 for could not read, 3 for held for a person."""
    return {"failed": CANNOT_READ, "held": HELD}.get(outcome.state, APPLIED)


def as_json(outcome: Outcome, *, source: str = "") -> str:
    """Return the one object that --json prints; of several sources each names its own."""
    problems = [
        {"row": p.row, "field": p.field, "value": p.value, "reason": p.reason, "kind": p.kind}
        for p in outcome.problems
    ]
    return json.dumps(
        ({"source": source} if source else {})
        | {
            "format": outcome.format,
            "rows": outcome.rows,
            "listings": outcome.listings,
            "meetings": outcome.meetings,
            "problems": problems,
            "problems_by_kind": dict(Counter(p.kind for p in outcome.problems)),
            "added": outcome.added,
            "changed": outcome.changed,
            "unchanged": outcome.unchanged,
            "retired": outcome.retired,
            "held": outcome.is_held,
            "state": outcome.state,
            "reason": outcome.reason,
            "run": outcome.run_id,
        },
        ensure_ascii=False,
    )


def summary(outcome: Outcome, *, name: str, dry_run: bool = False) -> list[str]:
    """Return the run in plain lines."""
    if outcome.state == "failed":
        return [f"{name}: could not be read. {outcome.reason} Nothing was changed."]
    lines = [
        f"{name}: {outcome.rows} rows as {outcome.format}, {outcome.listings} read, {outcome.meetings} meetings.",
        f"  added {outcome.added}, changed {outcome.changed}, unchanged {outcome.unchanged}, retired {outcome.retired}",
        *_problem_lines(outcome.problems),
    ]
    if outcome.copies:
        lines.append(
            f"  {outcome.copies} are carried from another source, which rules: see openchair sources"
        )
    if outcome.duplicates:
        lines.append(
            f"  {outcome.duplicates} look like meetings of another source: see openchair duplicates"
        )
    if outcome.is_held:
        lines.append(f"  Held. {outcome.reason} Nothing was changed.")
    elif dry_run:
        lines.append("  Only looked: nothing was changed.")
    elif outcome.run_id and outcome.state == "applied":
        lines.append(f"  Run {outcome.run_id}; take it back with: openchair undo {outcome.run_id}")
    return lines


def _problem_lines(problems: list[Problem]) -> list[str]:
    if not problems:
        return []
    counted = Counter(problem.kind for problem in problems).most_common()
    lines = [
        "  could not be read as it stood: "
        + ", ".join(f"{kind} {count}" for kind, count in counted)
    ]
    for problem in problems[:MOST_SHOWN]:
        value = f" {problem.value!r}" if problem.value else ""
        lines.append(f"    row {problem.row}, {problem.field}{value}: {problem.reason}")
    if len(problems) > MOST_SHOWN:
        lines.append(f"    … and {len(problems) - MOST_SHOWN} more: --json gives all")
    return lines


def progress_bar(name: str) -> tuple[Progress | None, tqdm[NoReturn] | None]:
    """Return a progress function and its bar on a terminal, plain None elsewhere."""
    if not sys.stderr.isatty():
        return None, None
    bar = tqdm(total=None, desc=name, unit=" rows", leave=False, file=sys.stderr)

    def advance(done: int, total: int) -> None:
        bar.total = total
        bar.n = done
        bar.refresh()

    return advance, bar


__all__ = ["as_json", "exit_code", "progress_bar", "summary"]
