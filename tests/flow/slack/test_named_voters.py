"""A vote of named people as they see it in Slack."""

import pytest

from playground.control.client import buttons_of, text_of
from playground.processes import stop
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment

pytestmark = pytest.mark.heavy

BOT_SETTINGS: dict[str, str] = {}


async def test_named_voters_vote_and_others_are_refused(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Maya: a fisherwoman near #harbour-film --voters @daniel, @mei --for 1h")
    await workspace.wait_for_ballot(ts)
    assert "fisherwoman near #harbour-film" in str(await workspace.control_client.thread(FILM, ts)), (
        "said as it was typed"
    )
    shown = await workspace.wait_for_text(ts, "0 of 2 voted")
    assert "2 people vote: <@U0DANIELOKA> and <@U0MEITANAKA>" in shown
    await workspace.press(LENA, ts, "vote:1")
    await workspace.wait_for_ephemeral(LENA, "can vote on Maya. Your vote was not counted")
    await workspace.control_client.react(LENA, FILM, ts, "two")
    await workspace.wait_for_ephemeral(LENA, "can vote on Maya")
    await workspace.press(DANIEL, ts, "vote:3")
    text = await workspace.wait_for_text(ts, "1 of 2 voted")
    assert "The remaining one can still change the leader" in text
    await workspace.press(MEI, ts, "vote:3")
    text = await workspace.wait_for_text(ts, "2 of 2 voted")
    assert "All votes are in" in text
    assert buttons_of(await workspace.control_client.message(FILM, ts))["lock"] == "Lock 3 …"

    async def announced() -> bool:
        return any("All votes are in for Maya" in text_of(m) for m in await workspace.control_client.thread(FILM, ts))

    await workspace.control_client.wait_for(announced, "the thread's line", 15)


async def test_unknown_voter_starts_nothing(workspace: PracticeEnvironment) -> None:
    text = await workspace.run_command("Otto: a pilot --voters @nobody,@mei")
    assert "I don't know @nobody in this workspace" in text
    assert "Nothing was started" in text


async def test_lead_extends_and_drops_from_the_menu(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Vera: a captain --for 1h")
    await workspace.wait_for_ballot(ts)
    menu = await overflow_options(workspace, ts)
    assert list(menu) == ["Extend a day", "Cancel round"]
    answer = await workspace.control_client.click(MEI, FILM, ts, "more", menu["Extend a day"])
    await workspace.wait_for_ephemeral(MEI, "Only <@U0LENAORTIZ> can extend this vote")
    before = (await workspace.control_client.message(FILM, ts))["blocks"]
    answer = await workspace.control_client.click(LENA, FILM, ts, "more", menu["Extend a day"])
    assert answer["ok"]
    await workspace.wait_for_ephemeral(LENA, "Voting on Vera now closes")
    assert (await workspace.control_client.message(FILM, ts))["blocks"] != before
    await workspace.control_client.click(
        LENA, FILM, ts, "more", (await overflow_options(workspace, ts))["Cancel round"]
    )
    confirmation = await workspace.wait_for_ephemeral(LENA, "Cancel the round for Vera?")
    await workspace.press(LENA, confirmation["ts"], "drop")
    await workspace.wait_for_text(ts, "The lead cancelled the round")


async def test_round_is_taken_over_when_the_lead_is_deactivated(workspace: PracticeEnvironment) -> None:
    await workspace.control_client.post("people", {"name": "ruth", "real_name": "Ruth Adler", "channels": [FILM]})
    ts = await workspace.cast("Sable: a spokesperson --for 1h", user="ruth")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:2")
    await workspace.wait_for_text(ts, "1 person voted")
    await workspace.press(MEI, ts, "close")
    await workspace.wait_for_ephemeral(MEI, "can close this vote")
    await workspace.control_client.post("people/ruth/deactivate", {})
    # Who somebody is, is remembered for a minute, but not across a restart.
    await stop(workspace.bot)
    await workspace.start_bot()
    await workspace.press(MEI, ts, "close")
    offer = await workspace.wait_for_ephemeral(MEI, "that account is deactivated")
    await workspace.press(MEI, offer["ts"], "take_over")
    await workspace.wait_for_text(ts, "led by <@U0MEITANAKA>")
    await workspace.press(MEI, ts, "lock")
    await workspace.wait_for_text(ts, "Sable is cast")


async def overflow_options(workspace: PracticeEnvironment, ts: str) -> dict[str, str]:
    """The menu behind three dots: what stands there, and what it carries."""
    for block in (await workspace.control_client.message(FILM, ts))["blocks"]:
        for element in block.get("elements", []):
            if element.get("type") == "overflow":
                return {option["text"]["text"]: option["value"] for option in element["options"]}
    raise AssertionError("no menu")
