"""Workspaces install the app by OAuth while two bots run: each bot serves and refuses them within seconds."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import psycopg
import pytest
import pytest_asyncio
from pydantic import SecretStr

from bot.cli.keys import new_key
from playground.control.client import Json
from playground.processes import bot_environment, spawn_python, stop
from playground.seed_data import LANTERN, LANTERN_FILM, NOOR, PRIYA, TEAM, TOMAS
from storage import open_storage
from storage.installations.token_cipher import key_id
from tests.contract.ports.test_installations import INSTALLATION
from tests.support.oauth_replicas import OAuthReplicas, oauth_replicas
from tests.support.practice_environment import FILM, LENA
from tests.support.storage_builders import make_settings
from tests.support.time_factor import scaled

pytestmark = [pytest.mark.heavy, pytest.mark.asyncio(loop_scope="module")]

OLD, NEW = new_key(), new_key()
REFUSED = "I have no bot token for this workspace"
DEAD_TOKEN = {"account_inactive", "invalid_auth", "token_revoked", "token_expired"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bots(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OAuthReplicas]:
    async with oauth_replicas(tmp_path_factory.mktemp("oauth"), TOKEN_KEYS=f"{OLD},{NEW}") as opened:
        yield opened


async def seconds_until(bots: OAuthReplicas, name: str, team: str, *, refused: bool) -> float:
    """Ask a bot until it serves or refuses the workspace; return the seconds."""
    started = time.monotonic()
    while (REFUSED in await bots.ask(name, team)) is not refused:
        assert time.monotonic() - started < scaled(15), "the bot still does the other thing"
        await asyncio.sleep(0.1)
    return time.monotonic() - started


async def failed_calls(bots: OAuthReplicas) -> list[str]:
    """Return the errors of Slack's Web API calls that used a token which no longer works."""
    calls = (await bots.control_client.get("calls", limit=5000))["calls"]
    return [f"{call['method']}: {call['error']}" for call in calls if call["error"] in DEAD_TOKEN]


async def test_a_workspace_that_installs_at_one_bot_is_served_by_the_other(
    bots: OAuthReplicas, record_property: Callable[[str, object], None]
) -> None:
    await bots.send_to("b")
    assert REFUSED in await bots.ask("b", LANTERN)
    status, page = await bots.install(NOOR, at="a")
    assert (status, "installed in Lantern Advertising" in page) == (200, True)
    served = await seconds_until(bots, "b", LANTERN, refused=False)
    assert served < scaled(5)
    record_property("seconds_until_served", round(served, 2))
    ts = await bots.cast("Maya: a lamplighter in a brass collar", NOOR, LANTERN_FILM)
    await bots.wait_for_ballot(ts, LANTERN_FILM)
    await bots.press(PRIYA, ts, "vote:1", LANTERN_FILM)
    await bots.wait_for_text(ts, "1 person voted", LANTERN_FILM)
    await bots.send_to("a")
    await bots.press(NOOR, ts, "lock", LANTERN_FILM)
    await bots.wait_for_text(ts, "is cast", LANTERN_FILM)


async def test_an_installation_that_begins_at_one_bot_ends_at_the_other(bots: OAuthReplicas) -> None:
    status, page = await bots.install(LENA, at="a", back_at="b")
    assert (status, "installed in Harbour Pictures" in page) == (200, True)
    assert await seconds_until(bots, "a", TEAM, refused=False) < scaled(5)


async def test_a_state_that_was_used_at_one_bot_is_refused_by_the_other(bots: OAuthReplicas) -> None:
    path, cookie = await bots.begin_install(LENA, "a")
    assert (await bots.finish_install("a", path, cookie))[0] == 200
    status, page = await bots.finish_install("b", path, cookie)
    assert (status, "used already" in page) == (401, True)


async def test_a_dump_of_the_database_contains_no_token(bots: OAuthReplicas) -> None:
    dump = bots.dump()
    assert "Lantern Advertising" in dump
    for secret in ("xoxb-", "xoxe", OLD, NEW):
        assert secret not in dump
    for name in bots.bots:
        assert "xoxb-" not in bots.log_of(name)


async def test_keys_are_rotated_under_load_without_a_refusal(
    bots: OAuthReplicas, record_property: Callable[[str, object], None]
) -> None:
    answers: list[str] = []
    is_over = asyncio.Event()

    async def use(name: str, user: str, channel: str) -> None:
        while not is_over.is_set():
            answers.append(await bots.run_command("help", user, channel))
            await asyncio.sleep(0)

    load = [asyncio.create_task(use(LANTERN, NOOR, LANTERN_FILM)), asyncio.create_task(use(TEAM, LENA, FILM))]
    await asyncio.sleep(scaled(1))
    outputs = []
    for keys in (f"{NEW},{OLD}", f"{OLD},{NEW}", f"{NEW},{OLD}"):
        outputs.append(await rotate(bots, keys))
        # The bots read the rows again after their cache's time.
        await asyncio.sleep(4)
    is_over.set()
    await asyncio.gather(*load)
    assert f"Re-encrypted with the key {key_id(NEW)}: 2 of 2 installations." in outputs[0]
    assert f"In use: key {key_id(NEW)}, 2 installations" in outputs[-1]
    assert len(answers) > 20
    record_property("commands_during_rotation", len(answers))
    assert [answer for answer in answers if "/cast" not in answer] == []


