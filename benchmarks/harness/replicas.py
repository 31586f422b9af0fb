"""Several bots on one PostgreSQL database and one bucket, each of which may be killed and replaced at any moment."""

import asyncio
import os
import signal
import time
from asyncio.subprocess import Process
from collections.abc import Mapping
from pathlib import Path

from benchmarks.harness.chaos import ChaosHarness
from playground.processes import start_bot, stop
from tests.support.postgres_server import PostgresServer, postgres_server
from tests.support.s3_server import s3_server


class ReplicaHarness(ChaosHarness):
    """The practice workspace, a database, a bucket and several bots; a killed bot is replaced by one of a new name."""

    def __init__(self, data: Path, seed: int, replicas: int = 3) -> None:
        super().__init__(data, seed)
        self._replicas = replicas
        self._bots: dict[str, Process] = {}
        self._started = 0
        self.postgres: PostgresServer

    async def close(self) -> None:
        await asyncio.gather(*(stop(bot) for bot in self._bots.values()))
        await self.control_client.close()
        await stop(self._workspace.process)

    async def stop_bot(self) -> None:
        """Stop the bots, then wait until the models have finished and charged all calls."""
        await asyncio.gather(*(stop(bot) for bot in self._bots.values()))
        await self.control_client.wait_for(self._are_generations_finished, "the models to finish", 60)

    async def kill_bot(self, max_lifetime: float) -> None:
        """Kill one of the bots and start another; then leave them alone for up to `max_lifetime` seconds."""
        name = self.random.choice(sorted(self._bots))
        bot = self._bots.pop(name)
        os.kill(bot.pid, signal.SIGKILL)
        self.disruptions += 1
        await bot.wait()
        await self._start_replica()
        await self.wait_until_connected()
        await asyncio.sleep(self.random.uniform(0.0, max_lifetime))

    async def wait_until_connected(self) -> None:
        """Wait until a bot is connected; raises RuntimeError if one has ended."""

        async def is_connected() -> bool:
            if ended := [name for name, bot in self._bots.items() if bot.returncode is not None]:
                raise RuntimeError(f"{ended} ended")
            return bool((await self.control_client.get("state", limit=1))["workspaces"][0]["connected"])

        await self.control_client.wait_for(is_connected, "a bot to connect", 120)

    async def _storage_variables(self) -> Mapping[str, str]:
        self.postgres = await asyncio.to_thread(postgres_server)
        bucket_server = await asyncio.to_thread(s3_server)
        database, engine = self.postgres.create_database(), self.postgres.create_database()
        storage = {
            "DATABASE_URL": self.postgres.url(database),
            "ENGINE_URL": self.postgres.url(engine, "postgresql"),
            "PORTRAITS_URL": f"s3://{bucket_server.create_bucket()}/portraits",
            "EXECUTOR_ID": "report",
        }
        # This process opens the bucket as well, for the report.
        os.environ.update(bucket_server.variables)
        return storage | bucket_server.variables

    async def _start_bots(self) -> None:
        for _ in range(self._replicas):
            await self._start_replica()

    async def _start_replica(self) -> None:
        self._started += 1
        name = f"replica-{self._started}"
        variables = self.variables | {"EXECUTOR_ID": name}
        self._bots[name] = await start_bot(variables, self._data / f"{name}.log")
        self._started_at = time.time()
