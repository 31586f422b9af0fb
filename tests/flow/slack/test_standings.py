"""Standings in Slack: sent to one person, over what they may see, and shared in a channel."""

import pytest

from playground.control.client import Json, buttons_of, pictures_of, text_of
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, QUIET, PracticeEnvironment

pytestmark = pytest.mark.heavy

DIRECT_MESSAGES = {LENA: "D0LENAORTIZ", DANIEL: "D0DANIELOKA", MEI: "D0MEITANAKA"}


async def play_round(workspace: PracticeEnvironment, line: str, channel: str = FILM) -> None:
    """Play a blind round in which Daniel and Lena tick one candidate, to the lock."""
    ts = await workspace.cast(line, channel=channel)
    await workspace.wait_for_ballot(ts, channel)
    for user in (DANIEL, LENA):
        await workspace.press(user, ts, "vote:1", channel)
    await workspace.wait_for_text(ts, "2 people voted", channel)
    await workspace.press(LENA, ts, "lock", channel)
    await workspace.wait_for_text(ts, "is cast.", channel)


async def wait_for_standings(workspace: PracticeEnvironment, conversation: str, *expected: str) -> Json:
    """Return the newest message of a conversation that says all of this."""

    async def probe() -> Json | None:
        messages = reversed(await workspace.control_client.messages(conversation))
        return next((m for m in messages if all(words in text_of(m) for words in expected)), None)

    return await workspace.control_client.wait_for(probe, " and ".join(expected))


async def test_before_the_first_closed_round_nothing_is_compared(workspace: PracticeEnvironment) -> None:
    assert "direct message" in await workspace.run_command("standings")
    messages = await workspace.control_client.messages(DIRECT_MESSAGES[LENA])
    assert "nothing to compare" in text_of(messages[-1])


async def test_a_closed_blind_round_counts_and_a_named_one_does_not(workspace: PracticeEnvironment) -> None:
    await play_round(workspace, "Maya: weathered fisherwoman --look skin")
    await play_round(workspace, "Otto: a pilot --models recraft,gpt-image-2")
    await workspace.run_command("standings")
    message = await wait_for_standings(workspace, DIRECT_MESSAGES[LENA], "in this production", "1 blind round counted")
    text = text_of(message)
    assert "Too early" in text
    assert "1 had models named by hand" in text
    assert list(buttons_of(message)) == ["standings:workspace", "share_standings"]
    await workspace.press(LENA, message["ts"], "share_standings", DIRECT_MESSAGES[LENA])
    shared = await wait_for_standings(workspace, FILM, "in this production", "1 blind round counted")
    assert not buttons_of(shared)


async def test_rounds_of_a_channel_that_a_person_is_not_in_do_not_count(workspace: PracticeEnvironment) -> None:
    await play_round(workspace, "Sable: a spokesperson --look skin", QUIET)
    for user, counted in ((LENA, "2 blind rounds counted"), (MEI, "1 blind round counted")):
        await workspace.run_command("standings", user)
        message = await wait_for_standings(workspace, DIRECT_MESSAGES[user], "Standings in this production")
        await workspace.press(user, message["ts"], "standings:workspace", DIRECT_MESSAGES[user])
        await wait_for_standings(workspace, DIRECT_MESSAGES[user], "in all channels that you see", counted)


async def test_two_meetings_of_a_pair_have_a_picture(workspace: PracticeEnvironment) -> None:
    async def picture() -> str | None:
        message = await wait_for_standings(workspace, DIRECT_MESSAGES[LENA], "2 blind rounds counted")
        return next(iter(pictures_of(message)), None)

    file_id = await workspace.control_client.wait_for(picture, "the picture")
    assert (await workspace.control_client.download_file(file_id)).startswith(b"\x89PNG")
