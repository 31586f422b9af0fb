"""Several bots on one PostgreSQL database and one bucket, beside one practice workspace."""

import asyncio
import os
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playground.processes import bot_environment, start_bot, stop
from tests.support.fork_server import fork_python
from tests.support.postgres_server import PostgresServer, require_postgres
from tests.support.practice_environment import PracticeEnvironment, practice_environment
from tests.support.s3_server import s3_server


class ReplicaEnvironment:
    """A practice workspace with the bots `one` and `two`, of which `workspace.bot` is the first."""

    def __init__(self, workspace: PracticeEnvironment, postgres: PostgresServer) -> None:
        self.workspace = workspace
        self.postgres = postgres
        self.bots: dict[str, Process] = {"one": workspace.bot}

    async def start(self, name: str, name_of: str = "", **extra: str) -> Process:
        """Start another bot and wait until it is connected or has ended; `name_of` is the bot whose name it takes.

        `extra` are variables of this bot alone.
        """
        workspace = self.workspace
        variables = bot_environment(workspace.data, await workspace.server.environment(), **workspace.extra)
        log_path = workspace.data / f"{name}.log"
        self.bots[name] = await start_bot(
            variables | {"EXECUTOR_ID": name_of or name} | extra, log_path, None, fork_python
        )
        before = await self.count_connections()

        async def is_connected() -> bool:
            return self.bots[name].returncode is not None or await self.count_connections() > before

        await workspace.control_client.wait_for(is_connected, f"{name} to connect", 20)
        return self.bots[name]

    async def count_connections(self) -> int:
        """Count the sockets that are open to the practice workspace."""
        return int((await self.workspace.control_client.get("slack"))["sockets"])

    async def kill(self, name: str) -> None:
        bot = self.bots.pop(name)
        os.kill(bot.pid, signal.SIGKILL)
        await bot.wait()

    def log(self, name: str) -> str:
        return (self.workspace.data / ("bot.log" if name == "one" else f"{name}.log")).read_text("utf-8")


def replica_settings() -> dict[str, str]:
    """Return the settings of bots on new databases and a new bucket; skips the test where there is no PostgreSQL."""
    postgres, buckets = require_postgres(), s3_server()
    database, engine = postgres.create_database(), postgres.create_database()
    return {
        "DATABASE_URL": postgres.url(database),
        "ENGINE_URL": postgres.url(engine, "postgresql"),
        "PORTRAITS_URL": f"s3://{buckets.create_bucket()}/portraits",
        **buckets.variables,
    }


@asynccontextmanager
async def replica_environment(data: Path, **extra: str) -> AsyncIterator[ReplicaEnvironment]:
    """Open a workspace with two bots; skips the test where there is no PostgreSQL."""
    settings = await asyncio.to_thread(replica_settings) | extra | {"EXECUTOR_ID": "one"}
    async with practice_environment(data, settings) as workspace:
        environment = ReplicaEnvironment(workspace, require_postgres())
        try:
            await environment.start("two")
            yield environment
        finally:
            await asyncio.gather(*(stop(bot) for bot in environment.bots.values()))
