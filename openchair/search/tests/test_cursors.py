from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openchair.search.cursors import Cursor, read_cursor, write_cursor
from openchair.search.query import BadCursor

MINUTE = 29_000_000
CURSOR = Cursor(anchor=MINUTE, sort="next", start=MINUTE + 5, turn=(1 << 64) - 1, name=b"x")


@given(st.integers(0, (1 << 64) - 1), st.binary(max_size=40), st.lists(st.integers(1, 300)))
def test_a_cursor_is_read_as_it_was_written(turn, name, rarities):
    cursor = Cursor(anchor=MINUTE, sort="next", turn=turn, name=name, rarities=tuple(rarities))

    assert read_cursor(write_cursor(cursor), sort="next", minute=MINUTE) == cursor


@given(st.integers(0, 200), st.characters())
def test_a_cursor_that_was_touched_is_refused(place, sign):
    text = write_cursor(CURSOR)
    place %= len(text)
    touched = text[:place] + sign + text[place + 1 :]

    if touched == text:
        assert read_cursor(touched, sort="next", minute=MINUTE) == CURSOR
        return
    try:
        # The last sign carries bits that mean nothing.
        assert read_cursor(touched, sort="next", minute=MINUTE) == CURSOR
        assert place >= len(text) - 1 or not sign.isalnum()
    except BadCursor:
        pass


@given(st.text(max_size=60))
def test_any_other_text_is_refused(text):
    with pytest.raises(BadCursor):
        read_cursor(text, sort="next", minute=MINUTE)


@pytest.mark.parametrize(
    "cursor",
    [
        Cursor(anchor=MINUTE, sort="name"),
        Cursor(anchor=MINUTE - 60 * 1440, sort="next"),
        Cursor(anchor=MINUTE + 10_000, sort="next"),
        Cursor(anchor=MINUTE, sort="next", turn=-1),
        Cursor(anchor=MINUTE, sort="next", start=-5),
        Cursor(anchor=MINUTE, sort="next", rarities=(0,)),
    ],
    ids=["sort", "old", "ahead", "turn", "start", "rarities"],
)
def test_a_forged_cursor_is_refused(cursor):
    with pytest.raises(BadCursor):
        read_cursor(write_cursor(cursor), sort="next", minute=MINUTE)
