"""Slack's errors, and whether a retry may help."""

import pytest

from bot.domain.service_errors import ChannelClosed, SlackRejected, SlackUnavailable
from handlers.slack.api_errors import SlackRateLimited, TokenRejected, best_effort, slack_call
from tests.support.fake_slack_server import Json, fake_slack_server

NON_JSON_REPLIES = [
    {"plain": "text/plain", "status": 503},
    {"plain": "text/html", "status": 502},
    {"plain": "application/json", "status": 500},
    {"plain": "text/plain", "status": 200},
    {"plain": "text/html", "status": 200},
]


async def call_auth_test(reply: Json) -> None:
    async with fake_slack_server() as slack:
        slack.replies["auth.test"] = [reply]
        with slack_call("auth.test"):
            await slack.client("xoxb-test").auth_test()


@pytest.mark.parametrize("reply", NON_JSON_REPLIES, ids=str)
async def test_non_json_reply_counts_as_slack_unavailable(reply: Json) -> None:
    with pytest.raises(SlackUnavailable, match="not_json") as caught:
        await call_auth_test(reply)
    assert type(caught.value) is SlackUnavailable


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("internal_error", SlackUnavailable),
        ("ratelimited", SlackRateLimited),
        ("invalid_auth", TokenRejected),
        ("is_archived", ChannelClosed),
        ("is_inactive", ChannelClosed),
        ("missing_scope", SlackRejected),
    ],
)
async def test_slack_error_codes_map_to_error_types(code: str, kind: type[SlackUnavailable]) -> None:
    with pytest.raises(SlackUnavailable, match=code) as caught:
        await call_auth_test({"error": code})
    assert type(caught.value) is kind


async def test_best_effort_raises_on_outages_only() -> None:
    with pytest.raises(SlackUnavailable), best_effort("chat.update"):
        await call_auth_test(NON_JSON_REPLIES[0])
    with best_effort("chat.update"):
        await call_auth_test({"error": "msg_too_long"})


def test_programming_error_is_not_translated() -> None:
    with pytest.raises(AttributeError), slack_call("chat.update"):
        object().missing  # type: ignore[attr-defined]  # noqa: B018
