from __future__ import annotations

import asyncio
import json

from openchair.live.static_files import StaticFiles
from openchair.live.tests.test_front import Visitor


def collected(tmp_path):
    (tmp_path / "build").mkdir()
    for name in ("build/site.css", "build/site.0123.css"):
        (tmp_path / name).write_bytes(b"body{}")
    (tmp_path / "build/site.0123.css.br").write_bytes(b"BROTLI")
    (tmp_path / "build/site.0123.css.gz").write_bytes(b"GZIP")
    manifest = {"paths": {"build/site.css": "build/site.0123.css"}}
    (tmp_path / "staticfiles.json").write_text(json.dumps(manifest))
    return StaticFiles(folder=tmp_path)


def ask(application, path, accept=b"", method="GET"):
    headers = [(b"accept-encoding", accept)]
    return asyncio.run(Visitor(path=path, headers=headers, method=method).ask(application))


def test_the_best_encoding_that_the_visitor_takes_is_sent(tmp_path):
    files = collected(tmp_path)

    assert ask(files, "/static/build/site.0123.css", b"gzip, br").body == b"BROTLI"
    assert ask(files, "/static/build/site.0123.css", b"gzip").body == b"GZIP"
    assert ask(files, "/static/build/site.0123.css").body == b"body{}"


def test_only_a_name_with_its_hash_is_kept_for_good(tmp_path):
    files = collected(tmp_path)

    hashed = ask(files, "/static/build/site.0123.css").headers[b"cache-control"]
    plain = ask(files, "/static/build/site.css").headers[b"cache-control"]

    assert b"immutable" in hashed
    assert b"immutable" not in plain


def test_nothing_outside_the_folder_is_ever_sent(tmp_path):
    (tmp_path / "s").mkdir()
    (tmp_path / "secret_key").write_text("secret")
    files = StaticFiles(folder=tmp_path / "s")

    assert ask(files, "/static/../secret_key").status == 404
    assert ask(files, "/static//etc/passwd").status == 404


def test_an_installation_without_collected_files_answers_404(tmp_path):
    assert ask(StaticFiles(folder=tmp_path / "none"), "/static/build/site.css").status == 404
