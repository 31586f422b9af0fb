"""Tags on quick ballots as people in Slack see them: after a vote, counted at the close, answered in the next brief."""

import pytest

from playground.control.client import Json, buttons_of, pictures_of, text_of
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment

pytestmark = pytest.mark.heavy

TITLE = "Tag what looks artificial"
PORES = "visible pores, fine lines, uneven tone, a little redness"


async def open_form(workspace: PracticeEnvironment, user: str, ts: str) -> Json:
    return await workspace.open_modal(user, ts, "flaws", TITLE)


def fields_by_number(view: Json) -> dict[int, str]:
    """The field of each candidate's tags, in the order of the form."""
    return {int(b["label"]["text"].split()[1]): b["block_id"] for b in view["blocks"] if b["type"] == "input"}


async def tag(workspace: PracticeEnvironment, user: str, ts: str, tags: dict[int, list[str]]) -> str:
    view = await open_form(workspace, user, ts)
    fields = fields_by_number(view)
    sent = {fields[number]: given for number, given in tags.items()}
    assert (await workspace.control_client.submit(user, view["id"], sent))["ok"]
    return text_of(await workspace.wait_for_modal(user, "counts appear after the close"))


async def vote(workspace: PracticeEnvironment, user: str, ts: str, number: int) -> Json:
    await workspace.press(user, ts, f"vote:{number}")
    return await workspace.wait_for_ephemeral(user, f"You voted for {number}")


async def test_words_for_what_looked_artificial_reach_the_next_brief_and_its_close(
    workspace: PracticeEnvironment,
) -> None:
    ts = await workspace.cast("Wren: a fisherwoman")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "flaws")
    await workspace.wait_for_ephemeral(DANIEL, "Vote on Wren first")
    receipt = await vote(workspace, DANIEL, ts, 2)
    view = await workspace.open_modal(DANIEL, receipt["ts"], "flaws", TITLE)
    assert sorted(fields_by_number(view)) == [1, 2, 3, 4]
    saved = await tag(workspace, DANIEL, ts, {1: ["too_smooth", "eyes"], 3: ["too_smooth"]})
    assert "2 tags on 1 and 1 tag on 3" in saved
    await vote(workspace, MEI, ts, 1)
    await tag(workspace, MEI, ts, {3: ["too_smooth"]})
    assert "smooth" not in text_of(await workspace.control_client.message(FILM, ts))
    await workspace.press(LENA, ts, "close")
    text = await workspace.wait_for_text(ts, "looked artificial: too smooth 2")
    assert "looked artificial: eyes 1, too smooth 1" in text
    view = await workspace.open_modal(LENA, ts, "refine", "A new round for")
    assert "What looked artificial: too smooth 3, eyes 1" in text_of(view)
    assert (
        await workspace.control_client.select_in_view(
            LENA, view["id"], "add_words", "too_smooth", {"brief": "a fisherwoman, 60"}
        )
    )["ok"]
    view = await workspace.wait_for_modal(LENA, "added to the brief above")
    field = next(b for b in view["blocks"] if str(b.get("block_id", "")).startswith("brief"))
    assert field["element"]["initial_value"] == f"a fisherwoman, 60, {PORES}"
    refused = await workspace.control_client.submit(LENA, view["id"], {field["block_id"]: "a fisherwoman --4k"})
    assert field["block_id"] in str(refused), "the error stands at the field with the added words"
    edited = f"a fisherwoman, 60, {PORES}, salt on the lips"
    assert (await workspace.control_client.submit(LENA, view["id"], {field["block_id"]: edited}))["ok"]
    child_ts = await _child(workspace, "salt on the lips")
    await workspace.wait_for_text(child_ts, f"Added to the brief for “too smooth”: {PORES}")
    await workspace.wait_for_ballot(child_ts)
    await vote(workspace, DANIEL, child_ts, 1)
    await tag(workspace, DANIEL, child_ts, {2: ["hair"]})
    await workspace.press(LENA, child_ts, "close")
    text = await workspace.wait_for_text(child_ts, "The share of “too smooth” fell")
    assert "2 of 4 portraits in the round before, 0 of 4 portraits now" in text
    await workspace.press(LENA, child_ts, "lock")
    assert "The share of “too smooth” fell" in await workspace.wait_for_text(child_ts, "Wren is cast")


async def test_the_form_has_the_portraits_in_each_persons_own_order(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Sable: a spokesperson")
    await workspace.wait_for_ballot(ts)

    async def uploaded() -> bool:
        return sum(len(m.get("files", [])) for m in await workspace.control_client.thread(FILM, ts)) >= 5

    await workspace.control_client.wait_for(uploaded, "the pictures in the thread")
    orders = set()
    for user in (DANIEL, MEI, LENA):
        await vote(workspace, user, ts, 1)
        view = await open_form(workspace, user, ts)
        assert len(pictures_of(view)) == 4
        assert not any(model in text_of(view) for model in ("Recraft", "GPT", "recraft", "openai"))
        orders.add(tuple(fields_by_number(view)))
    assert len(orders) > 1


async def test_tags_never_redraw_the_message_before_the_close(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Otto: a pilot")
    await workspace.wait_for_ballot(ts)
    await vote(workspace, DANIEL, ts, 2)
    await workspace.wait_for_text(ts, "1 person voted")
    before = await workspace.control_client.message(FILM, ts)
    updates = await _updates(workspace, ts)
    await tag(workspace, DANIEL, ts, {1: ["eyes"], 2: ["light"]})
    assert "flaws" in buttons_of(before)
    await vote(workspace, MEI, ts, 2)
    await workspace.wait_for_text(ts, "2 people voted")
    assert await _updates(workspace, ts) == updates + 1, "the vote redrew the message, the tags did not"


async def _updates(workspace: PracticeEnvironment, ts: str) -> int:
    calls = await workspace.control_client.calls("chat.update")
    return sum(str(call["arguments"].get("ts")) == ts for call in calls)


async def _child(workspace: PracticeEnvironment, words: str) -> str:
    async def posted() -> str | None:
        messages = await workspace.control_client.messages(FILM)
        return next((str(m["ts"]) for m in messages if words in text_of(m)), None)

    return await workspace.control_client.wait_for(posted, "the refined round", 20)
