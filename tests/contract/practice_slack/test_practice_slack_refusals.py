"""What Slack says no to, in its own words."""

import asyncio
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.people import BOT, GENERAL, HARBOUR, LENA, MEI, QUIET
from tests.contract.practice_slack.practice import Practice

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
        ("chat.postEphemeral", {"channel": QUIET, "user": MEI, "text": "x"}, "user_not_in_channel"),
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
async def test_a_call_that_slack_refuses_is_refused_with_its_code(
    practice: Practice, method: str, arguments: dict[str, Any], error: str
) -> None:
    body = await practice.refusal(method, **arguments)
    assert body["ok"] is False
    assert body["error"] == error


async def test_without_a_token_nobody_is_anybody(practice: Practice) -> None:
    answer = await practice.door.post("/slack/api/auth.test")
    assert answer.json() == {"ok": False, "error": "not_authed"}


async def test_a_wrong_token_is_told_apart_from_the_wrong_kind_of_token(practice: Practice) -> None:
    stranger = AsyncWebClient(token="xoxb-somebody-else", base_url=f"{practice.address}/slack/api/")
    with pytest.raises(SlackApiError, match="invalid_auth"):
        await stranger.auth_test()
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await practice.slack.apps_connections_open(app_token=str(practice.slack.token))


async def test_missing_scopes_name_what_is_needed(practice: Practice) -> None:
    await practice.set("slack/install", scopes=["commands", "files:write"])
    body = await practice.refusal("chat.postMessage", channel=HARBOUR, text="x")
    assert (body["error"], body["needed"], body["provided"]) == ("missing_scope", "chat:write", "commands,files:write")


async def test_private_places_the_app_is_not_in_do_not_exist_for_it(practice: Practice) -> None:
    made = await practice.set("channels", name="closed-set", private=True, members=["lena"])
    body = await practice.refusal("chat.postMessage", channel=made["channel"]["id"], text="x")
    assert body["error"] == "channel_not_found"


async def test_archived_places_take_no_messages_and_no_reactions(practice: Practice) -> None:
    made = await practice.set("channels", name="wrapped", archived=True, members=["lena", BOT])
    channel = made["channel"]["id"]
    assert (await practice.refusal("chat.postMessage", channel=channel, text="x"))["error"] == "is_archived"
    refused = await practice.refusal("reactions.add", channel=channel, timestamp="1.0", name="one")
    assert refused["error"] == "is_archived"


async def test_bad_blocks_are_named_by_json_pointer(practice: Practice) -> None:
    bad = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}
    body = await practice.refusal("chat.postMessage", channel=HARBOUR, blocks=[SECTION, bad])
    problem = "must be less than 3001 characters [json-pointer:/blocks/1/text/text]"
    assert body["errors"] == [problem]
    assert body["response_metadata"]["messages"] == [f"[ERROR] {problem}"]


async def test_long_messages_are_refused_block_by_block_and_all_together(practice: Practice) -> None:
    long = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}] * 5
    posted = await practice.slack.chat_postMessage(channel=HARBOUR, text="x")
    refused = await practice.refusal("chat.postMessage", channel=HARBOUR, blocks=long)
    assert refused["error"] == "msg_blocks_too_long"
    refused = await practice.refusal("chat.update", channel=HARBOUR, ts=posted["ts"], blocks=long)
    assert refused["error"] == "msg_too_long"
    refused = await practice.refusal("chat.update", channel=HARBOUR, ts=posted["ts"], text="x" * 4001)
    assert refused["error"] == "msg_too_long"


async def test_the_app_changes_and_deletes_its_own_messages_only(practice: Practice) -> None:
    said = await practice.act("lena", "say", channel=HARBOUR, text="mine")
    refused = await practice.refusal("chat.update", channel=HARBOUR, ts=said["ts"], text="yours")
    assert refused["error"] == "cant_update_message"
    assert (await practice.refusal("chat.delete", channel=HARBOUR, ts=said["ts"]))["error"] == "cant_delete_message"


async def test_a_reaction_is_given_once_and_taken_once(practice: Practice) -> None:
    posted = await practice.slack.chat_postMessage(channel=HARBOUR, text="x")
    where = {"channel": HARBOUR, "timestamp": posted["ts"]}
    assert (await practice.refusal("reactions.add", **where, name="casting"))["error"] == "invalid_name"
    assert (await practice.refusal("reactions.remove", **where, name="one"))["error"] == "no_reaction"
    await practice.slack.reactions_add(**where, name="one")
    assert (await practice.refusal("reactions.add", **where, name="one"))["error"] == "already_reacted"
    again = await practice.act("lena", "react", channel=HARBOUR, ts=posted["ts"], name="nonsense")
    assert (again["ok"], again["error"]) == (False, "invalid_name")


async def test_calls_beyond_the_rate_wait_as_long_as_retry_after_says(practice: Practice) -> None:
    await practice.set("slack/rates", methods={"auth.test": {"per_minute": 60, "burst": 2}})
    for _ in range(2):
        await practice.slack.auth_test()
    with pytest.raises(SlackApiError, match="ratelimited") as caught:
        await practice.slack.auth_test()
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "1"
    await asyncio.sleep(1.0)
    await practice.slack.auth_test()
    await practice.set("slack/rates", enabled=False)
    await asyncio.gather(*(practice.slack.auth_test() for _ in range(5)))


async def test_posting_is_slower_in_one_channel_than_in_several(practice: Practice) -> None:
    for _ in range(10):
        await practice.slack.chat_postMessage(channel=HARBOUR, text="x")
    refused = await practice.refusal("chat.postMessage", channel=HARBOUR, text="x")
    assert refused["error"] == "ratelimited"
    await practice.slack.chat_postMessage(channel=QUIET, text="x")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "error", "error": "fatal_error"}, "fatal_error"),
        ({"kind": "ratelimited", "seconds": 7}, "ratelimited"),
    ],
)
async def test_trouble_on_demand_meets_the_named_method_as_often_as_asked(
    practice: Practice, fault: dict[str, object], error: str
) -> None:
    await practice.set("slack/faults", method="auth.test", times=2, **fault)
    await practice.slack.users_info(user=LENA)
    for _ in range(2):
        assert (await practice.refusal("auth.test"))["error"] == error
    await practice.slack.auth_test()


async def test_an_answer_cut_off_after_the_deed_leaves_the_deed_done(practice: Practice) -> None:
    practice.slack.retry_handlers.clear()
    await practice.set("slack/faults", method="chat.postMessage", kind="cut_after")
    with pytest.raises(Exception, match="disconnected"):
        await practice.slack.chat_postMessage(channel=HARBOUR, text="posted all the same")
    await practice.set("slack/faults", method="chat.postMessage", kind="cut_before")
    with pytest.raises(Exception, match="disconnected"):
        await practice.slack.chat_postMessage(channel=HARBOUR, text="never posted")
    assert [row["text"] for row in await practice.messages()] == ["posted all the same"]
