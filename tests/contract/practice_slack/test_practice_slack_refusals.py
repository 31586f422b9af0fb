"""Refusals of Slack, with its own error codes."""

import asyncio
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.seed_data import BOT, GENERAL, HARBOUR, LENA, MEI, QUIET_CAMPAIGN
from tests.support.practice_slack import PracticeWorkspace

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "words"}}
MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "Brief"}, "blocks": [SECTION]}
HOME = {"type": "home", "blocks": [SECTION]}


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.postMessage", {"channel": GENERAL, "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": "C0NOWHERE0", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": HARBOUR}, "no_text"),
        ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": HARBOUR, "blocks": "[{"}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": HARBOUR, "blocks": [SECTION] * 51}, "invalid_blocks"),
        ("chat.postMessage", {"channel": HARBOUR, "text": "x", "markdown_text": "x"}, "markdown_text_conflict"),
        (
            "chat.postMessage",
            {"channel": HARBOUR, "text": "x", "metadata": {"event_type": 1}},
            "invalid_metadata_format",
        ),
        ("chat.postMessage", {"channel": HARBOUR, "text": "x", "thread_ts": "1.0"}, "cannot_reply_to_message"),
        ("chat.update", {"channel": HARBOUR, "ts": "1764000000.000100", "text": "x"}, "message_not_found"),
        ("chat.delete", {"channel": HARBOUR, "ts": "1764000000.000100"}, "message_not_found"),
        ("chat.getPermalink", {"channel": HARBOUR, "message_ts": "1764000000.000100"}, "message_not_found"),
        ("chat.postEphemeral", {"channel": QUIET_CAMPAIGN, "user": MEI, "text": "x"}, "user_not_in_channel"),
        ("chat.postEphemeral", {"channel": HARBOUR, "user": MEI, "text": "x" * 4001}, "msg_too_long"),
        ("conversations.info", {"channel": "C0NOWHERE0"}, "channel_not_found"),
        ("conversations.list", {"types": "public_channel,secret"}, "invalid_types"),
        ("conversations.list", {"cursor": "???"}, "invalid_cursor"),
        ("conversations.list", {"limit": "many"}, "invalid_limit"),
        ("conversations.history", {"channel": HARBOUR}, "missing_scope"),
        ("emoji.list", {}, "missing_scope"),
        ("users.info", {"user": "U0NOBODY00"}, "user_not_found"),
        ("files.info", {"file": "F0NOTHING0"}, "file_not_found"),
        ("files.completeUploadExternal", {"files": [{"id": "F0NOTHING0"}]}, "file_not_found"),
        ("files.getUploadURLExternal", {"filename": "a.png", "length": 0}, "invalid_arguments"),
        ("files.getUploadURLExternal", {"filename": "a", "length": 1, "alt_txt": "x" * 1001}, "alt_txt_too_large"),
        ("views.open", {"trigger_id": "1.2.3", "view": MODAL}, "invalid_trigger_id"),
        ("views.open", {"trigger_id": "1.2.3", "view": {**MODAL, "title": None}}, "invalid_arguments"),
        ("views.update", {"view_id": "V0NOTHING0", "view": MODAL}, "not_found"),
        ("views.publish", {"user_id": LENA, "view": MODAL}, "invalid_arguments"),
        ("chat.teleport", {}, "unknown_method"),
    ],
)
async def test_refused_call_has_slacks_error_code(
    workspace: PracticeWorkspace, method: str, arguments: dict[str, Any], error: str
) -> None:
    body = await workspace.api_error(method, **arguments)
    assert body["ok"] is False
    assert body["error"] == error


async def test_call_without_a_token_is_not_authed(workspace: PracticeWorkspace) -> None:
    answer = await workspace.http.post("/slack/api/auth.test")
    assert answer.json() == {"ok": False, "error": "not_authed"}


async def test_invalid_token_differs_from_wrong_token_type(workspace: PracticeWorkspace) -> None:
    foreign_client = AsyncWebClient(token="xoxb-somebody-else", base_url=f"{workspace.address}/slack/api/")
    with pytest.raises(SlackApiError, match="invalid_auth"):
        await foreign_client.auth_test()
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await workspace.slack.apps_connections_open(app_token=str(workspace.slack.token))


async def test_missing_scopes_name_what_is_needed(workspace: PracticeWorkspace) -> None:
    await workspace.post("slack/install", scopes=["commands", "files:write"])
    body = await workspace.api_error("chat.postMessage", channel=HARBOUR, text="x")
    assert (body["error"], body["needed"], body["provided"]) == ("missing_scope", "chat:write", "commands,files:write")


async def test_private_channels_without_the_app_are_not_found(workspace: PracticeWorkspace) -> None:
    created = await workspace.post("channels", name="closed-set", private=True, members=["lena"])
    body = await workspace.api_error("chat.postMessage", channel=created["channel"]["id"], text="x")
    assert body["error"] == "channel_not_found"


