"""Slack's own client against the practice Web API."""

import json
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from playground.seed_data import BOT, FERRY, GENERAL, HARBOUR, LENA, QUIET_CAMPAIGN
from tests.support.practice_slack import PracticeWorkspace

BUTTON: dict[str, Any] = {"type": "button", "action_id": "vote", "text": {"type": "plain_text", "text": "1"}}
BLOCKS: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*words*"}},
    {"type": "actions", "elements": [BUTTON]},
]


async def test_auth_test_returns_the_apps_identity(workspace: PracticeWorkspace) -> None:
    identity = await workspace.slack.auth_test()
    assert (identity["team"], identity["user_id"], identity["bot_id"]) == ("Harbour Pictures", BOT, "B0CASTROOM")
    assert "chat:write" in identity.headers["x-oauth-scopes"].split(",")


async def test_arguments_are_accepted_in_every_encoding(workspace: PracticeWorkspace) -> None:
    token = {"Authorization": f"Bearer {workspace.slack.token}"}
    arguments = {"channel": HARBOUR, "text": "hello", "blocks": json.dumps(BLOCKS), "team_id": "T0HARBOUR"}
    url = "/slack/api/chat.postMessage"
    for sent in (
        workspace.http.post(url, json={**arguments, "blocks": BLOCKS}, headers=token),
        workspace.http.post(url, data=arguments, headers=token),
        workspace.http.post(url, params=arguments, headers=token),
        workspace.http.post(url, files={name: (None, value) for name, value in arguments.items()}, headers=token),
        workspace.http.get(url, params={**arguments, "token": str(workspace.slack.token)}),
    ):
        body = (await sent).json()
        assert body["ok"], body
        assert body["message"]["blocks"][0]["text"]["text"] == "*words*"
    calls = await workspace.get("calls", method="chat.postMessage")
    assert len(calls["calls"]) == 5
    assert str(workspace.slack.token) not in json.dumps(calls)


async def test_posted_message_is_returned_completed(workspace: PracticeWorkspace) -> None:
    posted = await workspace.slack.chat_postMessage(channel=HARBOUR, text="hello", blocks=BLOCKS)
    message = posted["message"]
    assert (message["user"], message["bot_id"], message["ts"]) == (BOT, "B0CASTROOM", posted["ts"])
    assert all(block["block_id"] for block in message["blocks"])
    assert message["blocks"][1]["elements"][0]["text"] == {"type": "plain_text", "text": "1", "emoji": True}


async def test_returned_blocks_can_be_sent_again(workspace: PracticeWorkspace) -> None:
    card = {"type": "card", "title": {"type": "mrkdwn", "text": "One"}, "actions": [BUTTON]}
    file = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a face"}
    blocks = [*BLOCKS, {"type": "carousel", "elements": [card]}, {"type": "context", "elements": [file]}]
    posted = await workspace.slack.chat_postMessage(channel=HARBOUR, text="x", blocks=blocks)
    again = await workspace.slack.chat_postMessage(channel=HARBOUR, text="x", blocks=posted["message"]["blocks"])
    assert again["message"]["blocks"] == posted["message"]["blocks"]


async def test_updated_message_keeps_reactions_and_metadata(workspace: PracticeWorkspace) -> None:
    metadata = {"event_type": "round", "event_payload": {"id": "r1"}}
    ts = (await workspace.slack.chat_postMessage(channel=HARBOUR, text="one", blocks=BLOCKS, metadata=metadata))["ts"]
    await workspace.slack.reactions_add(channel=HARBOUR, timestamp=ts, name="one")
    await workspace.slack.chat_update(channel=HARBOUR, ts=ts, text="two")
    (message,) = await workspace.messages()
    assert (message["text"], message["metadata"], message["ts"]) == ("two", metadata, ts)
    assert message["reactions"] == [{"name": "one", "users": [BOT], "count": 1}]
    assert "edited" in message
    assert "blocks" not in message


