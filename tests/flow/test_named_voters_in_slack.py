"""A vote of named people as they see it in Slack."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from playground.door import buttons_of, text_of
from playground.processes import stop
from tests.flow.house import DANIEL, FILM, LENA, MEI, House, house

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("film")) as opened:
        await opened.at_ease()
        yield opened


async def test_the_named_vote_others_are_told_so_and_the_outlook_is_honest(film: House) -> None:
    ts = await film.cast("Maya: a fisherwoman near #harbour-film --voters @daniel, @mei --for 1h")
    await film.ballot(ts)
    assert "fisherwoman near #harbour-film" in str(await film.door.thread(FILM, ts)), "said as it was typed"
    shown = await film.reads(ts, "0 of 2 voted")
    assert "2 people vote: <@U0DANIELOKA> and <@U0MEITANAKA>" in shown
    await film.press(LENA, ts, "vote:1")
    await film.told(LENA, "can vote on Maya. Your vote was not counted")
    await film.door.react(LENA, FILM, ts, "two")
    await film.told(LENA, "can vote on Maya")
    await film.press(DANIEL, ts, "vote:3")
    told = await film.reads(ts, "1 of 2 voted")
    assert "The remaining one can still change this" in told
    await film.press(MEI, ts, "vote:3")
    told = await film.reads(ts, "2 of 2 voted")
    assert "Every vote is in" in told
    assert buttons_of(await film.door.message(FILM, ts))["lock"] == "Lock 3 …"

    async def said() -> bool:
        return any("All votes are in for Maya" in text_of(m) for m in await film.door.thread(FILM, ts))

    await film.door.until(said, "the thread's line", 15)


async def test_a_name_slack_does_not_know_starts_nothing(film: House) -> None:
    told = await film.asks("Otto: a pilot --voters @nobody,@mei")
    assert "I don't know @nobody in this workspace" in told
    assert "Nothing was started" in told


async def test_the_lead_prolongs_and_drops_from_the_menu_while_people_vote(film: House) -> None:
    ts = await film.cast("Vera: a captain --for 1h")
    await film.ballot(ts)
    menu = await choices(film, ts)
    assert list(menu) == ["Extend a day", "Drop the round"]
    answer = await film.door.click(MEI, FILM, ts, "more", menu["Extend a day"])
    await film.told(MEI, "Only <@U0LENAORTIZ> can extend this vote")
    before = (await film.door.message(FILM, ts))["blocks"]
    answer = await film.door.click(LENA, FILM, ts, "more", menu["Extend a day"])
    assert answer["ok"]
    await film.told(LENA, "Voting on Vera now closes")
    assert (await film.door.message(FILM, ts))["blocks"] != before
    await film.door.click(LENA, FILM, ts, "more", (await choices(film, ts))["Drop the round"])
    asked = await film.told(LENA, "Drop the round for Vera?")
    await film.press(LENA, asked["ts"], "drop")
    await film.reads(ts, "The lead dropped the round")


async def test_when_the_lead_leaves_somebody_else_takes_the_round_over(film: House) -> None:
    await film.door.post("people", {"name": "ruth", "real_name": "Ruth Adler", "channels": [FILM]})
    ts = await film.cast("Sable: a spokesperson --for 1h", user="ruth")
    await film.ballot(ts)
    await film.press(DANIEL, ts, "vote:2")
    await film.reads(ts, "1 person voted")
    await film.press(MEI, ts, "close")
    await film.told(MEI, "can close this vote")
    await film.door.post("people/ruth/deactivate", {})
    # Who somebody is, is remembered for a minute, but not across a restart.
    await stop(film.bot)
    await film.start_bot()
    await film.press(MEI, ts, "close")
    asked = await film.told(MEI, "that account is closed")
    await film.press(MEI, asked["ts"], "take_over")
    await film.reads(ts, "led by <@U0MEITANAKA>")
    await film.press(MEI, ts, "lock")
    await film.reads(ts, "Sable is cast")


async def choices(film: House, ts: str) -> dict[str, str]:
    """The menu behind three dots: what stands there, and what it carries."""
    for block in (await film.door.message(FILM, ts))["blocks"]:
        for element in block.get("elements", []):
            if element.get("type") == "overflow":
                return {option["text"]["text"]: option["value"] for option in element["options"]}
    raise AssertionError("no menu")
