"""The bot's data moves from one machine to PostgreSQL and a bucket: open rounds go on, faces are found."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from benchmarks.harness.roster_data import insert_roster, make_roster
from bot.settings import Settings
from playground.processes import ROOT, bot_environment, stop
from storage import open_storage
from storage.transfer.rows import TableDigest, digest_tables
from tests.support.crashing_bot import crash_in_method
from tests.support.postgres_server import require_postgres
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment, practice_environment
from tests.support.s3_server import s3_server
from tests.support.steps import lock_after_one_vote
from tests.support.storage_builders import make_settings
from tests.support.time_factor import scaled

ALIVE_SECONDS = 600


@pytest.fixture
def target() -> Iterator[dict[str, str]]:
    """The settings of a bot on a new database and bucket; this process reaches the bucket as well."""
    postgres, bucket_server = require_postgres(), s3_server()
    variables = {
        "DATABASE_URL": postgres.url(postgres.create_database()),
        "ENGINE_URL": postgres.url(postgres.create_database(), "postgresql"),
        "PORTRAITS_URL": f"s3://{bucket_server.create_bucket()}/portraits",
        "EXECUTOR_ID": "one",
        **bucket_server.variables,
    }
    before = {name: os.environ.get(name) for name in bucket_server.variables}
    os.environ.update(bucket_server.variables)
    yield variables
    for name, value in before.items():
        os.environ.pop(name) if value is None else os.environ.update({name: value})


async def start_move(workspace: PracticeEnvironment, target: Mapping[str, str]) -> Process:
    to = {"MOVE_TO_DATABASE_URL": target["DATABASE_URL"], "MOVE_TO_PORTRAITS_URL": target["PORTRAITS_URL"]}
    variables = bot_environment(workspace.data, await workspace.server.environment(), **s3_server().variables, **to)
    command = (sys.executable, "-m", "bot", "move")
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=variables, stdout=PIPE, stderr=STDOUT)


async def run_move(workspace: PracticeEnvironment, target: Mapping[str, str]) -> tuple[int, str]:
    """`python -m bot move` with the bot's variables; its status and what it said."""
    process = await start_move(workspace, target)
    output, _ = await asyncio.wait_for(process.communicate(), scaled(ALIVE_SECONDS))
    return process.returncode or 0, output.decode()


async def kill_move(workspace: PracticeEnvironment, target: Mapping[str, str], line: str) -> None:
    """Start a move and kill it when it has printed the beginning of a line."""
    process = await start_move(workspace, target)
    assert process.stdout
    while not (printed := await process.stdout.readline()).decode().startswith(line):
        assert printed, f"the move ended before {line!r}"
    process.kill()
    await process.wait()


@pytest.mark.heavy
async def test_open_rounds_go_on_after_the_move(tmp_path: Path, target: dict[str, str]) -> None:
    async with practice_environment(tmp_path) as workspace:
        locked = await workspace.cast("Ines: a lighthouse keeper")
        await workspace.wait_for_ballot(locked)
        await lock_after_one_vote(workspace, locked, "Ines")
        voting = await workspace.cast("Maya: a fisherwoman")
        await workspace.wait_for_ballot(voting)
        await workspace.press(MEI, voting, "vote:2")
        await workspace.wait_for_text(voting, "1 person voted")
        status, output = await run_move(workspace, target)
        assert (status, "castroom.sqlite. Stop it first" in output) == (1, True)
        await crash_in_method(workspace, "bot.runtime.jobs", "JobRunner", "start")
        await workspace.control_client.command(LENA, FILM, "Tomas: a ferry pilot")
        await workspace.bot.wait()
        calls_before = await workspace.count_model_calls()

        status, output = await run_move(workspace, target)
        assert status == 0, output
        assert "Open rounds: 2, of which 1 still draw." in output, output
        status, output = await run_move(workspace, target)
        assert (status, "is not empty" in output) == (1, True)

        await workspace.start_bot(**target)
        await workspace.press(DANIEL, voting, "vote:2")
        await workspace.wait_for_text(voting, "2 people voted")
        await workspace.press(LENA, voting, "lock")
        await workspace.wait_for_text(voting, "Maya is cast")
        for name in ("Ines", "Maya"):
            assert name in await workspace.run_command(f"show {name}")

        async def drawn() -> str | None:
            messages = await workspace.control_client.messages(FILM)
            return next((str(m["ts"]) for m in messages if m.get("metadata") and m["ts"] not in (locked, voting)), None)

        saved = await workspace.control_client.wait_for(drawn, "the round that was saved before the move", 20)
        await workspace.wait_for_ballot(saved)
        assert await workspace.count_model_calls() == calls_before + 4


