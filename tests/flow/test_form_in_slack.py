"""A round started by the form: suggested to, priced, refused at its fields, sent once, led by somebody else."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from playground.door import Json, buttons_of, text_of
from tests.flow.house import DANIEL, FILM, GENERAL, LENA, MEI, QUIET, House, house
from tests.flow.theatre import portrait

LENAS, DANIELS = "D0LENAORTIZ", "D0DANIELOKA"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("film")) as opened:
        await opened.at_ease()
        yield opened


async def form(film: House, user: str = LENA, channel: str = FILM) -> Json:
    answer = await film.door.command(user, channel, "")
    assert answer["ok"], answer
    return await film.dialog(user, "Up to")


def filled(name: str, text: str = "a fisherwoman, 60", **more: Any) -> Json:
    return {f"cast_{field}": value for field, value in {"name": name, "text": text, "each": "1", **more}.items()}


async def rounds(film: House, name: str, channel: str = FILM) -> list[Json]:
    messages = await film.door.messages(channel)
    return [m for m in messages if m.get("metadata") and f"Casting {name}" in text_of(m)]


async def posted(film: House, name: str, channel: str = FILM) -> Json:
    async def look() -> Json | None:
        return next(iter(await rounds(film, name, channel)), None)

    return await film.door.until(look, f"the round for {name}", 10)


async def chosen(film: House, view: Json, field: str, value: Any, **values: Any) -> Json:
    """The form after a choice, once it tells another price."""
    before = text_of(view)
    standing = {f"cast_{name}": entered for name, entered in values.items()}
    assert (await film.door.choose(LENA, view["id"], f"cast_{field}", value, standing))["ok"]

    async def look() -> Json | None:
        now = await film.door.dialog(LENA)
        return now if now and text_of(now) != before else None

    return await film.door.until(look, "another price")


def entered(view: Json, field: str) -> Any:
    """What stands in a field."""
    (held,) = view["state"]["values"][f"cast_{field}"].values()
    return next(value for name, value in held.items() if name != "type")


async def test_the_form_tells_the_price_and_its_reason_and_follows_every_choice(film: House) -> None:
    view = await form(film)
    assert "*Up to $0.21*: 2 portraits each from Recraft V4.1 and GPT-Image-2 (skin and wardrobe" in text_of(view)
    assert view["submit"]["text"] == "Cast for up to $0.21"
    typed = {"text": "pores and pores", "name": "Vera"}
    view = await chosen(film, view, "models", ["recraft:recraftv4_1"], **typed)
    assert "4 portraits from Recraft V4.1, as asked" in text_of(view)
    assert "the vote is not blind" in text_of(view)
    view = await chosen(film, view, "each", "1", **typed)
    assert view["submit"]["text"] == "Cast for up to $0.04"
    view = await chosen(film, view, "each", "8", models=["recraft:recraftv4_1", "gemini:gemini-3-pro-image"])
    assert "*No price yet*: 2 x 8 portraits are too many" in text_of(view)
    assert view["submit"]["text"] == "Cast"
    view = await chosen(film, view, "each", "2")
    assert "2 portraits each from Recraft V4.1 and Nano Banana Pro" in text_of(view)
    assert (entered(view, "text"), entered(view, "name")["value"]) == ("pores and pores", "Vera")
    await film.door.post(f"people/{LENA}/close", {"view_id": view["id"], "all": True})


async def test_choices_made_faster_than_answers_come_keep_what_was_typed_and_end_at_the_right_price(
    film: House,
) -> None:
    view = await form(film)
    await film.trouble("views.update", "delay", seconds=0.4, times=2)
    typed = {"cast_text": "said before the answer came"}
    choices = [("cast_each", "1"), ("cast_size", "4k")]
    await asyncio.gather(*(film.door.choose(LENA, view["id"], field, value, typed) for field, value in choices))

    async def settled() -> Json | None:
        now = await film.door.dialog(LENA)
        return now if now and "1 portrait each" in text_of(now) and "As drafts" in text_of(now) else None

    now = await film.door.until(settled, "the price of both choices")
    assert now["submit"]["text"] == "Cast for up to $0.45"
    assert entered(now, "text") == "said before the answer came"
    await film.calm("views.update")
    await film.door.post(f"people/{LENA}/close", {"view_id": view["id"], "all": True})


async def test_what_is_wrong_stands_at_its_field_and_nothing_is_asked(film: House) -> None:
    view, asked = await form(film), await film.asked()
    wrong = filled(
        "M" * 90, "x", until=int(time.time()) - 60, voters=[DANIEL, MEI], quorum="3", like="nobody", lead=DANIEL
    )
    errors = (await film.door.submit(LENA, view["id"], wrong))["errors"]
    assert errors == {
        "cast_name": "The name has 90 characters; up to 80 fit.",
        "cast_until": "That is past or too soon: voting stays open for 5 minutes at least.",
        "cast_quorum": "3 votes cannot come together: 2 named here.",
    }
    late = int(time.time()) + 31 * 86_400
    anybody = filled("Zoe", until=late, voters=[], quorum=None)
    errors = (await film.door.submit(LENA, view["id"], anybody))["errors"]
    assert errors == {"cast_until": "That is too far away: voting stays open for 30 days at most."}
    both = ["recraft:recraftv4_1", "gemini:gemini-3-pro-image"]
    errors = (await film.door.submit(LENA, view["id"], filled("Zoe", models=both, each="5") | _tomorrow()))["errors"]
    assert errors == {"cast_each": "2 x 5 portraits are too many: up to 8 fit into one round."}
    dear = filled("Zoe", models=["openai:gpt-image-2"], each="8", size="4k") | _tomorrow()
    (told,) = (await film.door.submit(LENA, view["id"], dear))["errors"].items()
    assert told[0] == "cast_models"
    assert "a round may cost $2.00" in told[1]
    assert "<" not in told[1]
    assert await film.asked() == asked
    await film.door.post(f"people/{LENA}/close", {"view_id": view["id"], "all": True})


async def test_the_words_of_the_brief_can_be_dearer_than_the_form_said_and_then_it_asks_once(film: House) -> None:
    view = await form(film)
    closely = filled("Otto", "a pilot, for the billboard") | {"cast_each": None}
    refused = await film.door.submit(LENA, view["id"], closely)
    assert "up to $0.37 instead of $0.21. Press Cast again to agree" in refused["errors"]["cast_models"]
    assert not await rounds(film, "Otto")
    answer = await film.door.submit(LENA, view["id"], closely)
    assert answer["ok"], answer
    await posted(film, "Otto")


async def test_a_form_sent_twice_opens_one_round(film: House) -> None:
    view = await form(film)
    values = filled("Maya", use="advertising") | _tomorrow()
    first, second = await asyncio.gather(*(film.door.submit(LENA, view["id"], values) for _ in range(2)))
    assert first["ok"]
    assert second["ok"]
    message = await posted(film, "Maya")
    assert "for advertising" in text_of(message)
    await film.ballot(message["ts"])
    assert len(await rounds(film, "Maya")) == 1


async def test_a_character_that_is_being_cast_or_cast_already_is_offered_so_and_re_cast_for_a_price(
    film: House,
) -> None:
    ts = await film.cast("Mara: a pilot --each 1 --for 1h")
    view = await form(film)
    assert "Mara · being cast now" in await film.door.suggest(LENA, view["id"], "cast_name", "mar")
    busy = await film.door.submit(LENA, view["id"], filled("Mara"))
    assert busy["errors"] == {"cast_name": "Mara is being cast right now. Lock or drop that round first."}
    await film.ballot(ts)
    await film.press(LENA, ts, "vote:1")
    await film.labelled(ts, {"vote:1": "1 · 1"})
    await film.press(LENA, ts, "lock")
    await film.shows(ts, "facts")
    view = await form(film)
    assert "Mara · cast already" in await film.door.suggest(LENA, view["id"], "cast_name", "Mar")
    asked = await film.asked()
    assert (await film.door.submit(LENA, view["id"], filled("Mara", "a pilot, older")))["ok"]
    question = await film.dialog(LENA, "Mara is cast already")
    assert question["submit"]["text"] == "Re-cast for $0.11"
    assert await film.asked() == asked
    assert (await film.door.submit(LENA, question["id"], {}))["ok"]
    assert await film.door.views(LENA) == []
    assert "a pilot, older" in text_of(await posted(film, "Mara"))


async def test_suggestions_tell_only_what_the_person_may_see(film: House) -> None:
    ts = await film.cast("Sable: a spokesperson --each 1 --for 1h", channel=QUIET)
    await film.ballot(ts, QUIET)
    view = await form(film, MEI)
    assert await film.door.suggest(MEI, view["id"], "cast_name", "Sable") == ["Cast “Sable”"]
    view = await form(film)
    offered = await film.door.suggest(LENA, view["id"], "cast_name", "Sable")
    assert offered == ["Sable · from another production, new here"]


async def test_somebody_else_leads_and_is_told_while_the_starter_pays(film: House) -> None:
    view = await form(film)
    values = filled("Ines", lead=DANIEL, voters=[MEI, DANIEL], quorum="2", use="film") | _tomorrow()
    assert (await film.door.submit(LENA, view["id"], values))["ok"]
    message = await posted(film, "Ines")
    told = text_of(message)
    assert f"asked by <@{LENA}> · led by <@{DANIEL}> · for film" in told
    assert f"2 people vote: <@{MEI}> and <@{DANIEL}>" in told

    async def asked_to_lead() -> Json | None:
        notes = await film.door.messages(DANIELS)
        return next((m for m in notes if "asks you to lead the casting of Ines" in text_of(m)), None)

    note = await film.door.until(asked_to_lead, "the word to the lead")
    assert "Go there" in text_of(note)
    ts = message["ts"]
    await film.ballot(ts)
    await film.press(LENA, ts, "close")
    await film.told(LENA, f"Only <@{DANIEL}> can close this vote")
    await film.press(DANIEL, ts, "close")
    await film.shows(ts, "drop")


async def test_a_form_of_somebody_else_is_not_theirs_to_send(film: House) -> None:
    view = await form(film)
    other = await form(film, DANIEL)
    assert view["private_metadata"] != other["private_metadata"]
    bare = set(view["private_metadata"]) - set("w0123456789abcdef")
    assert bare == set(), "an opaque id, and nothing of the channel"


async def test_a_picture_is_fetched_after_the_form_closed_and_its_consent_is_kept(film: House) -> None:
    view = await chosen(film, await form(film), "like", "picture")
    picture = [await film.door.attach(LENA, "ben.png", portrait(5))]
    values = filled("Ben", models=["gemini:gemini-3-pro-image"], like="picture", picture=picture, real="photo")
    refused = await film.door.submit(LENA, view["id"], values | _tomorrow())
    assert list(refused["errors"]) == ["cast_agreed"]
    assert (await film.door.submit(LENA, view["id"], values | _tomorrow() | {"cast_agreed": ["agreed"]}))["ok"]
    message = await posted(film, "Ben")
    assert "attached picture" in text_of(message)
    view = await chosen(film, await form(film), "like", "picture")
    broken = [await film.door.attach(LENA, "noise.png", b"\x89PNG not really")]
    values = filled("Cleo", models=["gemini:gemini-3-pro-image"], like="picture", picture=broken, real="portrait")
    assert (await film.door.submit(LENA, view["id"], values | _tomorrow()))["ok"]
    await film.told(LENA, "This file cannot be a reference")
    assert not await rounds(film, "Cleo")


async def test_portraits_can_be_drawn_after_somebody_cast(film: House) -> None:
    view = await chosen(film, await form(film), "like", "face")
    assert "Mara" in await film.door.suggest(LENA, view["id"], "cast_face", "")
    values = filled("Maras mother", models=["gemini:gemini-3-pro-image"], like="face", face="Mara")
    assert (await film.door.submit(LENA, view["id"], values | _tomorrow()))["ok"]
    assert "Mara" in text_of(await posted(film, "Maras mother"))


async def test_in_a_channel_without_the_bot_the_line_can_be_copied_and_messages_to_it_work(film: House) -> None:
    told = await film.asks("", channel=GENERAL)
    assert "Invite me with /invite @Castroom" in told
    assert told.splitlines()[-1] == "/cast"
    view = await form(film, channel=LENAS)
    assert "in sight of nobody else" in text_of(view)
    assert (await film.door.submit(LENA, view["id"], filled("Nobody") | _tomorrow()))["ok"]
    message = await posted(film, "Nobody", LENAS)
    assert "cancel" in buttons_of(message)


def _tomorrow() -> Json:
    return {"cast_until": int(time.time()) + 86_400}
