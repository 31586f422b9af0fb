"""Two practice workspaces, one bot: both cast at once, and neither sees, hears or spends anything of the other."""

import asyncio
from collections.abc import AsyncIterator
from decimal import ROUND_UP, Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.catalogue import Size
from playground.control.client import Json, pictures_of, text_of
from playground.processes import WorkspaceProcess, bot_environment, start_bot, stop
from playground.seed_data import INSTALLS, LANTERN, LANTERN_FILM, NOOR, PRIYA, TEAM, TOMAS
from providers.registry import MODELS
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment, practice_environment
from tests.support.time_factor import scaled

pytestmark = [pytest.mark.heavy, pytest.mark.asyncio(loop_scope="module")]

TOKENS = ",".join(install.token for install in INSTALLS)
NOT_AVAILABLE_TEXT = "This is no longer available"
PRICES = {m.name: m.prices[Size.DRAFT] for m in MODELS}
ROUND_PRICE = 2 * PRICES["recraft"] + 2 * PRICES["gpt-image-2"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def environment(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PracticeEnvironment]:
    async with practice_environment(tmp_path_factory.mktemp("both"), {"SLACK_BOT_TOKEN": TOKENS}) as opened:
        yield opened


async def cast_and_lock(
    environment: PracticeEnvironment, line: str, lead: str, voter: str, channel: str, number: int
) -> str:
    """A character cast to the end with one vote for `number`; the address of the record."""
    ts = await environment.cast(line, lead, channel)
    await environment.wait_for_ballot(ts, channel)
    await environment.press(voter, ts, f"vote:{number}", channel)
    await environment.wait_for_text(ts, "1 person voted", channel)
    await environment.press(lead, ts, "lock", channel)
    await environment.wait_for_text(ts, "is cast", channel)
    return ts


async def wait_for_home(environment: PracticeEnvironment, user: str, expected: str) -> str:
    """What a person's home says once it says `words`."""
    await environment.control_client.post(f"people/{user}/home", {"tab": "home"})

    async def shown() -> str | None:
        view = (await environment.control_client.get("state", user=user))["homes"].get(user)
        text = text_of(view) if view else ""
        return text if expected in text else None

    return await environment.control_client.wait_for(shown, f"a home with {expected!r}", 10)


def button_value(message: Json, action_id: str) -> str:
    """What a button of the message carries."""
    elements = (e for block in message["blocks"] for e in block.get("elements", []))
    return str(next(e["value"] for e in elements if e.get("action_id") == action_id))


async def test_both_workspaces_cast_the_same_name_independently(environment: PracticeEnvironment) -> None:
    harbour, lantern = await asyncio.gather(
        environment.cast("Maya: a fisherwoman with a grey plait", LENA, FILM),
        environment.cast("Maya: a lamplighter in a brass collar", NOOR, LANTERN_FILM),
    )
    sheets = await asyncio.gather(
        environment.wait_for_ballot(harbour, FILM), environment.wait_for_ballot(lantern, LANTERN_FILM)
    )
    assert set(pictures_of(sheets[0])).isdisjoint(pictures_of(sheets[1]))
    await environment.control_client.react(DANIEL, FILM, harbour, "two")
    await environment.press(MEI, harbour, "vote:2")
    await environment.control_client.react(TOMAS, LANTERN_FILM, lantern, "three")
    await environment.press(PRIYA, lantern, "vote:3", LANTERN_FILM)
    await environment.press(PRIYA, lantern, "vote:1", LANTERN_FILM)
    await environment.wait_for_labels(harbour, {"vote:1": "1", "vote:2": "2 · 2", "vote:3": "3"}, FILM)
    await environment.wait_for_labels(lantern, {"vote:1": "1 · 1", "vote:2": "2", "vote:3": "3 · 2"}, LANTERN_FILM)
    await asyncio.gather(
        environment.press(LENA, harbour, "lock", FILM),
        environment.press(NOOR, lantern, "lock", LANTERN_FILM),
    )
    assert "Candidate 2" in await environment.wait_for_text(harbour, "Maya is cast", FILM)
    assert "Candidate 3" in await environment.wait_for_text(lantern, "Maya is cast", LANTERN_FILM)
    for user, channel, theirs, others in (
        (MEI, FILM, "fisherwoman", "lamplighter"),
        (PRIYA, LANTERN_FILM, "lamplighter", "fisherwoman"),
    ):
        text = await environment.run_command("Maya", user, channel)
        assert theirs in text
        assert others not in text


async def test_faces_of_another_workspace_are_never_found_or_listed(environment: PracticeEnvironment) -> None:
    await cast_and_lock(environment, "Ottilie: a harbour pilot, 50", LENA, DANIEL, FILM, 1)
    await cast_and_lock(environment, "Barnaby: a shop window dresser", NOOR, TOMAS, LANTERN_FILM, 1)
    for user, channel, lines, hidden in (
        (PRIYA, LANTERN_FILM, ("Ottilie", "Ottilia", "Otilly"), "Ottilie"),
        (MEI, FILM, ("Barnaby", "Barnabi", "Barnabe"), "Barnaby"),
    ):
        for line in lines:
            text = await environment.run_command(line, user, channel)
            assert f"No one called {line} here" in text
            assert hidden not in text.replace(line, "")
        assert hidden not in await environment.run_command("list", user, channel)
    assert "Barnaby" in await environment.run_command("Barnabi", PRIYA, LANTERN_FILM), "where it was cast it is found"
    assert "Ottilie" in await environment.run_command("list", MEI, FILM)


async def test_home_shows_only_its_own_workspace(environment: PracticeEnvironment) -> None:
    await environment.wait_for_ballot(await environment.cast("Wilma: a night watchman", LENA, FILM), FILM)
    await environment.wait_for_ballot(
        await environment.cast("Posing: a lighting designer", NOOR, LANTERN_FILM), LANTERN_FILM
    )
    hers, theirs = await wait_for_home(environment, MEI, "Wilma"), await wait_for_home(environment, PRIYA, "Posing")
    for name in ("Posing", "Barnaby"):
        assert name not in hers
    for name in ("Wilma", "Ottilie"):
        assert name not in theirs


@pytest.mark.parametrize("action", ["vote:1", "lock", "close", "reroll"])
async def test_button_with_an_id_of_another_workspace_does_nothing(
    environment: PracticeEnvironment, action: str
) -> None:
    """The bot's own token posts a button that no bot of ours would: what Slack would then send is a true envelope."""
    ts = await environment.cast(f"Forged {action.replace(':', ' ')}: a customs officer", NOOR, LANTERN_FILM)
    message = await environment.wait_for_ballot(ts, LANTERN_FILM)
    await environment.press(TOMAS, ts, "vote:2", LANTERN_FILM)
    await environment.wait_for_labels(ts, {"vote:2": "2 · 1"}, LANTERN_FILM)
    before = text_of(await environment.control_client.message(LANTERN_FILM, ts))
    button = {"type": "button", "action_id": action, "text": {"type": "plain_text", "text": "Press"}}
    blocks = [{"type": "actions", "elements": [button | {"value": button_value(message, action)}]}]
    client = AsyncWebClient(INSTALLS[0].token, base_url=f"{environment.server.address}/slack/api/")
    forged = str((await client.chat_postMessage(channel=FILM, text="A forged button", blocks=blocks))["ts"])
    await environment.press(LENA, forged, action, FILM)
    assert (
        NOT_AVAILABLE_TEXT
        in (await environment.wait_for_ephemeral(LENA, NOT_AVAILABLE_TEXT, FILM, after=float(forged)))["text"]
    )
    assert text_of(await environment.control_client.message(LANTERN_FILM, ts)) == before
    await environment.press(PRIYA, ts, "vote:1", LANTERN_FILM)
    await environment.wait_for_labels(ts, {"vote:1": "1 · 1", "vote:2": "2 · 1"}, LANTERN_FILM)


async def test_ephemeral_answer_goes_to_the_asking_workspace(environment: PracticeEnvironment) -> None:
    calls_before = (await environment.control_client.calls("chat.postEphemeral"))[-1:]
    await environment.control_client.mention(TOMAS, LANTERN_FILM, "help")
    await environment.wait_for_ephemeral(TOMAS, "Cast a face together", LANTERN_FILM)
    calls = await environment.control_client.calls("chat.postEphemeral")
    assert calls[-1:] != calls_before
    assert all(call["ok"] for call in calls)


async def test_budgets_of_workspaces_are_separate(tmp_path: Path) -> None:
    cap = str((ROUND_PRICE + Decimal("0.01")).quantize(Decimal("0.01"), ROUND_UP))
    async with practice_environment(tmp_path, {"SLACK_BOT_TOKEN": TOKENS, "MAX_USD_PER_DAY": cap}) as environment:
        await environment.wait_for_ballot(await environment.cast("First: a diver", LENA, FILM), FILM)
        assert "of today's" in await environment.run_command("Second: a deckhand", LENA, FILM)
        ts = await environment.cast("First: a model maker", NOOR, LANTERN_FILM)
        await environment.wait_for_ballot(ts, LANTERN_FILM)
        assert "of today's" in await environment.run_command("Second: a neon bender", NOOR, LANTERN_FILM)


async def test_rejected_token_does_not_affect_other_workspaces(tmp_path: Path) -> None:
    rejected_token = "xoxb-revoked-yesterday"
    tokens = f"{rejected_token}, {INSTALLS[1].token}"
    async with practice_environment(tmp_path, {"SLACK_BOT_TOKEN": tokens}) as environment:
        ts = await environment.cast("Maya: a lamplighter", NOOR, LANTERN_FILM)
        await environment.wait_for_ballot(ts, LANTERN_FILM)
        answer = await environment.control_client.command(LENA, FILM, "Maya: a fisherwoman")
        assert answer["ok"], "Slack has been answered"
        assert "no bot token for this workspace" in text_of(await environment.wait_for_ephemeral(LENA, "no bot token"))
        await environment.control_client.mention(LENA, FILM, "who is Maya?")
        assert [m for m in await environment.control_client.messages(FILM) if m.get("bot_id")] == []
        assert "bot_token_rejected" in environment.log
        assert any("workspace_rejected" in line and TEAM in line for line in environment.log.splitlines())
        assert rejected_token not in environment.log


async def test_uninstall_in_one_workspace_leaves_the_other_running(tmp_path: Path) -> None:
    async with practice_environment(tmp_path, {"SLACK_BOT_TOKEN": TOKENS}) as environment:
        theirs = await environment.cast("Maya: a lamplighter", NOOR, LANTERN_FILM)
        await environment.wait_for_ballot(theirs, LANTERN_FILM)
        await environment.control_client.post("slack/uninstall", {"team": LANTERN})
        await cast_and_lock(environment, "Maya: a fisherwoman", LENA, DANIEL, FILM, 2)


async def test_bot_without_a_valid_token_exits_with_an_explanation(tmp_path: Path) -> None:
    server = await WorkspaceProcess.start(tmp_path)
    try:
        variables = await server.environment() | {"SLACK_BOT_TOKEN": "xoxb-one-gone,xoxb-two-gone"}
        bot = await start_bot(bot_environment(tmp_path, variables), tmp_path / "bot.log")
        assert await asyncio.wait_for(bot.wait(), scaled(30)) == 1
    finally:
        await stop(server.process)
    log = (tmp_path / "bot.log").read_text("utf-8")
    assert "Slack takes none of the tokens in SLACK_BOT_TOKEN" in log
    assert "doctor" in log
    assert "Traceback" not in log
    assert "-gone" not in log
    assert not (tmp_path / "bot" / "castroom.sqlite").exists(), "nothing was opened for nobody"
