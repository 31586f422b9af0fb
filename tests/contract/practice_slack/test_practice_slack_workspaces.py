"""Two workspaces with one app: a token, a person and a page see only their own workspace."""

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

from playground.seed_data import (
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
from tests.support.practice_slack import PracticeWorkspace, open_practice_workspace, processed_file, wait_until

BUTTON = {"type": "button", "action_id": "vote:1", "text": {"type": "plain_text", "text": "1"}, "value": "candidate-1"}
BALLOT = [{"type": "actions", "block_id": "ballot", "elements": [BUTTON]}]
HOME = {"type": "home", "blocks": []}


@pytest.fixture
async def lantern_client(workspace: PracticeWorkspace) -> AsyncIterator[AsyncWebClient]:
    """The app's client in the second workspace."""
    yield AsyncWebClient(token=INSTALLS[1].token, base_url=f"{workspace.address}/slack/api/")


async def api_error(client: AsyncWebClient, method: str, **arguments: object) -> str:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=arguments)
    return str(caught.value.response["error"])


def make_png() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(target, "PNG")
    return target.getvalue()


async def upload_picture(client: AsyncWebClient, channel: str | None = None) -> str:
    """Upload a picture and wait for its processing; return its id."""
    answer = await client.files_upload_v2(
        file_uploads=[{"content": make_png(), "filename": "maya.png"}], channel=channel
    )
    return str((await processed_file(client, answer["files"][0]["id"]))["id"])


async def test_each_token_belongs_to_its_workspace(
    workspace: PracticeWorkspace, lantern_client: AsyncWebClient
) -> None:
    identities = [await client.auth_test() for client in (workspace.slack, lantern_client)]
    assert [(row["team_id"], row["user_id"]) for row in identities] == [(TEAM, BOT), (LANTERN, LANTERN_BOT)]
    assert identities[0]["bot_id"] != identities[1]["bot_id"]


async def test_the_environment_gives_one_token_or_all_of_them(workspace: PracticeWorkspace) -> None:
    one, all_ = await workspace.get("env"), await workspace.get("env", team="all")
    assert one["SLACK_BOT_TOKEN"] == INSTALLS[0].token
    assert (await workspace.get("env", team=LANTERN))["SLACK_BOT_TOKEN"] == INSTALLS[1].token
    assert all_["SLACK_BOT_TOKEN"] == ",".join(install.token for install in INSTALLS)
    assert all_ | {"SLACK_BOT_TOKEN": ""} == one | {"SLACK_BOT_TOKEN": ""}
    assert (await workspace.get("env", team="T0NOWHERE"))["error"] == "no_such_team"


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
async def test_objects_of_one_workspace_are_unknown_in_the_other(
    workspace: PracticeWorkspace, lantern_client: AsyncWebClient, method: str, arguments: dict[str, Any], error: str
) -> None:
    ts = (await workspace.slack.chat_postMessage(channel=HARBOUR, text="ours"))["ts"]
    file = await upload_picture(workspace.slack)
    placeholders = {"TS": ts, "FILE": file}
    resolved = {
        name: placeholders.get(value, value) if isinstance(value, str) else value for name, value in arguments.items()
    }
    assert await api_error(lantern_client, method, **resolved) == error
    (message,) = await workspace.messages()
    assert (message["text"], message.get("reactions")) == ("ours", None)


async def test_lists_contain_only_the_own_workspace(lantern_client: AsyncWebClient) -> None:
    channels = (await lantern_client.conversations_list(types="public_channel,private_channel,im"))["channels"]
    people = (await lantern_client.users_list())["members"]
    assert {channel["id"] for channel in channels if "name" in channel} == {LANTERN_FILM, WINDOW, LANTERN_GENERAL}
    assert {person["team_id"] for person in people} == {LANTERN}
    assert {NOOR, LANTERN_BOT, "USLACKBOT"} <= {person["id"] for person in people}
    assert not {LENA, BOT} & {person["id"] for person in people}


async def test_equal_channel_names_in_two_workspaces_are_separate(workspace: PracticeWorkspace) -> None:
    for person in ("lena", "noor"):
        await workspace.act(person, "say", channel="#harbour-film", text=f"{person} here")
    assert [row["text"] for row in await workspace.messages(HARBOUR)] == ["lena here"]
    assert [row["text"] for row in await workspace.messages(LANTERN_FILM)] == ["noor here"]


async def test_a_picture_of_one_workspace_is_not_shown_in_the_other(
    workspace: PracticeWorkspace, lantern_client: AsyncWebClient
) -> None:
    file = await upload_picture(workspace.slack)
    blocks = [{"type": "image", "slack_file": {"id": file}, "alt_text": "Maya"}]
    assert await api_error(lantern_client, "chat.postMessage", channel=LANTERN_FILM, blocks=blocks) == "invalid_blocks"
    view = {"type": "home", "blocks": blocks}
    assert await api_error(lantern_client, "views.publish", user_id=NOOR, view=view) == "invalid_arguments"
    assert (await workspace.slack.chat_postMessage(channel=HARBOUR, blocks=blocks, text="Maya"))["ok"]


