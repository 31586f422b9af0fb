"""A passport is signed although the bot is killed, and bots that share a database sign with one key."""

from pathlib import Path

import pytest

from playground.processes import bot_environment, start_bot, stop
from tests.support.crashing_bot import crash_after_method, crash_in_method
from tests.support.passport_keys import as_setting, make_key, studio_key
from tests.support.practice_environment import FILM, LENA, PracticeEnvironment
from tests.support.replicas import replica_environment
from tests.support.steps import start_ballot


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("module", "owner", "method", "crash"),
    [
        pytest.param(
            "storage.rounds.repository", "SqlRoundRepository", "lock", crash_after_method, id="after the lock"
        ),
        pytest.param("bot.passport.signer", "C2paSigner", "sign", crash_in_method, id="while signing"),
        pytest.param("storage.passports", "SqlPassports", "add", crash_in_method, id="before the row"),
    ],
)
async def test_passport_is_signed_after_a_crash(
    workspace: PracticeEnvironment, module: str, owner: str, method: str, crash: object
) -> None:
    workspace.extra["PASSPORT_KEY"] = as_setting(studio_key())
    await crash(workspace, module, owner, method)  # type: ignore[operator]
    ts = await start_ballot(workspace, "Saved: a ship's carpenter")
    await workspace.press(LENA, ts, "vote:1")
    await workspace.wait_for_text(ts, "1 person voted")
    await workspace.control_client.click(LENA, FILM, ts, "lock")
    await workspace.bot.wait()
    await workspace.start_bot()
    await workspace.wait_for_log("passport_signed", 30)
    await workspace.wait_for_text(ts, "Saved is cast")
    sidecars = list((workspace.data / "bot" / "portraits").rglob("passport.c2pa"))
    assert len(sidecars) == 1


@pytest.mark.heavy
@pytest.mark.parametrize("setting", ["PASSPORT_KEY", "PASSPORT_TRUST_ANCHORS"])
async def test_key_that_cannot_be_used_stops_the_start(workspace: PracticeEnvironment, setting: str) -> None:
    await stop(workspace.bot)
    variables = bot_environment(workspace.data, await workspace.server.environment(), **{setting: "no key"})
    refused = await start_bot(variables, workspace.data / "refused.log")
    assert await refused.wait() == 1
    text = (workspace.data / "refused.log").read_text("utf-8")
    assert "The passport's key cannot be used:" in text
    assert "docs/operations.md#the-passports-key-cannot-be-used" in text


@pytest.mark.heavy
async def test_bots_of_one_database_sign_with_one_key(tmp_path: Path) -> None:
    key = studio_key()
    async with replica_environment(tmp_path, PASSPORT_KEY=as_setting(key)) as bots:
        workspace = bots.workspace
        for name, setting in (("without", ""), ("other", as_setting(make_key("Another studio")))):
            workspace.extra["PASSPORT_KEY"] = setting
            refused = await bots.start(name)
            assert await refused.wait() == 1
            assert f"sign passports with the certificate {key.certificate.leaf_sha256[:16]}" in bots.log(name)
            assert "docs/operations.md#the-passports-key-cannot-be-used" in bots.log(name)
            del bots.bots[name]
        workspace.extra["PASSPORT_KEY"] = as_setting(key)
        assert (await bots.start("three")).returncode is None
