"""How fast a feed comes in: parsed, brought into normal form and reconciled, then written, then asked
again.

`python -m benchmarks.importing [--sizes 100000]`. Works in a folder and a database that are removed
at the end. Every rate is also given as a share of reading the same bytes with `json.loads` in the
same run, because a rate alone tells more of the machine than of the program.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from openchair.lib import clock

SEED = 7
AIM_A_SECOND = 20_000
AIM_REFRESH_SECONDS = 5.0
AIM_REFRESH_ROWS = 100_000

_CITIES = [
    ("Boston", "MA", "02108", "America/New_York", 42.36, -71.06),
    ("Brooklyn", "NY", "11201", "America/New_York", 40.69, -73.99),
    ("Chicago", "IL", "60614", "America/Chicago", 41.92, -87.65),
    ("Austin", "TX", "78704", "America/Chicago", 30.24, -97.77),
    ("Seattle", "WA", "98101", "America/Los_Angeles", 47.61, -122.33),
    ("Denver", "CO", "80203", "America/Denver", 39.73, -104.98),
]
_TIMES = ["19:00", "19:30", "18:00", "20:00", "12:00", "07:00", "06:30", "10:00", "8:00 PM", "noon"]
_TYPES = ["O", "C", "D", "SP", "ST", "B", "W", "M", "X", "MED", "CAN", "BE"]
_NOTES = [
    "", "", "", "Use the side door &amp; ring the bell.", "<p>Parking behind the building.</p>",
    "1st Sunday only", "Newcomers are welcome. Coffee from half an hour before the start.",
]  # fmt: skip


def generate_rows(*, count: int) -> Iterator[dict[str, object]]:
    """Yield rows of a feed as real ones are: shared venues, a third online, a little dirt."""
    chance = random.Random(SEED)
    for number in range(count):
        yield _row(number, chance)


def _row(number: int, chance: random.Random) -> dict[str, object]:
    city, state, code, zone, latitude, longitude = chance.choice(_CITIES)
    # Five meetings a venue and four a group, as the real lists have it.
    hall = chance.randrange(1 + number // 5)
    group = f"{city} Group {chance.randrange(1 + number // 4)}"
    row: dict[str, object] = {
        "slug": f"meeting-{number}",
        "name": f"Meeting {number % 4_000} of {city}",
        "day": chance.randrange(7),
        "time": chance.choice(_TIMES),
        "types": chance.sample(_TYPES, 3),
        "notes": chance.choice(_NOTES),
        "group": group,
        "updated": "2026-01-04 12:00:00",
        "region": city,
        "timezone": zone,
    }
    if chance.random() < 0.33:
        link = f"https://zoom.us/j/{chance.randrange(10**9, 10**10)}?pwd=abc"
        return row | {"conference_url": link, "conference_url_notes": "Passcode: chair"}
    # A door has one spot: the same hall is the same distance from the middle of its town every time.
    east, north = (hall % 97) / 900, (hall % 89) / 900
    return row | {
        "location": f"Hall {hall}",
        "address": f"{hall % 900 + 1} Main Street",
        "city": city,
        "state": state,
        "postal_code": code,
        "country": "US",
        "latitude": round(latitude + north, 5),
        "longitude": round(longitude + east, 5),
    }


def measure(*, count: int, folder: Path) -> bool:
    """Print what `count` rows cost at each step. Return whether the aims were met."""
    from openchair.directory import importing_sources  # noqa: PLC0415  # models need setup()
    from openchair.places.gazetteer import Gazetteer  # noqa: PLC0415
    from openchair.sources.models import Source  # noqa: PLC0415

    rows = list(generate_rows(count=count))
    path = folder / f"feed-{count}.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    data = path.read_bytes()
    source = Source.objects.create(
        name=f"Feed {count}", slug=f"feed-{count}", address=str(path), fellowship="aa",
        created_at=clock.now(),
    )  # fmt: skip
    places = Gazetteer.open_or_empty(path=Path("var") / "places.sqlite3")
    tools = importing_sources.Tools(gazetteer=places)
    floor = _seconds(lambda: json.loads(data))[0]
    print(f"\n{count:,} rows, {len(data) / 1e6:.0f} MB; json.loads alone takes {floor:.2f} s")

    def say(what: str, seconds: float) -> None:
        rate, share = count / seconds, floor / seconds
        print(f"  {what:<44} {seconds:7.2f} s {rate:12,.0f} a second {share:8.1%} of json.loads")

    from openchair.directory.importing.reading import read  # noqa: PLC0415

    reading, parsed = _seconds(lambda: read(data=data, name=path.name))
    say("read", reading)
    normal, prepared = _seconds(
        lambda: importing_sources.prepare(parsed=parsed, source=source, tools=tools)
    )
    say("normalise, place, split", normal)

    def bring() -> Any:
        source.refresh_from_db()
        return importing_sources.import_source(
            source=source, tools=tools, now=clock.now(), who="benchmark"
        )

    first, outcome = _seconds(bring)
    assert (outcome.state, outcome.added) == ("applied", count), outcome
    say("first import, with database and snapshot", first)
    planning, plan = _seconds(
        lambda: importing_sources.plan_for(source=source, listings=prepared.listings)
    )
    assert plan.is_empty
    say("reconcile with what is held", planning)
    together = count / (reading + normal + planning)
    same, outcome = _seconds(bring)
    assert (outcome.state, outcome.unchanged) == ("unchanged", count), outcome
    say("refresh, same bytes", same)
    path.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    other, outcome = _seconds(bring)
    assert (outcome.state, outcome.unchanged) == ("unchanged", count), outcome
    say("refresh, other bytes that say the same", other)
    rows[0]["notes"] = "Ring twice."
    path.write_text(json.dumps(rows), encoding="utf-8")
    one, outcome = _seconds(bring)
    assert (outcome.changed, outcome.unchanged) == (1, count - 1), outcome
    say("refresh, one row changed, with snapshot", one)
    return _judge(count, together, max(same, other))


def _judge(count: int, rate: float, refresh: float) -> bool:
    limit = AIM_REFRESH_SECONDS * count / AIM_REFRESH_ROWS
    print(f"  parse to reconcile: {rate:,.0f} listings a second, aim {AIM_A_SECOND:,}")
    print(f"  slowest refresh that changes nothing: {refresh:.2f} s, aim {limit:.2f} s")
    return rate >= AIM_A_SECOND and refresh <= limit


def _seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


def main(argv: list[str] | None = None) -> int:
    """Measure each size. Return 0; whether an aim was met is printed, because machines differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.importing")
    parser.add_argument("--sizes", default="100000", help="numbers of rows, separated by commas")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="openchair-bench-") as name:
        os.environ["OPENCHAIR_HOME"] = name
        os.environ.pop("DATABASE_URL", None)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openchair.site.settings")
        import django  # noqa: PLC0415  # settings read the environment set above
        from django.core.management import call_command  # noqa: PLC0415

        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        met = [measure(count=int(size), folder=Path(name)) for size in arguments.sizes.split(",")]
    print("\nAll aims met." if all(met) else "\nNot every aim was met on this machine.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
