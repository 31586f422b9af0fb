"""None of these under the numbers, and the names of the voters after the close."""

import pytest

from playground.control.client import buttons_of, text_of
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment

pytestmark = pytest.mark.heavy


async def test_none_of_these_and_the_names_after_the_close(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Wren: a fisherwoman")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:2")
    await workspace.press(MEI, ts, "vote_none")
    await workspace.wait_for_ephemeral(MEI, "Your answer for Wren is none of these")
    await workspace.wait_for_text(ts, "2 people voted")
    await workspace.press(DANIEL, ts, "vote_none")
    await workspace.wait_for_ephemeral(DANIEL, "You voted for 2, so None of these was not counted")
    shown = buttons_of(await workspace.control_client.message(FILM, ts))
    assert shown["vote_none"] == "None of these · 1"
    assert "who_voted" not in shown
    await workspace.press(LENA, ts, "close")
    await workspace.wait_for_text(ts, "1 person found no convincing portrait")
    await workspace.press(DANIEL, ts, "who_voted")
    modal = await workspace.wait_for_modal(DANIEL, "who voted for what")
    assert f"1 vote\n<@{DANIEL}>" in text_of(modal)
    assert f"*None of these* · 1 person\n<@{MEI}>" in text_of(modal)


async def test_sealed_ballot_never_names_its_voters(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Corin: a pilot --ballot sealed")
    await workspace.wait_for_text(ts, "No votes yet")
    await workspace.press(LENA, ts, "close")
    await workspace.wait_for_text(ts, "voting is closed")
    assert "who_voted" not in buttons_of(await workspace.control_client.message(FILM, ts))