async def test_archived_channels_reject_messages_and_reactions(workspace: PracticeWorkspace) -> None:
    created = await workspace.post("channels", name="wrapped", archived=True, members=["lena", BOT])
    channel = created["channel"]["id"]
    assert (await workspace.api_error("chat.postMessage", channel=channel, text="x"))["error"] == "is_archived"
    refused = await workspace.api_error("reactions.add", channel=channel, timestamp="1.0", name="one")
    assert refused["error"] == "is_archived"


async def test_bad_blocks_are_named_by_json_pointer(workspace: PracticeWorkspace) -> None:
    bad = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}
    body = await workspace.api_error("chat.postMessage", channel=HARBOUR, blocks=[SECTION, bad])
    problem = "must be less than 3001 characters [json-pointer:/blocks/1/text/text]"
    assert body["errors"] == [problem]
    assert body["response_metadata"]["messages"] == [f"[ERROR] {problem}"]


async def test_too_long_blocks_and_messages_are_refused(workspace: PracticeWorkspace) -> None:
    long = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}] * 5
    posted = await workspace.slack.chat_postMessage(channel=HARBOUR, text="x")
    refused = await workspace.api_error("chat.postMessage", channel=HARBOUR, blocks=long)
    assert refused["error"] == "msg_blocks_too_long"
    refused = await workspace.api_error("chat.update", channel=HARBOUR, ts=posted["ts"], blocks=long)
    assert refused["error"] == "msg_too_long"
    refused = await workspace.api_error("chat.update", channel=HARBOUR, ts=posted["ts"], text="x" * 4001)
    assert refused["error"] == "msg_too_long"


async def test_the_app_changes_and_deletes_its_own_messages_only(workspace: PracticeWorkspace) -> None:
    message = await workspace.act("lena", "say", channel=HARBOUR, text="mine")
    refused = await workspace.api_error("chat.update", channel=HARBOUR, ts=message["ts"], text="yours")
    assert refused["error"] == "cant_update_message"
    assert (await workspace.api_error("chat.delete", channel=HARBOUR, ts=message["ts"]))[
        "error"
    ] == "cant_delete_message"


async def test_reaction_is_added_once_and_removed_once(workspace: PracticeWorkspace) -> None:
    posted = await workspace.slack.chat_postMessage(channel=HARBOUR, text="x")
    target = {"channel": HARBOUR, "timestamp": posted["ts"]}
    assert (await workspace.api_error("reactions.add", **target, name="casting"))["error"] == "invalid_name"
    assert (await workspace.api_error("reactions.remove", **target, name="one"))["error"] == "no_reaction"
    await workspace.slack.reactions_add(**target, name="one")
    assert (await workspace.api_error("reactions.add", **target, name="one"))["error"] == "already_reacted"
    again = await workspace.act("lena", "react", channel=HARBOUR, ts=posted["ts"], name="nonsense")
    assert (again["ok"], again["error"]) == (False, "invalid_name")


async def test_rate_limited_calls_succeed_after_retry_after(workspace: PracticeWorkspace) -> None:
    await workspace.post("slack/rates", methods={"auth.test": {"per_minute": 60, "burst": 2}})
    for _ in range(2):
        await workspace.slack.auth_test()
    with pytest.raises(SlackApiError, match="ratelimited") as caught:
        await workspace.slack.auth_test()
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "1"
    await asyncio.sleep(1.0)
    await workspace.slack.auth_test()
    await workspace.post("slack/rates", enabled=False)
    await asyncio.gather(*(workspace.slack.auth_test() for _ in range(5)))


async def test_posting_rate_limit_is_per_channel(workspace: PracticeWorkspace) -> None:
    for _ in range(10):
        await workspace.slack.chat_postMessage(channel=HARBOUR, text="x")
    refused = await workspace.api_error("chat.postMessage", channel=HARBOUR, text="x")
    assert refused["error"] == "ratelimited"
    await workspace.slack.chat_postMessage(channel=QUIET_CAMPAIGN, text="x")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "error", "error": "fatal_error"}, "fatal_error"),
        ({"kind": "ratelimited", "seconds": 7}, "ratelimited"),
    ],
)
async def test_injected_fault_hits_its_method_the_given_number_of_times(
    workspace: PracticeWorkspace, fault: dict[str, object], error: str
) -> None:
    await workspace.post("slack/faults", method="auth.test", times=2, **fault)
    await workspace.slack.users_info(user=LENA)
    for _ in range(2):
        assert (await workspace.api_error("auth.test"))["error"] == error
    await workspace.slack.auth_test()


async def test_response_cut_after_the_action_keeps_the_action(workspace: PracticeWorkspace) -> None:
    workspace.slack.retry_handlers.clear()
    await workspace.post("slack/faults", method="chat.postMessage", kind="cut_after")
    with pytest.raises(Exception, match="disconnected"):
        await workspace.slack.chat_postMessage(channel=HARBOUR, text="posted all the same")
    await workspace.post("slack/faults", method="chat.postMessage", kind="cut_before")
    with pytest.raises(Exception, match="disconnected"):
        await workspace.slack.chat_postMessage(channel=HARBOUR, text="never posted")
    assert [row["text"] for row in await workspace.messages()] == ["posted all the same"]
