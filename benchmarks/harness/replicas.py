"""Several bots on one PostgreSQL database and one bucket, each of which may be killed and replaced at any moment."""

import asyncio
import json
import os
import signal
import time
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import psycopg

from benchmarks.harness.chaos import ChaosHarness
from playground.control.client import WaitTimeout
from playground.processes import start_bot, stop
from tests.support.postgres_server import PostgresServer, postgres_server
from tests.support.s3_server import s3_server

_BUSY_TIMEOUT = 20.0


class ReplicaHarness(ChaosHarness):
    """The practice workspace, a database, a bucket and several bots; a killed bot is replaced by one of a new name."""

    def __init__(self, data: Path, seed: int, replicas: int = 3, **extra: str) -> None:
        """`extra` are further settings of the bots."""
        super().__init__(data, seed)
        self._replicas = replicas
        self._extra = extra
        self._killed_at: dict[str, float] = {}
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
        """Kill one of the bots and start another; then leave them alone for up to `max_lifetime` seconds.

        Every second kill waits for a bot with unfinished work, so that there is something to take over.
        """
        busy = await self._wait_for_busy_bots() if self.disruptions % 2 == 0 else ()
        name = self.random.choice(busy or sorted(self._bots))
        bot = self._bots.pop(name)
        os.kill(bot.pid, signal.SIGKILL)
        self._killed_at[name] = time.time()
        self.disruptions += 1
        await bot.wait()
        await self._start_replica()
        await self.wait_until_connected()
        await asyncio.sleep(self.random.uniform(0.0, max_lifetime))

    def takeover_seconds(self) -> list[float]:
        """Return the seconds from each kill to the takeover of the killed bot's work, where it had any."""
        found = []
        for path in self._data.glob("replica-*.log"):
            for line in path.read_text("utf-8").splitlines():
                if '"work_taken_over"' in line:
                    record = json.loads(line)
                    at = datetime.fromisoformat(record["timestamp"]).timestamp()
                    found.append(at - self._killed_at[record["owner"]])
        return found

    async def cut_lock_sessions(self) -> int:
        """End the database sessions that hold the bots' advisory locks; return their number."""
        statement = (
            "SELECT count(pg_terminate_backend(pid)) FROM (SELECT DISTINCT pid FROM pg_locks JOIN pg_database d "
            "ON d.oid = database WHERE locktype = 'advisory' AND datname = current_database()) AS holders"
        )
        async with await psycopg.AsyncConnection.connect(self._database_url, autocommit=True) as connection:
            row = await (await connection.execute(statement)).fetchone()
        count = int(row[0]) if row else 0
        self.disruptions += count > 0
        return count

    async def restart_database(self) -> None:
        """Stop the server as a crash would, and start it again."""
        await asyncio.to_thread(self.postgres.restart)
        self.disruptions += 1

    async def wait_until_connected(self) -> None:
        """Wait until a bot is connected; raises RuntimeError if one has ended."""

        async def is_connected() -> bool:
            if ended := [name for name, bot in self._bots.items() if bot.returncode is not None]:
                raise RuntimeError(f"{ended} ended")
            return bool((await self.control_client.get("state", limit=1))["workspaces"][0]["connected"])

        await self.control_client.wait_for(is_connected, "a bot to connect", 120)

    async def _wait_for_busy_bots(self) -> Sequence[str]:
        """Return the names of the bots that have unfinished work; none if there is none for a long time."""
        with suppress(WaitTimeout):
            return await self.control_client.wait_for(self._busy_bots, "a bot with unfinished work", _BUSY_TIMEOUT)
        return ()

    async def _busy_bots(self) -> Sequence[str]:
        statement = "SELECT DISTINCT executor_id FROM dbos.workflow_status WHERE status = 'PENDING'"
        async with await psycopg.AsyncConnection.connect(self._engine_url, autocommit=True) as connection:
            owners = {str(owner) for (owner,) in await (await connection.execute(statement)).fetchall()}
        return sorted(owners & self._bots.keys())

    async def _storage_variables(self) -> Mapping[str, str]:
        self.postgres = await asyncio.to_thread(postgres_server)
        bucket_server = await asyncio.to_thread(s3_server)
        database, engine = self.postgres.create_database(), self.postgres.create_database()
        self._database_url = self.postgres.url(database, "postgresql")
        self._engine_url = self.postgres.url(engine, "postgresql")
        storage = {
            "DATABASE_URL": self.postgres.url(database),
            "ENGINE_URL": self._engine_url,
            "PORTRAITS_URL": f"s3://{bucket_server.create_bucket()}/portraits",
            "EXECUTOR_ID": "report",
        }
        # This process opens the bucket as well, for the report.
        os.environ.update(bucket_server.variables)
        return storage | bucket_server.variables | self._extra

    async def _start_bots(self) -> None:
        for _ in range(self._replicas):
            await self._start_replica()

    async def _start_replica(self) -> None:
        self._started += 1
        name = f"replica-{self._started}"
        variables = self.variables | {"EXECUTOR_ID": name}
        self._bots[name] = await start_bot(variables, self._data / f"{name}.log")
        self._started_at = time.time()
