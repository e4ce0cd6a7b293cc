"""One document for tests, with what a test does not care about filled in."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from openchair.search.documents import Document

# A Wednesday; no clock changes for two months.
NOW = datetime(2026, 1, 14, 20, 0, tzinfo=UTC)


def make_document(identifier: str, name: str = "Serenity", **changes) -> Document:
    return msgspec.structs.replace(
        Document(
            id=identifier,
            name=name,
            row=msgspec.json.encode({"id": identifier, "name": name}),
            filters={},
            text={"name": name},
            zone="America/New_York",
            minute=3 * 1440 + 19 * 60,
        ),
        **changes,
    )
