"""Slack refuses one kind of block, element or property: a round goes from /cast to the lock all the same."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

import pytest

from playground.control.client import Json, buttons_of, pictures_of, text_of
from playground.processes import stop
from playground.seed_data import INSTALLS, LANTERN_FILM, NOOR, TOMAS
from tests.support.practice_environment import DANIEL, FILM, LENA, PracticeEnvironment

pytestmark = pytest.mark.heavy

MODEL_SECONDS = 0.05

# Every kind of block and element that stands in a round's messages, and what Slack may refuse of them.
REFUSED_KINDS: dict[str, tuple[str, ...]] = {
    **{kind: (kind,) for kind in ("header", "section", "context", "rich_text", "image", "actions", "static_select")},
    "marked-up text": ("mrkdwn",),
    "questions": ("confirm",),
    "whatever may be left out": ("confirm", "style", "accessibility_label", "accessory", "expand", "verbatim"),
}


@dataclass(frozen=True)
class Team:
    """A workspace's people, for its message updates are counted apart: 45 a minute."""

    channel: str
    lead: str
    voter: str


HARBOUR = Team(FILM, LENA, DANIEL)
TEAMS = (HARBOUR, Team(LANTERN_FILM, NOOR, TOMAS))
BOT_SETTINGS = {"SLACK_BOT_TOKEN": ",".join(install.token for install in INSTALLS)}


async def refuse_blocks(workspace: PracticeEnvironment, *kinds: str) -> None:
    answer = await workspace.control_client.post("slack/settings", {"refused_blocks": kinds})
    assert answer["settings"]["refused_blocks"] == list(kinds)


async def start_ballot(workspace: PracticeEnvironment, line: str, team: Team) -> str:
    ts = await workspace.cast(f"{line} --each 1 --models recraft,gpt-image-2", team.lead, team.channel)
    await workspace.wait_for_ballot(ts, team.channel)
    return ts


def decide_action_ids(message: Json) -> Sequence[str]:
    """The lead's choices of a face, as buttons in the place of the menu."""
    return [name for name in buttons_of(message) if name.endswith(":decide")]


def static_selects(message: Json) -> list[Json]:
    elements = [e for b in message["blocks"] for e in b.get("elements", [])]
    return [e for e in elements if e.get("type") == "static_select"]


@pytest.mark.parametrize(("kind", "team"), [*zip(REFUSED_KINDS, cycle(TEAMS))])
async def test_full_round_works_while_slack_refuses_one_block_kind(
    workspace: PracticeEnvironment, kind: str, team: Team
) -> None:
    await refuse_blocks(workspace, *REFUSED_KINDS[kind])
    channel, now = team.channel, time.time()
    ts = await start_ballot(workspace, f"No {kind.replace('_', ' ')}: a cook with salt on his hands", team)
    message = await workspace.control_client.message(channel, ts)
    assert kind == "image" or pictures_of(message), "whatever else is refused, the sheet is shown"
    await workspace.press(team.voter, ts, "vote:1", channel)
    await workspace.wait_for_ephemeral(team.voter, "You voted for 1", after=now)
    await workspace.press(team.lead, ts, "close", channel)
    message = await workspace.wait_for_button(ts, "extend", channel)
    assert "1 leads" in text_of(message)
    if chosen := decide_action_ids(message):
        assert len(chosen) == 2
        await workspace.confirm_after_click(team.lead, ts, chosen[1], None, channel)
    else:
        (menu,) = static_selects(message)
        option = menu["options"][1]["value"]
        await workspace.confirm_after_click(team.lead, ts, menu["action_id"], option, channel)
    assert "is cast" in await workspace.wait_for_text(ts, "Candidate 2", channel)
    await workspace.press(team.voter, ts, "facts", channel)
    assert "SHA-256" in text_of(await workspace.wait_for_ephemeral(team.voter, "SHA-256", after=now))


async def test_emoji_votes_work_without_buttons_until_a_restart(workspace: PracticeEnvironment) -> None:
    await refuse_blocks(workspace, "button")
    ts = await workspace.cast("Bare: a cook --each 1 --models recraft,gpt-image-2")
    assert "the vote counts number emoji" in await workspace.wait_for_text(ts, "No votes yet")
    assert buttons_of(await workspace.control_client.message(FILM, ts)) == {}
    await workspace.control_client.react(DANIEL, FILM, ts, "two")
    await workspace.wait_for_text(ts, "1 person voted")
    await refuse_blocks(workspace)
    await stop(workspace.bot)
    await workspace.start_bot()
    await workspace.wait_for_button(ts, "close")
    await workspace.press(LENA, ts, "close")
    await workspace.wait_for_text(ts, "2 leads")
