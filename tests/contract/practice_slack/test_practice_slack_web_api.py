"""Slack's own client against the practice Web API."""

import json
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from playground.people import BOT, FERRY, GENERAL, HARBOUR, LENA, QUIET
from tests.contract.practice_slack.practice import Practice

BUTTON: dict[str, Any] = {"type": "button", "action_id": "vote", "text": {"type": "plain_text", "text": "1"}}
BLOCKS: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*words*"}},
    {"type": "actions", "elements": [BUTTON]},
]


async def test_the_app_learns_who_it_is(practice: Practice) -> None:
    who = await practice.slack.auth_test()
    assert (who["team"], who["user_id"], who["bot_id"]) == ("Harbour Pictures", BOT, "B0CASTROOM")
    assert "chat:write" in who.headers["x-oauth-scopes"].split(",")


async def test_arguments_are_understood_in_every_form_that_clients_send(practice: Practice) -> None:
    token = {"Authorization": f"Bearer {practice.slack.token}"}
    words = {"channel": HARBOUR, "text": "hello", "blocks": json.dumps(BLOCKS), "team_id": "T0HARBOUR"}
    url = "/slack/api/chat.postMessage"
    for sent in (
        practice.door.post(url, json={**words, "blocks": BLOCKS}, headers=token),
        practice.door.post(url, data=words, headers=token),
        practice.door.post(url, params=words, headers=token),
        practice.door.post(url, files={name: (None, value) for name, value in words.items()}, headers=token),
        practice.door.get(url, params={**words, "token": str(practice.slack.token)}),
    ):
        body = (await sent).json()
        assert body["ok"], body
        assert body["message"]["blocks"][0]["text"]["text"] == "*words*"
    calls = await practice.get("calls", method="chat.postMessage")
    assert len(calls["calls"]) == 5
    assert str(practice.slack.token) not in json.dumps(calls)


async def test_a_message_comes_back_as_slack_completes_it(practice: Practice) -> None:
    posted = await practice.slack.chat_postMessage(channel=HARBOUR, text="hello", blocks=BLOCKS)
    message = posted["message"]
    assert (message["user"], message["bot_id"], message["ts"]) == (BOT, "B0CASTROOM", posted["ts"])
    assert all(block["block_id"] for block in message["blocks"])
    assert message["blocks"][1]["elements"][0]["text"] == {"type": "plain_text", "text": "1", "emoji": True}


async def test_blocks_that_came_back_may_be_sent_again(practice: Practice) -> None:
    card = {"type": "card", "title": {"type": "mrkdwn", "text": "One"}, "actions": [BUTTON]}
    file = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a face"}
    blocks = [*BLOCKS, {"type": "carousel", "elements": [card]}, {"type": "context", "elements": [file]}]
    posted = await practice.slack.chat_postMessage(channel=HARBOUR, text="x", blocks=blocks)
    again = await practice.slack.chat_postMessage(channel=HARBOUR, text="x", blocks=posted["message"]["blocks"])
    assert again["message"]["blocks"] == posted["message"]["blocks"]


async def test_a_message_is_changed_in_place_and_keeps_reactions_and_metadata(practice: Practice) -> None:
    metadata = {"event_type": "round", "event_payload": {"id": "r1"}}
    ts = (await practice.slack.chat_postMessage(channel=HARBOUR, text="one", blocks=BLOCKS, metadata=metadata))["ts"]
    await practice.slack.reactions_add(channel=HARBOUR, timestamp=ts, name="one")
    await practice.slack.chat_update(channel=HARBOUR, ts=ts, text="two")
    (message,) = await practice.messages()
    assert (message["text"], message["metadata"], message["ts"]) == ("two", metadata, ts)
    assert message["reactions"] == [{"name": "one", "users": [BOT], "count": 1}]
    assert "edited" in message
    assert "blocks" not in message


