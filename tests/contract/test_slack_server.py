"""A socket that falls silent, against the practice workspace."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_bolt.async_app import AsyncApp

from bot.runtime.slack_server import SocketModeConnection
from playground.seed_data import APP_TOKEN, HARBOUR, LENA
from tests.support.practice_slack import PracticeWorkspace, open_practice_workspace, wait_until


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[PracticeWorkspace]:
    async with open_practice_workspace(tmp_path) as opened:
        yield opened


def mention_app(workspace: PracticeWorkspace) -> tuple[AsyncApp, list[str]]:
    received: list[str] = []
    app = workspace.bolt_app()

    @app.event("app_mention")
    async def on_mention(event: dict[str, str]) -> None:
        received.append(event["text"])

    return app, received


async def test_silent_socket_is_replaced_without_losing_events(workspace: PracticeWorkspace) -> None:
    app, received = mention_app(workspace)
    socket = SocketModeConnection(app, APP_TOKEN, timeout=0.6)
    await socket.open()
    # As in the reports about Slack's client: what should notice a dead connection has died itself.
    client = socket._handler.client
    assert client.current_session_monitor
    client.current_session_monitor.cancel()
    watch_task = asyncio.create_task(socket.watch())
    try:
        assert socket.ready
        assert (await workspace.post("slack/cut", kind="silent"))["sockets"] == 1
        await workspace.act(LENA, "mention", channel=HARBOUR, text="who is Maya?")
        assert await wait_until(lambda: received, 5)
        assert socket._handler.client is not client
        assert client.closed
    finally:
        watch_task.cancel()
        await socket.close()


async def test_silent_socket_is_not_ready(workspace: PracticeWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    app, _ = mention_app(workspace)
    socket = SocketModeConnection(app, APP_TOKEN, timeout=60)
    await socket.open()
    try:
        assert (socket.ready, socket.seconds_since_message < 5) == (True, True)
        late = time.time() + 61
        monkeypatch.setattr(time, "time", lambda: late)
        assert not socket.ready
    finally:
        monkeypatch.undo()
        await socket.close()
