"""Killed without a word: nothing is lost, and nothing is paid twice silently."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground.door import Json, buttons_of, text_of
from tests.flow.house import DANIEL, FILM, LENA, MEI, House, house


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


async def dies_at(film: House, module: str, owner: str, method: str) -> None:
    """Replace the running bot by one that dies in the named method."""
    await film.replace_bot(DIES.format(module=module, owner=owner, method=method))


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


async def _asked(film: House, count: int) -> bool:
    return await film.asked() >= count