async def test_a_thread_is_summed_up_on_its_parent(practice: Practice) -> None:
    parent = (await practice.slack.chat_postMessage(channel=HARBOUR, text="parent"))["ts"]
    first = (await practice.slack.chat_postMessage(channel=HARBOUR, text="a", thread_ts=parent))["ts"]
    await practice.act("lena", "say", channel=HARBOUR, text="b", thread_ts=first)
    state = await practice.get("state", channel=HARBOUR, thread=parent)
    (shown,) = state["messages"][HARBOUR]
    assert (shown["reply_count"], sorted(shown["reply_users"])) == (2, sorted([BOT, LENA]))
    assert [row["text"] for row in state["threads"][HARBOUR][parent]] == ["a", "b"]
    link = await practice.slack.chat_getPermalink(channel=HARBOUR, message_ts=first)
    assert link["permalink"].endswith(f"/p{first.replace('.', '')}?thread_ts={parent}&cid={HARBOUR}")


async def test_deleting_a_parent_leaves_a_gravestone_until_its_thread_is_gone(practice: Practice) -> None:
    parent = (await practice.slack.chat_postMessage(channel=HARBOUR, text="parent"))["ts"]
    await practice.slack.chat_postMessage(channel=HARBOUR, text="a", thread_ts=parent)
    await practice.slack.chat_delete(channel=HARBOUR, ts=parent)
    (left,) = await practice.messages()
    assert left["subtype"] == "tombstone"


async def test_a_persons_id_as_channel_means_their_direct_message(practice: Practice) -> None:
    posted = await practice.slack.chat_postMessage(channel=LENA, text="psst")
    assert posted["channel"] == "D0LENAORTIZ"


async def test_an_ephemeral_is_seen_by_one_person_and_is_in_no_history(practice: Practice) -> None:
    sent = await practice.slack.chat_postEphemeral(channel=HARBOUR, user=LENA, text="for you")
    hers = (await practice.get("state", user="lena"))["ephemerals"]
    assert [(row["ts"], row["to"], row["channel"]) for row in hers] == [(sent["message_ts"], LENA, HARBOUR)]
    assert (await practice.get("state", user="daniel"))["ephemerals"] == []
    assert await practice.messages() == []


async def test_reactions_are_counted_with_names(practice: Practice) -> None:
    ts = (await practice.slack.chat_postMessage(channel=HARBOUR, text="vote"))["ts"]
    await practice.slack.reactions_add(channel=HARBOUR, timestamp=ts, name="one")
    await practice.act("lena", "react", channel=HARBOUR, ts=ts, name="one")
    await practice.act("mei", "react", channel=HARBOUR, ts=ts, name="+1::skin-tone-3")
    got = await practice.slack.reactions_get(channel=HARBOUR, timestamp=ts, full=True)
    rows = {row["name"]: row["users"] for row in got["message"]["reactions"]}
    assert rows["one"] == [BOT, LENA]
    assert list(rows) == ["one", "+1::skin-tone-3"]
    await practice.slack.reactions_remove(channel=HARBOUR, timestamp=ts, name="one")
    mine = await practice.slack.reactions_list()
    assert mine["items"] == []
    assert len((await practice.slack.reactions_list(user=LENA))["items"]) == 1


async def test_lists_of_people_are_shortened_unless_asked_in_full(practice: Practice) -> None:
    ts = (await practice.slack.chat_postMessage(channel=HARBOUR, text="vote"))["ts"]
    for number in range(52):
        name = f"extra-{number}"
        await practice.set("people", name=name, real_name=name, channels=[HARBOUR])
        await practice.act(name, "react", channel=HARBOUR, ts=ts, name="one")
    short = await practice.slack.reactions_get(channel=HARBOUR, timestamp=ts)
    full = await practice.slack.reactions_get(channel=HARBOUR, timestamp=ts, full=True)
    (row,) = short["message"]["reactions"]
    assert (row["count"], len(row["users"])) == (52, 50)
    assert len(full["message"]["reactions"][0]["users"]) == 52


async def test_places_are_listed_page_by_page(practice: Practice) -> None:
    kinds = "public_channel,private_channel,im"
    names: list[str] = []
    cursor = ""
    while True:
        page = await practice.slack.conversations_list(types=kinds, limit=2, cursor=cursor)
        names += [row["id"] for row in page["channels"]]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert {HARBOUR, FERRY, QUIET, GENERAL, "D0LENAORTIZ"} < set(names)
    assert len(names) == len(set(names))


