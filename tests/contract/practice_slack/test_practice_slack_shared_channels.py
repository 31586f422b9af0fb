"""Shared channels as Slack sends them: connected people, hidden people, other bots, edits, and changed ids."""

from typing import Any

import pytest

from playground.seed_data import BOT, HARBOUR, LENA, QUIET_CAMPAIGN, TEAM
from tests.support.practice_slack import PracticeWorkspace

CLIENT = "T0CLIENTCO"


async def add_person(workspace: PracticeWorkspace, **kind: object) -> str:
    body = {"name": "cara", "real_name": "Cara Client", "channels": [HARBOUR], **kind}
    return str((await workspace.post("people", **body))["person"]["id"])


async def latest_event(workspace: PracticeWorkspace, kind: str) -> Any:
    """The newest event of a type; it waits for the app, which is not connected here."""

    async def probe() -> Any:
        deliveries = (await workspace.get("deliveries", kind="events_api"))["deliveries"]
        return next((d["payload"] for d in reversed(deliveries) if d["about"] == kind), None)

    found = await probe()
    assert found, kind
    return found


async def test_connected_person_is_of_another_workspace_and_no_stranger(workspace: PracticeWorkspace) -> None:
    cara = await add_person(workspace, home=CLIENT)
    user = (await workspace.slack.users_info(user=cara))["user"]
    assert (user["team_id"], user["profile"]["team"], user["is_stranger"]) == (CLIENT, CLIENT, False)
    channel = (await workspace.slack.conversations_info(channel=HARBOUR))["channel"]
    assert (channel["is_ext_shared"], channel["connected_team_ids"]) == (True, [CLIENT])
    assert not (await workspace.slack.conversations_info(channel=QUIET_CAMPAIGN))["channel"]["is_ext_shared"]
    assert (await workspace.act(cara, "command", channel=HARBOUR, command="/cast", text="Maya"))[
        "error"
    ] == "invalid_command"


@pytest.mark.parametrize(("person", "team"), [("cara", CLIENT), (LENA, TEAM)])
async def test_events_of_a_shared_channel_name_the_sender_and_the_installation(
    workspace: PracticeWorkspace, person: str, team: str
) -> None:
    cara = await add_person(workspace, home=CLIENT)
    await workspace.act(cara if person == "cara" else person, "mention", channel=HARBOUR, text="Maya")
    body = await latest_event(workspace, "app_mention")
    assert (body["team_id"], body["is_ext_shared_channel"]) == (team, True)
    assert body["authorizations"][0]["team_id"] == TEAM


@pytest.mark.parametrize("code", ["user_not_found", "user_not_visible"])
async def test_hidden_person_is_refused_by_users_info(workspace: PracticeWorkspace, code: str) -> None:
    hidden = await add_person(workspace, hidden=code)
    assert (await workspace.api_error("users.info", user=hidden))["error"] == code


@pytest.mark.parametrize("kind", ["bot", "workflow"])
async def test_messages_of_other_apps_carry_their_bot(workspace: PracticeWorkspace, kind: str) -> None:
    await workspace.act(await add_person(workspace, **{kind: True}), "mention", channel=HARBOUR, text="Maya")
    event = (await latest_event(workspace, "app_mention"))["event"]
    assert event["bot_profile"]["id"] == event["bot_id"] != "B0CASTROOM"
    assert ("user" in event, event.get("subtype")) == ((True, None) if kind == "bot" else (False, "bot_message"))


async def test_edited_mention_is_sent_again_with_a_new_event_id(workspace: PracticeWorkspace) -> None:
    ts = (await workspace.act(LENA, "mention", channel=HARBOUR, text="Maja"))["ts"]
    first = await latest_event(workspace, "app_mention")
    await workspace.act(LENA, "edit", channel=HARBOUR, ts=ts, text=f"<@{BOT}> Maya")
    second = await latest_event(workspace, "app_mention")
    assert (second["event"]["ts"], second["event"]["text"]) == (ts, f"<@{BOT}> Maya")
    assert (first["event_id"] != second["event_id"], "edited" in first["event"], "edited" in second["event"]) == (
        True,
        False,
        True,
    )


async def test_forwarded_message_is_an_attachment(workspace: PracticeWorkspace) -> None:
    ts = (await workspace.act(LENA, "say", channel=HARBOUR, text="A ferry pilot"))["ts"]
    await workspace.act(LENA, "mention", channel=HARBOUR, text="Tomas:", shared={"channel": HARBOUR, "ts": ts})
    (shared,) = (await latest_event(workspace, "app_mention"))["event"]["attachments"]
    assert (shared["is_share"], shared["text"], shared["ts"]) == (True, "A ferry pilot", ts)
    assert shared["message_blocks"][0]["message"]["blocks"][0]["type"] == "rich_text"


async def test_channel_with_another_id_keeps_its_messages(workspace: PracticeWorkspace) -> None:
    posted = await workspace.slack.chat_postMessage(channel=QUIET_CAMPAIGN, text="round")
    answer = await workspace.act(LENA, "change_id", channel=QUIET_CAMPAIGN, id="C0QUIETNEW1")
    assert answer["channel"]["id"] == "C0QUIETNEW1"
    event = (await latest_event(workspace, "channel_id_changed"))["event"]
    assert (event["old_channel_id"], event["new_channel_id"]) == (QUIET_CAMPAIGN, "C0QUIETNEW1")
    assert (await workspace.api_error("conversations.info", channel=QUIET_CAMPAIGN))["error"] == "channel_not_found"
    await workspace.slack.chat_update(channel="C0QUIETNEW1", ts=str(posted["ts"]), text="moved")
    assert [m["text"] for m in await workspace.messages("C0QUIETNEW1")][-1] == "moved"
