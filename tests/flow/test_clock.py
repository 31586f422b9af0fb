"""Deadlines: kept by a column, not by a process."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground.door import buttons_of, text_of
from playground.processes import stop
from tests.flow.house import DANIEL, FILM, LENA, House, house


@pytest.fixture
async def film(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


def move_deadline(data: Path, seconds: float) -> None:
    """Let the vote end so many seconds from now."""
    with sqlite3.connect(data / "bot" / "castroom.sqlite") as database:
        moved = "update rounds set remind_at = remind_at - closes_at + :to, closes_at = :to where state = 'voting'"
        database.execute(moved, {"to": int((time.time() + seconds) * 1_000_000)})
    database.close()


async def replies(film: House, ts: str, words: str) -> list[str]:
    return [t for t in (text_of(m) for m in await film.door.thread(FILM, ts)) if words in t]


async def test_a_deadline_that_passed_while_the_bot_was_off_closes_the_ballot_at_its_next_start(film: House) -> None:
    ts = await film.cast("Night: a cleaner --for 5m")
    await film.ballot(ts)
    await film.press(DANIEL, ts, "vote:3")
    await film.reads(ts, "1 person voted")
    await stop(film.bot)
    await asyncio.to_thread(move_deadline, film.data, -3600)
    await film.start_bot()
    text = await film.reads(ts, "3 leads", seconds=15)
    assert "Recraft" in text, "the models are named now"
    assert "vote:1" not in buttons_of(await film.door.message(FILM, ts))
    await film.press(LENA, ts, "lock")
    await film.reads(ts, "Night is cast")


async def test_the_thread_is_reminded_once_before_the_close(film: House) -> None:
    ts = await film.cast("Soon: a baker")
    await film.ballot(ts)
    await asyncio.to_thread(move_deadline, film.data, 600)

    async def reminded() -> list[str]:
        return await replies(film, ts, "Voting on Soon")

    assert len(await film.door.until(reminded, "a reminder", 15)) == 1
    await asyncio.sleep(6)
    assert len(await reminded()) == 1


async def test_nobody_voted_is_said_and_the_lead_extends_a_day(film: House) -> None:
    ts = await film.cast("Empty: a tailor")
    await film.ballot(ts)
    await film.press(LENA, ts, "close")
    await film.reads(ts, "Nobody voted")
    await film.press(LENA, ts, "extend")
    await film.shows(ts, "vote:1")


async def test_a_dropped_round_says_so_and_frees_the_name(film: House) -> None:
    ts = await film.cast("Drop: a tailor")
    await film.ballot(ts)
    await film.press(LENA, ts, "close")
    await film.shows(ts, "drop")
    await film.press(LENA, ts, "drop")
    await film.reads(ts, "dropped")
    before: set[str] = {m["ts"] for m in await film.door.messages(FILM)}
    assert (await film.cast("Drop: another tailor")) not in before


async def test_a_cancelled_round_says_so(film: House) -> None:
    await film.door.post("models/*/latency", {"least": 60, "most": 60})
    ts = await film.cast("Cancel: a tailor")
    await film.press(LENA, ts, "cancel")
    await film.reads(ts, "cancelled")
