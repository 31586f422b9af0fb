"""Results of use cases and checks that the tests of several listeners share."""

import json
from typing import Any

from slack_bolt.response import BoltResponse

from bot.domain.round_state import RoundState
from bot.ports.rounds import StartResult
from bot.usecases.recall import RecallResult
from tests.support.builders import (
    make_character,
    make_closed_round,
    make_face,
    make_round,
)
from tests.support.listener_harness import ListenerHarness

COMMAND_TEXT = "Maya: a fisherwoman, 60"

START_RESULT = StartResult(make_round(), created=True)

FACE_RESULT = RecallResult("face", "Maya", (make_character(face=make_face()),), (make_face(),))

DELETED_ORIGINAL = {"text": "", "delete_original": True}

NO_RESULT = RecallResult("nothing", "Mayra")

LOCKED_ROUND = make_closed_round(
    {1: 3, 2: 1},
    4,
    state=RoundState.LOCKED,
    locked_slot="r1-0",
    record_file="F0RECORDRECORD",
)


def ack_body(response: BoltResponse) -> dict[str, Any]:
    """Return the text of the ack."""
    body: dict[str, Any] = json.loads(response.body) if response.body else {}
    return body


async def send_and_get_reply(harness: ListenerHarness, body: dict[str, Any]) -> dict[str, Any]:
    """Return the answer: one sentence in the ack, or the message right after it."""
    response = await harness.send(body)
    if text := ack_body(response):
        return text
    (response_body,) = harness.slack.responses
    harness.slack.responses.clear()
    return response_body


def called_methods(harness: ListenerHarness) -> list[str]:
    return [name for name, *_ in harness.use_cases.calls]


MISSING_FILE_REPLIES: list[dict[str, Any]] = [
    {"error": "file_not_found"},
    {"error": "file_deleted"},
    {"file": {"mode": "hidden_by_limit"}},
]
