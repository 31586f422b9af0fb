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
from tests.support.time_factor import scaled

# Models take as long as they say.
_SPEED = 1.0
# The bot has ten seconds; what it must not wait for takes sixty.
_LIMIT_SECONDS = min(scaled(10), 50)


@pytest.fixture
async def real_time_workspace(tmp_path: Path) -> AsyncIterator[PracticeEnvironment]:
    async with practice_environment(tmp_path, speed=_SPEED) as opened:
        await opened.speed_up()
        yield opened


async def stop_gracefully(workspace: PracticeEnvironment) -> float:
    """How long it took to end by itself; nobody kills it."""
    started_at = monotonic()
    workspace.bot.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(workspace.bot.wait(), scaled(30)) == 0, workspace.log[-3_000:]
    return monotonic() - started_at


async def wait_for_model_calls(workspace: PracticeEnvironment, count: int) -> None:
    async def probe() -> bool:
        return await workspace.count_model_calls() >= count

    await workspace.control_client.wait_for(probe, f"{count} asks")


@pytest.mark.heavy
async def test_shutdown_does_not_wait_for_slow_models(
    real_time_workspace: PracticeEnvironment,
) -> None:
    for model, seconds in (("recraftv4_1", 0.2), ("gpt-image-2", 60)):
        await real_time_workspace.control_client.post(f"models/{model}/latency", {"least": seconds, "most": seconds})
    ts = await real_time_workspace.cast("Maya: a fisherwoman --models recraft,gpt-image-2 --each 1")
    await wait_for_model_calls(real_time_workspace, 2)
    await real_time_workspace.wait_for_text(ts, "1 of 2 in")
    assert await stop_gracefully(real_time_workspace) < _LIMIT_SECONDS
    await real_time_workspace.start_bot()
    await real_time_workspace.wait_for_text(ts, "may have been charged")
    await real_time_workspace.wait_for_ballot(ts)
    assert await real_time_workspace.count_model_calls() == 2, "nobody was asked twice"


@pytest.mark.heavy
async def test_shutdown_waits_for_portraits_due_within_seconds(real_time_workspace: PracticeEnvironment) -> None:
    await real_time_workspace.control_client.post("models/*/latency", {"least": 3, "most": 3})
    ts = await real_time_workspace.cast("Soon: a baker --models recraft,gpt-image-2 --each 1")
    await wait_for_model_calls(real_time_workspace, 2)
    assert await stop_gracefully(real_time_workspace) < _LIMIT_SECONDS
    await real_time_workspace.start_bot()
    await real_time_workspace.wait_for_ballot(ts)
    assert "may have been charged" not in await real_time_workspace.wait_for_text(ts, "Soon")
    assert await real_time_workspace.count_model_calls() == 2


@pytest.mark.heavy
@pytest.mark.parametrize("silent", ["upload", "chat.update", "files.getUploadURLExternal"])
async def test_shutdown_does_not_wait_for_a_silent_slack(real_time_workspace: PracticeEnvironment, silent: str) -> None:
    await real_time_workspace.inject_fault(silent, "delay", times=0, seconds=60)
    ts = await real_time_workspace.cast("Calm: a keeper --models recraft,gpt-image-2 --each 1")
    await wait_for_model_calls(real_time_workspace, 2)
    await asyncio.sleep(1.5)
    assert await stop_gracefully(real_time_workspace) < _LIMIT_SECONDS
    await real_time_workspace.clear_faults(silent)
    await real_time_workspace.start_bot()
    await real_time_workspace.wait_for_ballot(ts)
    assert await real_time_workspace.count_model_calls() == 2
    await real_time_workspace.press(DANIEL, ts, "vote:1")
    await real_time_workspace.wait_for_labels(ts, {"vote:1": "1 · 1"})


async def test_acknowledged_votes_survive_a_shutdown(real_time_workspace: PracticeEnvironment) -> None:
    ts = await real_time_workspace.cast("Busy: a clerk --models recraft,gpt-image-2 --each 2")
    await real_time_workspace.wait_for_ballot(ts)
    presses = [(person, number) for person in (DANIEL, MEI, LENA) for number in (1, 2, 3, 4)]

    async def press(person: str, number: int) -> bool:
        return bool((await real_time_workspace.control_client.click(person, FILM, ts, f"vote:{number}")).get("ok"))

    tasks = [asyncio.create_task(press(*one)) for one in presses[:8]]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    stopping = asyncio.create_task(stop_gracefully(real_time_workspace))
    tasks += [asyncio.create_task(press(*one)) for one in presses[8:]]
    results = await asyncio.gather(*tasks)
    assert await stopping < _LIMIT_SECONDS
    assert any(results)
    await real_time_workspace.start_bot()
    acked = Counter(number for (_, number), ok in zip(presses, results, strict=True) if ok)

    async def votes_stored() -> bool:
        labels = buttons_of(await real_time_workspace.control_client.message(FILM, ts))
        return all(int(labels[f"vote:{n}"].partition("· ")[2] or 0) >= votes for n, votes in acked.items())

    await real_time_workspace.control_client.wait_for(votes_stored, f"the votes that were acknowledged: {acked}")


@pytest.mark.heavy
async def test_http_mode_stops_while_a_request_waits_for_slack(tmp_path: Path) -> None:
    workspace = HttpModeEnvironment(tmp_path, speed=_SPEED)
    await workspace.start()
    try:
        await workspace.inject_fault("*", "delay", times=0, seconds=60)
        command = asyncio.create_task(workspace.control_client.command(LENA, FILM, "Maya: a fisherwoman"))
        await asyncio.sleep(0.3)
        assert await stop_gracefully(workspace) < _LIMIT_SECONDS
        await command
        assert await workspace.count_model_calls() == 0
    finally:
        await workspace.stop()