async def test_parent_message_has_a_thread_summary(workspace: PracticeWorkspace) -> None:
    parent = (await workspace.slack.chat_postMessage(channel=HARBOUR, text="parent"))["ts"]
    first = (await workspace.slack.chat_postMessage(channel=HARBOUR, text="a", thread_ts=parent))["ts"]
    await workspace.act("lena", "say", channel=HARBOUR, text="b", thread_ts=first)
    state = await workspace.get("state", channel=HARBOUR, thread=parent)
    (shown,) = state["messages"][HARBOUR]
    assert (shown["reply_count"], sorted(shown["reply_users"])) == (2, sorted([BOT, LENA]))
    assert [row["text"] for row in state["threads"][HARBOUR][parent]] == ["a", "b"]
    link = await workspace.slack.chat_getPermalink(channel=HARBOUR, message_ts=first)
    assert link["permalink"].endswith(f"/p{first.replace('.', '')}?thread_ts={parent}&cid={HARBOUR}")


async def test_deleted_parent_leaves_a_tombstone(workspace: PracticeWorkspace) -> None:
    parent = (await workspace.slack.chat_postMessage(channel=HARBOUR, text="parent"))["ts"]
    await workspace.slack.chat_postMessage(channel=HARBOUR, text="a", thread_ts=parent)
    await workspace.slack.chat_delete(channel=HARBOUR, ts=parent)
    (tombstone,) = await workspace.messages()
    assert tombstone["subtype"] == "tombstone"


async def test_user_id_as_channel_means_the_direct_message(workspace: PracticeWorkspace) -> None:
    posted = await workspace.slack.chat_postMessage(channel=LENA, text="psst")
    assert posted["channel"] == "D0LENAORTIZ"


async def test_ephemeral_is_visible_to_one_user_only(workspace: PracticeWorkspace) -> None:
    sent = await workspace.slack.chat_postEphemeral(channel=HARBOUR, user=LENA, text="for you")
    hers = (await workspace.get("state", user="lena"))["ephemerals"]
    assert [(row["ts"], row["to"], row["channel"]) for row in hers] == [(sent["message_ts"], LENA, HARBOUR)]
    assert (await workspace.get("state", user="daniel"))["ephemerals"] == []
    assert await workspace.messages() == []


async def test_reactions_list_their_users(workspace: PracticeWorkspace) -> None:
    ts = (await workspace.slack.chat_postMessage(channel=HARBOUR, text="vote"))["ts"]
    await workspace.slack.reactions_add(channel=HARBOUR, timestamp=ts, name="one")
    await workspace.act("lena", "react", channel=HARBOUR, ts=ts, name="one")
    await workspace.act("mei", "react", channel=HARBOUR, ts=ts, name="+1::skin-tone-3")
    response = await workspace.slack.reactions_get(channel=HARBOUR, timestamp=ts, full=True)
    rows = {row["name"]: row["users"] for row in response["message"]["reactions"]}
    assert rows["one"] == [BOT, LENA]
    assert list(rows) == ["one", "+1::skin-tone-3"]
    await workspace.slack.reactions_remove(channel=HARBOUR, timestamp=ts, name="one")
    mine = await workspace.slack.reactions_list()
    assert mine["items"] == []
    assert len((await workspace.slack.reactions_list(user=LENA))["items"]) == 1


async def test_reaction_user_lists_are_shortened_unless_full(workspace: PracticeWorkspace) -> None:
    ts = (await workspace.slack.chat_postMessage(channel=HARBOUR, text="vote"))["ts"]
    for number in range(52):
        name = f"extra-{number}"
        await workspace.post("people", name=name, real_name=name, channels=[HARBOUR])
        await workspace.act(name, "react", channel=HARBOUR, ts=ts, name="one")
    short = await workspace.slack.reactions_get(channel=HARBOUR, timestamp=ts)
    full = await workspace.slack.reactions_get(channel=HARBOUR, timestamp=ts, full=True)
    (row,) = short["message"]["reactions"]
    assert (row["count"], len(row["users"])) == (52, 50)
    assert len(full["message"]["reactions"][0]["users"]) == 52


async def test_conversations_list_is_paginated(workspace: PracticeWorkspace) -> None:
    kinds = "public_channel,private_channel,im"
    names: list[str] = []
    cursor = ""
    while True:
        page = await workspace.slack.conversations_list(types=kinds, limit=2, cursor=cursor)
        names += [row["id"] for row in page["channels"]]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert {HARBOUR, FERRY, QUIET_CAMPAIGN, GENERAL, "D0LENAORTIZ"} < set(names)
    assert len(names) == len(set(names))


