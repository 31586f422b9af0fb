"""Connections of a PostgreSQL pool that the server has ended, or that were idle for long."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection

from storage.db import postgres_pool
from storage.db.engine import Database, open_database
from tests.support.storage_builders import fresh_postgres
from tests.support.time_factor import scaled

END_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
COUNT = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")


@pytest.fixture
async def databases() -> AsyncIterator[tuple[Database, Database]]:
    url = await asyncio.to_thread(fresh_postgres)
    opened = open_database(url), open_database(url)
    yield opened
    for database in opened:
        await database.close()


async def hold_together(database: Database, connections: int) -> None:
    """Fill the pool with connections."""
    everyone_is_in = asyncio.Barrier(connections)

    async def hold() -> None:
        async with database.snapshot() as connection:
            await connection.scalar(text("SELECT 1"))
            await everyone_is_in.wait()

    await asyncio.gather(*(hold() for _ in range(connections)))


async def test_connections_that_the_server_ended_are_replaced(databases: tuple[Database, Database]) -> None:
    database, administrator = databases
    await hold_together(database, 3)
    async with administrator.transaction() as connection:
        assert len((await connection.execute(END_OTHERS)).all()) == 3
    async with asyncio.timeout(scaled(10)):
        while (await administrator.fetch_all(COUNT))[0][0] > 1:
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.05)
    await asyncio.gather(*(database.fetch_all(text("SELECT 1")) for _ in range(3)))
    async with database.transaction() as connection:
        assert await connection.scalar(text("SELECT 1")) == 1


async def test_a_connection_in_use_is_not_tried_and_an_idle_one_is(
    databases: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    database, _ = databases
    pings = 0
    ping = AsyncAdapt_asyncpg_connection.ping

    def counted(connection: AsyncAdapt_asyncpg_connection) -> None:
        nonlocal pings
        pings += 1
        ping(connection)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(AsyncAdapt_asyncpg_connection, "ping", counted)
    for _ in range(3):
        await database.fetch_all(text("SELECT 1"))
    assert pings == 0
    monkeypatch.setattr(postgres_pool, "_IDLE_SECONDS", 0.0)
    await database.fetch_all(text("SELECT 1"))
    assert pings == 1