async def test_upload_cannot_be_completed_by_another_workspace(
    workspace: PracticeWorkspace, lantern_client: AsyncWebClient
) -> None:
    upload_url = await workspace.slack.files_getUploadURLExternal(filename="maya.png", length=len(make_png()))
    async with (
        aiohttp.ClientSession() as session,
        session.post(str(upload_url["upload_url"]), data=make_png()) as answer,
    ):
        assert answer.status == 200
    files = [{"id": upload_url["file_id"]}]
    error = await api_error(lantern_client, "files.completeUploadExternal", files=files, channel_id=LANTERN_FILM)
    assert error == "file_not_found"


async def test_private_file_needs_its_own_workspaces_token(
    workspace: PracticeWorkspace, lantern_client: AsyncWebClient
) -> None:
    address = (await workspace.slack.files_info(file=await upload_picture(workspace.slack)))["file"]["url_private"]
    for client, kind in ((workspace.slack, "image/png"), (lantern_client, "text/html")):
        answer = await workspace.http.get(address, headers={"Authorization": f"Bearer {client.token}"})
        assert answer.headers["content-type"].startswith(kind)


async def test_one_connection_carries_both_workspaces(workspace: PracticeWorkspace) -> None:
    app, received = workspace.bolt_app(), []

    @app.middleware
    async def receive(body: Any, ack: Any) -> Any:
        received.append((body.get("team_id") or body["team"]["id"], body.get("type") or body["command"]))
        return await ack()

    async with workspace.connected(app):
        for person in ("lena", "noor"):
            assert (await workspace.act(person, "command", channel="#harbour-film", command="/cast", text="x"))["ok"]
            await workspace.act(person, "mention", channel="#harbour-film", text="who is Maya?")
    await wait_until(lambda: len(received) == 4)
    assert sorted(received) == sorted((team, kind) for team in (TEAM, LANTERN) for kind in ("/cast", "event_callback"))


async def test_a_trigger_opens_a_view_in_its_own_workspace_only(
    workspace: PracticeWorkspace, lantern_client: AsyncWebClient
) -> None:
    app, triggers = workspace.bolt_app(), []

    @app.command("/cast")
    async def cast(ack: Any, body: Any) -> None:
        triggers.append(body["trigger_id"])
        await ack()

    view = {"type": "modal", "title": {"type": "plain_text", "text": "Maya"}, "blocks": []}
    async with workspace.connected(app):
        await workspace.act("lena", "command", channel=HARBOUR, command="/cast", text="x")
    assert await api_error(lantern_client, "views.open", trigger_id=triggers[0], view=view) == "invalid_trigger_id"
    assert (await workspace.slack.views_open(trigger_id=triggers[0], view=view))["ok"]


@pytest.mark.parametrize(
    ("gesture", "body"),
    [
        ("say", {"text": "x"}),
        ("command", {"command": "/cast", "text": "x"}),
        ("react", {"ts": "TS", "name": "one"}),
        ("click", {"ts": "TS", "action_id": "vote:1"}),
    ],
)
async def test_users_cannot_act_in_channels_of_another_workspace(
    workspace: PracticeWorkspace, gesture: str, body: dict[str, Any]
) -> None:
    ts = (await workspace.slack.chat_postMessage(channel=HARBOUR, text="Maya", blocks=BALLOT))["ts"]
    resolved = {name: ts if value == "TS" else value for name, value in body.items()}
    answer = await workspace.act("noor", gesture, channel=HARBOUR, **resolved)
    assert (answer["ok"], answer["error"]) == (False, "no_such_channel")


async def test_user_sees_one_workspace_and_a_script_sees_both(workspace: PracticeWorkspace) -> None:
    both, hers = await workspace.get("state"), await workspace.get("state", user="noor")
    assert [team["id"] for team in both["workspaces"]] == [TEAM, LANTERN]
    assert [team["id"] for team in hers["workspaces"]] == [LANTERN]
    assert {channel["team"] for channel in hers["channels"]} == {LANTERN}
    assert LENA in {person["id"] for person in both["people"]}
    assert not {LENA, MEI, BOT} & {person["id"] for person in hers["people"]}


async def test_live_updates_contain_only_the_own_workspace(workspace: PracticeWorkspace) -> None:
    url = f"{workspace.address}/control/live?user=noor"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as page:
        await page.receive_json(timeout=3)
        await workspace.act("lena", "say", channel=HARBOUR, text="ours")
        await workspace.post("people", name="extra", real_name="Extra", channels=[HARBOUR])
        await upload_picture(workspace.slack, channel=HARBOUR)
        await workspace.post("slack/install", scopes=list(INSTALLS[0].scopes))
        await workspace.act("tomas", "say", channel=LANTERN_FILM, text="theirs")
        change = await page.receive_json(timeout=3)
    assert [(patch["kind"], patch["value"].get("text")) for patch in change["what"]] == [("message", "theirs")]


