"""A bot that cannot work on what is kept ends with a sentence that says what to do, and leaves all as it was."""

import asyncio
import sqlite3
import sys
from asyncio import create_subprocess_exec, wait_for
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from playground.processes import ROOT, bot_environment
from tests.contract.ports.test_database_errors import corrupt_page, locked_by_another_writer
from tests.support.pgbouncer import pgbouncer
from tests.support.postgres_server import require_postgres
from tests.support.storage_builders import fresh_sqlite
from tests.support.time_factor import scaled

SLACK = {
    "SLACK_BOT_TOKEN": "xoxb-nobody",
    "SLACK_APP_TOKEN": "xapp-nobody",
    "SLACK_BASE_URL": "http://127.0.0.1:9/",
}


async def run_bot(data: Path, command: str = "run", **extra: str) -> tuple[int, list[str]]:
    """How `python -m bot COMMAND` ended, and what it said after the record with its version."""
    process = await create_subprocess_exec(
        sys.executable, "-m", "bot", command, cwd=ROOT, env=bot_environment(data, SLACK, **extra), stdout=PIPE,
        stderr=STDOUT,
    )  # fmt: skip
    output, _ = await wait_for(process.communicate(), scaled(30))
    return process.returncode or 0, [line for line in output.decode().splitlines() if "process_started" not in line]


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    """The database of a bot that ran before."""
    (tmp_path / "bot").mkdir()
    await fresh_sqlite(tmp_path / "bot")
    return tmp_path / "bot" / "castroom.sqlite"


def set_later_version(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999', oldest_served = '9999'")
        database.commit()


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("harm", "words"),
    [
        pytest.param(lambda file: corrupt_page(file, 0), "is damaged and was not changed: move it away", id="header"),
        pytest.param(lambda file: corrupt_page(file, 2), "is damaged and was not changed: move it away", id="page"),
        pytest.param(lambda file: file.write_bytes(b"not a database at all" * 300), "is damaged", id="another file"),
        pytest.param(set_later_version, "was written by a later version of Castroom: start that version", id="later"),
    ],
)
async def test_unusable_database_is_reported_and_left_unchanged(
    tmp_path: Path, file: Path, harm: Callable[[Path], object], words: str
) -> None:
    harm(file)
    before = file.read_bytes()
    for command in ("run", "migrate"):
        status, output = await run_bot(tmp_path, command)
        assert (status, len(output)) == (1, 1), output
        assert output[0].startswith(f"{file} {words}")
        assert file.read_bytes() == before


@pytest.mark.heavy
async def test_unwritable_data_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "bot").write_text("a file where the folder should be")
    status, output = await run_bot(tmp_path)
    assert (status, len(output)) == (1, 1), output
    assert output[0].startswith(f"{tmp_path / 'bot'} is not writable: grant the bot write access")
    assert (tmp_path / "bot").read_text() == "a file where the folder should be"


@pytest.mark.heavy
async def test_database_locked_by_another_program_is_reported(tmp_path: Path, file: Path) -> None:
    before = file.read_bytes()
    with locked_by_another_writer(file):
        status, output = await run_bot(tmp_path, "migrate")
    assert (status, len(output)) == (1, 1), output
    assert output[0].startswith(f"{file} is locked by another process: stop that first")
    assert file.read_bytes() == before


@pytest.mark.heavy
@pytest.mark.parametrize("setting", ["DATABASE_URL", "ENGINE_URL"])
async def test_pooler_that_shares_sessions_is_reported(tmp_path: Path, setting: str) -> None:
    server = await asyncio.to_thread(require_postgres)
    name = await asyncio.to_thread(server.create_database)
    urls = {"DATABASE_URL": server.url(name), "ENGINE_URL": server.url(name, "postgresql")}
    with pgbouncer(server, "transaction") as port:
        urls[setting] = urls[setting].replace(str(server.port), str(port))
        status, output = await run_bot(tmp_path, EXECUTOR_ID="one", **urls)
    assert (status, len(output)) == (1, 1), output
    assert f"or name the server itself in {setting}." in output[0]


async def test_database_that_does_not_exist_is_reported(tmp_path: Path) -> None:
    server = await asyncio.to_thread(require_postgres)
    urls = {"DATABASE_URL": server.url("no_castroom"), "ENGINE_URL": server.url("postgres", "postgresql")}
    status, output = await run_bot(tmp_path, EXECUTOR_ID="one", **urls)
    assert (status, len(output)) == (1, 1), output
    assert output[0].startswith(
        f"postgresql://127.0.0.1:{server.port}/no_castroom does not exist on the server: create"
    )
