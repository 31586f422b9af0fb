"""Reminders as people read them in Slack: in their own working hours, once, and not again after a restart.

The bot's clock says Wednesday, ten in London, where Daniel is; in Tokyo, where Mei is, it is evening.
"""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from playground.control.client import text_of
from playground.processes import stop
from playground.scenarios.reminders import SETTINGS
from tests.support.practice_environment import DANIEL, FILM, PracticeEnvironment

pytestmark = pytest.mark.heavy

BOT_SETTINGS = SETTINGS
_HOUR = 3_600_000_000


def shift_ballot_back(data: Path, hours: float) -> None:
    """Let the ballot have been opened, and end, so many hours earlier."""
    with sqlite3.connect(data / "bot" / "castroom.sqlite") as database:
        assignments = ", ".join(f"{column} = {column} - :by" for column in ("voting_since", "closes_at", "remind_at"))
        database.execute(f"update rounds set {assignments} where state = 'voting'", {"by": int(hours * _HOUR)})  # noqa: S608
    database.close()


async def messages_with(workspace: PracticeEnvironment, channel: str, ts: str, expected: str) -> list[str]:
    messages = (
        await workspace.control_client.thread(channel, ts) if ts else await workspace.control_client.messages(channel)
    )
    return [text for text in map(text_of, messages) if expected in text]


async def test_reminders_respect_working_hours_and_are_sent_once(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Maya: a fisherwoman --voters @daniel @mei --for 4h")
    await workspace.wait_for_ballot(ts)
    await asyncio.to_thread(shift_ballot_back, workspace.data, 3.01)

    async def daniel_reminded() -> bool:
        return bool(
            await messages_with(workspace, "D0DANIELOKA", "", "Your vote on Maya in <#C0HARBOURFILM> is missing")
        )

    async def thread_reminded() -> bool:
        return bool(await messages_with(workspace, FILM, ts, "Voting on Maya"))

    await workspace.control_client.wait_for(daniel_reminded, "Daniel's reminder", 15)
    await workspace.control_client.wait_for(thread_reminded, "the thread's line", 15)
    (reminder,) = await messages_with(workspace, "D0DANIELOKA", "", "Your vote on Maya")
    assert "Voting closes" in reminder
    assert "|Vote now>" in reminder
    assert not await messages_with(workspace, "D0MEITANAKA", "", "Maya"), "it is past six in Tokyo"
    await stop(workspace.bot)
    await workspace.start_bot()
    await workspace.press(DANIEL, ts, "vote:2")
    await workspace.wait_for_text(ts, "1 of 2 voted")
    await asyncio.sleep(5.5)
    assert len(await messages_with(workspace, "D0DANIELOKA", "", "Your vote on Maya")) == 1
    assert len(await messages_with(workspace, FILM, ts, "Voting on Maya")) == 1
