"""Told to stop, the bot ends by itself within ten seconds, whatever it waits for; nothing is lost or asked twice."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import pytest

from playground.control.client import buttons_of
from tests.flow.process.test_http_mode import HttpModeEnvironment
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment, practice_environment

_SPEED = 1.0  # so that sixty seconds are sixty seconds


@pytest.fixture
async def film(tmp_path: Path) -> AsyncIterator[PracticeEnvironment]:
    async with practice_environment(tmp_path, _SPEED) as opened:
        await opened.speed_up()
        yield opened


async def stop_gracefully(workspace: PracticeEnvironment) -> float:
    """How long it took to end by itself; nobody kills it."""
    started_at = monotonic()
    workspace.bot.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(workspace.bot.wait(), 30) == 0, workspace.log[-3_000:]
    return monotonic() - started_at


async def wait_for_model_calls(workspace: PracticeEnvironment, count: int) -> None:
    async def probe() -> bool:
        return await workspace.count_model_calls() >= count

    await workspace.control_client.wait_for(probe, f"{count} asks")


async def test_shutdown_does_not_wait_for_slow_models(
    film: PracticeEnvironment,
) -> None:
    for model, seconds in (("recraftv4_1", 0.2), ("gpt-image-2", 60)):
        await film.control_client.post(f"models/{model}/latency", {"least": seconds, "most": seconds})
    ts = await film.cast("Maya: a fisherwoman --models recraft,gpt-image-2 --each 1")
    await wait_for_model_calls(film, 2)
    await film.wait_for_text(ts, "1 of 2 in")
    assert await stop_gracefully(film) < 10
    await film.start_bot()
    await film.wait_for_text(ts, "may have been charged")
    await film.wait_for_ballot(ts)
    assert await film.count_model_calls() == 2, "nobody was asked twice"


async def test_shutdown_waits_for_portraits_due_within_seconds(film: PracticeEnvironment) -> None:
    await film.control_client.post("models/*/latency", {"least": 3, "most": 3})
    ts = await film.cast("Soon: a baker --models recraft,gpt-image-2 --each 1")
    await wait_for_model_calls(film, 2)
    assert await stop_gracefully(film) < 10
    await film.start_bot()
    await film.wait_for_ballot(ts)
    assert "may have been charged" not in await film.wait_for_text(ts, "Soon")
    assert await film.count_model_calls() == 2


@pytest.mark.parametrize("silent", ["upload", "chat.update", "files.getUploadURLExternal"])
async def test_shutdown_does_not_wait_for_a_silent_slack(film: PracticeEnvironment, silent: str) -> None:
    await film.inject_fault(silent, "delay", times=0, seconds=60)
    ts = await film.cast("Calm: a keeper --models recraft,gpt-image-2 --each 1")
    await wait_for_model_calls(film, 2)
    await asyncio.sleep(1.5)
    assert await stop_gracefully(film) < 10
    await film.clear_faults(silent)
    await film.start_bot()
    await film.wait_for_ballot(ts)
    assert await film.count_model_calls() == 2
    await film.press(DANIEL, ts, "vote:1")
    await film.wait_for_labels(ts, {"vote:1": "1 · 1"})


async def test_acknowledged_votes_survive_a_shutdown(film: PracticeEnvironment) -> None:
    ts = await film.cast("Busy: a clerk --models recraft,gpt-image-2 --each 2")
    await film.wait_for_ballot(ts)
    presses = [(person, number) for person in (DANIEL, MEI, LENA) for number in (1, 2, 3, 4)]

    async def press(person: str, number: int) -> bool:
        return bool((await film.control_client.click(person, FILM, ts, f"vote:{number}")).get("ok"))

    tasks = [asyncio.create_task(press(*one)) for one in presses[:8]]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    stopping = asyncio.create_task(stop_gracefully(film))
    tasks += [asyncio.create_task(press(*one)) for one in presses[8:]]
    results = await asyncio.gather(*tasks)
    assert await stopping < 10
    assert any(results)
    await film.start_bot()
    acked = Counter(number for (_, number), ok in zip(presses, results, strict=True) if ok)

    async def votes_stored() -> bool:
        labels = buttons_of(await film.control_client.message(FILM, ts))
        return all(int(labels[f"vote:{n}"].partition("· ")[2] or 0) >= votes for n, votes in acked.items())

    await film.control_client.wait_for(votes_stored, f"the votes that were acknowledged: {acked}")


async def test_http_mode_stops_while_a_request_waits_for_slack(tmp_path: Path) -> None:
    workspace = HttpModeEnvironment(tmp_path, _SPEED)
    await workspace.start()
    try:
        await workspace.inject_fault("*", "delay", times=0, seconds=60)
        command = asyncio.create_task(workspace.control_client.command(LENA, FILM, "Maya: a fisherwoman"))
        await asyncio.sleep(0.3)
        assert await stop_gracefully(workspace) < 10
        await command
        assert await workspace.count_model_calls() == 0
    finally:
        await workspace.stop()
