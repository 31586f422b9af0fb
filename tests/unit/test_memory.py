"""What is there from the start is looked through once."""

import gc

import pytest

from bot.memory import start_to_keep


def test_what_is_made_at_the_start_is_left_alone_by_the_collector_and_what_comes_later_is_not() -> None:
    before = gc.get_freeze_count()
    try:
        with start_to_keep():
            assert not gc.isenabled()
            made: list[list[int]] = [[] for _ in range(1000)]
        assert gc.isenabled()
        assert gc.get_freeze_count() >= before + len(made)
        later: list[object] = []
        later.append(later)
        assert any(each is later for each in gc.get_objects())
        assert not any(each is made for each in gc.get_objects())
    finally:
        gc.unfreeze()


def test_a_start_that_fails_leaves_the_collector_at_work() -> None:
    with pytest.raises(OSError, match="no database"), start_to_keep():
        raise OSError("no database")
    assert gc.isenabled()
