"""The practice workspace and a bot, each of which may be killed and restarted at any moment."""

import asyncio
import os
import signal
import time
from asyncio.subprocess import Process
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from aiohttp import ClientError

from bot.settings import Settings
from playground.control.client import ControlClient, Json
from playground.processes import WorkspaceProcess, bot_environment, start_bot, stop

CHANNELS = ("C0HARBOURFILM", "C0NIGHTFERRY", "C0QUIETCAMP")
_SPEED = 20.0
_LATENCY = {"least": 0.2, "most": 4.0}  # seconds before _SPEED
# No budget cap may end the casting during a run.
_CAPS = ("ROUND", "DAY", "PERSON_DAY", "PRODUCTION_MONTH", "WORKSPACE_MONTH")
_BUDGET = {f"MAX_USD_PER_{cap}": "100000" for cap in _CAPS}
_MAX_STARTING_SECONDS = 1.5
_SHORT_LIFE_RATIO = 0.2  # of the longest life
_ROUND_IN_STARTS = 3  # about the duration of a round, in starts of a bot
_MAX_DOWNTIME = 60.0
_STORAGE_VARIABLES = ("DATA_DIR", "DATABASE_URL", "ENGINE_URL", "PORTRAITS_URL", "EXECUTOR_ID")


class RetryingControlClient(ControlClient):
    """A control client of a workspace that may be down.

    It waits with reads until the workspace is up. A failed action returns `ok` false, like a refusal by Slack: whether
    it happened is unknown.
    """

    # Several environments run at once, and polling slows all of them down.
    poll_seconds = 0.4

    async def get(self, path: str, **query: str | int) -> Json:
        deadline = time.monotonic() + _MAX_DOWNTIME
        while True:
            try:
                return await super().get(path, **query)
            except (ClientError, TimeoutError):
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.1)

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> Json:
        try:
            return await super().post(path, body)
        except (ClientError, TimeoutError):
            return {"ok": False, "error": "no_answer"}


class ChaosHarness:
    """Both processes on one folder; a restarted one keeps its address and data."""

    def __init__(self, data: Path, seed: int) -> None:
        self._data = data
        self.random = Random(seed)
        self.is_over = False
        self.disruptions = 0
        self._bot: Process

    async def open(self) -> None:
        await asyncio.to_thread(self._data.mkdir, parents=True, exist_ok=True)
        self._workspace = await WorkspaceProcess.start(self._data, 0, _SPEED)
        self._workspace_started_at = time.time()
        self.control_client = RetryingControlClient(self._workspace.address)
        await self._configure_workspace()
        self.variables = bot_environment(
            self._data, await self._workspace.environment(), **_BUDGET, **await self._storage_variables()
        )
        await self._start_bots()
        await self.wait_until_connected()

    async def close(self) -> None:
        await stop(self._bot)
        await self.control_client.close()
        await stop(self._workspace.process)

    def settings(self) -> Settings:
        """Return the settings that open the bot's storage."""
        return Settings.model_validate(
            {name.lower(): value for name, value in self.variables.items() if name in _STORAGE_VARIABLES}
        )

    async def stop_bot(self) -> None:
        """Stop the bot, then wait until the models have finished and charged all calls."""
        await stop(self._bot)
        await self.control_client.wait_for(self._are_generations_finished, "the models to finish", _MAX_DOWNTIME)

    async def kill_bot(self, max_lifetime: float) -> None:
        """Kill the bot at a random moment: at work, or in one of five cases during its start.

        Half of its lives are short, so that recovery is interrupted again; in the other half, rounds make progress. If
        starting takes long, the bot lives longer, because everything else is slow as well.
        """
        self._kill(self._bot)
        await self._bot.wait()
        started = time.monotonic()
        self._bot = await self._start_bot()
        if self.random.random() < 0.2:
            await asyncio.sleep(self.random.uniform(0.0, _MAX_STARTING_SECONDS))
        else:
            await self.wait_until_connected()
            max_seconds = max(max_lifetime, _ROUND_IN_STARTS * (time.monotonic() - started)) * self.random.choice(
                (_SHORT_LIFE_RATIO, 1.0)
            )
            await asyncio.sleep(self.random.uniform(0.0, max_seconds))

    async def kill_workspace(self, max_calm: float) -> None:
        """Kill Slack and the models for a moment; the bot keeps running and reconnects."""
        started = time.monotonic()
        self._kill(self._workspace.process)
        await self._workspace.process.wait()
        await asyncio.sleep(self.random.uniform(0.0, 1.0))
        port = int(self._workspace.address.rpartition(":")[2])
        self._workspace = await WorkspaceProcess.start(self._data, port, _SPEED)
        self._workspace_started_at = time.time()
        await self._configure_workspace()
        await self.wait_until_connected()
        await asyncio.sleep(self.random.uniform(0.0, max(max_calm, time.monotonic() - started)))

    async def wait_until_connected(self) -> None:
        """Wait until the bot is connected; raises RuntimeError if it exits instead.

        After a lost socket, Slack's client may reconnect only after ten seconds.
        """

        async def is_connected() -> bool:
            if self._bot.returncode is not None:
                raise RuntimeError(f"the bot ended with status {self._bot.returncode}")
            return bool((await self.control_client.get("state", limit=1))["workspaces"][0]["connected"])

        await self.control_client.wait_for(is_connected, "the bot to connect", 2 * _MAX_DOWNTIME)

    async def _storage_variables(self) -> Mapping[str, str]:
        """Return the variables of the bot's storage: none, so that it is in the data folder."""
        return {}

    async def _start_bots(self) -> None:
        self._bot = await self._start_bot()

    def _kill(self, process: Process) -> None:
        os.kill(process.pid, signal.SIGKILL)
        self.disruptions += 1

    async def _start_bot(self) -> Process:
        return await start_bot(self.variables, self._data / "bot.log")

    async def _configure_workspace(self) -> None:
        await self.control_client.post("slack/rates", {"enabled": False})
        await self.control_client.post("models/*/latency", _LATENCY)

    async def _are_generations_finished(self) -> bool:
        """Return whether all generations are finished; those of a killed workspace stay unfinished and uncharged."""
        return not any(
            c["outcome"] == "drawing" and c["at"] > self._workspace_started_at
            for c in await self.control_client.usage()
        )