async def rotate(bots: OAuthReplicas, keys: str) -> str:
    variables = bot_environment(bots.data, await bots.server.environment(), **bots.extra | {"TOKEN_KEYS": keys})
    process = await spawn_python(
        ["-m", "bot", "keys", "rotate"], variables | {"EXECUTOR_ID": "rotate"}, asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output
    return output.decode()


async def test_tokens_that_expire_are_refreshed_by_one_bot_at_a_time(bots: OAuthReplicas) -> None:
    await bots.control_client.post("slack/settings", {"token_seconds": 64})
    assert (await bots.install(LENA))[0] == 200
    before = len(await failed_calls(bots))
    refreshes: list[Json] = []
    started = time.monotonic()
    # A token with less than a minute left is refreshed before it is used, by whichever bot is asked.
    while len(refreshes) < 3:
        assert time.monotonic() - started < scaled(60), f"{len(refreshes)} refreshes"
        assert not any(await asyncio.gather(*(bots.ask(name, TEAM) for name in bots.bots for _ in range(3))))
        await asyncio.sleep(0.2)
        exchanges = (await bots.control_client.get("calls", method="oauth.v2.access", limit=100))["calls"]
        refreshes = [call for call in exchanges if call["arguments"].get("grant_type") == "refresh_token"]
    assert [call["error"] for call in refreshes if not call["ok"]] == []
    assert (await failed_calls(bots))[before:] == []
    assert await bots.cast("Ines: a lighthouse keeper")
    dump = bots.dump()
    assert "xoxe" not in dump
    await bots.control_client.post("slack/settings", {"token_seconds": 0})


async def test_a_removed_app_is_refused_by_both_bots_and_its_round_ends(
    bots: OAuthReplicas, record_property: Callable[[str, object], None]
) -> None:
    ts = await bots.cast("Barnaby: a shop window dresser", NOOR, LANTERN_FILM)
    await bots.wait_for_ballot(ts, LANTERN_FILM)
    await bots.press(TOMAS, ts, "vote:1", LANTERN_FILM)
    await bots.send_to("a")
    before = len(await failed_calls(bots))
    await bots.control_client.post("slack/uninstall", {"team": LANTERN})
    refused = max([await seconds_until(bots, name, LANTERN, refused=True) for name in ("b", "a")])
    assert refused < scaled(5)
    record_property("seconds_until_refused", round(refused, 2))
    await bots.control_client.wait_for(lambda: has_ended(bots, ts), "the end of the round", 10)
    await asyncio.sleep(2)  # steps that were running
    logged = {name: len(bots.log_of(name)) for name in bots.bots}
    await asyncio.sleep(6)  # a tick of the scheduler
    assert (await failed_calls(bots))[before:] == []
    for name, length in logged.items():
        assert "Traceback" not in bots.log_of(name)[length:]


async def test_an_organization_is_served_in_its_workspaces_until_it_removes_the_app(bots: OAuthReplicas) -> None:
    await bots.control_client.post("slack/organization", {"id": "E0STUDIOS", "name": "Studios", "teams": [LANTERN]})
    status, page = await bots.install(NOOR, decision="allow_organization")
    assert (status, "installed in Studios" in page) == (200, True)
    await bots.send_to("b")
    ts = await bots.cast("Wilma: a night watchman", NOOR, LANTERN_FILM)
    await bots.wait_for_ballot(ts, LANTERN_FILM)
    await bots.send_to("a")
    await bots.control_client.react(TOMAS, LANTERN_FILM, ts, "two")
    await bots.press(PRIYA, ts, "vote:2", LANTERN_FILM)
    await bots.wait_for_text(ts, "2 people voted", LANTERN_FILM)
    await bots.press(NOOR, ts, "lock", LANTERN_FILM)
    await bots.wait_for_text(ts, "is cast", LANTERN_FILM)
    # The home's payloads name the organization and no workspace.
    opened = await bots.control_client.post(f"people/{NOOR}/home", {"tab": "home"})
    assert opened["ok"], opened
    assert "Wilma" in await bots.run_command("list", NOOR, LANTERN_FILM)
    calls = (await bots.control_client.get("calls", limit=5000))["calls"]
    assert [call for call in calls if call["error"] in ("missing_argument", "team_access_not_granted")] == []
    assert "xoxb-" not in bots.dump()
    await bots.control_client.post("slack/uninstall", {"team": LANTERN})
    for name in ("b", "a"):
        assert await seconds_until(bots, name, LANTERN, refused=True) < scaled(5)


async def test_a_dead_and_an_unreadable_token_do_not_stop_the_start(bots: OAuthReplicas) -> None:
    settings = make_settings(bots.extra["DATABASE_URL"])
    for team, token, key in (("T0GONE", "xoxb-revoked", OLD), ("T0LOCKED", "xoxb-unreadable", new_key())):
        storage = await open_storage(settings.model_copy(update={"token_keys": SecretStr(key)}))
        await storage.installations.add(replace(INSTALLATION, team=team, token=token, expires_at=None))
        await storage.close()
    await stop(bots.bots["b"])
    await bots.start_replica("b")
    assert await bots.ask("b", TEAM) == ""
    assert REFUSED in await bots.ask("b", "T0LOCKED")
    assert await bots.ask("b", TEAM) == ""


async def has_ended(bots: OAuthReplicas, ts: str) -> bool:
    query = "SELECT state FROM rounds WHERE message_ts = %s"
    with psycopg.connect(bots.postgres.url(bots.database, "postgresql")) as connection:
        return connection.execute(query, [ts]).fetchone() == ("void",)
