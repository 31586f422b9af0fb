"""Somebody edits or deletes a round's message, or its thread, in every state it can be in."""

import pytest

from playground.control.client import Json, buttons_of, pictures_of, text_of
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment
from tests.support.steps import start_ballot, vote_and_lock

pytestmark = pytest.mark.heavy

MODEL_SECONDS = 0.05


async def perform_user_action(
    workspace: PracticeEnvironment, action: str, user: str = LENA, **fields: str | None
) -> None:
    answer = await workspace.control_client.post(f"people/{user}/{action}", fields)
    assert answer["ok"], answer


async def wait_for_new_message(workspace: PracticeEnvironment, before: set[str], channel: str = FILM) -> str:
    """The address of a round's message that was not there before."""

    async def probe() -> str | None:
        found = [
            m for m in await workspace.control_client.messages(channel) if m["ts"] not in before and m.get("metadata")
        ]
        return str(found[-1]["ts"]) if found else None

    return await workspace.control_client.wait_for(probe, "the message anew", 20)


async def message_timestamps(workspace: PracticeEnvironment, channel: str = FILM) -> set[str]:
    return {m["ts"] for m in await workspace.control_client.messages(channel)}


async def test_edited_message_is_restored_by_the_next_vote(workspace: PracticeEnvironment) -> None:
    ts = await start_ballot(workspace, "Edited: a cook")
    await perform_user_action(workspace, "edit", channel=FILM, ts=ts, text="Nothing to see here")
    assert buttons_of(await workspace.control_client.message(FILM, ts)) == {}
    await workspace.control_client.react(DANIEL, FILM, ts, "two")
    message = await workspace.wait_for_ballot(ts)
    assert len(pictures_of(message)) == 1
    assert "Nothing to see here" not in text_of(message)
    await workspace.wait_for_labels(ts, {"vote:2": "2 · 1"})


async def test_message_deleted_while_drawing_is_reposted_before_the_vote(workspace: PracticeEnvironment) -> None:
    await workspace.control_client.post("models/gpt-image-2/latency", {"least": 2, "most": 2})
    ts = await workspace.cast("Erased: a cook --each 1 --models recraft,gpt-image-2")
    before = await message_timestamps(workspace)
    await perform_user_action(workspace, "delete", channel=FILM, ts=ts)
    new_ts = await wait_for_new_message(workspace, before)
    await workspace.control_client.post("models/gpt-image-2/latency", {"least": 0.05, "most": 0.05})
    assert len(pictures_of(await workspace.wait_for_ballot(new_ts))) == 1
    await vote_and_lock(workspace, new_ts, "Erased")


async def test_deleted_message_of_a_closed_ballot_is_reposted_with_its_result(workspace: PracticeEnvironment) -> None:
    ts = await start_ballot(workspace, "Torn: a cook")
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.press(LENA, ts, "close")
    await workspace.wait_for_button(ts, "extend")
    before = await message_timestamps(workspace)
    await perform_user_action(workspace, "delete", channel=FILM, ts=ts)
    assert "Torn is being cast right now" in await workspace.run_command("Torn: another cook")
    new_ts = await wait_for_new_message(workspace, before)
    assert "1 leads: 1 of 1 person voted for it" in await workspace.wait_for_text(new_ts, "1 leads")
    await workspace.press(LENA, new_ts, "lock")
    await workspace.wait_for_text(new_ts, "Torn is cast")


async def test_face_can_be_recalled_after_its_record_is_deleted(workspace: PracticeEnvironment) -> None:
    ts = await start_ballot(workspace, "Kept: a cook")
    await vote_and_lock(workspace, ts, "Kept")
    before = await message_timestamps(workspace)
    for reply in await workspace.control_client.thread(FILM, ts):
        await perform_user_action(workspace, "delete", channel=FILM, ts=str(reply["ts"]))
    await perform_user_action(workspace, "delete", channel=FILM, ts=ts)
    await workspace.control_client.command(MEI, FILM, "Kept")
    answer = await workspace.wait_for_ephemeral(MEI, "candidate 2")
    assert {"full", "facts", "take"} <= set(buttons_of(answer))
    await workspace.press(MEI, answer["ts"], "facts")
    assert "SHA-256" in text_of(await workspace.wait_for_ephemeral(MEI, "SHA-256"))
    assert await message_timestamps(workspace) <= before
    assert '"error_unexpected"' not in workspace.log


async def test_record_gets_its_portrait_after_the_thread_is_deleted(workspace: PracticeEnvironment) -> None:
    ts = await start_ballot(workspace, "Frayed: a cook")

    async def uploaded() -> list[Json]:
        replies = await workspace.control_client.thread(FILM, ts)
        return replies if sum(len(m.get("files", [])) for m in replies) >= 3 else []

    for reply in await workspace.control_client.wait_for(uploaded, "the pictures"):
        await perform_user_action(workspace, "delete", channel=FILM, ts=str(reply["ts"]))
    await workspace.press(DANIEL, ts, "vote:2")
    await workspace.wait_for_labels(ts, {"vote:2": "2 · 1"})
    await workspace.press(LENA, ts, "close")
    await workspace.wait_for_text(ts, "2 leads")
    await workspace.press(LENA, ts, "lock")
    record = await workspace.wait_for_button(ts, "facts")
    assert "Frayed is cast" in text_of(record)

    async def pictured() -> bool:
        return bool(pictures_of(await workspace.control_client.message(FILM, ts)))

    await workspace.control_client.wait_for(pictured, "the record's portrait")
