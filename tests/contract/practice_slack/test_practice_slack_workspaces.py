"""Two workspaces, one app: a token, a person, a page see their own workspace and nothing of the other."""

import asyncio
import io
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.people import (
    BOT,
    HARBOUR,
    INSTALLS,
    LANTERN,
    LANTERN_BOT,
    LANTERN_FILM,
    LANTERN_GENERAL,
    LENA,
    MEI,
    NOOR,
    TEAM,
    TOMAS,
    WINDOW,
)
from tests.contract.practice_slack.practice import Practice, open_practice, until

BUTTON = {"type": "button", "action_id": "vote:1", "text": {"type": "plain_text", "text": "1"}, "value": "candidate-1"}
BALLOT = [{"type": "actions", "block_id": "ballot", "elements": [BUTTON]}]
HOME = {"type": "home", "blocks": []}


@pytest.fixture
async def lantern(practice: Practice) -> AsyncIterator[AsyncWebClient]:
    """The app's client in the second workspace."""
    yield AsyncWebClient(token=INSTALLS[1].token, base_url=f"{practice.address}/slack/api/")


async def refused(client: AsyncWebClient, method: str, **arguments: object) -> str:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=arguments)
    return str(caught.value.response["error"])


def picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(target, "PNG")
    return target.getvalue()


async def uploaded(client: AsyncWebClient, channel: str | None = None) -> str:
    """A picture that Slack has processed; its id."""
    answer = await client.files_upload_v2(
        file_uploads=[{"content": picture(), "filename": "maya.png"}], channel=channel
    )
    await asyncio.sleep(0.4)
    return str(answer["files"][0]["id"])


async def test_each_token_says_whose_it_is(practice: Practice, lantern: AsyncWebClient) -> None:
    told = [await client.auth_test() for client in (practice.slack, lantern)]
    assert [(row["team_id"], row["user_id"]) for row in told] == [(TEAM, BOT), (LANTERN, LANTERN_BOT)]
    assert told[0]["bot_id"] != told[1]["bot_id"]


async def test_the_environment_gives_one_token_or_all_of_them(practice: Practice) -> None:
    one, all_ = await practice.get("env"), await practice.get("env", team="all")
    assert one["SLACK_BOT_TOKEN"] == INSTALLS[0].token
    assert (await practice.get("env", team=LANTERN))["SLACK_BOT_TOKEN"] == INSTALLS[1].token
    assert all_["SLACK_BOT_TOKEN"] == ",".join(install.token for install in INSTALLS)
    assert all_ | {"SLACK_BOT_TOKEN": ""} == one | {"SLACK_BOT_TOKEN": ""}
    assert (await practice.get("env", team="T0NOWHERE"))["error"] == "no_such_team"


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.postMessage", {"channel": HARBOUR, "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": LENA, "text": "x"}, "channel_not_found"),
        ("chat.postEphemeral", {"channel": LANTERN_FILM, "user": LENA, "text": "x"}, "user_not_in_channel"),
        ("chat.update", {"channel": HARBOUR, "ts": "TS", "text": "x"}, "channel_not_found"),
        ("chat.update", {"channel": LANTERN_FILM, "ts": "TS", "text": "x"}, "message_not_found"),
        ("chat.delete", {"channel": LANTERN_FILM, "ts": "TS"}, "message_not_found"),
        ("chat.getPermalink", {"channel": HARBOUR, "message_ts": "TS"}, "channel_not_found"),
        ("chat.getPermalink", {"channel": LANTERN_FILM, "message_ts": "TS"}, "message_not_found"),
        ("conversations.info", {"channel": HARBOUR}, "channel_not_found"),
        ("conversations.members", {"channel": HARBOUR}, "channel_not_found"),
        ("users.info", {"user": LENA}, "user_not_found"),
        ("users.conversations", {"user": LENA}, "user_not_found"),
        ("reactions.add", {"channel": HARBOUR, "timestamp": "TS", "name": "one"}, "channel_not_found"),
        ("reactions.add", {"channel": LANTERN_FILM, "timestamp": "TS", "name": "one"}, "message_not_found"),
        ("reactions.get", {"channel": LANTERN_FILM, "timestamp": "TS"}, "message_not_found"),
        ("reactions.list", {"user": LENA}, "user_not_found"),
        ("files.info", {"file": "FILE"}, "file_not_found"),
        ("files.delete", {"file": "FILE"}, "file_not_found"),
        ("views.publish", {"user_id": LENA, "view": HOME}, "invalid_arguments"),
    ],
)
async def test_what_is_in_one_workspace_is_unknown_in_the_other(
    practice: Practice, lantern: AsyncWebClient, method: str, arguments: dict[str, Any], error: str
) -> None:
    ts = (await practice.slack.chat_postMessage(channel=HARBOUR, text="ours"))["ts"]
    file = await uploaded(practice.slack)
    real = {"TS": ts, "FILE": file}
    given = {name: real.get(value, value) if isinstance(value, str) else value for name, value in arguments.items()}
    assert await refused(lantern, method, **given) == error
    (message,) = await practice.messages()
    assert (message["text"], message.get("reactions")) == ("ours", None)


