"""Two bots on one database, each with its own doors: a token and its links work at both, and end at both at once."""

import asyncio
from pathlib import Path

import httpx
import pytest

from playground.control.client import ControlClient, Json
from playground.processes import stop, unused_port
from playground.scenarios.doors import make_token
from tests.support.postgres_server import require_postgres
from tests.support.practice_environment import FILM, LENA, practice_environment
from tests.support.replicas import ReplicaEnvironment, replica_settings
from tests.support.time_factor import scaled

LINK_KEY = "k" * 64


@pytest.mark.heavy
async def test_a_revoked_token_is_refused_by_every_bot_within_a_second(tmp_path: Path) -> None:
    first, second = unused_port(), unused_port()
    settings = await asyncio.to_thread(replica_settings)
    settings |= {"EXECUTOR_ID": "one", "DOORS_PORT": str(first), "DOORS_LINK_KEY": LINK_KEY}
    async with practice_environment(tmp_path, settings) as workspace:
        replicas = ReplicaEnvironment(workspace, require_postgres())
        try:
            await replicas.start("two", DOORS_PORT=str(second))
            secret = await make_token(workspace.control_client, LENA, FILM)
            async with httpx.AsyncClient(headers={"Authorization": f"Bearer {secret}"}, timeout=scaled(10)) as script:
                urls = [f"http://127.0.0.1:{port}/v1/productions" for port in (first, second)]
                assert [(await script.get(url)).status_code for url in urls] == [200, 200]
                await _revoke(workspace.control_client, LENA, FILM)

                async def refused() -> bool:
                    return [(await script.get(url)).status_code for url in urls] == [401, 401]

                await workspace.control_client.wait_for(refused, "both refusals", scaled(1))
        finally:
            await stop(replicas.bots["two"])


async def _revoke(control_client: ControlClient, user: str, channel: str) -> None:
    await control_client.command(user, channel, "settings")
    settings = await _view(control_client, user, "settings")
    await control_client.select_in_view(user, settings["id"], "door_tokens", channel)
    tokens = await _view(control_client, user, "door_tokens")
    button = next(b["accessory"] for b in tokens["blocks"] if b.get("accessory", {}).get("style") == "danger")
    await control_client.select_in_view(user, tokens["id"], button["action_id"], button["value"])


async def _view(control_client: ControlClient, user: str, callback_id: str) -> Json:

    async def find() -> Json | None:
        view = await control_client.top_view(user)
        return view if view and view.get("callback_id") == callback_id else None

    return await control_client.wait_for(find, f"the modal {callback_id}", 10)
