"""The lead's controls of a round."""

import pytest

from bot.domain.errors import NotLead
from tests.support.listener_harness import listener_harness
from tests.support.slack_payloads import (
    message_press,
)


@pytest.mark.parametrize(
    ("action", "method"),
    [
        ("open_now", "audition.open_now"),
        ("cancel", "audition.cancel"),
        ("close", "round_controls.close"),
        ("extend", "round_controls.extend"),
        ("drop", "round_controls.drop"),
    ],
)
async def test_only_the_lead_controls_the_round(action: str, method: str) -> None:
    async with listener_harness() as harness:
        await harness.send(message_press(action, "r1"))
        harness.use_cases.answers[method] = NotLead(action, "U0LEAD")
        await harness.send(message_press(action, "r1", person="U0MEI"))
    assert harness.use_cases.calls == [(method, "r1", "U0LEAD"), (method, "r1", "U0MEI")]
    assert [r["text"][:19] for r in harness.slack.responses] == ["Only <@U0LEAD> can "]
