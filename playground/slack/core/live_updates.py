"""Notifies open pages of changes."""

import asyncio
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import web

from playground.slack.core.store import Json

_MAX_BACKLOG = 1000
_PING_SECONDS = 30.0


@dataclass(eq=False)
class Watcher:
    """An open page; with `person` None it gets every change."""

    person: str | None
    socket: web.WebSocketResponse
    changes: asyncio.Queue[Json] = field(default_factory=lambda: asyncio.Queue(_MAX_BACKLOG))


class LiveUpdates:
    """Numbers every change; the first number is the time, so that numbers grow across restarts."""

    def __init__(self) -> None:
        self.version = int(time.time() * 1000)
        self._watchers: set[Watcher] = set()

    def publish(self, *patches: Json, readers: Collection[str] | None = None) -> None:
        """Send patches to the pages of `readers`, or to all; a page that is too slow must fetch the state again."""
        self.version += 1
        for watcher in self._watchers:
            if readers is None or watcher.person is None or watcher.person in readers:
                _enqueue(watcher.changes, {"type": "changed", "version": self.version, "what": list(patches)})

    def add_watcher(self, watcher: Watcher) -> None:
        self._watchers.add(watcher)

    async def serve(self, request: web.Request, person: str | None) -> web.WebSocketResponse:
        """Serve one page from hello until it disconnects."""
        socket = web.WebSocketResponse(heartbeat=_PING_SECONDS)
        await socket.prepare(request)
        watcher = Watcher(person, socket)
        self.add_watcher(watcher)
        try:
            await socket.send_json({"type": "hello", "version": self.version})
            async with asyncio.TaskGroup() as group:
                sender = group.create_task(_send_changes(watcher))
                async for _ in socket:
                    pass
                sender.cancel()
        finally:
            self._watchers.discard(watcher)
        return socket

    async def close(self) -> None:
        """Disconnect all pages, so that the server can stop."""
        for watcher in list(self._watchers):
            await watcher.socket.close()


async def _send_changes(watcher: Watcher) -> None:
    with suppress(ConnectionError):
        while True:
            await watcher.socket.send_json(await watcher.changes.get())


def _enqueue(changes: asyncio.Queue[Json], change: Json) -> None:
    if changes.full():
        while not changes.empty():
            changes.get_nowait()
        change = {**change, "what": [{"kind": "everything"}]}
    changes.put_nowait(change)