async def test_a_persons_places_are_those_the_app_may_know_of(practice: Practice) -> None:
    await practice.set("channels", name="closed-set", private=True, members=["lena"])
    kinds = "public_channel,private_channel"
    hers = await practice.slack.users_conversations(user=LENA, types=kinds)
    his = await practice.slack.users_conversations(user="U0MEITANAKA", types=kinds)
    assert {row["id"] for row in hers["channels"]} == {HARBOUR, FERRY, QUIET, GENERAL}
    assert QUIET not in {row["id"] for row in his["channels"]}


async def test_a_place_says_whether_it_is_private_and_whether_the_app_is_in_it(practice: Practice) -> None:
    quiet = (await practice.slack.conversations_info(channel=QUIET))["channel"]
    general = (await practice.slack.conversations_info(channel=GENERAL, include_num_members=True))["channel"]
    assert (quiet["is_private"], quiet["is_member"]) == (True, True)
    assert (general["is_private"], general["is_member"], general["num_members"]) == (False, False, 3)
    members = await practice.slack.conversations_members(channel=QUIET)
    assert BOT in members["members"]


async def test_people_have_time_zones(practice: Practice) -> None:
    lena = (await practice.slack.users_info(user=LENA, include_locale=True))["user"]
    assert (lena["tz"], lena["tz_offset"], lena["locale"]) == ("Europe/Madrid", 3600, "en-GB")
    everyone = (await practice.slack.users_list())["members"]
    assert {row["real_name"] for row in everyone} >= {"Lena Ortiz", "Daniel Okafor", "Mei Tanaka", "Castroom"}


async def test_with_more_scopes_the_app_reads_history_joins_and_opens_conversations(practice: Practice) -> None:
    scopes = ["chat:write", "channels:history", "channels:join", "channels:read", "im:write", "team:read", "emoji:read"]
    await practice.set("slack/install", scopes=scopes)
    await practice.slack.conversations_join(channel=GENERAL)
    sent = [(await practice.slack.chat_postMessage(channel=GENERAL, text=str(n)))["ts"] for n in range(3)]
    await practice.slack.chat_postMessage(channel=GENERAL, text="reply", thread_ts=sent[0])
    page = await practice.slack.conversations_history(channel=GENERAL, limit=2)
    assert [row["text"] for row in page["messages"]] == ["2", "1"]
    rest = await practice.slack.conversations_history(channel=GENERAL, cursor=page["response_metadata"]["next_cursor"])
    assert [row["text"] for row in rest["messages"]] == ["0"]
    thread = await practice.slack.conversations_replies(channel=GENERAL, ts=sent[0])
    assert [row["text"] for row in thread["messages"]] == ["0", "reply"]
    assert (await practice.slack.conversations_open(users=[LENA]))["channel"] == {"id": "D0LENAORTIZ"}
    assert (await practice.slack.team_info())["team"]["name"] == "Harbour Pictures"
    assert (await practice.slack.emoji_list())["emoji"] == {}


async def test_a_message_posted_again_under_its_own_name_is_the_first_one(practice: Practice) -> None:
    first = await practice.slack.chat_postMessage(channel=HARBOUR, text="once", client_msg_id="a-name")
    again = await practice.slack.chat_postMessage(channel=HARBOUR, text="once", client_msg_id="a-name")
    assert again["ts"] == first["ts"]
    assert len(await practice.messages()) == 1
    with pytest.raises(SlackApiError, match="duplicate_channel_not_found"):
        await practice.slack.chat_postMessage(channel=FERRY, text="once", client_msg_id="a-name")
    await practice.slack.chat_delete(channel=HARBOUR, ts=first["ts"])
    with pytest.raises(SlackApiError, match="duplicate_message_not_found"):
        await practice.slack.chat_postMessage(channel=HARBOUR, text="once", client_msg_id="a-name")
