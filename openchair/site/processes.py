"""The two halves as processes. `python -m openchair.site.processes live|pages …`, started by `openchair run`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from openchair.lib.installation import read_installation
from openchair.site.logs import logging_settings

# Granian does not end a worker whose thread pool is alive without being told to (performance.md 1).
KILL_AFTER_SECONDS = 2


def serve_live(*, host: str, port: int, workers: int) -> None:
    """Serve the public port until told to stop."""
    Granian(
        "openchair.live.app:make_application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        workers_kill_timeout=KILL_AFTER_SECONDS,
        log_level=LogLevels.warning,
        log_access=False,
        log_dictconfig=logging_settings(with_deeds=False),
    ).serve()


def serve_pages(*, threads: int, workers: int) -> None:
    """Serve Django on the installation's Unix socket, which only this user may open."""
    socket = read_installation().pages_socket
    # Left over when a machine lost power; a living one is never taken from under a running installation, because
    # `openchair run` holds the installation's lock.
    socket.unlink(missing_ok=True)
    Granian(
        "openchair.site.wsgi:application",
        uds=socket,
        uds_permissions=0o600,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        workers_kill_timeout=KILL_AFTER_SECONDS,
        log_level=LogLevels.warning,
        log_access=False,
        log_dictconfig=logging_settings(with_deeds=False),
    ).serve()


def end_with_parent() -> None:
    """End this process when the one that started it is gone: its end of our standard input closes."""

    # Past Python's own reader: a thread inside it holds its lock, and a forked worker that closes its standard input
    # would wait for that lock for ever.
    standard_input = sys.stdin.fileno()

    def watch() -> None:
        while os.read(standard_input, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    """Run one half."""
    parser = argparse.ArgumentParser()
    parser.add_argument("half", choices=["live", "pages"])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=4)
    arguments = parser.parse_args()
    end_with_parent()
    if arguments.half == "live":
        serve_live(host=arguments.host, port=arguments.port, workers=arguments.workers)
    else:
        serve_pages(threads=arguments.threads, workers=arguments.workers)


if __name__ == "__main__":
    main()
