"""Killed without a word: nothing is lost, and nothing is paid twice silently."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground.door import Json, buttons_of, text_of
from tests.flow.house import DANIEL, FILM, LENA, MEI, House, house
from tests.flow.test_clock import move_deadline


@pytest.fixture
async def film(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


# The real bot, except that it dies where the test says.
DIES = """
import os, signal, sys
from {module} import {owner}

async def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

{owner}.{method} = die
sys.argv = ["bot", "run"]
import runpy
runpy.run_module("bot", run_name="__main__")
"""


# It dies as soon as the named method has done its work.
DIES_AFTER = """
import os, signal, sys
from {module} import {owner}

real = {owner}.{method}

async def then_die(*args, **kwargs):
    await real(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)

{owner}.{method} = then_die
sys.argv = ["bot", "run"]
import runpy
runpy.run_module("bot", run_name="__main__")
"""


async def dies_at(film: House, module: str, owner: str, method: str) -> None:
    """Replace the running bot by one that dies in the named method."""
    await film.replace_bot(DIES.format(module=module, owner=owner, method=method))


async def dies_after(film: House, module: str, owner: str, method: str) -> None:
    """Replace the running bot by one that dies when the named method has come back."""
    await film.replace_bot(DIES_AFTER.format(module=module, owner=owner, method=method))


async def to_the_lock(film: House, ts: str, name: str) -> None:
    await film.press(DANIEL, ts, "vote:1")
    await film.reads(ts, "1 person voted")
    await film.press(LENA, ts, "lock")
    await film.reads(ts, f"{name} is cast")


@pytest.mark.parametrize(
    ("module", "owner", "method"),
    [
        pytest.param("bot.engine", "Engine", "start", id="between the commit and the start"),
        pytest.param("handlers.stage", "SlackStage", "post", id="between the start and the post"),
    ],
)
async def test_a_round_that_was_only_saved_is_found_and_cast(film: House, module: str, owner: str, method: str) -> None:
    await dies_at(film, module, owner, method)
    before = {m["ts"] for m in await film.door.messages(FILM)}
    await film.door.command(LENA, FILM, "Saved: a ship's carpenter")
    await film.bot.wait()
    assert {m["ts"] for m in await film.door.messages(FILM)} == before
    await film.start_bot()

    async def posted() -> str | None:
        return next((str(m["ts"]) for m in await film.door.messages(FILM) if m["ts"] not in before), None)

    ts = await film.door.until(posted, "the round's message", 15)
    await film.ballot(ts)
    assert await film.asked() == 4
    await to_the_lock(film, ts, "Saved")


async def test_a_message_slack_took_just_before_the_crash_is_found_again_and_not_posted_twice(film: House) -> None:
    await dies_at(film, "storage.rounds", "SqlRounds", "set_message")
    before = len(await film.door.messages(FILM))
    await film.door.command(LENA, FILM, "Twice: a ship's carpenter --each 1 --models recraft,gpt-image-2")
    await film.bot.wait()
    (*_, posted) = await film.door.messages(FILM)
    await film.start_bot()
    await film.ballot(posted["ts"])
    assert len(await film.door.messages(FILM)) == before + 1


async def test_both_killed_while_drawing_and_again_while_voting_the_face_is_locked_and_recalled(film: House) -> None:
    for model, seconds in (("recraftv4_1", 0.1), ("gpt-image-2", 400)):
        await film.door.post(f"models/{model}/latency", {"least": seconds, "most": seconds})
    ts = await film.cast("Maya: a fisherwoman")
    await film.reads(ts, "2 of 4 in")
    asked = await film.asked()
    await film.kill()
    await film.start()
    message = await film.ballot(ts)
    text = text_of(message)
    assert "may have been charged" in text
    assert [b for b in buttons_of(message) if b.startswith("vote")] == ["vote:1", "vote:2"]
    assert await film.asked() == asked, "no model was asked again, neither for what is stored nor for what is unknown"

    await film.door.react(DANIEL, FILM, ts, "two")
    await film.press(MEI, ts, "vote:2")
    await film.reads(ts, "2 people voted")
    await film.kill()
    await film.start()
    await film.press(LENA, ts, "vote:2")
    await film.door.react(DANIEL, FILM, ts, "one")
    await film.labelled(ts, {"vote:1": "1 · 1", "vote:2": "2 · 3"})
    await film.press(LENA, ts, "lock")
    await film.reads(ts, "Maya is cast")
    assert "fisherwoman" in await film.asks("maya", MEI)


async def test_a_round_that_lost_every_answer_asks_before_it_pays_again(film: House) -> None:
    await film.door.post("models/*/latency", {"least": 60, "most": 60})
    ts = await film.cast("Lost: a stowaway")
    await film.door.until(lambda: _asked(film, 4), "four calls")
    await film.kill()
    await film.start()
    await film.door.post("models/*/latency", {"least": 0.1, "most": 0.1})
    await film.reads(ts, "may have been charged")
    assert await film.asked() == 4
    await film.shows(ts, "reroll")
    await film.press(LENA, ts, "reroll")
    offer = await film.told(LENA, "$")
    await film.press(LENA, offer["ts"], "reroll_all")

    async def again() -> Json | None:
        return next((m for m in await film.door.messages(FILM) if "vote:1" in buttons_of(m)), None)

    await film.door.until(again, "a ballot")
    assert await film.asked() == 8


async def test_a_vote_while_the_bot_is_away_is_read_back_before_the_lock(film: House) -> None:
    ts = await film.cast("Away: a harbour pilot")
    await film.ballot(ts)
    await film.press(MEI, ts, "vote:1")
    await film.reads(ts, "1 person voted")
    await film.door.post("slack/settings", {"retry_seconds": [3600]})
    await film.door.post("slack/install", {"events": ["app_mention"]})
    for person in (DANIEL, MEI):
        await film.door.react(person, FILM, ts, "three")
    await film.press(LENA, ts, "lock")
    answer = await film.told(LENA, "3")
    assert "vote:1" in buttons_of(await film.door.message(FILM, ts)), text_of(answer)
    await film.reads(ts, "2 people voted")
    await film.press(LENA, ts, "lock")
    assert "Candidate 3" in await film.reads(ts, "Away is cast")


async def in_the_thread(film: House, ts: str) -> int:
    """How many files hang there, which are as many names: nothing hangs twice."""
    files = [file for message in await film.door.thread(FILM, ts) for file in message.get("files", [])]
    names = [str(file["name"]) for file in files]
    assert len(names) == len(set(names)), names
    return len(names)


async def hang(film: House, ts: str, files: int) -> None:
    async def look() -> bool:
        return await in_the_thread(film, ts) >= files

    await film.door.until(look, f"{files} files in the thread", 30)


async def test_killed_when_the_lock_was_written_and_not_shown_the_record_appears_by_itself(film: House) -> None:
    ts = await film.cast("Locked: a smith --each 1 --models recraft,gpt-image-2")
    await film.ballot(ts)
    await film.press(DANIEL, ts, "vote:1")
    await film.reads(ts, "1 person voted")
    await hang(film, ts, 3)
    await dies_after(film, "storage.rounds", "SqlRounds", "lock")
    await film.door.click(LENA, FILM, ts, "lock")
    await film.bot.wait()
    assert "is cast" not in text_of(await film.door.message(FILM, ts))
    await film.start_bot()
    await film.reads(ts, "Locked is cast")
    await hang(film, ts, 6)
    assert "smith" in await film.asks("locked", MEI)
    assert await in_the_thread(film, ts) == 6, "sheet, two pictures, two originals, the record's"
    assert await film.asked() == 2


async def test_killed_when_a_deadline_had_closed_the_ballot_the_outcome_appears_by_itself(film: House) -> None:
    ts = await film.cast("Due: a stoker --each 1 --models recraft,gpt-image-2")
    await film.ballot(ts)
    await film.press(DANIEL, ts, "vote:2")
    await film.reads(ts, "1 person voted")
    await hang(film, ts, 3)
    await dies_after(film, "storage.rounds", "SqlRounds", "close")
    await asyncio.to_thread(move_deadline, film.data, 0)
    await film.bot.wait()
    assert "vote:1" in buttons_of(await film.door.message(FILM, ts))
    await film.start_bot()
    await film.reads(ts, "2 leads")
    await hang(film, ts, 5)
    await film.press(LENA, ts, "lock")
    await film.reads(ts, "Due is cast")


async def _asked(film: House, count: int) -> bool:
    return await film.asked() >= count
