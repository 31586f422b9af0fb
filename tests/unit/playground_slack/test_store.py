"""The workspace's store."""

from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path

import pytest

from playground.slack.core.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path)
    yield opened
    opened.close()


def test_timestamps_increase_even_if_the_clock_goes_back(tmp_path: Path) -> None:
    clock = chain([1764000000.0001, 1764000000.0001, 1763999999.0], repeat(1700000000.0))
    store = Store(tmp_path, lambda: next(clock))
    timestamps = [store.new_ts() for _ in range(3)]
    store.close()
    reopened = Store(tmp_path, lambda: next(clock))
    timestamps.append(reopened.new_ts())
    reopened.close()
    assert timestamps == ["1764000000.000100", "1764000000.000101", "1764000000.000102", "1764000000.000103"]


def test_replies_and_ephemerals_are_not_top_level(store: Store) -> None:
    store.set_message("C1", {"ts": "1.000000", "user": "U1"})
    store.set_message("C1", {"ts": "2.000000", "user": "U2", "thread_ts": "1.000000"})
    store.set_message("C1", {"ts": "3.000000", "user": "U1"}, reader="U1")
    assert [row["ts"] for row in store.list_messages("C1", 10)] == ["1.000000"]
    assert store.thread_summary("C1", "1.000000") == (1, "2.000000", ["U2"])
    assert store.get_message("C1", "3.000000") is None
    assert store.get_ephemeral("C1", "3.000000", "U2") is None
    assert [row["ts"] for row in store.list_ephemerals("U1", 10)] == ["3.000000"]


def test_clear_keeps_only_the_counters(store: Store) -> None:
    before = store.new_ts()
    store.set_document("person", "U1", {"id": "U1"})
    store.set_message("C1", {"ts": before})
    store.clear()
    assert (store.list_documents("person"), store.latest_ts("C1")) == ([], None)
    assert store.new_ts() > before


def test_unserializable_value_is_not_stored(store: Store) -> None:
    with pytest.raises(TypeError):
        store.set_document("thing", "x", {"object": object()})
    assert store.get_document("thing", "x") is None
