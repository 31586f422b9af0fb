"""Answers of `GET /control/state`: scripts poll them many times a second, and building one takes 10 ms."""

from collections.abc import Callable

import msgspec
from cachetools import LRUCache

from playground.slack.core.store import Json
from playground.slack.workspace.workspace import Workspace

_MAX_ANSWERS = 32
_Revision = tuple[object, ...]


class StateCache:
    """The latest answers by query, each until anything changes in the workspace."""

    def __init__(self) -> None:
        self._answers: LRUCache[str, tuple[_Revision, bytes]] = LRUCache(_MAX_ANSWERS)

    def get(self, workspace: Workspace, query: str, build: Callable[[], Json]) -> bytes:
        """Return the JSON; one with a file that is not ready is not stored, because the file gets ready by itself."""
        revision = _revision(workspace)
        stored_revision, answer = self._answers.get(query, ((), b""))
        if stored_revision == revision:
            return answer
        state = build()
        answer = msgspec.json.encode(state)
        if all(file["ready"] for file in state["files"].values()):
            self._answers[query] = (revision, answer)
        return answer


def _revision(workspace: Workspace) -> _Revision:
    is_connected = workspace.dispatcher.transport.connected
    served = frozenset(workspace.served_teams)
    return workspace.store.change_count, workspace.live_updates.version, is_connected, workspace.address, served
