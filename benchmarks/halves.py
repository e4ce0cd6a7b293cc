"""What the two halves answer, alone and together, as a share of a hello-world on the same server in the same run.

`python -m benchmarks.halves [--seconds 3]`. Needs `wrk` (Debian: `apt install wrk`). The real halves run as `openchair run`
starts them, on the loopback interface, over an installation in a folder that is removed at the end. Only the slow page
(8 ms of Python) is not part of Openchair: it stands beside Django in the process of the pages.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from os import environ
from pathlib import Path
from typing import Any

import msgspec
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from benchmarks.importing import invent_rows, run_command
from openchair.live.asgi import Receive, Scope, Send, respond
from openchair.site.processes import KILL_AFTER_SECONDS

MEETINGS = 2_000
CONNECTIONS = 16
THREADS = 4
HELLO_BYTES = 10_000
SLOW_SECONDS = 0.008
SLOW_AT_ONCE = 8
FAST_CONNECTIONS = 4
START_SECONDS = 30


# --------------------------------------------------------------------------------------------------------------- servers


def make_hello() -> Callable[[Scope, Receive, Send], Any]:
    """Return the least that an ASGI application can do: the ceiling of this server on this machine."""
    bodies = {"/small": b'{"status":"ok"}', "/large": b"x" * HELLO_BYTES}

    async def hello(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"text/plain")]
        await respond(send, status=200, headers=headers, body=bodies[scope["path"]])

    return hello


def make_pages() -> Callable[..., Any]:
    """Return Django as it is served, with a page beside it that takes 8 ms of Python."""
    from openchair.site.wsgi import application  # noqa: PLC0415  # reads the environment

    def pages(environment: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environment["PATH_INFO"] != "/slow":
            return application(environment, start_response)
        _burn(SLOW_SECONDS)
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
        return [b"slow"]

    return pages


def _burn(seconds: float) -> None:
    # This thread's own time, so that a page costs the same however many of them wait for Python's lock.
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def serve(kind: str, where: str) -> None:
    """Serve the hello or the pages, with what `openchair run` gives its halves. `where` is a port or a socket's path."""
    is_hello = kind == "hello"
    place: dict[str, Any] = (
        {"address": "127.0.0.1", "port": int(where)}
        if where.isdigit()
        else {"uds": Path(where), "uds_permissions": 0o600}
    )
    Granian(
        f"benchmarks.halves:make_{kind}",
        factory=True,
        interface=Interfaces.ASGINL if is_hello else Interfaces.WSGI,
        workers=1,
        **({} if is_hello else {"blocking_threads": THREADS}),
        workers_kill_timeout=KILL_AFTER_SECONDS,
        log_level=LogLevels.warning,
        log_access=False,
        **place,
    ).serve()


@contextmanager
def _process(home: Path, *words: str) -> Iterator[None]:
    settings = {**environ, "OPENCHAIR_HOME": str(home)}
    settings.pop("DATABASE_URL", None)
    # The live half ends when its standard input closes, as under `openchair run`.
    process = subprocess.Popen([sys.executable, "-m", *words], env=settings, stdin=subprocess.PIPE)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin:
            process.stdin.close()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(port: int, path: str) -> None:
    for _ in range(START_SECONDS * 10):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).close()
        except (OSError, urllib.error.HTTPError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"nothing answers {path} on port {port}")


# ------------------------------------------------------------------------------------------------------------------ load


class Load(msgspec.Struct, frozen=True):
    """What wrk measured: answers a second, milliseconds, and how many answers were refusals or broke off."""

    rate: float
    p50: float
    p99: float
    refused: int


def start_load(port: int, path: str, *, connections: int, seconds: int) -> subprocess.Popen[str]:
    """Start asking for `path` over and over."""
    address = f"http://127.0.0.1:{port}{path}"
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", address]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def finish_load(asking: subprocess.Popen[str]) -> Load:
    """Wait for wrk and return what it measured."""
    told, _ = asking.communicate(timeout=60)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    if rate is None:
        raise RuntimeError(f"wrk said nothing that can be read: {told}")
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    broken = re.search(
        r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", told
    )
    failures = [int(refused[1])] if refused else []
    failures += [int(count) for count in broken.groups()] if broken else []
    return Load(float(rate[1]), _ms(told, "50%"), _ms(told, "99%"), sum(failures))


def _ms(told: str, share: str) -> float:
    found = re.search(rf"{share}\s+([\d.]+)(us|ms|s)", told)
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]] if found else 0.0


# ----------------------------------------------------------------------------------------------------------------- tables


class Ports(msgspec.Struct, frozen=True):
    """Where each server listens. `direct` is the pages without the forwarder, which only this benchmark has."""

    hello: int
    live: int
    direct: int


