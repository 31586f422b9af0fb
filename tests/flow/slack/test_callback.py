"""A callback as people in Slack see it: the form, the ballot over two rows, the result in both messages."""

import json

import pytest

from playground.control.client import Json, buttons_of, pictures_of, text_of
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment

pytestmark = pytest.mark.heavy


async def closed_round(workspace: PracticeEnvironment, line: str) -> str:
    """A closed round of two models: candidate 2 has two votes, 4 one."""
    ts = await workspace.cast(f"{line} --models recraft,gpt-image-2 --each 2 --for 1h")
    await workspace.wait_for_ballot(ts)
    for user, action in ((DANIEL, "vote:2"), (MEI, "vote:2"), (LENA, "vote:4")):
        await workspace.press(user, ts, action)
    await workspace.press(LENA, ts, "close")
    await workspace.wait_for_text(ts, "2 leads: 2 of 3")
    return ts


async def open_form(workspace: PracticeEnvironment, ts: str) -> Json:
    return await workspace.open_modal(LENA, ts, "callback", "pictures for up to")


async def submit(workspace: PracticeEnvironment, view: Json, **values: object) -> str:
    """The form sent in by Lena; the message of the round it opens."""
    before = {m["ts"] for m in await workspace.control_client.messages(FILM)}
    answer = await workspace.control_client.submit(LENA, view["id"], values)
    assert answer["ok"], answer

    async def probe() -> str | None:
        messages = await workspace.control_client.messages(FILM)
        return next((str(m["ts"]) for m in messages if m["ts"] not in before and m.get("metadata")), None)

    return await workspace.control_client.wait_for(probe, "the callback's message")


async def files_in_thread(workspace: PracticeEnvironment, ts: str, count: int) -> list[Json]:
    async def probe() -> list[Json] | None:
        files = [file for m in await workspace.control_client.thread(FILM, ts) for file in m.get("files", [])]
        return files if len(files) >= count else None

    return await workspace.control_client.wait_for(probe, f"{count} files in the thread")


async def test_callback_from_the_form_to_the_result_in_both_messages(workspace: PracticeEnvironment) -> None:
    ts = await closed_round(workspace, "Maya: a fisherwoman, 60")
    await workspace.press(MEI, ts, "callback")
    await workspace.wait_for_ephemeral(MEI, "can start a callback")
    calls = await workspace.count_model_calls()
    view = await open_form(workspace, ts)
    assert "6 pictures for up to $0.92." in text_of(view)
    await workspace.control_client.select_in_view(LENA, view["id"], "callback_situations", ["wide"])
    view = await workspace.wait_for_modal(LENA, "2 pictures for up to $0.31.")
    await workspace.control_client.select_in_view(LENA, view["id"], "callback_model", "gemini:gemini-nano-banana-2.1")
    view = await workspace.wait_for_modal(LENA, "2 pictures for up to $0.10.")
    assert await workspace.count_model_calls() == calls, "a form draws nothing"
    callback_ts = await submit(workspace, view)
    message = await workspace.wait_for_ballot(callback_ts)
    text = text_of(message)
    assert "Callback for Maya · who holds up?" in text
    assert "are drawn again by Nano Banana 2.1, each from its own original: wide shot." in text
    assert "GPT-Image-2" not in text and "Recraft" not in text, "the candidates' own models are told after the close"
    assert {"vote:1", "vote:2", "vote_none", "close"} <= set(buttons_of(message))
    assert not {"lock", "reroll", "vote:3", "look"} & set(buttons_of(message))
    assert await workspace.count_model_calls() == calls + 2
    names = [file["name"] for file in await files_in_thread(workspace, callback_ts, 5)]
    assert sorted(names) == [
        "Maya-1-wide.jpg",
        "Maya-1.jpg",
        "Maya-2-wide.jpg",
        "Maya-2.jpg",
        "Maya-sheet-4.jpg",
    ]
    assert "Callback" in await workspace.wait_for_text(ts, "voting is open until")
    for user, action in ((DANIEL, "vote:1"), (MEI, "vote:1"), (LENA, "vote:2")):
        await workspace.press(user, callback_ts, action)
    await workspace.wait_for_labels(callback_ts, {"vote:1": "1 · 2", "vote:2": "2 · 1"})
    await workspace.press(LENA, callback_ts, "close")
    text = await workspace.wait_for_text(callback_ts, "1 holds up: 2 of 3 people voted for it.")
    assert "candidate 2 in the round · " in text and "candidate 4 in the round · " in text
    assert "drawn again by `gemini:gemini-nano-banana-2.1`" in text
    assert "This locks nothing." in text
    closed = buttons_of(await workspace.control_client.message(FILM, callback_ts))
    assert not {"lock", "decide", "run_off", "refine", "callback"} & set(closed)
    text = await workspace.wait_for_text(ts, "from 3 people")
    assert "(wide shot): candidate " in text
    originals = [file["name"] for file in await files_in_thread(workspace, callback_ts, 9)]
    assert sum("gemini-nano-banana-2.1" in name for name in originals) == 2
    await workspace.press(LENA, ts, "lock")
    text = await workspace.wait_for_text(ts, "Maya is cast.")
    assert "(wide shot): candidate " in text, "the record keeps the result"
    history = await workspace.run_command("history Maya")
    assert "Callback" in history
    assert "version 1 is the face" in history