async def test_lists_name_nobody_and_nothing_of_the_other_workspace(lantern: AsyncWebClient) -> None:
    places = (await lantern.conversations_list(types="public_channel,private_channel,im"))["channels"]
    people = (await lantern.users_list())["members"]
    assert {place["id"] for place in places if "name" in place} == {LANTERN_FILM, WINDOW, LANTERN_GENERAL}
    assert {person["team_id"] for person in people} == {LANTERN}
    assert {NOOR, LANTERN_BOT, "USLACKBOT"} <= {person["id"] for person in people}
    assert not {LENA, BOT} & {person["id"] for person in people}


async def test_two_channels_of_one_name_are_two_channels(practice: Practice) -> None:
    for person in ("lena", "noor"):
        await practice.act(person, "say", channel="#harbour-film", text=f"{person} here")
    assert [row["text"] for row in await practice.messages(HARBOUR)] == ["lena here"]
    assert [row["text"] for row in await practice.messages(LANTERN_FILM)] == ["noor here"]


async def test_a_picture_of_one_workspace_is_not_shown_in_the_other(
    practice: Practice, lantern: AsyncWebClient
) -> None:
    file = await uploaded(practice.slack)
    blocks = [{"type": "image", "slack_file": {"id": file}, "alt_text": "Maya"}]
    assert await refused(lantern, "chat.postMessage", channel=LANTERN_FILM, blocks=blocks) == "invalid_blocks"
    view = {"type": "home", "blocks": blocks}
    assert await refused(lantern, "views.publish", user_id=NOOR, view=view) == "invalid_arguments"
    assert (await practice.slack.chat_postMessage(channel=HARBOUR, blocks=blocks, text="Maya"))["ok"]


async def test_bytes_of_one_workspace_cannot_be_taken_over_by_the_other(
    practice: Practice, lantern: AsyncWebClient
) -> None:
    place = await practice.slack.files_getUploadURLExternal(filename="maya.png", length=len(picture()))
    async with aiohttp.ClientSession() as session, session.post(str(place["upload_url"]), data=picture()) as answer:
        assert answer.status == 200
    files = [{"id": place["file_id"]}]
    told = await refused(lantern, "files.completeUploadExternal", files=files, channel_id=LANTERN_FILM)
    assert told == "file_not_found"


async def test_private_bytes_are_given_to_the_token_of_their_workspace(
    practice: Practice, lantern: AsyncWebClient
) -> None:
    address = (await practice.slack.files_info(file=await uploaded(practice.slack)))["file"]["url_private"]
    for client, kind in ((practice.slack, "image/png"), (lantern, "text/html")):
        answer = await practice.door.get(address, headers={"Authorization": f"Bearer {client.token}"})
        assert answer.headers["content-type"].startswith(kind)


