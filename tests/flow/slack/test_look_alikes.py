"""The question about two similar faces as people in Slack see it: in the thread, answered, noted on both records."""

import pytest

from playground.control.client import Json, buttons_of, text_of
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment

pytestmark = pytest.mark.heavy

QUESTION = "be confused in a wide shot?"


async def cast_and_lock(workspace: PracticeEnvironment, line: str) -> str:
    ts = await workspace.cast(f"{line} --each 1")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.wait_for_text(ts, "1 person voted")
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_text(ts, "is cast")
    return ts


async def find_question(workspace: PracticeEnvironment, ts: str, expected: str = QUESTION) -> Json:
    async def probe() -> Json | None:
        thread = await workspace.control_client.thread(FILM, ts)
        return next((m for m in thread if QUESTION in text_of(m) and expected in text_of(m)), None)

    return await workspace.control_client.wait_for(probe, f"a question with {expected!r}", 20)


async def test_two_yeses_are_noted_on_both_records(workspace: PracticeEnvironment) -> None:
    ines_ts = await cast_and_lock(workspace, "Ines: a fisherwoman, 60, grey plait")
    await cast_and_lock(workspace, "Juan: a pilot, a man, 30, black hair")
    ts = await cast_and_lock(workspace, "Maya: weathered 60-year-old fisherwoman, grey hair in a bun")
    question = await find_question(workspace, ts)
    text = text_of(question)
    assert "Could *Maya* and *Ines*" in text
    assert "5 % of the frame's height" in text
    assert "“grey” and “woman”" in text
    assert set(buttons_of(question)) == {"look_alike:yes", "look_alike:no"}
    thread = await workspace.control_client.thread(FILM, ts)
    titles = [file["title"] for message in thread for file in message.get("files", [])]
    assert titles.count("Maya and Ines in a wide shot") == 1
    for user in (DANIEL, DANIEL, MEI):
        await workspace.press(user, question["ts"], "look_alike:yes")
        await workspace.wait_for_ephemeral(user, "You say that Maya and Ines could be confused")
    await workspace.press(LENA, question["ts"], "look_alike:no")
    question = await find_question(workspace, ts, "noted on both records")
    assert "2 yes · 1 no" in text_of(await find_question(workspace, ts, "1 no"))
    assert not any(user in text_of(question) for user in (DANIEL, MEI))
    assert "recast_face" in buttons_of(question)
    await workspace.wait_for_text(ts, "2 people could confuse this face with")
    assert "Maya" in await workspace.wait_for_text(ines_ts, "2 people could confuse this face with")
    view = await workspace.open_modal(LENA, question["ts"], "recast_face", "New portraits cost up to")
    assert "grey hair in a bun" in str(view)
    await workspace.press(MEI, question["ts"], "look_alike:no")
    await find_question(workspace, ts, "1 yes · 2 no")

    async def note_is_gone() -> bool:
        return "could confuse" not in text_of(await workspace.control_client.message(FILM, ines_ts))

    await workspace.control_client.wait_for(note_is_gone, "the record without the note", 20)


async def save_setting(workspace: PracticeEnvironment, *values: str) -> None:
    assert (await workspace.control_client.command(LENA, FILM, "settings"))["ok"]
    view = await workspace.wait_for_modal(LENA, "from the next round on")
    assert "After a lock, ask in its thread about similar faces of the cast" in str(view)
    assert (await workspace.control_client.submit(LENA, view["id"], {"ask_look_alikes": list(values)}))["ok"]
    expected = "from on to off" if not values else "questions about similar faces to on"
    await workspace.wait_for_ephemeral(LENA, expected)


async def test_a_production_that_switched_it_off_is_not_asked(workspace: PracticeEnvironment) -> None:
    await save_setting(workspace)
    for name in ("Wanda", "Xenia", "Yara"):
        ts = await cast_and_lock(workspace, f"{name}: a fisherwoman, 60, grey plait")
    await workspace.wait_for_jobs()
    assert not any(QUESTION in text_of(m) for m in await workspace.control_client.thread(FILM, ts))
    await save_setting(workspace, "on")


async def test_deleting_one_of_the_two_deletes_the_question_and_its_picture(workspace: PracticeEnvironment) -> None:
    for name in ("Rhea", "Selma", "Tilda"):
        ts = await cast_and_lock(workspace, f"{name}: a cook, a woman of 45, aged 45, red hair")
    question = await find_question(workspace, ts, "Rhea")
    assert (await workspace.control_client.command(LENA, FILM, "delete Rhea"))["ok"]
    view = await workspace.wait_for_modal(LENA, "It cannot be undone")
    values = {"name": "Rhea", "reason": "the part was cut"}
    assert (await workspace.control_client.submit(LENA, view["id"], values))["ok"]

    async def is_gone() -> bool:
        thread = await workspace.control_client.thread(FILM, ts)
        return "Rhea" not in str([m for m in thread if not m.get("is_ephemeral")])

    await workspace.control_client.wait_for(is_gone, "the thread without Rhea", 30)
    assert question["ts"] not in {m["ts"] for m in await workspace.control_client.thread(FILM, ts)}
    await find_question(workspace, ts, "Selma")
