"""Slack refuses for good, or a message is deleted: the lead is told, nothing is lost, and the name is not stuck."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from playground.control.client import pictures_of, text_of
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment

pytestmark = pytest.mark.heavy

UPLOAD = "files.getUploadURLExternal"
LENA_DM = "D0LENAORTIZ"


async def wait_for_lena_dm(workspace: PracticeEnvironment, expected: str) -> str:
    async def probe() -> str | None:
        return next(
            (text_of(m) for m in await workspace.control_client.messages(LENA_DM) if expected in text_of(m)), None
        )

    return await workspace.control_client.wait_for(probe, f"the words {expected!r} in Lena's own messages")


async def test_vote_works_without_uploads_and_the_lead_is_notified(workspace: PracticeEnvironment) -> None:
    await workspace.inject_fault(UPLOAD, "error", error="file_uploads_disabled", times=0)
    ts = await workspace.cast("Unseen: a cook --each 1 --models recraft,gpt-image-2")
    message = await workspace.wait_for_ballot(ts)
    assert "The portraits cannot be shown here: uploads are turned off in this workspace." in text_of(message)
    await wait_for_lena_dm(workspace, "Voting on Unseen in <#C0HARBOURFILM> is open, but without pictures.")
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 1"})
    await workspace.clear_faults(UPLOAD)
    await workspace.press(LENA, ts, "close")

    async def uploaded() -> bool:
        return len(pictures_of(await workspace.control_client.message(FILM, ts))) == 1

    await workspace.control_client.wait_for(uploaded, "the sheet, once uploads are allowed again", 30)
    assert "cannot be shown" not in text_of(await workspace.control_client.message(FILM, ts))


async def test_round_in_an_archived_channel_is_voided_without_model_calls(workspace: PracticeEnvironment) -> None:
    created = await workspace.control_client.post(
        "channels", {"name": "wrapped", "archived": True, "members": ["lena", "U0CASTROOM"]}
    )
    calls_before = await workspace.count_model_calls()
    await workspace.control_client.command(LENA, str(created["channel"]["id"]), "Late: a cook")
    text = await wait_for_lena_dm(workspace, "The round for Late")
    assert "is cancelled: the channel is archived. No model was called, and nothing was charged." in text
    assert await workspace.count_model_calls() == calls_before
    assert len([m for m in await workspace.control_client.messages(LENA_DM) if "Late" in text_of(m)]) == 1


async def test_deleted_message_is_reposted_with_its_votes(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Gone: a cook --each 1 --models recraft,gpt-image-2")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.control_client.react(MEI, FILM, ts, "two")
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 1", "vote:2": "2 · 1"})
    env = await workspace.server.environment()
    slack = AsyncWebClient(token=env["SLACK_BOT_TOKEN"], base_url=env["SLACK_BASE_URL"])
    await slack.chat_delete(channel=FILM, ts=ts)
    before = {m["ts"] for m in await workspace.control_client.messages(FILM)}
    assert "Gone is being cast right now." in await workspace.run_command("Gone: another cook")

    async def reposted() -> str | None:
        return next(
            (str(m["ts"]) for m in await workspace.control_client.messages(FILM) if m["ts"] not in before), None
        )

    new_ts = await workspace.control_client.wait_for(reposted, "the message anew")
    await workspace.wait_for_labels(new_ts, {"vote:1": "1 · 1", "vote:2": "2 · 1"})
    assert len(pictures_of(await workspace.control_client.message(FILM, new_ts))) == 1
    await workspace.press(LENA, new_ts, "close")
    assert "1 and 2 are tied with 1 vote each" in await workspace.wait_for_text(new_ts, "voting is closed")
