"""Connections to PostgreSQL: their number, time limits and sessions, also behind a pooler."""

import asyncio

import pytest
from sqlalchemy import text

from bot.domain.service_errors import StorageUnavailable
from bot.domain.storage_advice import describe
from bot.runtime.jobs import JobRunner
from storage import check_job_database, check_sessions, open_storage
from storage.db.engine import open_database
from tests.contract.ports.test_job_queue import FakeUseCases, wait_for_call
from tests.support.pgbouncer import pgbouncer
from tests.support.postgres_server import PostgresServer, require_postgres
from tests.support.storage_builders import fresh_postgres, make_settings
from tests.support.time_factor import scaled


@pytest.fixture
async def server() -> PostgresServer:
    return await asyncio.to_thread(require_postgres)


async def test_connections_of_a_process_are_limited(server: PostgresServer) -> None:
    database = open_database(server.url("postgres"), pool_size=2)
    count = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'counted'")
    name = text("SET application_name = 'counted'")
    most = 0

    async def use() -> None:
        nonlocal most
        async with database.transaction() as connection:
            await connection.execute(name)
            most = max(most, await connection.scalar(count) or 0)
            await asyncio.sleep(0.02)

    await asyncio.gather(*(use() for _ in range(10)))
    assert most == 2
    await database.close()


@pytest.mark.parametrize("statement", ["SELECT pg_sleep(30)", "SELECT 1"], ids=["statement", "idle transaction"])
async def test_a_statement_and_an_idle_transaction_end_in_time(server: PostgresServer, statement: str) -> None:
    database = open_database(server.url("postgres"), statement_timeout=0.2)
    try:
        with pytest.raises(StorageUnavailable) as caught:
            async with database.transaction() as connection:
                await connection.execute(text(statement))
                await asyncio.sleep(1)
                await connection.execute(text("SELECT 2"))
    finally:
        await database.close()
    assert caught.value.reason in ("locked", "away")


async def test_a_server_without_a_connection_left_says_what_to_change(server: PostgresServer) -> None:
    owner = open_database(server.url("postgres"))
    name = await asyncio.to_thread(server.create_database)
    async with owner.transaction() as connection:
        await connection.execute(text(f'ALTER DATABASE "{name}" CONNECTION LIMIT 1'))
        await connection.execute(text("CREATE ROLE limited LOGIN"))
    limited_url = server.url(name).replace("castroom@", "limited@")
    holder, other = open_database(limited_url), open_database(limited_url)
    async with holder.transaction() as connection:
        await connection.execute(text("SELECT 1"))
        with pytest.raises(StorageUnavailable) as caught:
            async with other.transaction() as second:
                await second.execute(text("SELECT 1"))
    assert "has no connection left: raise max_connections, or lower DATABASE_POOL_SIZE" in describe(caught.value)
    for database in (holder, other, owner):
        await database.close()


@pytest.mark.parametrize(
    ("user", "name", "words"),
    [
        ("castroom", "no_such_database", "does not exist on the server: create the database, or correct"),
        ("intruder", "postgres", "refuses the bot: correct user and password in"),
    ],
)
async def test_a_wrong_database_or_user_is_named_with_its_setting(
    server: PostgresServer, user: str, name: str, words: str
) -> None:
    for driver, setting in (("postgresql+asyncpg", "DATABASE_URL"), ("postgresql", "ENGINE_URL")):
        url = server.url(name, driver).replace("castroom@", f"{user}:secret-word@")
        with pytest.raises(StorageUnavailable) as caught:
            if setting == "ENGINE_URL":
                await check_job_database(url)
            else:
                async with open_database(url).snapshot():
                    pass
        sentence = describe(caught.value)
        assert sentence.startswith(f"postgresql://127.0.0.1:{server.port}/{name} {words}")
        assert setting in sentence
        assert "secret-word" not in sentence + str(caught.value)


@pytest.mark.parametrize("mode", ["transaction", "statement"])
@pytest.mark.parametrize(
    ("component", "driver", "setting"),
    [("database", "postgresql+asyncpg", "DATABASE_URL"), ("engine", "postgresql", "ENGINE_URL")],
)
async def test_a_pooler_that_shares_sessions_is_refused(
    server: PostgresServer, mode: str, component: str, driver: str, setting: str
) -> None:
    name = await asyncio.to_thread(server.create_database)
    with pgbouncer(server, mode) as port:
        url = server.url(name, driver).replace(str(server.port), str(port))
        with pytest.raises(StorageUnavailable) as caught:
            await check_sessions(url, component)
    sentence = describe(caught.value)
    assert sentence.startswith(f"postgresql://127.0.0.1:{port}/{name} is reached through a pooler that shares sessions")
    fix = f"set the pooler to session mode (pool_mode = session), or name the server itself in {setting}."
    assert sentence.endswith(f"{fix} See docs/operations.md#storage-shared_sessions")


@pytest.mark.parametrize("round_robin", [False, True])
async def test_a_pooler_with_idle_sessions_is_refused_each_time(server: PostgresServer, round_robin: bool) -> None:
    """The sessions of the check before are idle: the next one could get each of them back by chance."""
    name = await asyncio.to_thread(server.create_database)
    with pgbouncer(server, "transaction", round_robin=round_robin) as port:
        url = server.url(name, "postgresql").replace(str(server.port), str(port))
        for _ in range(5):
            with pytest.raises(StorageUnavailable, match="shared_sessions"):
                await check_sessions(url, "engine")


async def test_a_server_without_a_pooler_and_a_file_pass(server: PostgresServer) -> None:
    await check_sessions(server.url("postgres"), "database")
    await check_sessions(server.url("postgres", "postgresql"), "engine")
    await check_sessions("sqlite+aiosqlite:///nowhere.sqlite", "database")


async def test_storage_and_jobs_work_behind_a_pooler_in_session_mode(server: PostgresServer) -> None:
    url = await asyncio.to_thread(fresh_postgres)
    engine = await asyncio.to_thread(server.create_database)
    with pgbouncer(server, "session") as port:
        url = url.replace(str(server.port), str(port))
        engine_url = server.url(engine, "postgresql").replace(str(server.port), str(port))
        await check_sessions(url, "database")
        await check_sessions(engine_url, "engine")
        storage = await open_storage(make_settings(url))
        await storage.open()
        assert await storage.replicas.is_leader()
        use_cases = FakeUseCases()
        use_cases.release.set()
        runner = JobRunner(engine_url, "one")
        await runner.launch(use_cases.casting())
        await runner.start("round", "r1")
        await wait_for_call(use_cases, "show r1", 20)
        async with asyncio.timeout(scaled(20)):
            while await runner.pending_owners():  # its threads retry for ever without the pooler
                await asyncio.sleep(0.05)
        await runner.close()
        await storage.close()
