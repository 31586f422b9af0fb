"""[Lock]: the leader that was shown, ties, and the lead's decision."""

import pytest

from bot.domain.errors import (
    NoWinner,
)
from tests.support.listener_harness import listener_harness
from tests.support.slack_payloads import (
    message_press,
)


@pytest.mark.parametrize(("value", "expected_slot_id"), [("r1 r1-0", "r1-0"), ("r1", None)])
async def test_lock_passes_the_leader_that_was_shown(value: str, expected_slot_id: str | None) -> None:
    async with listener_harness() as harness:
        await harness.send(message_press("lock", value))
    assert harness.use_cases.calls == [("lock_face.lock", "r1", expected_slot_id, "U0LEAD")]
    assert harness.slack.responses == []


async def test_a_lock_without_a_winner_is_explained_to_the_lead() -> None:
    async with listener_harness(lock_face__lock=NoWinner((1, 4))) as harness:
        await harness.send(message_press("lock", "r1"))
    assert harness.slack.responses[0]["text"].startswith("1 and 4 are level, so nothing is locked.")


async def test_the_lead_decides_from_a_menu() -> None:
    body = message_press("decide", "-")
    body["actions"][0] |= {"type": "static_select", "selected_option": {"value": "r1-2"}}
    async with listener_harness() as harness:
        await harness.send(body)
    assert harness.use_cases.calls == [("lock_face.decide", "r1-2", "U0LEAD")]
