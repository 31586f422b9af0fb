"""Deadlines: kept by a column, not by a process."""

import asyncio

import pytest

from playground.control.client import buttons_of, text_of
from playground.processes import stop
from tests.support.practice_environment import DANIEL, FILM, LENA, PracticeEnvironment
from tests.support.steps import move_deadline

pytestmark = pytest.mark.heavy

BOT_SETTINGS: dict[str, str] = {}
REAL_PACE = True


async def replies(workspace: PracticeEnvironment, ts: str, expected: str) -> list[str]:
    return [t for t in (text_of(m) for m in await workspace.control_client.thread(FILM, ts)) if expected in t]


async def test_deadline_missed_while_down_closes_the_ballot_at_start(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Night: a cleaner --for 5m")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:3")
    await workspace.wait_for_text(ts, "1 person voted")
    await stop(workspace.bot)
    await asyncio.to_thread(move_deadline, workspace.data, -3600)
    await workspace.start_bot()
    text = await workspace.wait_for_text(ts, "3 leads", seconds=15)
    assert "Recraft" in text, "the models are named now"
    assert "vote:1" not in buttons_of(await workspace.control_client.message(FILM, ts))
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_text(ts, "Night is cast")


async def test_the_thread_is_reminded_once_before_the_close(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Soon: a baker")
    await workspace.wait_for_ballot(ts)
    await asyncio.to_thread(move_deadline, workspace.data, 600)

    async def reminded() -> list[str]:
        return await replies(workspace, ts, "Voting on Soon")

    assert len(await workspace.control_client.wait_for(reminded, "a reminder", 15)) == 1
    await asyncio.sleep(6)
    assert len(await reminded()) == 1


async def test_lead_extends_a_ballot_without_votes(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Empty: a tailor")
    await workspace.wait_for_ballot(ts)
    await workspace.press(LENA, ts, "close")
    await workspace.wait_for_button(ts, "extend")
    await workspace.press(LENA, ts, "extend")
    await workspace.wait_for_button(ts, "vote:1")


async def test_dropped_round_reports_it_and_frees_the_name(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Drop: a tailor")
    await workspace.wait_for_ballot(ts)
    await workspace.press(LENA, ts, "close")
    await workspace.wait_for_button(ts, "drop")
    await workspace.press(LENA, ts, "drop")
    await workspace.wait_for_text(ts, "The lead cancelled the round")
    before: set[str] = {m["ts"] for m in await workspace.control_client.messages(FILM)}
    assert (await workspace.cast("Drop: another tailor")) not in before


async def test_cancelled_round_reports_it(workspace: PracticeEnvironment) -> None:
    await workspace.control_client.post("models/*/latency", {"least": 60, "most": 60})
    ts = await workspace.cast("Cancel: a tailor")
    await workspace.press(LENA, ts, "cancel")
    await workspace.wait_for_text(ts, "cancelled")
