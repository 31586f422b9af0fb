"""A round started from a message and by a mention, where commands do not work: in threads."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from playground.door import Json, text_of
from tests.flow.house import DANIEL, FILM, GENERAL, LENA, MEI, House, house

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("film")) as opened:
        await opened.at_ease()
        yield opened


async def posted(film: House, name: str) -> Json:
    async def look() -> Json | None:
        return next((m for m in await film.door.messages(FILM) if m.get("metadata") and name in text_of(m)), None)

    return await film.door.until(look, f"the round for {name}", 10)


async def pointed(film: House, thread: str) -> str:
    """The bot's line in a thread."""

    async def look() -> str | None:
        replies = await film.door.thread(FILM, thread)
        return next((str(m["text"]) for m in replies if m.get("bot_id")), None)

    return await film.door.until(look, "the line in the thread", 10)


async def asked(film: House, user: str, text: str, thread: str | None = None) -> None:
    assert (await film.door.mention(user, FILM, text, thread))["ok"]


async def test_the_form_opens_with_the_words_of_a_message_as_people_read_them(film: House) -> None:
    ts = await film.door.say(DANIEL, FILM, "Like @mei, but 60 & weathered <really>")
    assert (await film.door.shortcut(LENA, FILM, ts))["ok"]
    view = await film.dialog(LENA, "Up to")
    brief = next(b["element"] for b in view["blocks"] if b.get("block_id") == "cast_text")
    assert brief["initial_value"] == "Like @mei, but 60 & weathered <really>"
    assert (await film.door.submit(LENA, view["id"], {"cast_name": "Rui", "cast_each": "1"}))["ok"]
    message = await posted(film, "Casting Rui")
    assert f"asked by <@{LENA}>" in text_of(message)
    assert await film.door.thread(FILM, ts) == [], "used outside a thread it leaves the message alone"


async def test_used_in_a_thread_the_round_goes_to_the_channel_and_the_thread_is_told_once(film: House) -> None:
    parent = await film.door.say(DANIEL, FILM, "Who is the harbour master?")
    reply = await film.door.say(MEI, FILM, "50, wind-burnt, one eyebrow higher", parent)
    assert (await film.door.shortcut(LENA, FILM, reply))["ok"]
    view = await film.dialog(LENA, "Up to")
    assert (await film.door.submit(LENA, view["id"], {"cast_name": "Harbour master", "cast_each": "1"}))["ok"]
    message = await posted(film, "Casting Harbour master")
    assert "thread_ts" not in message or message["thread_ts"] == message["ts"]
    line = await pointed(film, parent)
    assert line.startswith(f"<@{LENA}> asked for Harbour master here: <http")
    assert message["ts"].replace(".", "") in line
    await film.ballot(message["ts"])
    assert sum(bool(m.get("bot_id")) for m in await film.door.thread(FILM, parent)) == 1


async def test_where_the_bot_is_not_invited_the_shortcut_says_how_to_invite_it(film: House) -> None:
    ts = await film.door.say(DANIEL, GENERAL, "a diver, 30")
    assert (await film.door.shortcut(LENA, GENERAL, ts))["ok"]
    told = text_of(await film.told(LENA, "choose the shortcut again", GENERAL))
    assert told.splitlines()[-1] == "/invite @Castroom"
    assert await film.door.views(LENA) == []


async def test_a_mention_with_a_brief_starts_a_round_and_delivered_again_no_second_one(film: House) -> None:
    await asked(film, MEI, "Ines: a ferry pilot, 40 --each 1 --use internal")
    message = await posted(film, "Casting Ines")
    assert f"asked by <@{MEI}> · for internal use" in text_of(message)
    (delivery,) = [
        d
        for d in (await film.door.get("deliveries", kind="events_api"))["deliveries"]
        if d["about"] == "app_mention" and "Ines: a ferry pilot" in d["payload"]["event"]["text"]
    ]
    await film.door.post("slack/redeliver", {"id": delivery["id"]})
    await film.ballot(message["ts"])
    await asyncio.sleep(0.3)
    found = [m for m in await film.door.messages(FILM) if m.get("metadata") and "Casting Ines" in text_of(m)]
    assert len(found) == 1
    assert sum("Ines" in str(m) for m in await film.door.private(MEI)) == 0


async def test_in_a_thread_a_mention_leads_there_and_what_is_wrong_is_whispered_in_the_thread(film: House) -> None:
    parent = await film.door.say(DANIEL, FILM, "And the cook?")
    await asked(film, DANIEL, "Cook: a ship's cook, 55 --each 9", parent)
    told = await film.told(DANIEL, "--each takes a number from 1 to 8")
    assert told["thread_ts"] == parent
    assert text_of(told).splitlines()[-1] == "@Castroom Cook: a ship's cook, 55 --each 2"
    await asked(film, DANIEL, "Cook: a ship's cook, 55 --each 1", parent)
    message = await posted(film, "Casting Cook")
    assert message["ts"].replace(".", "") in await pointed(film, parent)
    await asked(film, MEI, "Cook: somebody else --each 1", parent)
    busy = await film.told(MEI, "Cook is being cast right now")
    assert busy["thread_ts"] == parent
    await asked(film, MEI, "Ben: her brother --like photo", parent)
    await film.told(MEI, "A picture is attached in a form")


async def test_questions_and_names_are_still_answered_and_an_address_starts_nothing(film: House) -> None:
    ts = await film.cast("Maya: a fisherwoman --each 1 --for 1h")
    await film.ballot(ts)
    await film.press(LENA, ts, "vote:1")
    await film.labelled(ts, {"vote:1": "1 · 1"})
    await film.press(LENA, ts, "lock")
    await film.shows(ts, "facts")
    asked_before = await film.asked()
    for words in ("who is Maya?", "Maya"):
        parent = await film.door.say(MEI, FILM, "About the cast")
        await asked(film, MEI, words, parent)
        assert "Maya" in await pointed(film, parent)
    await asked(film, MEI, "Maya: a fisherwoman again --each 1")
    await film.told(MEI, "Maya is cast already")
    await asked(film, MEI, "see https://example.com/maya")
    await film.told(MEI, "example.com")
    assert await film.asked() == asked_before
