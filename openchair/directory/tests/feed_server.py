"""A web server of this machine that gives one feed, as a real one would: with an ETag, and 304 to who has it already."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Feed:
    """What the server gives, and how often it was asked and how often that was news. `status` 500 breaks it."""

    def __init__(self) -> None:
        self.rows: object = []
        self.status = 200
        self.asked = 0
        self.sent = 0
        self.port = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/meetings.json"

    @property
    def body(self) -> bytes:
        return json.dumps(self.rows).encode()


@contextmanager
def serving() -> Iterator[Feed]:
    feed = Feed()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            feed.asked += 1
            body = feed.body
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            is_known = self.headers.get("If-None-Match") == etag
            status = 304 if is_known and feed.status == 200 else feed.status
            feed.sent += status == 200
            self.send_response(status)
            self.send_header("ETag", etag)
            self.send_header("Content-Length", str(len(body) if status == 200 else 0))
            self.end_headers()
            if status == 200:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    feed.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield feed
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
