from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openchair.people import rules


@pytest.mark.parametrize(
    ("name", "handle"),
    [
        pytest.param("Alice", "alice-3f9k", id="plain"),
        pytest.param("José  María", "jose-maria-3f9k", id="accents"),
        pytest.param("小雨", "member-3f9k", id="another script"),
        pytest.param("O'Brien, J.", "obrien-j-3f9k", id="signs"),
        pytest.param("x" * 60, "x" * 40 + "-3f9k", id="long"),
    ],
)
def test_a_handle_is_made_of_the_name(name, handle):
    assert rules.make_handle(name=name, tail="3f9k") == handle


@given(st.text())
def test_a_name_is_one_line_that_is_not_longer_than_its_column(name):
    try:
        clean = rules.clean_name(name=name)
    except rules.NoName:
        return

    assert 0 < len(clean) <= rules.LONGEST_NAME
    assert clean.isprintable()
    assert len(rules.make_handle(name=clean, tail="3f9k")) <= 60


@given(st.text())
def test_whatever_is_typed_as_a_handle_fits_its_column(text):
    typed = rules.typed_handle(text=text)

    assert len(typed) <= rules.LONGEST_NAME
    assert "\x00" not in typed


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        pytest.param(
            "Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0",
            "Firefox on Android",
            id="firefox",
        ),
        pytest.param(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
            id="iphone",
        ),
        pytest.param(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
            "Edge on Windows",
            id="edge",
        ),
        pytest.param("curl/8.0", "", id="neither"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_device_is_named_by_families_alone(user_agent, name):
    assert rules.device_name(user_agent=user_agent) == name


@given(st.text())
def test_a_device_name_holds_nothing_of_its_own(user_agent):
    known = {name for _mark, name in (*rules._BROWSERS, *rules._SYSTEMS)}

    assert set(filter(None, rules.device_name(user_agent=user_agent).split(" on "))) <= known