@pytest.mark.heavy
async def test_a_killed_move_keeps_the_bot_away_and_continues(tmp_path: Path, target: dict[str, str]) -> None:
    async with practice_environment(tmp_path) as workspace:
        await insert_faces(workspace, 60)
        await kill_move(workspace, target, "faces: 60 rows")
        variables = bot_environment(workspace.data, await workspace.server.environment(), **target)
        command = (sys.executable, "-m", "bot", "run")
        bot = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=variables, stdout=PIPE, stderr=STDOUT)
        output, _ = await asyncio.wait_for(bot.communicate(), scaled(60))
        assert (bot.returncode, b"holds an unfinished move or restore" in output) == (1, True)
        await move_and_compare(workspace, target, 60)


@pytest.mark.heavy
async def test_a_thousand_faces_move_and_the_story_goes_on(tmp_path: Path, target: dict[str, str]) -> None:
    async with practice_environment(tmp_path) as workspace:
        voting = await workspace.cast("Maya: a fisherwoman")
        await workspace.wait_for_ballot(voting)
        await workspace.press(MEI, voting, "vote:2")
        await workspace.wait_for_text(voting, "1 person voted")
        await insert_faces(workspace, 1_000)
        await kill_move(workspace, target, "slots:")
        await kill_move(workspace, target, "pictures: 1000")
        await move_and_compare(workspace, target, 1_000)
        await workspace.start_bot(**target)
        await workspace.press(DANIEL, voting, "vote:2")
        await workspace.wait_for_text(voting, "2 people voted")
        await workspace.press(LENA, voting, "lock")
        await workspace.wait_for_text(voting, "Maya is cast")
        assert "Maya" in await workspace.run_command("show Maya")


async def insert_faces(workspace: PracticeEnvironment, count: int) -> None:
    """Stop the bot, and add so many locked rounds of two candidates, with their pictures."""
    await stop(workspace.bot)
    storage = await open_storage(data_settings(workspace))
    await insert_roster(storage, make_roster(count))
    for round_id, slot_id in [(f"r{n:08}", f"r{n:08}-{position}") for n in range(count) for position in range(2)]:
        # The content whose hash the rows name.
        await storage.portraits.put(f"{round_id}/{slot_id}/original", slot_id.encode())
        await storage.portraits.put(f"{round_id}/{slot_id}/preview.jpg", b"preview of " + slot_id.encode())
    await storage.close()


async def move_and_compare(workspace: PracticeEnvironment, target: Mapping[str, str], faces: int) -> None:
    """Finish the move; compare every row and picture here as well, apart from what the command compares."""
    status, output = await run_move(workspace, target)
    assert status == 0, output
    moved = make_settings(target["DATABASE_URL"], target["PORTRAITS_URL"])
    source_rows, source_pictures = await contents_of(data_settings(workspace))
    target_rows, target_pictures = await contents_of(moved)
    assert target_rows == source_rows
    assert target_pictures == source_pictures
    assert source_rows["faces"].rows >= faces
    assert len(source_pictures) >= 4 * faces


async def contents_of(settings: Settings) -> tuple[dict[str, TableDigest], dict[str, str]]:
    """Return the digest of each table, and the hash of each picture."""
    storage = await open_storage(settings)
    async with storage.database.snapshot() as connection:
        rows = await digest_tables(connection)
    keys = [key async for page in storage.portraits.list_pages() for key in page]
    pictures = {key: sha256(await storage.portraits.get(key)).hexdigest() for key in keys}
    await storage.close()
    return rows, pictures


def data_settings(workspace: PracticeEnvironment) -> Settings:
    return Settings.model_validate({"data_dir": workspace.data / "bot"})
