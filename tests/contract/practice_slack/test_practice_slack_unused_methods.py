"""Methods that the bot does not use but a client may call."""

import asyncio
from typing import Any

from PIL import Image

from playground.seed_data import BOT, FERRY, GENERAL, HARBOUR, LENA, QUIET_CAMPAIGN, SCOPES
from playground.slack.web_api.methods import METHODS
from tests.support.practice_slack import PracticeWorkspace
from tests.support.time_factor import scaled


async def share_file(workspace: PracticeWorkspace, channel: str | None, name: str) -> str:
    body = Image.new("RGB", (8, 8), "teal").tobytes()
    upload_url = await workspace.slack.files_getUploadURLExternal(filename=name, length=len(body))
    assert (await workspace.http.post(upload_url["upload_url"], content=body)).status_code == 200
    files = [{"id": upload_url["file_id"], "title": name}]
    await workspace.slack.files_completeUploadExternal(files=files, channel_id=channel)
    return str(upload_url["file_id"])


async def test_files_list_is_paginated_newest_first(workspace: PracticeWorkspace) -> None:
    await workspace.post("slack/settings", file_ready_seconds=0)
    mine = [await share_file(workspace, channel, f"{n}.png") for n, channel in enumerate([HARBOUR, FERRY, None])]
    everything = await workspace.slack.files_list()
    assert {file["id"] for file in everything["files"]} == set(mine)
    assert everything["paging"] == {"count": 100, "total": 3, "page": 1, "pages": 1}
    async with asyncio.timeout(scaled(5)):
        while not (there := (await workspace.slack.files_list(channel=FERRY))["files"]):
            await asyncio.sleep(0.02)
    assert [file["id"] for file in there] == [mine[1]]
    assert (await workspace.slack.files_list(user=LENA))["files"] == []
    pages = [(await workspace.slack.files_list(count=2, page=page))["files"] for page in (1, 2)]
    assert [len(page) for page in pages] == [2, 1]
    assert {file["id"] for page in pages for file in page} == set(mine)
    assert (await workspace.api_error("files.list", channel="C0NOWHERE"))["error"] == "channel_not_found"


async def test_bots_info_returns_the_bot(workspace: PracticeWorkspace) -> None:
    bot = (await workspace.slack.bots_info(bot="B0CASTROOM"))["bot"]
    assert (bot["user_id"], bot["name"]) == (BOT, "Castroom")
    assert (await workspace.api_error("bots.info", bot="B0NOBODY"))["error"] == "bot_not_found"


async def test_presence_and_profile_scope(workspace: PracticeWorkspace) -> None:
    assert (await workspace.slack.users_getPresence(user=LENA))["presence"] == "active"
    refused = await workspace.api_error("users.profile.get", user=LENA)
    assert (refused["error"], refused["needed"]) == ("missing_scope", "users.profile:read")


async def test_leaving_channels_follows_slacks_rules(workspace: PracticeWorkspace) -> None:
    refused = await workspace.api_error("conversations.leave", channel=FERRY)
    assert (refused["error"], refused["needed"]) == ("missing_scope", "channels:manage")
    await workspace.post("slack/install", scopes=[*SCOPES, "channels:manage"])
    assert (await workspace.api_error("conversations.leave", channel=GENERAL))["error"] == "cant_leave_general"
    assert (await workspace.slack.conversations_leave(channel=FERRY))["ok"]
    assert (await workspace.slack.conversations_leave(channel=FERRY))["not_in_channel"]
    assert (await workspace.api_error("chat.postMessage", channel=FERRY, text="x"))["error"] == "not_in_channel"
    assert (await workspace.slack.conversations_leave(channel=QUIET_CAMPAIGN))["ok"]
    assert (await workspace.api_error("conversations.info", channel=QUIET_CAMPAIGN))["error"] == "channel_not_found"


async def test_me_message_has_text_only(workspace: PracticeWorkspace) -> None:
    sent = await workspace.slack.chat_meMessage(channel=HARBOUR, text="looks at the sheet")
    message = (await workspace.messages())[-1]
    assert (message["ts"], message["subtype"]) == (sent["ts"], "me_message")
    assert (await workspace.api_error("chat.meMessage", channel=HARBOUR, text="x" * 4_001))["error"] == "msg_too_long"


async def test_blocks_validate_reports_errors(workspace: PracticeWorkspace) -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "words"}}
    for arguments in ({"blocks": [section]}, {"message": {"blocks": [section]}}, {"view": _home([section])}):
        assert (await workspace.slack.api_call("blocks.validate", json=arguments))["ok"]
    invalid: dict[str, Any] = {"type": "header", "text": {"type": "mrkdwn", "text": "words"}}
    for arguments, code, pointer in (
        ({"blocks": [invalid]}, "invalid_blocks", "/blocks/0/text/type"),
        ({"message": {"blocks": [invalid]}}, "invalid_message", "/blocks/0/text/type"),
        ({"view": _home([invalid])}, "invalid_view", "/view/blocks/0/text/type"),
    ):
        refused = await workspace.api_error("blocks.validate", **arguments)
        assert refused["error"] == code
        assert refused["errors"][0]["pointer"] == pointer
    both = await workspace.api_error("blocks.validate", blocks=[section], view=_home([section]))
    assert both["error"] == "invalid_arguments"


async def test_undocumented_method_is_unknown(workspace: PracticeWorkspace) -> None:
    assert (await workspace.api_error("chat.shout", channel=HARBOUR))["error"] == "unknown_method"
    assert "chat.shout" not in METHODS


def _home(blocks: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "home", "blocks": blocks}