async def test_one_connection_carries_both_workspaces(practice: Practice) -> None:
    app, heard = practice.bolt(), []

    @app.middleware
    async def hear(body: Any, ack: Any) -> Any:
        heard.append((body.get("team_id") or body["team"]["id"], body.get("type") or body["command"]))
        return await ack()

    async with practice.running(app):
        for person in ("lena", "noor"):
            assert (await practice.act(person, "command", channel="#harbour-film", command="/cast", text="x"))["ok"]
            await practice.act(person, "mention", channel="#harbour-film", text="who is Maya?")
    await until(lambda: len(heard) == 4)
    assert sorted(heard) == sorted((team, kind) for team in (TEAM, LANTERN) for kind in ("/cast", "event_callback"))


async def test_a_trigger_opens_a_view_in_its_own_workspace_only(practice: Practice, lantern: AsyncWebClient) -> None:
    app, triggers = practice.bolt(), []

    @app.command("/cast")
    async def cast(ack: Any, body: Any) -> None:
        triggers.append(body["trigger_id"])
        await ack()

    view = {"type": "modal", "title": {"type": "plain_text", "text": "Maya"}, "blocks": []}
    async with practice.running(app):
        await practice.act("lena", "command", channel=HARBOUR, command="/cast", text="x")
    assert await refused(lantern, "views.open", trigger_id=triggers[0], view=view) == "invalid_trigger_id"
    assert (await practice.slack.views_open(trigger_id=triggers[0], view=view))["ok"]


@pytest.mark.parametrize(
    ("gesture", "body"),
    [
        ("say", {"text": "x"}),
        ("command", {"command": "/cast", "text": "x"}),
        ("react", {"ts": "TS", "name": "one"}),
        ("click", {"ts": "TS", "action_id": "vote:1"}),
    ],
)
async def test_nobody_acts_in_a_place_of_the_other_workspace(
    practice: Practice, gesture: str, body: dict[str, Any]
) -> None:
    ts = (await practice.slack.chat_postMessage(channel=HARBOUR, text="Maya", blocks=BALLOT))["ts"]
    given = {name: ts if value == "TS" else value for name, value in body.items()}
    answer = await practice.act("noor", gesture, channel=HARBOUR, **given)
    assert (answer["ok"], answer["error"]) == (False, "no_such_channel")


async def test_a_person_sees_their_own_workspace_and_a_script_sees_both(practice: Practice) -> None:
    both, hers = await practice.get("state"), await practice.get("state", user="noor")
    assert [team["id"] for team in both["workspaces"]] == [TEAM, LANTERN]
    assert [team["id"] for team in hers["workspaces"]] == [LANTERN]
    assert {place["team"] for place in hers["channels"]} == {LANTERN}
    assert LENA in {person["id"] for person in both["people"]}
    assert not {LENA, MEI, BOT} & {person["id"] for person in hers["people"]}


async def test_pages_hear_nothing_of_the_other_workspace(practice: Practice) -> None:
    url = f"{practice.address}/control/live?user=noor"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as page:
        await page.receive_json(timeout=3)
        await practice.act("lena", "say", channel=HARBOUR, text="ours")
        await practice.set("people", name="extra", real_name="Extra", channels=[HARBOUR])
        await uploaded(practice.slack, channel=HARBOUR)
        await practice.set("slack/install", scopes=list(INSTALLS[0].scopes))
        await practice.act("tomas", "say", channel=LANTERN_FILM, text="theirs")
        change = await page.receive_json(timeout=3)
    assert [(patch["kind"], patch["value"].get("text")) for patch in change["what"]] == [("message", "theirs")]


async def test_people_and_channels_are_added_to_the_workspace_that_is_named(
    practice: Practice, lantern: AsyncWebClient
) -> None:
    added = await practice.set("people", team=LANTERN, name="ada", real_name="Ada", channels=["#harbour-film"])
    place = await practice.set("channels", team=LANTERN, name="reshoots", members=["noor", "castroom"])
    assert (await lantern.users_info(user=added["person"]["id"]))["user"]["team_id"] == LANTERN
    assert place["channel"]["members"] == [NOOR, LANTERN_BOT]
    assert added["person"]["id"] in (await lantern.conversations_members(channel=LANTERN_FILM))["members"]


