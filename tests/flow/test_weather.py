"""A channel is archived, renamed or closed to the bot, a person renamed or gone, in the middle of a round."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from playground.door import buttons_of, pictures_of, text_of
from tests.flow.house import DANIEL, FILM, LENA, MEI, House, house
from tests.flow.steps import ballot, to_the_lock

pytestmark = pytest.mark.asyncio(loop_scope="module")

LENAS_OWN = "D0LENAORTIZ"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("film")) as opened:
        await opened.at_ease()
        await opened.door.post("models/*/latency", {"least": 0.05, "most": 0.05})
        yield opened


async def by_hand(film: House, gesture: str, user: str = LENA, **how: str | None) -> None:
    answer = await film.door.post(f"people/{user}/{gesture}", how)
    assert answer["ok"], answer


async def new_channel(film: House, name: str, *, private: bool = False) -> str:
    members = ["lena", "daniel", "mei", "U0CASTROOM"]
    made = await film.door.post("channels", {"name": name, "private": private, "members": members})
    return str(made["channel"]["id"])


async def lena_reads(film: House, words: str) -> str:
    async def look() -> str | None:
        return next((text_of(m) for m in await film.door.messages(LENAS_OWN) if words in text_of(m)), None)

    return await film.door.until(look, f"the words {words!r} in Lena's own messages", 30)


@pytest.mark.parametrize("how", ["archived", "removed"])
async def test_a_channel_closed_to_the_bot_while_models_draw_waits_and_opens_the_ballot_afterwards(
    film: House, how: str
) -> None:
    channel = await new_channel(film, f"wrapped-{how}", private=True)
    gesture, back = ("archive", "unarchive") if how == "archived" else ("remove", "invite")
    await film.door.post("models/gpt-image-2/latency", {"least": 1.5, "most": 1.5})
    ts = await film.cast(f"Wrapped {how}: a cook --each 1 --models recraft,gpt-image-2", LENA, channel)
    await by_hand(film, gesture, channel=channel)
    told = await lena_reads(film, f"the message of Wrapped {how} stands still there")
    assert "Nothing is lost" in told
    await film.door.post("models/gpt-image-2/latency", {"least": 0.05, "most": 0.05})
    await by_hand(film, back, channel=channel)
    await film.ballot(ts, channel, 30)
    assert len(pictures_of(await film.door.message(channel, ts))) == 1
    await to_the_lock(film, ts, f"Wrapped {how}", channel)
    notes = [m for m in await film.door.messages(LENAS_OWN) if f"Wrapped {how}" in text_of(m)]
    assert len(notes) == 1


async def test_a_ballot_in_an_archived_channel_closes_on_time_and_shows_it_when_the_channel_is_back(
    film: House,
) -> None:
    channel = await new_channel(film, "shelved")
    ts = await ballot(film, "Shelved: a cook", channel)
    await film.press(DANIEL, ts, "vote:2", channel)
    await film.labelled(ts, {"vote:2": "2 · 1"}, channel)
    await by_hand(film, "archive", channel=channel)
    await film.press(LENA, ts, "close", channel)
    told = await lena_reads(film, "the message of Shelved stands still there")
    assert "2 leads: 1 of 1 person voted for it" in told
    assert "vote:2" in buttons_of(await film.door.message(channel, ts)), "nothing can change there"
    await by_hand(film, "unarchive", channel=channel)
    await film.shows(ts, "extend", channel, 30)
    await film.press(LENA, ts, "lock", channel)
    await film.reads(ts, "Shelved is cast", channel)


async def test_who_and_what_is_renamed_keeps_its_votes_and_its_name_in_the_record(film: House) -> None:
    channel = await new_channel(film, "first-title")
    ts = await ballot(film, "Renamed: a cook", channel)
    await film.press(DANIEL, ts, "vote:2", channel)
    await by_hand(film, "rename", channel=channel, name="second-title")
    await by_hand(film, "rename", DANIEL, name="Daniel Okafor-Reyes")
    await film.press(LENA, ts, "close", channel)
    await film.reads(ts, "2 leads: 1 of 1 person", channel)
    await film.press(LENA, ts, "lock", channel)
    await film.reads(ts, "Renamed is cast", channel)
    assert "Renamed" in await film.asks("Renamed", MEI, channel)


async def test_a_vote_of_somebody_whose_account_is_closed_meanwhile_stands(film: House) -> None:
    made = await film.door.post("people", {"name": "extra", "real_name": "Extra One", "channels": [FILM]})
    extra = str(made["person"]["id"])
    ts = await ballot(film, "Left: a cook")
    await film.press(extra, ts, "vote:2")
    await film.door.react(extra, FILM, ts, "one")
    await film.labelled(ts, {"vote:1": "1 · 1", "vote:2": "2 · 1"})
    await by_hand(film, "deactivate", extra)
    await film.press(LENA, ts, "close")
    assert "1 and 2 are level with 1 vote each" in await film.reads(ts, "voting is closed")
