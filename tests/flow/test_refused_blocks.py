"""Slack refuses one kind of block, element or property: a round goes from /cast to the lock all the same."""

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import cycle

import pytest
import pytest_asyncio

from playground.door import Json, buttons_of, pictures_of, text_of
from playground.people import INSTALLS, LANTERN_FILM, NOOR, TOMAS
from playground.processes import stop
from tests.flow.house import DANIEL, FILM, LENA, House, house

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Every kind of block and element that stands in a round's messages, and what Slack may refuse of them.
KINDS: dict[str, tuple[str, ...]] = {
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
TOKENS = ",".join(install.token for install in INSTALLS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("film"), SLACK_BOT_TOKEN=TOKENS) as opened:
        await opened.at_ease()
        await opened.door.post("models/*/latency", {"least": 0.05, "most": 0.05})
        await opened.door.post("slack/settings", {"file_ready_seconds": 0})
        yield opened


async def refusing(film: House, *kinds: str) -> None:
    answer = await film.door.post("slack/settings", {"refused_blocks": kinds})
    assert answer["settings"]["refused_blocks"] == list(kinds)


async def ballot(film: House, line: str, team: Team) -> str:
    ts = await film.cast(f"{line} --each 1 --models recraft,gpt-image-2", team.lead, team.channel)
    await film.ballot(ts, team.channel)
    return ts


def decisions(message: Json) -> Sequence[str]:
    """The lead's choices of a face, as buttons in the place of the menu."""
    return [name for name in buttons_of(message) if name.endswith(":decide")]


def menus(message: Json) -> list[Json]:
    elements = [e for b in message["blocks"] for e in b.get("elements", [])]
    return [e for e in elements if e.get("type") == "static_select"]


@pytest.mark.parametrize(("kind", "team"), [*zip(KINDS, cycle(TEAMS))])
async def test_while_slack_refuses_one_kind_a_round_is_cast_voted_on_closed_and_locked(
    film: House, kind: str, team: Team
) -> None:
    await refusing(film, *KINDS[kind])
    channel, now = team.channel, time.time()
    ts = await ballot(film, f"No {kind.replace('_', ' ')}: a cook with salt on his hands", team)
    message = await film.door.message(channel, ts)
    assert kind == "image" or pictures_of(message), "whatever else is refused, the sheet is shown"
    await film.press(team.voter, ts, "vote:1", channel)
    await film.told(team.voter, "vote for 1", after=now)
    await film.press(team.lead, ts, "close", channel)
    message = await film.shows(ts, "extend", channel)
    assert "1 leads" in text_of(message)
    if chosen := decisions(message):
        assert len(chosen) == 2
        await film.press(team.lead, ts, chosen[1], channel)
    else:
        (menu,) = menus(message)
        await film.door.click(team.lead, channel, ts, menu["action_id"], menu["options"][1]["value"])
    assert "is cast" in await film.reads(ts, "Candidate 2", channel)
    await film.press(team.voter, ts, "facts", channel)
    assert "SHA-256" in text_of(await film.told(team.voter, "SHA-256", after=now))


async def test_without_any_buttons_people_vote_by_emoji_until_a_start_brings_the_buttons_back(film: House) -> None:
    await refusing(film, "button")
    ts = await film.cast("Bare: a cook --each 1 --models recraft,gpt-image-2")
    assert "the vote counts number emoji" in await film.reads(ts, "Nobody has voted yet")
    assert buttons_of(await film.door.message(FILM, ts)) == {}
    await film.door.react(DANIEL, FILM, ts, "two")
    await film.reads(ts, "1 person voted")
    await refusing(film)
    await stop(film.bot)
    await film.start_bot()
    await film.shows(ts, "close")
    await film.press(LENA, ts, "close")
    await film.reads(ts, "2 leads")
