"""Methods the bot does not use and a client may try."""

import asyncio
from typing import Any

from PIL import Image

from playground.people import BOT, FERRY, GENERAL, HARBOUR, LENA, QUIET, SCOPES
from playground.slack.methods import METHODS
from tests.contract.practice_slack.practice import Practice


async def shared(practice: Practice, channel: str | None, name: str) -> str:
    body = Image.new("RGB", (8, 8), "teal").tobytes()
    asked = await practice.slack.files_getUploadURLExternal(filename=name, length=len(body))
    assert (await practice.door.post(asked["upload_url"], content=body)).status_code == 200
    files = [{"id": asked["file_id"], "title": name}]
    await practice.slack.files_completeUploadExternal(files=files, channel_id=channel)
    return str(asked["file_id"])


async def test_files_are_listed_newest_first_page_by_page(practice: Practice) -> None:
    await practice.set("slack/settings", file_ready_seconds=0)
    mine = [await shared(practice, channel, f"{n}.png") for n, channel in enumerate([HARBOUR, FERRY, None])]
    everything = await practice.slack.files_list()
    assert {file["id"] for file in everything["files"]} == set(mine)
    assert everything["paging"] == {"count": 100, "total": 3, "page": 1, "pages": 1}
    async with asyncio.timeout(5):
        while not (there := (await practice.slack.files_list(channel=FERRY))["files"]):
            await asyncio.sleep(0.02)
    assert [file["id"] for file in there] == [mine[1]]
    assert (await practice.slack.files_list(user=LENA))["files"] == []
    pages = [(await practice.slack.files_list(count=2, page=page))["files"] for page in (1, 2)]
    assert [len(page) for page in pages] == [2, 1]
    assert {file["id"] for page in pages for file in page} == set(mine)
    assert (await practice.refusal("files.list", channel="C0NOWHERE"))["error"] == "channel_not_found"


async def test_who_the_bot_is(practice: Practice) -> None:
    bot = (await practice.slack.bots_info(bot="B0CASTROOM"))["bot"]
    assert (bot["user_id"], bot["name"]) == (BOT, "Castroom")
    assert (await practice.refusal("bots.info", bot="B0NOBODY"))["error"] == "bot_not_found"


async def test_whether_people_are_there(practice: Practice) -> None:
    assert (await practice.slack.users_getPresence(user=LENA))["presence"] == "active"
    refused = await practice.refusal("users.profile.get", user=LENA)
    assert (refused["error"], refused["needed"]) == ("missing_scope", "users.profile:read")


async def test_a_place_is_left_as_slack_lets_it(practice: Practice) -> None:
    refused = await practice.refusal("conversations.leave", channel=FERRY)
    assert (refused["error"], refused["needed"]) == ("missing_scope", "channels:manage")
    await practice.set("slack/install", scopes=[*SCOPES, "channels:manage"])
    assert (await practice.refusal("conversations.leave", channel=GENERAL))["error"] == "cant_leave_general"
    assert (await practice.slack.conversations_leave(channel=FERRY))["ok"]
    assert (await practice.slack.conversations_leave(channel=FERRY))["not_in_channel"]
    assert (await practice.refusal("chat.postMessage", channel=FERRY, text="x"))["error"] == "not_in_channel"
    assert (await practice.slack.conversations_leave(channel=QUIET))["ok"]
    assert (await practice.refusal("conversations.info", channel=QUIET))["error"] == "channel_not_found"


async def test_a_me_message_is_words_alone(practice: Practice) -> None:
    told = await practice.slack.chat_meMessage(channel=HARBOUR, text="looks at the sheet")
    message = (await practice.messages())[-1]
    assert (message["ts"], message["subtype"]) == (told["ts"], "me_message")
    assert (await practice.refusal("chat.meMessage", channel=HARBOUR, text="x" * 4_001))["error"] == "msg_too_long"


async def test_blocks_can_be_asked_about(practice: Practice) -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "words"}}
    for given in ({"blocks": [section]}, {"message": {"blocks": [section]}}, {"view": _home([section])}):
        assert (await practice.slack.api_call("blocks.validate", json=given))["ok"]
    wrong: dict[str, Any] = {"type": "header", "text": {"type": "mrkdwn", "text": "words"}}
    for given, code, pointer in (
        ({"blocks": [wrong]}, "invalid_blocks", "/blocks/0/text/type"),
        ({"message": {"blocks": [wrong]}}, "invalid_message", "/blocks/0/text/type"),
        ({"view": _home([wrong])}, "invalid_view", "/view/blocks/0/text/type"),
    ):
        refused = await practice.refusal("blocks.validate", **given)
        assert refused["error"] == code
        assert refused["errors"][0]["pointer"] == pointer
    both = await practice.refusal("blocks.validate", blocks=[section], view=_home([section]))
    assert both["error"] == "invalid_arguments"


async def test_a_method_nobody_wrote_down_is_unknown(practice: Practice) -> None:
    assert (await practice.refusal("chat.shout", channel=HARBOUR))["error"] == "unknown_method"
    assert "chat.shout" not in METHODS


def _home(blocks: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "home", "blocks": blocks}
