"""Start-up objects are excluded from garbage collection."""

import gc

import pytest

from bot.runtime.process_tuning import freeze_startup_objects


def test_startup_objects_are_frozen_and_later_ones_collected() -> None:
    before = gc.get_freeze_count()
    try:
        with freeze_startup_objects():
            assert not gc.isenabled()
            made: list[list[int]] = [[] for _ in range(1000)]
        assert gc.isenabled()
        assert gc.get_freeze_count() >= before + len(made)
        later: list[object] = []
        later.append(later)
        assert any(tracked is later for tracked in gc.get_objects())
        assert not any(tracked is made for tracked in gc.get_objects())
    finally:
        gc.unfreeze()


def test_failed_startup_leaves_gc_enabled() -> None:
    with pytest.raises(OSError, match="no database"), freeze_startup_objects():
        raise OSError("no database")
    assert gc.isenabled()
