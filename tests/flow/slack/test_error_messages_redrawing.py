"""Slack refuses or drops a change of the round's message: votes count all the same, and the message catches up."""

import time

import pytest
import pytest_asyncio

from playground.control.client import Json, buttons_of, pictures_of
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment

pytestmark = pytest.mark.heavy

UPDATE = "chat.update"
TRANSIENT_FAULTS: dict[str, Json] = {
    "internal_error": {"kind": "error", "error": "internal_error"},
    "service_unavailable": {"kind": "error", "error": "service_unavailable"},
    "ratelimited": {"kind": "ratelimited", "seconds": 1},
    "503": {"kind": "status", "status": 503},
    "cut before": {"kind": "cut_before"},
    "cut after": {"kind": "cut_after"},
}
REFUSALS = ("message_not_found", "cant_update_message", "msg_too_long", "msg_blocks_too_long", "missing_scope")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ts(workspace: PracticeEnvironment) -> str:
    """A ballot whose message is at rest, for all cases here."""
    ts = await workspace.cast("Somebody: a cook --each 1 --models recraft,gpt-image-2")
    await workspace.wait_for_ballot(ts)

    async def seeded() -> bool:
        return len((await workspace.control_client.message(FILM, ts)).get("reactions", [])) == 2

    await workspace.control_client.wait_for(seeded, "the emoji to tap")
    return ts


async def toggle_vote(workspace: PracticeEnvironment, ts: str, person: str, number: int) -> dict[str, str]:
    """A vote, or its taking back; the person is told at once, and the label comes that the message shall get."""
    before = buttons_of(await workspace.control_client.message(FILM, ts))[f"vote:{number}"]
    now = time.time()
    await workspace.press(person, ts, f"vote:{number}")
    assert await workspace.wait_for_ephemeral(person, f" for {number}", after=now), (
        "told at once, whatever the message shows"
    )
    return {f"vote:{number}": f"{number}" if "·" in before else f"{number} · 1"}


@pytest.mark.parametrize("trouble", TRANSIENT_FAULTS)
async def test_message_shows_the_vote_after_a_transient_error(
    workspace: PracticeEnvironment, ts: str, trouble: str
) -> None:
    await workspace.inject_fault(UPDATE, **TRANSIENT_FAULTS[trouble])
    await workspace.wait_for_labels(ts, await toggle_vote(workspace, ts, DANIEL, 1))


@pytest.mark.parametrize("error", REFUSALS)
async def test_vote_with_a_rejected_redraw_is_shown_by_the_next(
    workspace: PracticeEnvironment, ts: str, error: str
) -> None:
    await workspace.inject_fault(UPDATE, "error", error=error)
    voted = await toggle_vote(workspace, ts, DANIEL, 1)

    async def refused() -> bool:
        return any(call["error"] == error for call in await workspace.control_client.calls(UPDATE))

    await workspace.control_client.wait_for(refused, "the refusal")
    await workspace.wait_for_labels(ts, voted | await toggle_vote(workspace, ts, MEI, 2))


async def test_rejected_picture_is_omitted_until_the_close(workspace: PracticeEnvironment, ts: str) -> None:
    await workspace.inject_fault(UPDATE, "error", error="invalid_blocks", times=4)
    await workspace.wait_for_labels(ts, await toggle_vote(workspace, ts, DANIEL, 1))
    assert pictures_of(await workspace.control_client.message(FILM, ts)) == []
    await workspace.press(LENA, ts, "close")
    assert len(pictures_of(await workspace.wait_for_button(ts, "extend"))) == 1
    await workspace.press(LENA, ts, "extend")
    await workspace.wait_for_ballot(ts)


async def test_failed_redraw_of_a_close_is_retried(workspace: PracticeEnvironment, ts: str) -> None:
    await workspace.inject_fault(UPDATE, "error", error="internal_error")
    await workspace.press(LENA, ts, "close")
    await workspace.wait_for_text(ts, "voting is closed")
