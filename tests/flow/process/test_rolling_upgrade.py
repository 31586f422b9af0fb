"""Another process migrates the database to a later version while bots of this version run and start."""

from pathlib import Path

import psycopg
import pytest

from tests.support.practice_environment import DANIEL, LENA, MEI
from tests.support.replicas import replica_environment
from tests.support.steps import lock_after_one_vote

# What a later version may do: add columns, tables and indexes. Every table that a round uses gets a column.
LATER_MIGRATION = (
    *(
        f"ALTER TABLE {table} ADD COLUMN later TEXT NOT NULL DEFAULT 'new'"
        for table in (
            "rounds",
            "slots",
            "vote_inputs",
            "faces",
            "ledger",
            "characters",
            "budget_periods",
            "redraw_marks",
        )
    ),
    "CREATE TABLE later_rows (id TEXT PRIMARY KEY, round_id TEXT NOT NULL REFERENCES rounds (id))",
    "CREATE INDEX ix_rounds_later ON rounds (later)",
    "UPDATE alembic_version SET version_num = '9999'",
)


@pytest.mark.heavy
async def test_bots_of_the_version_before_go_on_and_start_on_a_newer_schema(tmp_path: Path) -> None:
    async with replica_environment(tmp_path) as bots:
        workspace = bots.workspace
        voting = await workspace.cast("Maya: a fisherwoman")
        await workspace.wait_for_ballot(voting)
        await workspace.press(MEI, voting, "vote:2")
        await workspace.wait_for_text(voting, "1 person voted")
        address = workspace.extra["DATABASE_URL"].replace("+asyncpg", "")
        with psycopg.connect(address) as connection:
            for statement in LATER_MIGRATION:
                connection.execute(statement.encode())
        await workspace.press(DANIEL, voting, "vote:2")
        await workspace.wait_for_text(voting, "2 people voted")
        await workspace.press(LENA, voting, "lock")
        await workspace.wait_for_text(voting, "Maya is cast")
        await bots.kill("two")
        await bots.start("three")
        assert "schema_newer_accepted" in bots.log("three")
        later = await workspace.cast("Ines: a lighthouse keeper")
        await workspace.wait_for_ballot(later)
        await lock_after_one_vote(workspace, later, "Ines")
        for name in ("one", "three"):
            assert "Traceback" not in bots.log(name)
