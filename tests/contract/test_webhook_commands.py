"""The commands `webhooks list`, `webhooks deliveries` and `webhooks replay`, and `keys rotate` with webhooks."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.cli.keys import new_key
from bot.cli.webhook_check import webhook_lines
from bot.domain.webhook import Attempt, DeliveryState, OffReason, new_secret
from bot.settings import Settings
from storage import open_storage
from storage.installations.token_cipher import key_id
from tests.contract import test_command_line
from tests.contract.ports.test_webhooks import AUDIT, ENDPOINT
from tests.contract.test_command_line import run_command
from tests.support.storage_builders import NOW, fresh_sqlite, make_round, make_settings, open_locked_round

# The commands change the umask of this process.
usual_umask = test_command_line.usual_umask
KEY = new_key()


def settings_for(data: Path, key: str = KEY) -> Settings:
    settings = make_settings(f"sqlite+aiosqlite:///{data / 'castroom.sqlite'}")
    return settings.model_copy(update={"token_keys": SecretStr(key)})


async def prepare(data: Path, *, off: bool = False) -> None:
    """Store an endpoint with one delivered and one failed event."""
    await fresh_sqlite(data)
    storage = await open_storage(settings_for(data))
    await storage.webhook_endpoints.add(ENDPOINT, new_secret(), 10, AUDIT)
    await open_locked_round(storage, make_round())
    for delivery in await storage.webhook_deliveries.list_deliveries():
        is_locked = delivery.event.type == "face.locked"
        attempts = [
            Attempt(NOW, problem="connection_failed"),
            Attempt(NOW + timedelta(seconds=5), 503),
        ]
        for attempt in [Attempt(NOW, 200, note="taken:1 refused:not_used")] if is_locked else attempts:
            state = DeliveryState.DELIVERED if is_locked else DeliveryState.FAILED
            await storage.webhook_deliveries.record(delivery.id, attempt, state)
    if off:
        await storage.webhook_endpoints.switch(ENDPOINT.id, OffReason.GONE, NOW, AUDIT)
    await storage.close()


async def states(data: Path) -> dict[str, DeliveryState]:
    storage = await open_storage(settings_for(data))
    found = await storage.webhook_deliveries.list_deliveries()
    await storage.close()
    return {delivery.event.type.value: delivery.state for delivery in found}


def test_endpoints_are_listed_without_address_and_secret(tmp_path: Path) -> None:
    asyncio.run(prepare(tmp_path, off=True))
    result = run_command(tmp_path, "webhooks", "list")
    assert result.exit_code == 0
    assert "whe_1  off (gone)  hooks.example.com  T1/C1  face.locked face.unlocked" in result.stdout
    listed = json.loads(run_command(tmp_path, "webhooks", "list", "--json").stdout)
    assert (listed["id"], listed["off"], listed["set_up_by"]) == ("whe_1", "gone", "U1")
    assert all(word not in result.output + json.dumps(listed) for word in ("s3", "whsec_", 'secret":'))


def test_deliveries_are_listed_with_their_attempts(tmp_path: Path) -> None:
    asyncio.run(prepare(tmp_path))
    result = run_command(tmp_path, "webhooks", "deliveries", "--state", "failed")
    (line,) = result.stdout.splitlines()
    assert (
        "failed  round.closed of r1 to hooks.example.com: 2 attempts, the last one 503 at 2026-11-24T09:00:05" in line
    )
    delivered = run_command(tmp_path, "webhooks", "deliveries", "--state", "delivered").stdout
    assert "(target states taken 1 refused not used)" in delivered
    lines = run_command(tmp_path, "webhooks", "deliveries", "--json").stdout.splitlines()
    assert {json.loads(each)["state"] for each in lines} == {"failed", "delivered"}
    assert json.loads(lines[0])["attempts"][0]["status"] in (0, 200)
    assert run_command(tmp_path, "webhooks", "deliveries", "--state", "lost").exit_code == 2


def test_a_replay_of_an_endpoint_sends_what_was_not_delivered(tmp_path: Path) -> None:
    asyncio.run(prepare(tmp_path))
    result = run_command(tmp_path, "webhooks", "replay", "--endpoint", "whe_1")
    assert "To be sent again by the running bot: 1." in result.stdout
    assert asyncio.run(states(tmp_path)) == {
        "round.closed": DeliveryState.WAITING,
        "face.locked": DeliveryState.DELIVERED,
    }


def test_a_delivery_is_replayed_by_its_id_also_after_a_success(tmp_path: Path) -> None:
    asyncio.run(prepare(tmp_path))
    lines = run_command(tmp_path, "webhooks", "deliveries", "--state", "delivered", "--json").stdout
    assert run_command(tmp_path, "webhooks", "replay", json.loads(lines)["id"]).exit_code == 0
    assert asyncio.run(states(tmp_path))["face.locked"] is DeliveryState.WAITING


@pytest.mark.parametrize("arguments", [["dlv_9"], ["--endpoint", "whe_1"]])
def test_nothing_to_replay_ends_with_a_sentence(arguments: list[str], tmp_path: Path) -> None:
    asyncio.run(prepare(tmp_path, off=True))
    result = run_command(tmp_path, "webhooks", "replay", *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Nothing to replay" in result.stderr
    assert run_command(tmp_path, "webhooks", "replay").exit_code == 2


def test_keys_rotate_moves_webhook_secrets_too(tmp_path: Path) -> None:
    asyncio.run(prepare(tmp_path))
    newer = new_key()
    result = run_command(tmp_path, "keys", "rotate", TOKEN_KEYS=f"{newer},{KEY}")
    assert result.exit_code == 0
    assert f"Re-encrypted with the key {key_id(newer)}: 1 of 1 webhooks." in result.stdout
    assert f"Not used any more: {key_id(KEY)}." in result.stdout
    missing = run_command(tmp_path, "keys", "rotate", TOKEN_KEYS=KEY)
    assert missing.exit_code == 1
    assert "whe_1: none of the keys in TOKEN_KEYS opens its secret" in missing.stdout


@pytest.mark.parametrize(
    ("off", "key", "expected"),
    [
        (False, KEY, []),
        (True, KEY, ["it was switched off (gone); /cast settings switches it on"]),
        (False, new_key(), [f"its secret is encrypted with the key {key_id(KEY)}, which is not in TOKEN_KEYS: add it"]),
    ],
    ids=["on", "off", "other_key"],  # not the keys, which differ between the processes of a run
)
def test_doctor_names_webhooks_that_do_not_work(off: bool, key: str, expected: list[str], tmp_path: Path) -> None:
    asyncio.run(prepare(tmp_path, off=off))
    summary, *problems = asyncio.run(webhook_lines(settings_for(tmp_path, key)))
    assert summary == f"ok      webhooks: 1 set up, {int(off)} off"
    assert problems == [f"warning webhooks: whe_1 (hooks.example.com): {problem}" for problem in expected]


def test_doctor_says_nothing_without_webhooks(tmp_path: Path) -> None:
    assert asyncio.run(webhook_lines(settings_for(tmp_path))) == ()
    asyncio.run(fresh_sqlite(tmp_path))
    assert asyncio.run(webhook_lines(settings_for(tmp_path))) == ()
