"""Slack refuses or drops the message a round begins with: the round waits for it, and is cast once."""

import pytest

from playground.control.client import Json, pictures_of
from tests.support.practice_environment import FILM, LENA, PracticeEnvironment

pytestmark = pytest.mark.heavy

FAULTS: dict[str, Json] = {
    "not_in_channel": {"kind": "error", "error": "not_in_channel"},
    "channel_not_found": {"kind": "error", "error": "channel_not_found"},
    "is_archived": {"kind": "error", "error": "is_archived"},
    "internal_error, twice": {"kind": "error", "error": "internal_error", "times": 2},
    "missing_scope": {"kind": "error", "error": "missing_scope"},
    "invalid_auth": {"kind": "error", "error": "invalid_auth"},
    "account_inactive": {"kind": "error", "error": "account_inactive"},
    "ratelimited": {"kind": "ratelimited", "seconds": 1},
    "503": {"kind": "status", "status": 503},
    "cut before": {"kind": "cut_before"},
    "cut after Slack took it": {"kind": "cut_after"},
    "cut after Slack took it, for long": {"kind": "cut_after", "times": 4},
    "slow": {"kind": "delay", "seconds": 2},
}


@pytest.mark.parametrize("trouble", FAULTS)
async def test_round_continues_once_its_message_can_be_posted(workspace: PracticeEnvironment, trouble: str) -> None:
    calls_before, ephemerals_before = (
        await workspace.count_model_calls(),
        len(await workspace.control_client.ephemerals(LENA)),
    )
    posted = len(await workspace.control_client.messages(FILM))
    await workspace.inject_fault("chat.postMessage", **FAULTS[trouble])
    ts = await workspace.cast(f"{trouble}: a cook --each 1 --models recraft,gpt-image-2")
    message = await workspace.wait_for_ballot(ts)
    assert len(pictures_of(message)) == 1
    assert len(await workspace.control_client.messages(FILM)) == posted + 1, "one message"
    assert await workspace.count_model_calls() == calls_before + 2, (
        "no model is asked before there is a message, and each once"
    )
    assert len(await workspace.control_client.ephemerals(LENA)) == ephemerals_before, (
        "nobody is worried by what mends itself"
    )
