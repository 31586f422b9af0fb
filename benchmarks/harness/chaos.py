"""The practice workspace and a bot, either of which may die at any moment and come back."""

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

from playground.control.client import ControlClient, Json
from playground.processes import WorkspaceProcess, bot_environment, start_bot, stop

CHANNELS = ("C0HARBOURFILM", "C0NIGHTFERRY", "C0QUIETCAMP")
_SPEED = 20.0
_LATENCY = {"least": 0.2, "most": 4.0}  # seconds before _SPEED
# No cap is to end the casting while the killing goes on.
_CAPS = ("ROUND", "DAY", "PERSON_DAY", "PRODUCTION_MONTH", "WORKSPACE_MONTH")
_BUDGET = {f"MAX_USD_PER_{cap}": "100000" for cap in _CAPS}
_MAX_STARTING_SECONDS = 1.5
_SHORT_LIFE_RATIO = 0.2  # of the longest life
_ROUND_IN_STARTS = 3  # about what a round takes, in starts of a bot
_MAX_DOWNTIME = 60.0


class RetryingControlClient(ControlClient):
    """A door to a workspace that may be away: who looks waits until it is back, and what gets no answer is not done.

    Whether it happened nobody knows: `ok` is false, as for what Slack refuses.
    """

    # Several theatres play at once, and looking takes time from all of them.
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
    """Both processes on one folder, the same address and the same data whoever of them is started again."""

    def __init__(self, data: Path, seed: int) -> None:
        self._data = data
        self.random = Random(seed)
        self.is_over = False
        self.disruptions = 0

    async def open(self) -> None:
        await asyncio.to_thread(self._data.mkdir, parents=True, exist_ok=True)
        self._workspace = await WorkspaceProcess.start(self._data, 0, _SPEED)
        self._workspace_started_at = time.time()
        self.control_client = RetryingControlClient(self._workspace.address)
        await self._configure_workspace()
        self.variables = bot_environment(self._data, await self._workspace.environment(), **_BUDGET)
        self._bot = await self._start_bot()
        await self.wait_until_connected()

    async def close(self) -> None:
        await stop(self._bot)
        await self.control_client.close()
        await stop(self._workspace.process)

    async def stop_bot(self) -> None:
        """Stop it, and wait until the models have drawn and charged what they were asked for."""
        await stop(self._bot)
        await self.control_client.wait_for(self._are_generations_finished, "the models to finish", _MAX_DOWNTIME)

    async def kill_bot(self, max_lifetime: float) -> None:
        """At a moment nobody chose: while it works, and one time in five while it is still starting.

        Half of its lives are short, so that what a crash left is struck again; the other half let rounds get on. Where
        starting takes long, so does everything else: the bot then lives longer, lest nothing ever happens.
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
        """Slack and the models vanish for a moment; the bot goes on, and finds them where they were."""
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
        """Wait until the bot listens; Slack's client may look after a lost socket only every ten seconds.

        Raises RuntimeError when the bot ends instead.
        """

        async def is_connected() -> bool:
            if self._bot.returncode is not None:
                raise RuntimeError(f"the bot ended with status {self._bot.returncode}")
            return bool((await self.control_client.get("state", limit=1))["workspaces"][0]["connected"])

        await self.control_client.wait_for(is_connected, "the bot to connect", 2 * _MAX_DOWNTIME)

    def _kill(self, process: Process) -> None:
        os.kill(process.pid, signal.SIGKILL)
        self.disruptions += 1

    async def _start_bot(self) -> Process:
        return await start_bot(self.variables, self._data / "bot.log")

    async def _configure_workspace(self) -> None:
        await self.control_client.post("slack/rates", {"enabled": False})
        await self.control_client.post("models/*/latency", _LATENCY)

    async def _are_generations_finished(self) -> bool:
        """What a killed workspace was drawing stays so for ever, uncharged."""
        return not any(
            c["outcome"] == "drawing" and c["at"] > self._workspace_started_at
            for c in await self.control_client.usage()
        )
