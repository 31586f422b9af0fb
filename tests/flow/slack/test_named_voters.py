"""A vote of named people as they see it in Slack."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from playground.control.client import buttons_of, text_of
from playground.processes import stop
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment, practice_environment

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PracticeEnvironment]:
    async with practice_environment(tmp_path_factory.mktemp("film")) as opened:
        await opened.speed_up()
        yield opened


async def test_named_voters_vote_and_others_are_refused(film: PracticeEnvironment) -> None:
    ts = await film.cast("Maya: a fisherwoman near #harbour-film --voters @daniel, @mei --for 1h")
    await film.wait_for_ballot(ts)
    assert "fisherwoman near #harbour-film" in str(await film.control_client.thread(FILM, ts)), "said as it was typed"
    shown = await film.wait_for_text(ts, "0 of 2 voted")
    assert "2 people vote: <@U0DANIELOKA> and <@U0MEITANAKA>" in shown
    await film.press(LENA, ts, "vote:1")
    await film.wait_for_ephemeral(LENA, "can vote on Maya. Your vote was not counted")
    await film.control_client.react(LENA, FILM, ts, "two")
    await film.wait_for_ephemeral(LENA, "can vote on Maya")
    await film.press(DANIEL, ts, "vote:3")
    text = await film.wait_for_text(ts, "1 of 2 voted")
    assert "The remaining one can still change this" in text
    await film.press(MEI, ts, "vote:3")
    text = await film.wait_for_text(ts, "2 of 2 voted")
    assert "Every vote is in" in text
    assert buttons_of(await film.control_client.message(FILM, ts))["lock"] == "Lock 3 …"

    async def announced() -> bool:
        return any("All votes are in for Maya" in text_of(m) for m in await film.control_client.thread(FILM, ts))

    await film.control_client.wait_for(announced, "the thread's line", 15)


async def test_unknown_voter_starts_nothing(film: PracticeEnvironment) -> None:
    text = await film.run_command("Otto: a pilot --voters @nobody,@mei")
    assert "I don't know @nobody in this workspace" in text
    assert "Nothing was started" in text


async def test_lead_extends_and_drops_from_the_menu(film: PracticeEnvironment) -> None:
    ts = await film.cast("Vera: a captain --for 1h")
    await film.wait_for_ballot(ts)
    menu = await overflow_options(film, ts)
    assert list(menu) == ["Extend a day", "Drop the round"]
    answer = await film.control_client.click(MEI, FILM, ts, "more", menu["Extend a day"])
    await film.wait_for_ephemeral(MEI, "Only <@U0LENAORTIZ> can extend this vote")
    before = (await film.control_client.message(FILM, ts))["blocks"]
    answer = await film.control_client.click(LENA, FILM, ts, "more", menu["Extend a day"])
    assert answer["ok"]
    await film.wait_for_ephemeral(LENA, "Voting on Vera now closes")
    assert (await film.control_client.message(FILM, ts))["blocks"] != before
    await film.control_client.click(LENA, FILM, ts, "more", (await overflow_options(film, ts))["Drop the round"])
    confirmation = await film.wait_for_ephemeral(LENA, "Drop the round for Vera?")
    await film.press(LENA, confirmation["ts"], "drop")
    await film.wait_for_text(ts, "The lead dropped the round")


async def test_round_is_taken_over_when_the_lead_is_deactivated(film: PracticeEnvironment) -> None:
    await film.control_client.post("people", {"name": "ruth", "real_name": "Ruth Adler", "channels": [FILM]})
    ts = await film.cast("Sable: a spokesperson --for 1h", user="ruth")
    await film.wait_for_ballot(ts)
    await film.press(DANIEL, ts, "vote:2")
    await film.wait_for_text(ts, "1 person voted")
    await film.press(MEI, ts, "close")
    await film.wait_for_ephemeral(MEI, "can close this vote")
    await film.control_client.post("people/ruth/deactivate", {})
    # Who somebody is, is remembered for a minute, but not across a restart.
    await stop(film.bot)
    await film.start_bot()
    await film.press(MEI, ts, "close")
    offer = await film.wait_for_ephemeral(MEI, "that account is closed")
    await film.press(MEI, offer["ts"], "take_over")
    await film.wait_for_text(ts, "led by <@U0MEITANAKA>")
    await film.press(MEI, ts, "lock")
    await film.wait_for_text(ts, "Sable is cast")


async def overflow_options(workspace: PracticeEnvironment, ts: str) -> dict[str, str]:
    """The menu behind three dots: what stands there, and what it carries."""
    for block in (await workspace.control_client.message(FILM, ts))["blocks"]:
        for element in block.get("elements", []):
            if element.get("type") == "overflow":
                return {option["text"]["text"]: option["value"] for option in element["options"]}
    raise AssertionError("no menu")