def measure_alone(ports: Ports, seconds: int) -> None:
    """Print what each kind of address answers, and its share of a hello of about its size, measured right before."""
    print(f"\n{CONNECTIONS} connections, {seconds} s each; pages: {THREADS} threads, one process")
    print(f"{'':44}{'bytes':>8}{'/s':>9}{'of hello':>10}{'p50 ms':>9}{'p99 ms':>9}")
    _print_alone(ports, "live half: /healthz", ports.live, "/healthz", "/small", seconds)
    search = "/api/v1/meetings?day=1"
    _print_alone(ports, f"live half: {search}", ports.live, search, "/large", seconds)
    for path in ("/manifest.webmanifest", "/help", "/"):
        _print_alone(
            ports, f"page through the forwarder: {path}", ports.live, path, "/large", seconds
        )
        _print_alone(
            ports, f"the same asked directly: {path}", ports.direct, path, "/large", seconds
        )


def _print_alone(
    ports: Ports, name: str, port: int, path: str, hello_path: str, seconds: int
) -> None:
    size = len(urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30).read())
    hello, found = (
        finish_load(start_load(*asked, connections=CONNECTIONS, seconds=seconds))
        for asked in ((ports.hello, hello_path), (port, path))
    )
    print(
        f"{name:44}{size:>8,}{found.rate:>9,.0f}{found.rate / hello.rate:>10.3f}{found.p50:>9.2f}{found.p99:>9.2f}"
        + (f"   {found.refused} REFUSED" if found.refused else ""),
        flush=True,
    )


def measure_together(ports: Ports, seconds: int) -> None:
    """Print what slow pages do to the live half: the reason why it is a process of its own."""
    print(
        f"\n{FAST_CONNECTIONS} connections on /healthz; slow pages: 8 ms of Python, {SLOW_AT_ONCE} at once"
    )
    print(f"{'':44}{'/s':>9}{'of alone':>10}{'p50 ms':>9}{'p99 ms':>9}{'pages/s':>9}")
    alone = _fast(ports, seconds)
    _print_together("the live half alone", alone, alone, None)
    slow = start_load(ports.live, "/slow", connections=SLOW_AT_ONCE, seconds=seconds + 1)
    beside = _fast(ports, seconds)
    _print_together("beside slow pages behind the forwarder", beside, alone, finish_load(slow))


def _fast(ports: Ports, seconds: int) -> Load:
    return finish_load(
        start_load(ports.live, "/healthz", connections=FAST_CONNECTIONS, seconds=seconds)
    )


def _print_together(name: str, found: Load, alone: Load, pages: Load | None) -> None:
    refused = found.refused + (pages.refused if pages else 0)
    print(
        f"{name:44}{found.rate:>9,.0f}{found.rate / alone.rate:>10.2f}{found.p50:>9.2f}{found.p99:>9.2f}"
        f"{f'{pages.rate:,.0f}' if pages else '–':>9}"
        + (f"   {refused} REFUSED" if refused else ""),
        flush=True,
    )


def measure(home: Path, seconds: int) -> None:
    """Start the servers, print both tables, and end the servers."""
    ports = Ports(*(_free_port() for _ in range(3)))
    live = ("openchair.site.processes", "live", "--port", str(ports.live))
    with ExitStack() as running:
        for kind, where in (
            ("hello", str(ports.hello)),
            ("pages", str(home / "pages.sock")),
            ("pages", str(ports.direct)),
        ):
            running.enter_context(_process(home, "benchmarks.halves", "--serve", kind, where))
        running.enter_context(_process(home, *live))
        for port, path in ((ports.hello, "/small"), (ports.direct, "/slow"), (ports.live, "/slow")):
            _wait_for(port, path)
        measure_alone(ports, seconds)
        measure_together(ports, seconds)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=3, choices=range(1, 5))
    parser.add_argument("--places-of", type=Path, help="an installation's home with places.sqlite3")
    parser.add_argument("--serve", nargs=2, metavar=("KIND", "WHERE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(*arguments.serve)
        return
    if shutil.which("wrk") is None:
        sys.exit("This benchmark needs wrk. On Debian and Ubuntu: apt install wrk")
    home = Path(tempfile.mkdtemp(prefix="openchair-bench-"))
    try:
        if arguments.places_of:
            shutil.copy(arguments.places_of / "places.sqlite3", home)
        run_command(home, "setup")
        feed = home / "feed.json"
        feed.write_text(json.dumps(list(invent_rows(MEETINGS))))
        run_command(home, "import", str(feed), "--fellowship", "aa", "--country", "US")
        measure(home, arguments.seconds)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
