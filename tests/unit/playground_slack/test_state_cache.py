"""Answers of `GET /control/state` are kept until the workspace changes."""

from pathlib import Path
from typing import Any

import msgspec

from playground.control.state_cache import StateCache
from playground.seed_data import HARBOUR
from playground.slack.core.store import Json
from tests.support.practice_slack import open_practice_workspace


class FakeTransport:
    connected = False


class FakeDispatcher:
    def __init__(self) -> None:
        self.transport = FakeTransport()


class FakeStore:
    change_count = 0


class FakeLiveUpdates:
    version = 1


class FakeWorkspace:
    """Whatever a revision is made of."""

    address = "http://127.0.0.1:1"

    def __init__(self) -> None:
        self.store, self.live_updates, self.dispatcher = FakeStore(), FakeLiveUpdates(), FakeDispatcher()
        self.served_teams: set[str] = set()


class CountingBuilder:
    """A state with one file, and how often it was built."""

    def __init__(self, *, ready: bool = True) -> None:
        self.built = 0
        self.ready = ready

    def __call__(self) -> Json:
        self.built += 1
        return {"number": self.built, "files": {"F1": {"ready": self.ready}}}


def get_number(cache: StateCache, workspace: Any, build: CountingBuilder, query: str = "") -> int:
    number: int = msgspec.json.decode(cache.get(workspace, query, build))["number"]
    return number


def test_unchanged_state_is_built_once_for_each_query() -> None:
    cache, workspace, build = StateCache(), FakeWorkspace(), CountingBuilder()
    assert [get_number(cache, workspace, build) for _ in range(3)] == [1, 1, 1]
    assert get_number(cache, workspace, build, "user=lena") == 2
    assert get_number(cache, workspace, build) == 1


def test_any_change_builds_the_state_again() -> None:
    cache, workspace, build = StateCache(), FakeWorkspace(), CountingBuilder()
    get_number(cache, workspace, build)
    workspace.store.change_count += 1
    assert get_number(cache, workspace, build) == 2
    workspace.live_updates.version += 1
    assert get_number(cache, workspace, build) == 3
    workspace.dispatcher.transport.connected = True
    assert get_number(cache, workspace, build) == 4
    workspace.served_teams.add("T1")
    assert get_number(cache, workspace, build) == 5


def test_state_with_an_unready_file_is_not_kept() -> None:
    cache, workspace, build = StateCache(), FakeWorkspace(), CountingBuilder(ready=False)
    assert [get_number(cache, workspace, build) for _ in range(2)] == [1, 2]


async def test_polled_state_shows_a_new_message(tmp_path: Path) -> None:
    async with open_practice_workspace(tmp_path) as workspace:
        assert await workspace.messages() == []
        assert await workspace.messages() == []
        await workspace.act("lena", "say", channel=HARBOUR, text="kept")
        assert [row["text"] for row in await workspace.messages()] == ["kept"]
