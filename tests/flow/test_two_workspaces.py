"""Two practice workspaces, one bot: both cast at once, and neither sees, hears or spends anything of the other."""

import asyncio
from collections.abc import AsyncIterator
from decimal import ROUND_UP, Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

from bot.catalogue import Size
from playground.door import Json, pictures_of, text_of
from playground.people import INSTALLS, LANTERN, LANTERN_FILM, NOOR, PRIYA, TEAM, TOMAS
from playground.processes import Workspace, bot_environment, start_bot, stop
from providers.registry import MODELS
from tests.flow.house import DANIEL, FILM, LENA, MEI, House, house

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOKENS = ",".join(install.token for install in INSTALLS)
GONE = "This is no longer here"
PRICES = {m.name: m.prices[Size.DRAFT] for m in MODELS}
ONE_ROUND = 2 * PRICES["recraft"] + 2 * PRICES["gpt-image-2"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("both"), SLACK_BOT_TOKEN=TOKENS) as opened:
        yield opened


async def locked(at: House, line: str, lead: str, voter: str, channel: str, number: int) -> str:
    """A character cast to the end with one vote for `number`; the address of the record."""
    ts = await at.cast(line, lead, channel)
    await at.ballot(ts, channel)
    await at.press(voter, ts, f"vote:{number}", channel)
    await at.reads(ts, "1 person voted", channel)
    await at.press(lead, ts, "lock", channel)
    await at.reads(ts, "is cast", channel)
    return ts


async def home_of(at: House, user: str, words: str) -> str:
    """What a person's home says once it says `words`."""
    await at.door.post(f"people/{user}/home", {"tab": "home"})

    async def shown() -> str | None:
        view = (await at.door.get("state", user=user))["homes"].get(user)
        text = text_of(view) if view else ""
        return text if words in text else None

    return await at.door.until(shown, f"a home with {words!r}", 10)


def value_of(message: Json, action_id: str) -> str:
    """What a button of the message carries."""
    elements = (e for block in message["blocks"] for e in block.get("elements", []))
    return str(next(e["value"] for e in elements if e.get("action_id") == action_id))


async def test_the_same_character_is_cast_in_both_at_once_and_each_has_its_own_face(both: House) -> None:
    harbour, lantern = await asyncio.gather(
        both.cast("Maya: a fisherwoman with a grey plait", LENA, FILM),
        both.cast("Maya: a lamplighter in a brass collar", NOOR, LANTERN_FILM),
    )
    sheets = await asyncio.gather(both.ballot(harbour, FILM), both.ballot(lantern, LANTERN_FILM))
    assert set(pictures_of(sheets[0])).isdisjoint(pictures_of(sheets[1]))
    await both.door.react(DANIEL, FILM, harbour, "two")
    await both.press(MEI, harbour, "vote:2")
    await both.door.react(TOMAS, LANTERN_FILM, lantern, "three")
    await both.press(PRIYA, lantern, "vote:3", LANTERN_FILM)
    await both.press(PRIYA, lantern, "vote:1", LANTERN_FILM)
    await both.labelled(harbour, {"vote:1": "1", "vote:2": "2 · 2", "vote:3": "3"}, FILM)
    await both.labelled(lantern, {"vote:1": "1 · 1", "vote:2": "2", "vote:3": "3 · 2"}, LANTERN_FILM)
    await asyncio.gather(
        both.press(LENA, harbour, "lock", FILM),
        both.press(NOOR, lantern, "lock", LANTERN_FILM),
    )
    assert "Candidate 2" in await both.reads(harbour, "Maya is cast", FILM)
    assert "Candidate 3" in await both.reads(lantern, "Maya is cast", LANTERN_FILM)
    for user, channel, theirs, others in (
        (MEI, FILM, "fisherwoman", "lamplighter"),
        (PRIYA, LANTERN_FILM, "lamplighter", "fisherwoman"),
    ):
        told = await both.asks("Maya", user, channel)
        assert theirs in told
        assert others not in told


async def test_nobody_finds_lists_or_is_offered_a_face_of_the_other_workspace(both: House) -> None:
    await locked(both, "Ottilie: a harbour pilot, 50", LENA, DANIEL, FILM, 1)
    await locked(both, "Barnaby: a shop window dresser", NOOR, TOMAS, LANTERN_FILM, 1)
    for user, channel, lines, hidden in (
        (PRIYA, LANTERN_FILM, ("Ottilie", "Ottilia", "Otilly"), "Ottilie"),
        (MEI, FILM, ("Barnaby", "Barnabi", "Barnabe"), "Barnaby"),
    ):
        for line in lines:
            told = await both.asks(line, user, channel)
            assert f"No {line} here" in told
            assert hidden not in told.replace(line, "")
        assert hidden not in await both.asks("list", user, channel)
    assert "Barnaby" in await both.asks("Barnabi", PRIYA, LANTERN_FILM), "where it was cast it is found"
    assert "Ottilie" in await both.asks("list", MEI, FILM)


async def test_a_home_shows_the_votes_the_faces_and_the_money_of_its_own_workspace(both: House) -> None:
    await both.ballot(await both.cast("Wilma: a night watchman", LENA, FILM), FILM)
    await both.ballot(await both.cast("Posing: a lighting designer", NOOR, LANTERN_FILM), LANTERN_FILM)
    hers, theirs = await home_of(both, MEI, "Wilma"), await home_of(both, PRIYA, "Posing")
    for name in ("Posing", "Barnaby"):
        assert name not in hers
    for name in ("Wilma", "Ottilie"):
        assert name not in theirs


