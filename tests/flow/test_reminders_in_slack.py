"""Reminders as people read them in Slack: in their own working hours, once, and not again after a restart.

The bot's clock says Wednesday, ten in London, where Daniel is; in Tokyo, where Mei is, it is evening.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground.acts.later import SETTINGS
from playground.door import text_of
from playground.processes import stop
from tests.flow.house import DANIEL, FILM, SPEED, House, house

_HOUR = 3_600_000_000


@pytest.fixture
async def film(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path, SPEED, **SETTINGS) as opened:
        await opened.at_ease()
        yield opened


def earlier(data: Path, hours: float) -> None:
    """Let the ballot have been opened, and end, so many hours earlier."""
    with sqlite3.connect(data / "bot" / "castroom.sqlite") as database:
        moved = ", ".join(f"{at} = {at} - :by" for at in ("voting_since", "closes_at", "remind_at"))
        database.execute(f"update rounds set {moved} where state = 'voting'", {"by": int(hours * _HOUR)})  # noqa: S608
    database.close()


async def heard(film: House, channel: str, ts: str, words: str) -> list[str]:
    said = await film.door.thread(channel, ts) if ts else await film.door.messages(channel)
    return [text for text in map(text_of, said) if words in text]


async def test_a_missing_vote_is_asked_for_in_working_hours_and_the_thread_tells_the_rest(film: House) -> None:
    ts = await film.cast("Maya: a fisherwoman --voters @daniel @mei --for 4h")
    await film.ballot(ts)
    await asyncio.to_thread(earlier, film.data, 3.01)

    async def told() -> bool:
        return bool(await heard(film, "D0DANIELOKA", "", "Your vote on Maya in <#C0HARBOURFILM> is missing"))

    async def said() -> bool:
        return bool(await heard(film, FILM, ts, "Voting on Maya"))

    await film.door.until(told, "Daniel's reminder", 15)
    await film.door.until(said, "the thread's line", 15)
    (asked,) = await heard(film, "D0DANIELOKA", "", "Your vote on Maya")
    assert "Voting closes" in asked
    assert "|Vote now>" in asked
    assert not await heard(film, "D0MEITANAKA", "", "Maya"), "it is past six in Tokyo"
    await stop(film.bot)
    await film.start_bot()
    await film.press(DANIEL, ts, "vote:2")
    await film.reads(ts, "1 of 2 voted")
    await asyncio.sleep(5.5)
    assert len(await heard(film, "D0DANIELOKA", "", "Your vote on Maya")) == 1
    assert len(await heard(film, FILM, ts, "Voting on Maya")) == 1
