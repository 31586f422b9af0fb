"""What comes after the vote, as people in Slack see it: the record, unlocks, re-casts, versions and the history."""

import pytest

from playground.control.client import Json, buttons_of, pictures_of, text_of
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment

pytestmark = pytest.mark.heavy


async def cast_character(workspace: PracticeEnvironment, line: str) -> str:
    """A character with a face: candidate 1 has two votes, candidate 2 one."""
    ts = await workspace.cast(f"{line} --models recraft --each 2 --for 1h")
    await vote_and_lock(workspace, ts)
    return ts


async def vote_and_lock(workspace: PracticeEnvironment, ts: str) -> None:
    await workspace.wait_for_ballot(ts)
    for user, action in ((DANIEL, "vote:1"), (LENA, "vote:1"), (DANIEL, "vote:2")):
        await workspace.press(user, ts, action)
    await workspace.press(LENA, ts, "close")
    await workspace.wait_for_text(ts, "1 leads: 2 of 2")
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_button(ts, "recast_face")


async def open_recast_form(workspace: PracticeEnvironment, ts: str, expected: str, user: str = LENA) -> Json:
    await workspace.press(user, ts, "recast_face")
    return await workspace.wait_for_modal(user, expected)


async def wait_for_new_round(workspace: PracticeEnvironment, before: set[str]) -> str:
    async def probe() -> str | None:
        messages = await workspace.control_client.messages(FILM)
        return next((str(m["ts"]) for m in messages if m["ts"] not in before and m.get("metadata")), None)

    return await workspace.control_client.wait_for(probe, "the new round's message")


async def submit_recast(workspace: PracticeEnvironment, view: Json, **values: str) -> str:
    """The form sent in by Lena; the message of the round it opens."""
    before = {m["ts"] for m in await workspace.control_client.messages(FILM)}
    answer = await workspace.control_client.submit(LENA, view["id"], values)
    assert answer["ok"], answer
    return await wait_for_new_round(workspace, before)


async def test_recast_keeps_the_face_and_versions_can_be_compared(workspace: PracticeEnvironment) -> None:
    ts = await cast_character(workspace, "Ines: a pilot")
    text = await workspace.wait_for_text(ts, "On hold")
    assert "*Candidate 1 · " in text
    assert "2 of 2 votes · $0.0" in text
    assert "On hold: *2* · " in text
    assert "versions" not in buttons_of(await workspace.control_client.message(FILM, ts)), "there is one"
    await workspace.press(MEI, ts, "recast_face")
    await workspace.wait_for_ephemeral(MEI, "can re-cast or unlock this face")
    view = await open_recast_form(workspace, ts, "Ines has version 1")
    new_ts = await submit_recast(workspace, view, how="keep", reason="too young for the third act", brief="a pilot, 60")
    text = await workspace.wait_for_text(new_ts, "Re-cast: too young for the third act")
    assert "|version 1> stays until another face is locked" in text
    assert "a pilot, 60" in text
    assert "Ines is cast." in text_of(await workspace.control_client.message(FILM, ts)), "she keeps her face meanwhile"
    assert "Version 1 can still be unlocked" in text_of(
        await open_recast_form(workspace, ts, "Ines is being cast right now")
    )
    assert "Cast in" in await workspace.run_command("Ines", MEI)
    await vote_and_lock(workspace, new_ts)
    await workspace.wait_for_text(new_ts, "version 2")
    await workspace.wait_for_text(ts, "is Ines's face now")
    assert "recast_face" not in buttons_of(await workspace.control_client.message(FILM, ts))
    await workspace.press(MEI, new_ts, "versions")
    modal = await workspace.wait_for_modal(MEI, "Show large below")
    assert len(pictures_of(modal)) == 1, "both versions in one picture"
    assert "in versions 1 and 2, side by side" in text_of(modal)
    assert "Re-cast: too young for the third act." in text_of(modal)


async def test_unlocked_face_stays_in_the_history(workspace: PracticeEnvironment) -> None:
    ts = await cast_character(workspace, "Otto: a stoker")
    view = await open_recast_form(workspace, ts, "Otto has version 1")
    answer = await workspace.control_client.submit(LENA, view["id"], {"how": "only_unlock", "reason": "  "})
    assert list(answer["errors"]) == ["reason"]
    values = {"how": "only_unlock", "reason": "the actor said yes after all"}
    assert (await workspace.control_client.submit(LENA, view["id"], values))["ok"]
    text = await workspace.wait_for_text(ts, f"Unlocked by <@{LENA}>")
    assert "the actor said yes after all. Otto has no face now." in text
    assert "finish" not in buttons_of(await workspace.control_client.message(FILM, ts))
    recalled = await workspace.run_command("Otto", MEI)
    assert "Otto has no face now. Version 1 was unlocked by" in recalled
    assert "Show version 1" in recalled
    assert "no face now, version 1 unlocked" in await workspace.run_command("list", MEI)
    text = await workspace.run_command("history Otto", MEI)
    expected_order = (
        "Version 1 unlocked by",
        "Version 1 locked by",
        "Voting closed by",
        "people voted: ",
        "spent by",
        "Started",
    )
    positions = [text.index(words) for words in expected_order]
    assert positions == sorted(positions), text
    assert f"2 people voted: <@{DANIEL}> and <@{LENA}>" in text
    assert "1 face · $0." in text
    new_ts = await workspace.cast("Otto: an older stoker")
    assert "Re-cast" not in text_of(await workspace.control_client.message(FILM, new_ts)), (
        "it asks for no yes and casts nobody anew"
    )


async def test_unlock_and_recast_updates_the_old_record(workspace: PracticeEnvironment) -> None:
    ts = await cast_character(workspace, "Vera: a captain")
    view = await open_recast_form(workspace, ts, "Vera has version 1")
    new_ts = await submit_recast(workspace, view, how="unlock", reason="rights")
    assert "version 1> was unlocked" in await workspace.wait_for_text(new_ts, "Re-cast: rights")
    await workspace.wait_for_text(ts, "Vera has no face now.")
    await workspace.press(LENA, ts, "recast_face")
    await workspace.wait_for_ephemeral(LENA, "Vera is being cast right now")