@pytest.mark.parametrize("action", ["vote:1", "lock", "close", "reroll"])
async def test_a_button_that_carries_an_id_of_the_other_workspace_does_nothing(both: House, action: str) -> None:
    """The bot's own token posts a button that no bot of ours would: what Slack would then send is a true envelope."""
    ts = await both.cast(f"Forged {action.replace(':', ' ')}: a customs officer", NOOR, LANTERN_FILM)
    message = await both.ballot(ts, LANTERN_FILM)
    await both.press(TOMAS, ts, "vote:2", LANTERN_FILM)
    await both.labelled(ts, {"vote:2": "2 · 1"}, LANTERN_FILM)
    before = text_of(await both.door.message(LANTERN_FILM, ts))
    button = {"type": "button", "action_id": action, "text": {"type": "plain_text", "text": "Press"}}
    blocks = [{"type": "actions", "elements": [button | {"value": value_of(message, action)}]}]
    client = AsyncWebClient(INSTALLS[0].token, base_url=f"{both.workspace.address}/slack/api/")
    forged = str((await client.chat_postMessage(channel=FILM, text="A forged button", blocks=blocks))["ts"])
    await both.press(LENA, forged, action, FILM)
    assert GONE in (await both.told(LENA, GONE, FILM, after=float(forged)))["text"]
    assert text_of(await both.door.message(LANTERN_FILM, ts)) == before
    await both.press(PRIYA, ts, "vote:1", LANTERN_FILM)
    await both.labelled(ts, {"vote:1": "1 · 1", "vote:2": "2 · 1"}, LANTERN_FILM)


async def test_what_is_said_privately_is_said_in_the_workspace_that_asked(both: House) -> None:
    asked = (await both.door.calls("chat.postEphemeral"))[-1:]
    await both.door.mention(TOMAS, LANTERN_FILM, "help")
    await both.told(TOMAS, "Cast a face together", LANTERN_FILM)
    calls = await both.door.calls("chat.postEphemeral")
    assert calls[-1:] != asked
    assert all(call["ok"] for call in calls)


async def test_money_spent_in_one_workspace_is_not_missing_in_the_other(tmp_path: Path) -> None:
    cap = str((ONE_ROUND + Decimal("0.01")).quantize(Decimal("0.01"), ROUND_UP))
    async with house(tmp_path, SLACK_BOT_TOKEN=TOKENS, MAX_USD_PER_DAY=cap) as frugal:
        await frugal.ballot(await frugal.cast("First: a diver", LENA, FILM), FILM)
        assert "of today's" in await frugal.asks("Second: a deckhand", LENA, FILM)
        ts = await frugal.cast("First: a model maker", NOOR, LANTERN_FILM)
        await frugal.ballot(ts, LANTERN_FILM)
        assert "of today's" in await frugal.asks("Second: a neon bender", NOOR, LANTERN_FILM)


async def test_a_token_that_slack_turns_down_costs_the_others_nothing(tmp_path: Path) -> None:
    dead = "xoxb-revoked-yesterday"
    async with house(tmp_path, SLACK_BOT_TOKEN=f"{dead}, {INSTALLS[1].token}") as half:
        ts = await half.cast("Maya: a lamplighter", NOOR, LANTERN_FILM)
        await half.ballot(ts, LANTERN_FILM)
        answer = await half.door.command(LENA, FILM, "Maya: a fisherwoman")
        assert answer["ok"], "Slack has been answered"
        assert "not set up for this workspace" in text_of(await half.told(LENA, "not set up"))
        await half.door.mention(LENA, FILM, "who is Maya?")
        assert [m for m in await half.door.messages(FILM) if m.get("bot_id")] == []
        assert "bot_token_turned_down" in half.log
        assert any("unknown_workspace" in line and TEAM in line for line in half.log.splitlines())
        assert dead not in half.log


async def test_an_uninstall_in_one_workspace_leaves_the_other_at_work(tmp_path: Path) -> None:
    async with house(tmp_path, SLACK_BOT_TOKEN=TOKENS) as left:
        theirs = await left.cast("Maya: a lamplighter", NOOR, LANTERN_FILM)
        await left.ballot(theirs, LANTERN_FILM)
        await left.door.post("slack/uninstall", {"team": LANTERN})
        await locked(left, "Maya: a fisherwoman", LENA, DANIEL, FILM, 2)


async def test_without_a_workspace_the_bot_says_so_and_ends(tmp_path: Path) -> None:
    workspace = await Workspace.start(tmp_path)
    try:
        variables = await workspace.environment() | {"SLACK_BOT_TOKEN": "xoxb-one-gone,xoxb-two-gone"}
        bot = await start_bot(bot_environment(tmp_path, variables), tmp_path / "bot.log")
        assert await asyncio.wait_for(bot.wait(), 30) == 1
    finally:
        await stop(workspace.process)
    said = (tmp_path / "bot.log").read_text("utf-8")
    assert "Slack takes none of the tokens in SLACK_BOT_TOKEN" in said
    assert "doctor" in said
    assert "Traceback" not in said
    assert "-gone" not in said
    assert not (tmp_path / "bot" / "castroom.sqlite").exists(), "nothing was opened for nobody"
