"""A round started from a message and by a mention, where commands do not work: in threads."""

import asyncio

import pytest

from playground.control.client import Json, text_of
from tests.support.practice_environment import (
    DANIEL,
    FILM,
    GENERAL,
    LENA,
    MEI,
    PracticeEnvironment,
)

pytestmark = pytest.mark.heavy


async def wait_for_round(workspace: PracticeEnvironment, name: str) -> Json:
    async def probe() -> Json | None:
        return next(
            (m for m in await workspace.control_client.messages(FILM) if m.get("metadata") and name in text_of(m)), None
        )

    return await workspace.control_client.wait_for(probe, f"the round for {name}", 10)


async def wait_for_thread_reply(workspace: PracticeEnvironment, thread: str) -> str:
    """The bot's line in a thread."""

    async def probe() -> str | None:
        replies = await workspace.control_client.thread(FILM, thread)
        return next((str(m["text"]) for m in replies if m.get("bot_id")), None)

    return await workspace.control_client.wait_for(probe, "the line in the thread", 10)


async def mention_bot(workspace: PracticeEnvironment, user: str, text: str, thread: str | None = None) -> None:
    assert (await workspace.control_client.mention(user, FILM, text, thread))["ok"]


async def test_shortcut_form_contains_the_message_as_displayed(workspace: PracticeEnvironment) -> None:
    ts = await workspace.control_client.post_message(DANIEL, FILM, "Like @mei, but 60 & weathered <really>")
    assert (await workspace.control_client.shortcut(LENA, FILM, ts))["ok"]
    view = await workspace.wait_for_modal(LENA, "Up to")
    brief = next(b["element"] for b in view["blocks"] if b.get("block_id") == "cast_text")
    assert brief["initial_value"] == "Like @mei, but 60 & weathered <really>"
    assert (await workspace.control_client.submit(LENA, view["id"], {"cast_name": "Rui", "cast_each": "1"}))["ok"]
    message = await wait_for_round(workspace, "Casting Rui")
    assert f"asked by <@{LENA}>" in text_of(message)
    assert await workspace.control_client.thread(FILM, ts) == [], "used outside a thread it leaves the message alone"


async def test_shortcut_in_a_thread_starts_a_channel_round_and_links_it(workspace: PracticeEnvironment) -> None:
    parent = await workspace.control_client.post_message(DANIEL, FILM, "Who is the harbour master?")
    reply = await workspace.control_client.post_message(MEI, FILM, "50, wind-burnt, one eyebrow higher", parent)
    assert (await workspace.control_client.shortcut(LENA, FILM, reply))["ok"]
    view = await workspace.wait_for_modal(LENA, "Up to")
    assert (await workspace.control_client.submit(LENA, view["id"], {"cast_name": "Harbour master", "cast_each": "1"}))[
        "ok"
    ]
    message = await wait_for_round(workspace, "Casting Harbour master")
    assert "thread_ts" not in message or message["thread_ts"] == message["ts"]
    line = await wait_for_thread_reply(workspace, parent)
    assert line.startswith(f"<@{LENA}> asked for Harbour master here: <http")
    assert message["ts"].replace(".", "") in line
    await workspace.wait_for_ballot(message["ts"])
    assert sum(bool(m.get("bot_id")) for m in await workspace.control_client.thread(FILM, parent)) == 1


async def test_shortcut_explains_how_to_invite_the_bot(workspace: PracticeEnvironment) -> None:
    ts = await workspace.control_client.post_message(DANIEL, GENERAL, "a diver, 30")
    assert (await workspace.control_client.shortcut(LENA, GENERAL, ts))["ok"]
    text = text_of(await workspace.wait_for_ephemeral(LENA, "choose the shortcut again", GENERAL))
    assert text.splitlines()[-1] == "/invite @Castroom"
    assert await workspace.control_client.modals(LENA) == []


async def test_redelivered_mention_starts_no_second_round(workspace: PracticeEnvironment) -> None:
    await mention_bot(workspace, MEI, "Ines: a ferry pilot, 40 --each 1 --use internal")
    message = await wait_for_round(workspace, "Casting Ines")
    assert f"asked by <@{MEI}>" in text_of(message)
    (delivery,) = [
        d
        for d in (await workspace.control_client.get("deliveries", kind="events_api"))["deliveries"]
        if d["about"] == "app_mention" and "Ines: a ferry pilot" in d["payload"]["event"]["text"]
    ]
    await workspace.control_client.post("slack/redeliver", {"id": delivery["id"]})
    await workspace.wait_for_ballot(message["ts"])
    await asyncio.sleep(0.3)
    found = [
        m for m in await workspace.control_client.messages(FILM) if m.get("metadata") and "Casting Ines" in text_of(m)
    ]
    assert len(found) == 1
    assert sum("Ines" in str(m) for m in await workspace.control_client.ephemerals(MEI)) == 0


async def test_mention_in_a_thread_gets_links_and_errors_in_the_thread(workspace: PracticeEnvironment) -> None:
    parent = await workspace.control_client.post_message(DANIEL, FILM, "And the cook?")
    await mention_bot(workspace, DANIEL, "Cook: a ship's cook, 55 --each 9", parent)
    answer = await workspace.wait_for_ephemeral(DANIEL, "--each takes a number from 1 to 8")
    assert answer["thread_ts"] == parent
    assert text_of(answer).splitlines()[-1] == "@Castroom Cook: a ship's cook, 55 --each 2"
    await mention_bot(workspace, DANIEL, "Cook: a ship's cook, 55 --each 1", parent)
    message = await wait_for_round(workspace, "Casting Cook")
    assert message["ts"].replace(".", "") in await wait_for_thread_reply(workspace, parent)
    await mention_bot(workspace, MEI, "Cook: somebody else --each 1", parent)
    busy = await workspace.wait_for_ephemeral(MEI, "Cook is being cast right now")
    assert busy["thread_ts"] == parent
    await mention_bot(workspace, MEI, "Ben: her brother --like photo", parent)
    await workspace.wait_for_ephemeral(MEI, "A picture is attached in a form")


async def test_mentions_with_names_are_answered_and_links_start_nothing(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Maya: a fisherwoman --each 1 --for 1h")
    await workspace.wait_for_ballot(ts)
    await workspace.press(LENA, ts, "vote:1")
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 1"})
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_button(ts, "facts")
    calls_before = await workspace.count_model_calls()
    for words in ("who is Maya?", "Maya"):
        parent = await workspace.control_client.post_message(MEI, FILM, "About the cast")
        await mention_bot(workspace, MEI, words, parent)
        assert "Maya" in await wait_for_thread_reply(workspace, parent)
    await mention_bot(workspace, MEI, "Maya: a fisherwoman again --each 1")
    await workspace.wait_for_ephemeral(MEI, "Maya is already cast")
    await mention_bot(workspace, MEI, "see https://example.com/maya")
    await workspace.wait_for_ephemeral(MEI, "example.com")
    assert await workspace.count_model_calls() == calls_before
