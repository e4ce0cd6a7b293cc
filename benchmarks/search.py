"""How fast searches are, as a fraction of a hello-world of the same size on the same server in the
same run.

`python -m benchmarks.search [--sizes 100000,1000000] [--seconds 3]`. Needs `wrk` (Debian: `apt
install wrk`). Everything stays on the loopback interface, in a folder that is removed at the end.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import re
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from benchmarks.generated_meetings import City, generate_documents, invent_cities
from openchair.directory.searching import MEETING_SCHEMA, SearchSettings, read_parameters
from openchair.lib import clock
from openchair.live.asgi import Application, Receive, Scope, Send, respond
from openchair.live.search import SearchLane, join_body
from openchair.search.answering import answer
from openchair.search.building import build_snapshot
from openchair.search.documents import Document
from openchair.search.snapshot import Snapshot, SnapshotHolder

CONNECTIONS = 16
# Questions of a kind; each is asked again every so many, as on an evening when a city looks for its
# meetings.
QUESTIONS = 200
AIM_OF_CEILING = 0.6
AIM_GROWTH = 2.0
SETTINGS = SearchSettings()

# Asks the lines of a file in turn. With "distinct" each gets a number that nobody reads, so that no
# answer is a kept one.
WRK_SCRIPT = """
local paths, at, asked = {}, 0, 0
local distinct = os.getenv("BENCH_DISTINCT") == "1"
local run = os.getenv("BENCH_RUN")
for line in io.lines(os.getenv("BENCH_PATHS")) do paths[#paths + 1] = line end
request = function()
  at = at % #paths + 1
  asked = asked + 1
  local path = paths[at]
  if distinct then path = path .. "&ignored=" .. run .. asked end
  return wrk.format("GET", path)
end
"""


class Run(msgspec.Struct, frozen=True):
    """What wrk measured: requests a second, and milliseconds."""

    rate: float
    p50: float
    p99: float
    errors: int


def make_application() -> Application:
    """Return the search lane, and a hello of any size beside it, for Granian."""
    lane = SearchLane(
        holder=SnapshotHolder(folder=Path(os.environ["BENCH_FOLDER"])),
        gazetteer=None,
        settings=SETTINGS,
    )
    hellos: dict[bytes, bytes] = {}

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/hello":
            # size=…, and perhaps more behind it
            size = scope["query_string"].partition(b"&")[0].removeprefix(b"size=")
            body = hellos.setdefault(size, b"x" * int(size))
            await respond(send, status=200, headers=[(b"content-type", b"text/plain")], body=body)
        else:
            await lane(scope, receive, send)

    return application


# ------------------------------------------------------------------------------------------------------------- questions


def invent_questions() -> dict[str, list[str]]:
    """Return query strings by kind, always the same."""
    chance = random.Random(11)
    cities = invent_cities()
    weights = [(rank + 1) ** -0.9 for rank in range(len(cities))]

    def city() -> City:
        return chance.choices(cities, weights)[0]

    def near() -> str:
        found = city()
        latitude, longitude = (
            round(degrees + chance.uniform(-0.05, 0.05), 4)
            for degrees in (found.latitude, found.longitude)
        )
        return f"lat={latitude}&lng={longitude}&radius_km=40&sort=distance"

    types = ("W", "M", "SP", "BE", "LGBTQ", "concept:women", "concept:speaker")
    words = (
        "serenity",
        "hope",
        "sunrise",
        "harbor",
        "candle",
        "grati",
        "freedom",
        "trinity",
        "beginners",
    )
    more = ("", "", "+morning", "+lake", "+first", "+step")
    makers: dict[str, Callable[[], str]] = {
        "day + type": lambda: f"day={chance.randrange(7)}&type={chance.choice(types)}",
        "text": lambda: f"q={chance.choice(words)}{chance.choice(more)}",
        "near": near,
        "soon": lambda: f"within_minutes={chance.randrange(30, 240)}&sort=next",
        "facets": lambda: f"day={chance.randrange(7)}&facets=1&region={city().region}",
    }
    kinds = {kind: [make() for _ in range(QUESTIONS)] for kind, make in makers.items()}
    kinds["mix"] = [chance.choice(kinds[kind]) for kind in makers for _ in range(QUESTIONS // 5)]
    chance.shuffle(kinds["mix"])
    return kinds


# ---------------------------------------------------------------------------------------------------------------- server


def build(size: int, folder: Path) -> None:
    """Build a snapshot of `size` meetings and print what that took."""
    now = clock.now()
    inventing = 0.0

    def timed() -> Iterator[Document]:
        nonlocal inventing
        documents = generate_documents(size, now_minute=int(now.timestamp() // 60))
        while True:
            started = time.perf_counter()
            document = next(documents, None)
            inventing += time.perf_counter() - started
            if document is None:
                return
            yield document

    started = time.perf_counter()
    manifest = build_snapshot(documents=timed(), folder=folder, schema=MEETING_SCHEMA, built_at=now)
    took = time.perf_counter() - started - inventing
    megabytes = sum(file.size for file in manifest.files.values()) / 1e6
    started = time.perf_counter()
    Snapshot.open(folder=folder)
    opened = time.perf_counter() - started
    print(
        f"{size:>9,} meetings: built in {took:.1f} s, {megabytes:,.0f} MB, checked and opened in {opened:.2f} s",
        flush=True,
    )


def rebuild_after_a_change(folder: Path, size: int) -> None:
    """Print how long it takes until a change of 10 meetings can be searched."""
    now = clock.now()
    documents = list(generate_documents(size, now_minute=int(now.timestamp() // 60)))
    for number in range(10):
        changed = {**documents[number].text, "name": f"Changed {number}"}
        documents[number] = msgspec.structs.replace(documents[number], text=changed)
    started = time.perf_counter()
    build_snapshot(documents=documents, folder=folder, schema=MEETING_SCHEMA, built_at=now)
    Snapshot.open(folder=folder)
    print(
        f"{size:>9,} meetings: 10 changed, searchable after {time.perf_counter() - started:.1f} s (aim 2)"
    )


class Server:
    """One Granian worker over one snapshot."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [
            *(
                sys.executable,
                "-m",
                "granian",
                "--interface",
                "asginl",
                "--workers",
                "1",
                "--factory",
            ),
            *("--host", "127.0.0.1", "--port", str(self.port), "--log-level", "warning"),
            *("--workers-kill-timeout", "2", "benchmarks.search:make_application"),
        ]
        environment = {**os.environ, "BENCH_FOLDER": str(folder)}
        self._process = subprocess.Popen(command, env=environment, start_new_session=True)
        self._wait()

    def _wait(self) -> None:
        for _ in range(300):
            try:
                self.get("/hello?size=1")
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError("the server did not start")

    def get(self, path: str) -> bytes:
        """Return the body that `path` is answered with."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answered:
            body: bytes = answered.read()
            return body

    def memory(self) -> tuple[float, float]:
        """Return the megabytes that the worker holds: all, and those that are not mapped files."""
        main = self._process.pid
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        parts: dict[str, float] = {}
        for line in Path(f"/proc/{children[-1]}/smaps_rollup").read_text().splitlines()[1:]:
            name, value = line.split(":")
            parts[name] = int(value.split()[0]) / 1000
        return parts["Rss"], parts["Anonymous"]

    def stop(self) -> None:
        """End the server and its worker."""
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)


def load(server: Server, paths: list[str], *, seconds: int, distinct: bool, folder: Path) -> Run:
    """Return what wrk measures when it asks `paths` in turn."""
    script, lines = folder / "ask.lua", folder / "paths.txt"
    script.write_text(WRK_SCRIPT)
    lines.write_text("\n".join(paths))
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", str(script)]
    environment = {
        **os.environ,
        "BENCH_PATHS": str(lines),
        "BENCH_DISTINCT": "1" if distinct else "0",
        "BENCH_RUN": f"{time.monotonic_ns()}x",
    }
    told = subprocess.run(
        [*command, f"http://127.0.0.1:{server.port}/"],
        env=environment, capture_output=True, text=True, check=True, timeout=seconds + 30,
    ).stdout  # fmt: skip
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert rate is not None, told
    return Run(
        float(rate[1]),
        _latency(told, "50%"),
        _latency(told, "99%"),
        int(refused[1]) if refused else 0,
    )


def _latency(told: str, share: str) -> float:
    found = re.search(rf"{share}\s+([\d.]+)(us|ms|s)", told)
    assert found is not None, told
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]


# ----------------------------------------------------------------------------------------------------------------- table


def measure(size: int, folder: Path, *, seconds: int) -> dict[str, Run]:
    """Print a line for each kind of question and return the runs in which no answer was a kept one."""
    server = Server(folder)
    runs = {}
    try:
        print(f"\n{size:,} meetings, one worker, {CONNECTIONS} connections, {seconds} s each")
        print(
            f"{'':12}{'bytes':>8}{'hello/s':>10} |{'kept/s':>9}{'of hello':>9}{'p50 ms':>8}{'p99 ms':>8} |"
            f"{'worked out/s':>13}{'of hello':>9}{'p50 ms':>8}{'p99 ms':>8}"
        )
        for kind, questions in invent_questions().items():
            paths = [f"/api/v1/meetings?{question}" for question in questions]
            runs[kind] = _measure_kind(server, kind, paths, seconds, folder)
        resident, anonymous = server.memory()
        print(
            f"worker memory: {resident:,.0f} MB resident, of it {anonymous:,.0f} MB beyond the map (aim 150)"
        )
    finally:
        server.stop()
    return runs


def _measure_kind(server: Server, kind: str, paths: list[str], seconds: int, folder: Path) -> Run:
    sizes = [len(server.get(path)) for path in paths[:40]]
    usual = int(statistics.mean(sizes))
    hello = load(server, [f"/hello?size={usual}"], seconds=seconds, distinct=False, folder=folder)
    kept = load(server, paths, seconds=seconds, distinct=False, folder=folder)
    worked = load(server, paths, seconds=seconds, distinct=True, folder=folder)
    print(
        f"{kind:12}{usual:>8,}{hello.rate:>10,.0f} |"
        f"{kept.rate:>9,.0f}{kept.rate / hello.rate:>9.0%}{kept.p50:>8.2f}{kept.p99:>8.2f} |"
        f"{worked.rate:>13,.0f}{worked.rate / hello.rate:>9.0%}{worked.p50:>8.2f}{worked.p99:>8.2f}"
        + (f"  {kept.errors + worked.errors} REFUSED" if kept.errors + worked.errors else ""),
        flush=True,
    )
    return worked


# -------------------------------------------------------------------------------------------------- in process, and SQLite


def time_questions(ask: Callable[[str], bytes], questions: list[str]) -> float:
    """Return the median of the microseconds that a question takes."""
    taken = []
    for question in questions:
        started = time.perf_counter()
        ask(question)
        taken.append((time.perf_counter() - started) * 1e6)
    return statistics.median(taken)


def engine_asker(folder: Path) -> Callable[[str], bytes]:
    """Return a function that answers a query string in this process: reading, answering, joining."""
    snapshot = Snapshot.open(folder=folder)
    now = clock.now()

    def ask(question: str) -> bytes:
        reading = read_parameters(query_string=question, now=now, settings=SETTINGS, gazetteer=None)
        return join_body(answer(snapshot=snapshot, query=reading.query, now=now), reading)

    return ask


def sqlite_asker(size: int, path: Path) -> dict[str, Callable[[str], bytes]]:
    """Return functions that answer with SQLite's FTS5 and R*Tree, by kind: the honest alternative."""
    now_minute = int(clock.now().timestamp() // 60)
    database = sqlite3.connect(path)
    database.executescript(
        """CREATE TABLE meeting (id INTEGER PRIMARY KEY, day INTEGER, minute INTEGER, next INTEGER,
        row BLOB); CREATE TABLE meeting_type (type TEXT, id INTEGER, PRIMARY KEY (type, id)) WITHOUT
        ROWID; CREATE VIRTUAL TABLE words USING fts5 (name, place, notes, prefix='2 3 4',
        tokenize='unicode61 remove_diacritics 2'); CREATE VIRTUAL TABLE place USING rtree (id,
        south, north, west, east);
        """
    )
    for number, document in enumerate(generate_documents(size, now_minute=now_minute)):
        minute = document.minute or 0
        ahead = (minute - now_minute) % 10080
        values = (number, minute // 1440, minute, now_minute + ahead, document.row)
        database.execute("INSERT INTO meeting VALUES (?, ?, ?, ?, ?)", values)
        types = [(value, number) for value in document.filters["type"]]
        database.executemany("INSERT OR IGNORE INTO meeting_type VALUES (?, ?)", types)
        text = document.text
        database.execute(
            "INSERT INTO words (rowid, name, place, notes) VALUES (?, ?, ?, ?)",
            (number, text["name"], text["place"], text["notes"]),
        )
        if document.latitude is not None and document.longitude is not None:
            north, east = document.latitude, document.longitude
            database.execute(
                "INSERT INTO place VALUES (?, ?, ?, ?, ?)", (number, north, north, east, east)
            )
    database.executescript(
        "CREATE INDEX by_day ON meeting (day, next); CREATE INDEX by_next ON meeting (next); ANALYZE;"
    )
    return {kind: _sqlite_answer(database, sql) for kind, sql in _SQL.items()}


_SQL = {
    "day + type": "FROM meeting JOIN meeting_type USING (id) WHERE day = :day AND type = 'aa:' || :type",
    "text": "FROM meeting JOIN words ON words.rowid = meeting.id WHERE words MATCH :q",
    "near": "FROM meeting JOIN place USING (id) WHERE south > :lat - 0.36 AND north < :lat + 0.36 "
    "AND west > :lng - 0.48 AND east < :lng + 0.48",
    "soon": "FROM meeting WHERE next < :now + :within_minutes",
}


def _sqlite_answer(database: sqlite3.Connection, sql: str) -> Callable[[str], bytes]:
    now_minute = int(clock.now().timestamp() // 60)

    def ask(question: str) -> bytes:
        given: dict[str, object] = dict(part.split("=") for part in question.split("&"))
        given = {
            name: float(value) if name in {"lat", "lng"} else value for name, value in given.items()
        }
        if "q" in given:
            given["q"] = " AND ".join(f'"{word}"*' for word in str(given["q"]).split("+"))
        if "within_minutes" in given:
            given["within_minutes"] = int(str(given["within_minutes"]))
        given["now"] = now_minute
        total = database.execute(f"SELECT count(*) {sql}", given).fetchone()[0]
        rows = database.execute(f"SELECT row {sql} ORDER BY next LIMIT 20", given).fetchall()
        return b'{"total":%d,"meetings":[%b]}' % (total, b",".join(row for (row,) in rows))

    return ask


def compare_with_sqlite(size: int, folder: Path, scratch: Path) -> None:
    """Print microseconds a question in this process, and how many times those SQLite takes."""
    print(f"\nin process, {size:,} meetings, median of {QUESTIONS} questions")
    engine = engine_asker(folder)
    sqlite = sqlite_asker(size, scratch / "meetings.sqlite3")
    for kind, questions in invent_questions().items():
        if kind in sqlite:
            ours, theirs = (
                time_questions(engine, questions),
                time_questions(sqlite[kind], questions),
            )
            print(
                f"{kind:12} {ours:>8,.0f} µs   FTS5 + R*Tree {theirs:>9,.0f} µs   {theirs / ours:>6.1f} times"
            )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="100000,1000000")
    parser.add_argument("--seconds", type=int, default=3, choices=range(1, 6))
    arguments = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("This benchmark needs wrk. On Debian and Ubuntu: apt install wrk")
    sizes = [int(size) for size in arguments.sizes.split(",")]
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {clock.now():%Y-%m-%d}"
    )
    scratch = Path(tempfile.mkdtemp(prefix="openchair-bench-"))
    try:
        runs = {}
        for size in sizes:
            build(size, scratch / str(size))
            runs[size] = measure(size, scratch / str(size), seconds=arguments.seconds)
        print_growth(runs)
        rebuild_after_a_change(scratch / str(sizes[0]), sizes[0])
        compare_with_sqlite(sizes[0], scratch / str(sizes[0]), scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def print_growth(runs: dict[int, dict[str, Run]]) -> None:
    """Print how p50 grows from the smallest to the largest collection."""
    small, large = min(runs), max(runs)
    print(f"\np50, {small:,} to {large:,} meetings (aim under {AIM_GROWTH:.0f} times)")
    for kind in runs[small]:
        print(f"{kind:12} {runs[large][kind].p50 / runs[small][kind].p50:>6.2f} times")


if __name__ == "__main__":
    main()