async def test_an_uninstall_silences_one_workspace_and_leaves_the_other(
    practice: Practice, lantern: AsyncWebClient
) -> None:
    app, heard = practice.bolt(), []

    @app.middleware
    async def hear(body: Any, ack: Any) -> Any:
        heard.append((body["team_id"], body["event"]["type"]))
        return await ack()

    async with practice.running(app):
        await practice.set("slack/uninstall", team=LANTERN)
        await until(lambda: len(heard) == 2)
        assert sorted(heard) == [(LANTERN, "app_uninstalled"), (LANTERN, "tokens_revoked")]
        assert await refused(lantern, "auth.test") == "account_inactive"
        assert (await practice.act("noor", "command", channel=LANTERN_FILM, command="/cast", text="x"))["ok"] is False
        await practice.act("noor", "mention", channel=LANTERN_FILM, text="anybody?")
        await practice.act("lena", "mention", channel=HARBOUR, text="anybody?")
        await until(lambda: len(heard) == 3)
        connected = {team["id"]: team["connected"] for team in (await practice.get("state"))["workspaces"]}
    assert heard[2] == (TEAM, "app_mention")
    assert connected == {TEAM: True, LANTERN: False}
    assert (await practice.slack.auth_test())["ok"]


async def test_rates_of_one_workspace_are_not_spent_by_the_other(practice: Practice, lantern: AsyncWebClient) -> None:
    await practice.set("slack/rates", methods={"users.info": {"per_minute": 1, "burst": 1}})
    await practice.slack.users_info(user=LENA)
    assert await refused(practice.slack, "users.info", user=LENA) == "ratelimited"
    assert (await lantern.users_info(user=TOMAS))["ok"]


async def test_team_info_is_about_the_tokens_own_workspace(practice: Practice, lantern: AsyncWebClient) -> None:
    assert await refused(lantern, "team.info") == "missing_scope"
    await practice.set("slack/install", team=LANTERN, scopes=["team:read"])
    assert (await lantern.team_info())["team"]["name"] == "Lantern Advertising"
    assert await refused(lantern, "team.info", team=TEAM) == "team_not_found"


async def test_somebody_deactivated_is_known_as_such_and_is_nowhere(practice: Practice) -> None:
    await practice.act("mei", "deactivate")
    told = (await practice.slack.users_info(user=MEI))["user"]
    assert told["deleted"] is True
    assert MEI not in (await practice.slack.conversations_members(channel=HARBOUR))["members"]
    assert MEI in {row["id"] for row in (await practice.slack.users_list())["members"]}
    arguments = {"channel": HARBOUR, "user": MEI, "text": "x"}
    assert (await practice.refusal("chat.postEphemeral", **arguments))["error"] == "user_not_in_channel"
    await practice.set("slack/install", scopes=["im:write"])
    assert (await practice.refusal("conversations.open", users=MEI))["error"] == "user_disabled"
    gone = await practice.act("mei", "say", channel=HARBOUR, text="still here?")
    assert (gone["ok"], gone["error"]) == (False, "deactivated")


async def test_a_guest_is_told_apart_and_sees_only_their_channels(practice: Practice) -> None:
    added = await practice.set("people", name="gus", real_name="Gus Guest", guest=True, channels=[HARBOUR])
    key = added["person"]["id"]
    assert (await practice.slack.users_info(user=key))["user"]["is_restricted"] is True
    seen = {row["name"] for row in (await practice.get("state", user="gus"))["channels"]}
    assert seen == {"harbour-film", ""}


async def test_a_folder_from_before_there_were_two_workspaces_gets_the_second(tmp_path: Path) -> None:
    async with open_practice(tmp_path) as practice:
        await practice.act("lena", "say", channel=HARBOUR, text="kept")
    with sqlite3.connect(tmp_path / "workspace.sqlite") as db:
        db.execute("delete from things where body like '%LANTERN%'")
    db.close()
    async with open_practice(tmp_path) as practice:
        assert [team["id"] for team in (await practice.get("state"))["workspaces"]] == [TEAM, LANTERN]
        assert (await practice.act("noor", "say", channel=LANTERN_FILM, text="hello"))["ok"]
        assert [row["text"] for row in await practice.messages(HARBOUR)] == ["kept"]
