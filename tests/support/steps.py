"""Steps that several stories share: a small round up to its ballot, and from there to the lock."""

import sqlite3
import time
from pathlib import Path

from tests.support.practice_environment import DANIEL, FILM, LENA, PracticeEnvironment


async def start_ballot(workspace: PracticeEnvironment, line: str, channel: str = FILM) -> str:
    ts = await workspace.cast(f"{line} --each 1 --models recraft,gpt-image-2", LENA, channel)
    await workspace.wait_for_ballot(ts, channel)
    return ts


async def vote_and_lock(workspace: PracticeEnvironment, ts: str, name: str, channel: str = FILM) -> None:
    await workspace.press(DANIEL, ts, "vote:2", channel)
    await workspace.press(LENA, ts, "close", channel)
    await workspace.wait_for_button(ts, "extend", channel)
    await workspace.press(LENA, ts, "lock", channel)
    await workspace.wait_for_text(ts, f"{name} is cast", channel)


async def lock_after_one_vote(workspace: PracticeEnvironment, ts: str, name: str) -> None:
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.wait_for_text(ts, "1 person voted")
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_text(ts, f"{name} is cast")


def move_deadline(data: Path, seconds: float) -> None:
    """Let the vote end so many seconds from now."""
    with sqlite3.connect(data / "bot" / "castroom.sqlite") as database:
        statement = "update rounds set remind_at = remind_at - closes_at + :to, closes_at = :to where state = 'voting'"
        database.execute(statement, {"to": int((time.time() + seconds) * 1_000_000)})
    database.close()