async def test_users_conversations_lists_channels_visible_to_the_app(workspace: PracticeWorkspace) -> None:
    await workspace.post("channels", name="closed-set", private=True, members=["lena"])
    kinds = "public_channel,private_channel"
    hers = await workspace.slack.users_conversations(user=LENA, types=kinds)
    his = await workspace.slack.users_conversations(user="U0MEITANAKA", types=kinds)
    assert {row["id"] for row in hers["channels"]} == {HARBOUR, FERRY, QUIET_CAMPAIGN, GENERAL}
    assert QUIET_CAMPAIGN not in {row["id"] for row in his["channels"]}


async def test_conversation_info_has_privacy_and_membership(workspace: PracticeWorkspace) -> None:
    quiet = (await workspace.slack.conversations_info(channel=QUIET_CAMPAIGN))["channel"]
    general = (await workspace.slack.conversations_info(channel=GENERAL, include_num_members=True))["channel"]
    assert (quiet["is_private"], quiet["is_member"]) == (True, True)
    assert (general["is_private"], general["is_member"], general["num_members"]) == (False, False, 3)
    members = await workspace.slack.conversations_members(channel=QUIET_CAMPAIGN)
    assert BOT in members["members"]


async def test_users_have_time_zones(workspace: PracticeWorkspace) -> None:
    lena = (await workspace.slack.users_info(user=LENA, include_locale=True))["user"]
    assert (lena["tz"], lena["tz_offset"], lena["locale"]) == ("Europe/Madrid", 3600, "en-GB")
    everyone = (await workspace.slack.users_list())["members"]
    assert {row["real_name"] for row in everyone} >= {"Lena Ortiz", "Daniel Okafor", "Mei Tanaka", "Castroom"}


async def test_more_scopes_allow_history_join_and_open(workspace: PracticeWorkspace) -> None:
    scopes = ["chat:write", "channels:history", "channels:join", "channels:read", "im:write", "team:read", "emoji:read"]
    await workspace.post("slack/install", scopes=scopes)
    await workspace.slack.conversations_join(channel=GENERAL)
    sent = [(await workspace.slack.chat_postMessage(channel=GENERAL, text=str(n)))["ts"] for n in range(3)]
    await workspace.slack.chat_postMessage(channel=GENERAL, text="reply", thread_ts=sent[0])
    page = await workspace.slack.conversations_history(channel=GENERAL, limit=2)
    assert [row["text"] for row in page["messages"]] == ["2", "1"]
    rest = await workspace.slack.conversations_history(channel=GENERAL, cursor=page["response_metadata"]["next_cursor"])
    assert [row["text"] for row in rest["messages"]] == ["0"]
    thread = await workspace.slack.conversations_replies(channel=GENERAL, ts=sent[0])
    assert [row["text"] for row in thread["messages"]] == ["0", "reply"]
    assert (await workspace.slack.conversations_open(users=[LENA]))["channel"] == {"id": "D0LENAORTIZ"}
    assert (await workspace.slack.team_info())["team"]["name"] == "Harbour Pictures"
    assert (await workspace.slack.emoji_list())["emoji"] == {}


async def test_repeated_client_msg_id_returns_the_first_message(workspace: PracticeWorkspace) -> None:
    first = await workspace.slack.chat_postMessage(channel=HARBOUR, text="once", client_msg_id="a-name")
    again = await workspace.slack.chat_postMessage(channel=HARBOUR, text="once", client_msg_id="a-name")
    assert again["ts"] == first["ts"]
    assert len(await workspace.messages()) == 1
    with pytest.raises(SlackApiError, match="duplicate_channel_not_found"):
        await workspace.slack.chat_postMessage(channel=FERRY, text="once", client_msg_id="a-name")
    await workspace.slack.chat_delete(channel=HARBOUR, ts=first["ts"])
    with pytest.raises(SlackApiError, match="duplicate_message_not_found"):
        await workspace.slack.chat_postMessage(channel=HARBOUR, text="once", client_msg_id="a-name")
