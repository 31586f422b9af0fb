"""Somebody edits or deletes a round's message, or its thread, in every state it can be in."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from playground.door import Json, buttons_of, pictures_of, text_of
from tests.flow.house import DANIEL, FILM, LENA, MEI, House, house
from tests.flow.steps import ballot, to_the_lock

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("film")) as opened:
        await opened.at_ease()
        await opened.door.post("models/*/latency", {"least": 0.05, "most": 0.05})
        yield opened


async def by_hand(film: House, gesture: str, user: str = LENA, **how: str | None) -> None:
    answer = await film.door.post(f"people/{user}/{gesture}", how)
    assert answer["ok"], answer


async def anew(film: House, before: set[str], channel: str = FILM) -> str:
    """The address of a round's message that was not there before."""

    async def look() -> str | None:
        found = [m for m in await film.door.messages(channel) if m["ts"] not in before and m.get("metadata")]
        return str(found[-1]["ts"]) if found else None

    return await film.door.until(look, "the message anew", 20)


async def all_there(film: House, channel: str = FILM) -> set[str]:
    return {m["ts"] for m in await film.door.messages(channel)}


async def test_a_message_edited_by_hand_is_itself_again_with_the_next_vote(film: House) -> None:
    ts = await ballot(film, "Edited: a cook")
    await by_hand(film, "edit", channel=FILM, ts=ts, text="Nothing to see here")
    assert buttons_of(await film.door.message(FILM, ts)) == {}
    await film.door.react(DANIEL, FILM, ts, "two")
    message = await film.ballot(ts)
    assert len(pictures_of(message)) == 1
    assert "Nothing to see here" not in text_of(message)
    await film.labelled(ts, {"vote:2": "2 · 1"})


async def test_a_message_deleted_while_models_draw_stands_there_again_before_the_vote(film: House) -> None:
    await film.door.post("models/gpt-image-2/latency", {"least": 2, "most": 2})
    ts = await film.cast("Erased: a cook --each 1 --models recraft,gpt-image-2")
    before = await all_there(film)
    await by_hand(film, "delete", channel=FILM, ts=ts)
    again = await anew(film, before)
    await film.door.post("models/gpt-image-2/latency", {"least": 0.05, "most": 0.05})
    assert len(pictures_of(await film.ballot(again))) == 1
    await to_the_lock(film, again, "Erased")


async def test_a_closed_ballots_message_deleted_by_hand_comes_again_with_its_result(film: House) -> None:
    ts = await ballot(film, "Torn: a cook")
    await film.press(DANIEL, ts, "vote:1")
    await film.press(LENA, ts, "close")
    await film.shows(ts, "extend")
    before = await all_there(film)
    await by_hand(film, "delete", channel=FILM, ts=ts)
    assert "Torn is being cast right now" in await film.asks("Torn: another cook")
    again = await anew(film, before)
    assert "1 leads: 1 of 1 person voted for it" in await film.reads(again, "1 leads")
    await film.press(LENA, again, "lock")
    await film.reads(again, "Torn is cast")


async def test_a_record_deleted_by_hand_leaves_the_face_where_it_is_called_by_name(film: House) -> None:
    ts = await ballot(film, "Kept: a cook")
    await to_the_lock(film, ts, "Kept")
    before = await all_there(film)
    for reply in await film.door.thread(FILM, ts):
        await by_hand(film, "delete", channel=FILM, ts=str(reply["ts"]))
    await by_hand(film, "delete", channel=FILM, ts=ts)
    await film.door.command(MEI, FILM, "Kept")
    answer = await film.told(MEI, "candidate 2")
    assert {"full", "facts", "take"} <= set(buttons_of(answer))
    await film.press(MEI, answer["ts"], "facts")
    assert "SHA-256" in text_of(await film.told(MEI, "SHA-256"))
    assert await all_there(film) <= before
    assert '"unexpected"' not in film.log


async def test_a_thread_deleted_by_hand_takes_no_picture_from_the_ballot_for_good(film: House) -> None:
    ts = await ballot(film, "Frayed: a cook")

    async def hung() -> list[Json]:
        replies = await film.door.thread(FILM, ts)
        return replies if sum(len(m.get("files", [])) for m in replies) >= 3 else []

    for reply in await film.door.until(hung, "the pictures"):
        await by_hand(film, "delete", channel=FILM, ts=str(reply["ts"]))
    await film.press(DANIEL, ts, "vote:2")
    await film.labelled(ts, {"vote:2": "2 · 1"})
    await film.press(LENA, ts, "close")
    await film.reads(ts, "2 leads")
    await film.press(LENA, ts, "lock")
    record = await film.shows(ts, "facts")
    assert "Frayed is cast" in text_of(record)

    async def pictured() -> bool:
        return bool(pictures_of(await film.door.message(FILM, ts)))

    await film.door.until(pictured, "the record's portrait")
