"""What comes after the vote, as people in Slack see it: the record, unlocks, re-casts, versions and the history."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from playground.door import Json, buttons_of, pictures_of, text_of
from tests.flow.house import DANIEL, FILM, LENA, MEI, House, house

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("film")) as opened:
        await opened.at_ease()
        yield opened


async def cast(film: House, line: str) -> str:
    """A character with a face: candidate 1 has two votes, candidate 2 one."""
    ts = await film.cast(f"{line} --models recraft --each 2 --for 1h")
    await locked(film, ts)
    return ts


async def locked(film: House, ts: str) -> None:
    await film.ballot(ts)
    for user, action in ((DANIEL, "vote:1"), (LENA, "vote:1"), (DANIEL, "vote:2")):
        await film.press(user, ts, action)
    await film.press(LENA, ts, "close")
    await film.reads(ts, "1 leads: 2 of 2")
    await film.press(LENA, ts, "lock")
    await film.shows(ts, "recast_face")


async def form(film: House, ts: str, words: str, user: str = LENA) -> Json:
    await film.press(user, ts, "recast_face")
    return await film.dialog(user, words)


async def newest(film: House, before: set[str]) -> str:
    async def look() -> str | None:
        messages = await film.door.messages(FILM)
        return next((str(m["ts"]) for m in messages if m["ts"] not in before and m.get("metadata")), None)

    return await film.door.until(look, "the new round's message")


async def sent(film: House, view: Json, **values: str) -> str:
    """The form sent in by Lena; the message of the round it opens."""
    before = {m["ts"] for m in await film.door.messages(FILM)}
    answer = await film.door.submit(LENA, view["id"], values)
    assert answer["ok"], answer
    return await newest(film, before)


async def test_a_face_is_kept_until_the_new_one_is_locked_and_both_can_be_compared(film: House) -> None:
    ts = await cast(film, "Ines: a pilot")
    told = await film.reads(ts, "On hold")
    assert "*Candidate 1 · " in told
    assert "2 of 2 votes · $0.0" in told
    assert "On hold: *2* · " in told
    assert "versions" not in buttons_of(await film.door.message(FILM, ts)), "there is one"
    await film.press(MEI, ts, "recast_face")
    await film.told(MEI, "can re-cast or unlock this face")
    view = await form(film, ts, "Ines has version 1")
    again = await sent(film, view, how="keep", reason="too young for the third act", brief="a pilot, 60")
    told = await film.reads(again, "Re-cast: too young for the third act")
    assert "|version 1> stays until another face is locked" in told
    assert "a pilot, 60" in told
    assert "Ines is cast." in text_of(await film.door.message(FILM, ts)), "she keeps her face meanwhile"
    assert "Version 1 can be unlocked all the same" in text_of(await form(film, ts, "Ines is being cast right now"))
    assert "Cast in" in await film.asks("Ines", MEI)
    await locked(film, again)
    await film.reads(again, "version 2")
    await film.reads(ts, "is Ines's face now")
    assert "recast_face" not in buttons_of(await film.door.message(FILM, ts))
    await film.press(MEI, again, "versions")
    modal = await film.dialog(MEI, "Version 1")
    assert len(pictures_of(modal)) == 2
    assert "Re-cast: too young for the third act." in text_of(modal)


async def test_an_unlocked_face_is_nobodys_and_stays_in_the_history(film: House) -> None:
    ts = await cast(film, "Otto: a stoker")
    view = await form(film, ts, "Otto has version 1")
    answer = await film.door.submit(LENA, view["id"], {"how": "only_unlock", "reason": "  "})
    assert list(answer["errors"]) == ["reason"]
    values = {"how": "only_unlock", "reason": "the actor said yes after all"}
    assert (await film.door.submit(LENA, view["id"], values))["ok"]
    told = await film.reads(ts, f"Unlocked by <@{LENA}>")
    assert "the actor said yes after all. Otto has no face now." in told
    assert "finish" not in buttons_of(await film.door.message(FILM, ts))
    recalled = await film.asks("Otto", MEI)
    assert "Otto has no face now. Version 1 was unlocked by" in recalled
    assert "See version 1" in recalled
    assert "no face now, version 1 unlocked" in await film.asks("list", MEI)
    told = await film.asks("history Ottto", MEI)
    order = (
        "Version 1 unlocked by",
        "Version 1 locked by",
        "Voting closed by",
        "people voted: ",
        "spent by",
        "Started",
    )
    at = [told.index(words) for words in order]
    assert at == sorted(at), told
    assert f"2 people voted: <@{DANIEL}> and <@{LENA}>" in told
    assert "1 face · $0." in told
    again = await film.cast("Otto: an older stoker")
    assert "Re-cast" not in text_of(await film.door.message(FILM, again)), "it asks for no yes and casts nobody anew"


async def test_unlock_and_recast_opens_a_round_and_says_so_in_the_old_record(film: House) -> None:
    ts = await cast(film, "Vera: a captain")
    view = await form(film, ts, "Vera has version 1")
    again = await sent(film, view, how="unlock", reason="rights")
    assert "version 1> was unlocked" in await film.reads(again, "Re-cast: rights")
    await film.reads(ts, "Vera has no face now.")
    await film.press(LENA, ts, "recast_face")
    await film.told(LENA, "Vera is being cast right now")
