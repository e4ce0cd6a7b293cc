"""`openchair run`: set up what is missing, then keep both halves running until told to stop."""

from __future__ import annotations

import argparse
import fcntl
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from openchair.lib import environment
from openchair.lib.installation import Installation, read_installation
from openchair.site.commands.setup import set_up
from openchair.site.supervising import Half, Supervisor

HELP = "run the installation: search on the public port, pages behind it"
# Coming starts of irregular meetings and the zones' offsets at the time are part of what is published.
REPUBLISH_SECONDS = 6 * 3600


class AlreadyRunning(Exception):
    """Another `openchair run` holds this installation."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--host", default=environment.text("HOST", "127.0.0.1"))
    parser.add_argument(
        "--port", type=int, default=environment.integer("PORT", 8000, least=1, most=65535)
    )


def run(arguments: argparse.Namespace) -> int:
    """Run until SIGTERM or Ctrl-C. Return 0 after an orderly end, 1 when it can't start."""
    installation = read_installation()
    try:
        with _held(installation):
            refuse_taken_port(host=arguments.host, port=arguments.port)
            set_up(say=_say)
            _serve(host=arguments.host, port=arguments.port)
    except (AlreadyRunning, OSError) as error:
        _say(f"can't start: {error}")
        return 1
    return 0


def refuse_taken_port(*, host: str, port: int) -> None:
    """Raise OSError in plain words when something else answers on the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise OSError(
                f"port {port} on {host} can't be used ({error.strerror}). Choose another: openchair run --port 8080"
            ) from None


@contextmanager
def _held(installation: Installation) -> Iterator[None]:
    installation.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = installation.home / "run.lock"
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(
                f"{installation.home} is already being run by another process"
            ) from None
        yield


def _serve(*, host: str, port: int) -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=_announce, args=(host, port, stop), daemon=True).start()
    threading.Thread(target=_republish, args=(stop,), daemon=True).start()
    Supervisor(halves=_halves(host=host, port=port), stop=stop, say=_say).run()


def _halves(*, host: str, port: int) -> list[Half]:
    program = (sys.executable, "-m", "openchair.site.processes")
    live_workers = environment.integer("LIVE_WORKERS", 1, least=1, most=64)
    page_workers = environment.integer("PAGE_WORKERS", 1, least=1, most=64)
    page_threads = environment.integer("PAGE_THREADS", 4, least=1, most=64)
    return [
        Half(
            name="pages",
            command=(
                *program,
                "pages",
                "--workers",
                str(page_workers),
                "--threads",
                str(page_threads),
            ),
        ),
        Half(
            name="live",
            command=(
                *program,
                "live",
                "--host",
                host,
                "--port",
                str(port),
                "--workers",
                str(live_workers),
            ),
        ),
    ]


def _announce(host: str, port: int, stop: threading.Event) -> None:
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104  # compared, not bound
    while not stop.wait(0.1):
        try:
            socket.create_connection((shown, port), timeout=1).close()
        except OSError:
            continue
        _say(f"Openchair is at http://{shown}:{port}/")
        return


def _republish(stop: threading.Event) -> None:
    while not stop.wait(REPUBLISH_SECONDS):
        command = [sys.executable, "-m", "openchair.cli", "publish"]
        subprocess.run(command, check=False, stdin=subprocess.DEVNULL)  # noqa: S603  # our own command


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
