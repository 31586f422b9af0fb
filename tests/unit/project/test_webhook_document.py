"""The example of docs/webhooks.md verifies what the bot signs, and says what the code does."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.ids import ChannelRef
from bot.domain.target import TargetState
from bot.domain.webhook import SCHEDULE, EventType, WebhookEvent, new_secret, signed_headers
from providers.http.webhook_sender import TIMEOUT_SECONDS

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "webhooks.md").read_text("utf-8")
EVENT = WebhookEvent(
    "evt_1", EventType.FACE_LOCKED, ChannelRef("T1", "C1"), "p1", "c1", "r1", 1, datetime(2026, 11, 29, tzinfo=UTC)
)


def example() -> Callable[[str, dict[str, str], bytes], dict[str, Any]]:
    code = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert code
    names: dict[str, Any] = {}
    exec(code[1], names)  # noqa: S102 - our own document
    found: Callable[[str, dict[str, str], bytes], dict[str, Any]] = names["verified_payload"]
    return found


def test_the_example_accepts_each_secret_of_a_rotation() -> None:
    old, new = new_secret(), new_secret()
    headers = signed_headers(EVENT.id, EVENT.body, [new, old], datetime.now(UTC))
    for secret in (old, new):
        assert example()(secret, headers, EVENT.body)["data"]["face_id"] == "r1"


@pytest.mark.parametrize("change", ["secret", "body", "age"])
def test_the_example_refuses_everything_else(change: str) -> None:
    secret, at = new_secret(), datetime.now(UTC)
    if change == "age":
        at -= timedelta(minutes=6)
    headers = signed_headers(EVENT.id, EVENT.body, [secret], at)
    body = EVENT.body + b" " if change == "body" else EVENT.body
    with pytest.raises(ValueError, match=r"old|match"):
        example()(new_secret() if change == "secret" else secret, headers, body)


def test_the_document_names_every_event_state_and_pause() -> None:
    for name in (*EventType, *TargetState):
        assert f"`{name.value}`" in TEXT
    row = next(line for line in TEXT.splitlines() if line.startswith("| after the one before"))
    units = {"s": 1, "min": 60, "h": 3_600}
    seconds = [int(number) * units[unit] for number, unit in re.findall(r"(\d+) (s|min|h)\b", row)]
    assert seconds == [pause.total_seconds() for pause in SCHEDULE]
    assert f"within {TIMEOUT_SECONDS:g} seconds" in TEXT
