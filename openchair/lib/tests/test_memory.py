from __future__ import annotations

import gc

import pytest

from openchair.lib.memory import collector_at_rest


def test_the_collector_rests_within_and_works_again_after():
    with collector_at_rest():
        assert not gc.isenabled()

    assert gc.isenabled()


def test_the_collector_works_again_after_a_fault():
    with pytest.raises(OSError, match="the disk is full"), collector_at_rest():
        raise OSError("the disk is full")

    assert gc.isenabled()


def test_one_block_within_another_leaves_it_at_rest():
    with collector_at_rest():
        with collector_at_rest():
            pass
        assert not gc.isenabled()
