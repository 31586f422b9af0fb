"""The workspace's memory."""

from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path

import pytest

from playground.slack.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path)
    yield opened
    opened.close()


def test_stamps_grow_even_when_the_clock_stands_still_or_goes_back(tmp_path: Path) -> None:
    clock = chain([1764000000.0001, 1764000000.0001, 1763999999.0], repeat(1700000000.0))
    store = Store(tmp_path, lambda: next(clock))
    stamps = [store.stamp() for _ in range(3)]
    store.close()
    again = Store(tmp_path, lambda: next(clock))
    stamps.append(again.stamp())
    again.close()
    assert stamps == ["1764000000.000100", "1764000000.000101", "1764000000.000102", "1764000000.000103"]


def test_threads_and_private_words_are_not_top_level(store: Store) -> None:
    store.keep_message("C1", {"ts": "1.000000", "user": "U1"})
    store.keep_message("C1", {"ts": "2.000000", "user": "U2", "thread_ts": "1.000000"})
    store.keep_message("C1", {"ts": "3.000000", "user": "U1"}, reader="U1")
    assert [row["ts"] for row in store.newest("C1", 10)] == ["1.000000"]
    assert store.summary("C1", "1.000000") == (1, "2.000000", ["U2"])
    assert store.message("C1", "3.000000") is None
    assert store.ephemeral("C1", "3.000000", "U2") is None
    assert [row["ts"] for row in store.ephemerals("U1", 10)] == ["3.000000"]


def test_after_clearing_only_the_counters_are_left(store: Store) -> None:
    before = store.stamp()
    store.keep("person", "U1", {"id": "U1"})
    store.keep_message("C1", {"ts": before})
    store.clear()
    assert (store.things("person"), store.latest("C1")) == ([], None)
    assert store.stamp() > before


def test_it_refuses_to_keep_half_a_thing(store: Store) -> None:
    with pytest.raises(TypeError):
        store.keep("thing", "x", {"object": object()})
    assert store.thing("thing", "x") is None
