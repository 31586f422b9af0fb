"""A socket that falls silent, against the practice workspace."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_bolt.async_app import AsyncApp

from bot.listening import Socket
from playground.people import APP_TOKEN, HARBOUR, LENA
from tests.contract.practice_slack.practice import Practice, open_practice, until


@pytest.fixture
async def practice(tmp_path: Path) -> AsyncIterator[Practice]:
    async with open_practice(tmp_path) as opened:
        yield opened


def hearing(practice: Practice) -> tuple[AsyncApp, list[str]]:
    heard: list[str] = []
    slack = practice.bolt()

    @slack.event("app_mention")
    async def on_mention(event: dict[str, str]) -> None:
        heard.append(event["text"])

    return slack, heard


async def test_a_socket_that_falls_silent_is_replaced_and_nothing_is_missed(practice: Practice) -> None:
    slack, heard = hearing(practice)
    socket = Socket(slack, APP_TOKEN, patience=0.6)
    await socket.open()
    # As in the reports about Slack's client: what should notice a dead connection has died itself.
    client = socket._handler.client
    assert client.current_session_monitor
    client.current_session_monitor.cancel()
    watching = asyncio.create_task(socket.watch())
    try:
        assert socket.ready
        assert (await practice.set("slack/cut", kind="silent"))["sockets"] == 1
        await practice.act(LENA, "mention", channel=HARBOUR, text="who is Maya?")
        assert await until(lambda: heard, 5)
        assert socket._handler.client is not client
        assert client.closed
    finally:
        watching.cancel()
        await socket.close()


async def test_it_is_not_ready_while_nothing_is_heard(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    slack, _ = hearing(practice)
    socket = Socket(slack, APP_TOKEN, patience=60)
    await socket.open()
    try:
        assert (socket.ready, socket.silence < 5) == (True, True)
        late = time.time() + 61
        monkeypatch.setattr(time, "time", lambda: late)
        assert not socket.ready
    finally:
        monkeypatch.undo()
        await socket.close()
