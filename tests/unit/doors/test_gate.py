"""Who asks over Slack: read from a message that Slack signed, whatever else stands in it."""

from typing import Any

import pytest

from bot.doors.gate import SlackAsker, asker_of, message_of


@pytest.mark.parametrize(
    ("slack", "expected"),
    [
        ({"user_id": "U1", "team_id": "T1"}, SlackAsker("T1", "U1")),
        ({"user": {"id": "U1"}, "team": {"id": "T1"}}, SlackAsker("T1", "U1")),
        ({"user": "U1", "team": "T1"}, SlackAsker("T1", "U1")),
        ({"user_id": "U1"}, None),
        ({"user_id": "", "team_id": "T1"}, None),
        ({"user_id": "U1; DROP", "team_id": "T1"}, None),
        ({"user_id": "U" * 65, "team_id": "T1"}, None),
        ({"user_id": ["U1"], "team_id": "T1"}, None),
        ("U1", None),
        (None, None),
    ],
)
def test_asker_is_read_from_meta_only(slack: Any, expected: SlackAsker | None) -> None:
    assert asker_of({"params": {"_meta": {"slack": slack}, "slack": {"user_id": "U9", "team_id": "T9"}}}) == expected


@pytest.mark.parametrize("message", [{}, {"params": None}, {"params": []}, {"params": {"_meta": "slack"}}])
def test_a_message_without_meta_names_nobody(message: dict[str, Any]) -> None:
    assert asker_of(message) is None


@pytest.mark.parametrize("body", [b"", b"[", b"[1]", b"null", b'"x"', b"\xff\xfe", b"[" * 50_000])
def test_a_body_that_is_no_object_counts_as_empty(body: bytes) -> None:
    assert message_of(body) == {}
