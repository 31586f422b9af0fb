"""A channel is archived, renamed or closed to the bot, a person renamed or gone, in the middle of a round."""

import pytest

from playground.control.client import buttons_of, pictures_of, text_of
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment
from tests.support.steps import start_ballot, vote_and_lock

pytestmark = pytest.mark.heavy

MODEL_SECONDS = 0.05

LENA_DM = "D0LENAORTIZ"


async def perform_user_action(
    workspace: PracticeEnvironment, action: str, user: str = LENA, **fields: str | None
) -> None:
    answer = await workspace.control_client.post(f"people/{user}/{action}", fields)
    assert answer["ok"], answer


async def new_channel(workspace: PracticeEnvironment, name: str, *, private: bool = False) -> str:
    members = ["lena", "daniel", "mei", "U0CASTROOM"]
    created = await workspace.control_client.post("channels", {"name": name, "private": private, "members": members})
    return str(created["channel"]["id"])


async def wait_for_lena_dm(workspace: PracticeEnvironment, expected: str) -> str:
    async def probe() -> str | None:
        return next(
            (text_of(m) for m in await workspace.control_client.messages(LENA_DM) if expected in text_of(m)), None
        )

    return await workspace.control_client.wait_for(probe, f"the words {expected!r} in Lena's own messages", 30)


@pytest.mark.parametrize("how", ["archived", "removed"])
async def test_round_waits_while_its_channel_is_closed_to_the_bot(workspace: PracticeEnvironment, how: str) -> None:
    channel = await new_channel(workspace, f"wrapped-{how}", private=True)
    action, reverse_action = ("archive", "unarchive") if how == "archived" else ("remove", "invite")
    await workspace.control_client.post("models/gpt-image-2/latency", {"least": 1.5, "most": 1.5})
    ts = await workspace.cast(f"Wrapped {how}: a cook --each 1 --models recraft,gpt-image-2", LENA, channel)
    await perform_user_action(workspace, action, channel=channel)
    notice = await wait_for_lena_dm(workspace, f"the message of Wrapped {how} is not updated there")
    assert "Nothing is lost" in notice
    await workspace.control_client.post("models/gpt-image-2/latency", {"least": 0.05, "most": 0.05})
    await perform_user_action(workspace, reverse_action, channel=channel)
    await workspace.wait_for_ballot(ts, channel, 30)
    assert len(pictures_of(await workspace.control_client.message(channel, ts))) == 1
    await vote_and_lock(workspace, ts, f"Wrapped {how}", channel)
    notes = [m for m in await workspace.control_client.messages(LENA_DM) if f"Wrapped {how}" in text_of(m)]
    assert len(notes) == 1


async def test_ballot_in_an_archived_channel_closes_on_time(
    workspace: PracticeEnvironment,
) -> None:
    channel = await new_channel(workspace, "shelved")
    ts = await start_ballot(workspace, "Shelved: a cook", channel)
    await workspace.press(DANIEL, ts, "vote:2", channel)
    await workspace.wait_for_labels(ts, {"vote:2": "2 · 1"}, channel)
    await perform_user_action(workspace, "archive", channel=channel)
    await workspace.press(LENA, ts, "close", channel)
    notice = await wait_for_lena_dm(workspace, "the message of Shelved is not updated there")
    assert "2 leads: 1 of 1 person voted for it" in notice
    assert "vote:2" in buttons_of(await workspace.control_client.message(channel, ts)), "nothing can change there"
    await perform_user_action(workspace, "unarchive", channel=channel)
    await workspace.wait_for_button(ts, "extend", channel, 30)
    await workspace.press(LENA, ts, "lock", channel)
    await workspace.wait_for_text(ts, "Shelved is cast", channel)


async def test_renamed_channel_and_user_keep_their_votes(workspace: PracticeEnvironment) -> None:
    channel = await new_channel(workspace, "first-title")
    ts = await start_ballot(workspace, "Renamed: a cook", channel)
    await workspace.press(DANIEL, ts, "vote:2", channel)
    await perform_user_action(workspace, "rename", channel=channel, name="second-title")
    await perform_user_action(workspace, "rename", DANIEL, name="Daniel Okafor-Reyes")
    await workspace.press(LENA, ts, "close", channel)
    await workspace.wait_for_text(ts, "2 leads: 1 of 1 person", channel)
    await workspace.press(LENA, ts, "lock", channel)
    await workspace.wait_for_text(ts, "Renamed is cast", channel)
    assert "Renamed" in await workspace.run_command("Renamed", MEI, channel)


async def test_votes_of_a_deactivated_user_count(workspace: PracticeEnvironment) -> None:
    created = await workspace.control_client.post(
        "people", {"name": "extra", "real_name": "Extra One", "channels": [FILM]}
    )
    extra = str(created["person"]["id"])
    ts = await start_ballot(workspace, "Left: a cook")
    await workspace.press(extra, ts, "vote:2")
    await workspace.control_client.react(extra, FILM, ts, "one")
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 1", "vote:2": "2 · 1"})
    await perform_user_action(workspace, "deactivate", extra)
    await workspace.press(LENA, ts, "close")
    assert "1 and 2 are tied with 1 vote each" in await workspace.wait_for_text(ts, "voting is closed")