async def test_users_and_channels_are_added_to_the_named_workspace(
    workspace: PracticeWorkspace, lantern_client: AsyncWebClient
) -> None:
    added = await workspace.post("people", team=LANTERN, name="ada", real_name="Ada", channels=["#harbour-film"])
    created = await workspace.post("channels", team=LANTERN, name="reshoots", members=["noor", "castroom"])
    assert (await lantern_client.users_info(user=added["person"]["id"]))["user"]["team_id"] == LANTERN
    assert created["channel"]["members"] == [NOOR, LANTERN_BOT]
    assert added["person"]["id"] in (await lantern_client.conversations_members(channel=LANTERN_FILM))["members"]


async def test_uninstall_affects_one_workspace_only(
    workspace: PracticeWorkspace, lantern_client: AsyncWebClient
) -> None:
    app, received = workspace.bolt_app(), []

    @app.middleware
    async def receive(body: Any, ack: Any) -> Any:
        received.append((body["team_id"], body["event"]["type"]))
        return await ack()

    async with workspace.connected(app):
        await workspace.post("slack/uninstall", team=LANTERN)
        await wait_until(lambda: len(received) == 2)
        assert sorted(received) == [(LANTERN, "app_uninstalled"), (LANTERN, "tokens_revoked")]
        assert await api_error(lantern_client, "auth.test") == "account_inactive"
        assert (await workspace.act("noor", "command", channel=LANTERN_FILM, command="/cast", text="x"))["ok"] is False
        await workspace.act("noor", "mention", channel=LANTERN_FILM, text="anybody?")
        await workspace.act("lena", "mention", channel=HARBOUR, text="anybody?")
        await wait_until(lambda: len(received) == 3)
        connected = {team["id"]: team["connected"] for team in (await workspace.get("state"))["workspaces"]}
    assert received[2] == (TEAM, "app_mention")
    assert connected == {TEAM: True, LANTERN: False}
    assert (await workspace.slack.auth_test())["ok"]


async def test_rate_limits_are_per_workspace(workspace: PracticeWorkspace, lantern_client: AsyncWebClient) -> None:
    await workspace.post("slack/rates", methods={"users.info": {"per_minute": 1, "burst": 1}})
    await workspace.slack.users_info(user=LENA)
    assert await api_error(workspace.slack, "users.info", user=LENA) == "ratelimited"
    assert (await lantern_client.users_info(user=TOMAS))["ok"]


async def test_team_info_covers_the_tokens_own_workspace(
    workspace: PracticeWorkspace, lantern_client: AsyncWebClient
) -> None:
    assert await api_error(lantern_client, "team.info") == "missing_scope"
    await workspace.post("slack/install", team=LANTERN, scopes=["team:read"])
    assert (await lantern_client.team_info())["team"]["name"] == "Lantern Advertising"
    assert await api_error(lantern_client, "team.info", team=TEAM) == "team_not_found"


async def test_deactivated_user_is_marked_and_in_no_channel(workspace: PracticeWorkspace) -> None:
    await workspace.act("mei", "deactivate")
    user = (await workspace.slack.users_info(user=MEI))["user"]
    assert user["deleted"] is True
    assert MEI not in (await workspace.slack.conversations_members(channel=HARBOUR))["members"]
    assert MEI in {row["id"] for row in (await workspace.slack.users_list())["members"]}
    arguments = {"channel": HARBOUR, "user": MEI, "text": "x"}
    assert (await workspace.api_error("chat.postEphemeral", **arguments))["error"] == "user_not_in_channel"
    await workspace.post("slack/install", scopes=["im:write"])
    assert (await workspace.api_error("conversations.open", users=MEI))["error"] == "user_disabled"
    rejected = await workspace.act("mei", "say", channel=HARBOUR, text="still here?")
    assert (rejected["ok"], rejected["error"]) == (False, "deactivated")


async def test_guest_is_restricted_and_sees_only_their_channels(workspace: PracticeWorkspace) -> None:
    added = await workspace.post("people", name="gus", real_name="Gus Guest", guest=True, channels=[HARBOUR])
    key = added["person"]["id"]
    assert (await workspace.slack.users_info(user=key))["user"]["is_restricted"] is True
    channel_names = {row["name"] for row in (await workspace.get("state", user="gus"))["channels"]}
    assert channel_names == {"harbour-film", ""}


async def test_old_data_folder_gets_the_second_workspace(tmp_path: Path) -> None:
    async with open_practice_workspace(tmp_path) as practice:
        await practice.act("lena", "say", channel=HARBOUR, text="kept")
    with sqlite3.connect(tmp_path / "workspace.sqlite") as db:
        db.execute("delete from things where body like '%LANTERN%'")
    db.close()
    async with open_practice_workspace(tmp_path) as workspace:
        assert [team["id"] for team in (await workspace.get("state"))["workspaces"]] == [TEAM, LANTERN]
        assert (await workspace.act("noor", "say", channel=LANTERN_FILM, text="hello"))["ok"]
        assert [row["text"] for row in await workspace.messages(HARBOUR)] == ["kept"]