async def test_sealed_callback_asks_one_question_about_each_person(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Otto: a stoker --models recraft,gpt-image-2 --each 1 --for 1h --ballot sealed")
    await workspace.wait_for_button(ts, "paper")
    await workspace.press(LENA, ts, "close")
    await workspace.wait_for_text(ts, "No votes. The lead")
    view = await workspace.open_modal(LENA, ts, "callback", "Choose two candidates")
    options = next(b for b in view["blocks"] if b.get("block_id") == "callback_finalists")["element"]["options"]
    both = [option["value"] for option in options]
    answer = await workspace.control_client.submit(LENA, view["id"], {})
    assert list(answer["errors"]) == ["callback_finalists"]
    await workspace.control_client.select_in_view(LENA, view["id"], "callback_finalists", both)
    view = await workspace.wait_for_modal(LENA, "6 pictures for up to")
    await workspace.control_client.select_in_view(LENA, view["id"], "callback_situations", ["close_up"])
    view = await workspace.wait_for_modal(LENA, "2 pictures for up to")
    callback_ts = await submit(workspace, view)
    await workspace.wait_for_button(callback_ts, "paper")
    await files_in_thread(workspace, callback_ts, 5)
    paper = await workspace.open_modal(DANIEL, callback_ts, "paper", "Candidate 1 · Close-up")
    assert len(pictures_of(paper)) == 4, "each person's original and view"
    inputs = {b["label"]["text"]: b for b in paper["blocks"] if b["type"] == "input"}
    assert set(inputs) == {"Candidate 1", "Candidate 2", "Or"}, "one question each, no tags"
    ticked = {inputs["Candidate 2"]["block_id"]: ["both"]}
    assert (await workspace.control_client.submit(DANIEL, paper["id"], ticked))["ok"]
    await workspace.wait_for_text(callback_ts, "1 person voted")
    assert "1 vote" not in text_of(await workspace.control_client.message(FILM, callback_ts))
    await workspace.press(LENA, callback_ts, "close")
    await workspace.wait_for_text(callback_ts, "2 holds up: 1 of 1 person voted for it.")


async def test_a_stale_button_locks_nothing_from_a_callback(workspace: PracticeEnvironment) -> None:
    ts = await closed_round(workspace, "Ines: a pilot")
    callback_ts = await submit(workspace, await open_form(workspace, ts))
    await workspace.wait_for_ballot(callback_ts)
    message = await workspace.control_client.message(FILM, callback_ts)
    round_id = message["metadata"]["event_payload"]["round"]
    assert round_id in json.dumps(message)
    view = await open_form(workspace, ts)
    answer = await workspace.control_client.submit(LENA, view["id"], {})
    refused = await workspace.wait_for_modal(LENA, "A callback of this round is open")
    assert answer["ok"] and refused
    await workspace.press(LENA, callback_ts, "close")
    await workspace.wait_for_text(callback_ts, "voting is closed")
    view = await open_form(workspace, ts)
    again = await submit(workspace, view)
    await workspace.press(LENA, again, "cancel")
    await workspace.wait_for_text(again, "The lead cancelled the round.")
    assert "Callback for Ines · ended" in text_of(await workspace.control_client.message(FILM, again))
