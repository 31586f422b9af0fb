"""Told to stop, the bot ends by itself within ten seconds, whatever it waits for; nothing is lost or asked twice."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import pytest

from playground.door import buttons_of
from tests.flow.house import DANIEL, FILM, LENA, MEI, House, house
from tests.flow.test_over_http import OverHttp

_SPEED = 1.0  # so that sixty seconds are sixty seconds


@pytest.fixture
async def film(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path, _SPEED) as opened:
        await opened.at_ease()
        yield opened


async def told_to_stop(film: House) -> float:
    """How long it took to end by itself; nobody kills it."""
    began = monotonic()
    film.bot.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(film.bot.wait(), 30) == 0, film.log[-3_000:]
    return monotonic() - began


async def asked(film: House, count: int) -> None:
    async def look() -> bool:
        return await film.asked() >= count

    await film.door.until(look, f"{count} asks")


async def test_while_models_draw_for_a_minute_it_does_not_wait_for_them_and_says_afterwards_what_it_left(
    film: House,
) -> None:
    for model, seconds in (("recraftv4_1", 0.2), ("gpt-image-2", 60)):
        await film.door.post(f"models/{model}/latency", {"least": seconds, "most": seconds})
    ts = await film.cast("Maya: a fisherwoman --models recraft,gpt-image-2 --each 1")
    await asked(film, 2)
    await film.reads(ts, "1 of 2 in")
    assert await told_to_stop(film) < 10
    await film.start_bot()
    await film.reads(ts, "may have been charged")
    await film.ballot(ts)
    assert await film.asked() == 2, "nobody was asked twice"


async def test_a_portrait_that_lands_within_seconds_is_waited_for(film: House) -> None:
    await film.door.post("models/*/latency", {"least": 3, "most": 3})
    ts = await film.cast("Soon: a baker --models recraft,gpt-image-2 --each 1")
    await asked(film, 2)
    assert await told_to_stop(film) < 10
    await film.start_bot()
    await film.ballot(ts)
    assert "may have been charged" not in await film.reads(ts, "Soon")
    assert await film.asked() == 2


@pytest.mark.parametrize("silent", ["upload", "chat.update", "files.getUploadURLExternal"])
async def test_while_slack_does_not_answer_it_ends_and_the_ballot_opens_afterwards(film: House, silent: str) -> None:
    await film.trouble(silent, "delay", times=0, seconds=60)
    ts = await film.cast("Calm: a keeper --models recraft,gpt-image-2 --each 1")
    await asked(film, 2)
    await asyncio.sleep(1.5)
    assert await told_to_stop(film) < 10
    await film.calm(silent)
    await film.start_bot()
    await film.ballot(ts)
    assert await film.asked() == 2
    await film.press(DANIEL, ts, "vote:1")
    await film.labelled(ts, {"vote:1": "1 · 1"})


async def test_requests_that_arrive_while_it_stops_are_acked_and_kept_or_neither(film: House) -> None:
    ts = await film.cast("Busy: a clerk --models recraft,gpt-image-2 --each 2")
    await film.ballot(ts)
    presses = [(person, number) for person in (DANIEL, MEI, LENA) for number in (1, 2, 3, 4)]

    async def press(person: str, number: int) -> bool:
        return bool((await film.door.click(person, FILM, ts, f"vote:{number}")).get("ok"))

    pressing = [asyncio.create_task(press(*one)) for one in presses[:8]]
    await asyncio.wait(pressing, return_when=asyncio.FIRST_COMPLETED)
    stopping = asyncio.create_task(told_to_stop(film))
    pressing += [asyncio.create_task(press(*one)) for one in presses[8:]]
    answered = await asyncio.gather(*pressing)
    assert await stopping < 10
    assert any(answered)
    await film.start_bot()
    acked = Counter(number for (_, number), ok in zip(presses, answered, strict=True) if ok)

    async def kept() -> bool:
        labels = buttons_of(await film.door.message(FILM, ts))
        return all(int(labels[f"vote:{n}"].partition("· ")[2] or 0) >= votes for n, votes in acked.items())

    await film.door.until(kept, f"the votes that were acknowledged: {acked}")


async def test_it_ends_over_http_too_while_a_request_waits_for_slack(tmp_path: Path) -> None:
    film = OverHttp(tmp_path, _SPEED)
    await film.start()
    try:
        await film.trouble("*", "delay", times=0, seconds=60)
        asking = asyncio.create_task(film.door.command(LENA, FILM, "Maya: a fisherwoman"))
        await asyncio.sleep(0.3)
        assert await told_to_stop(film) < 10
        await asking
        assert await film.asked() == 0
    finally:
        await film.stop()
