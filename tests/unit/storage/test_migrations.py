"""The schema's history leads to the schema the code speaks of."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text

from bot.deed import Deed
from bot.face import Place, Release
from bot.slot import Miss
from storage import migrate, open_storage
from storage.migrations import _config, _revisions, newest, present
from storage.tables import metadata
from tests.unit.storage import stories
from tests.unit.storage.stories import CAPS, NOW, PLACE, Clock, a_landing, a_round, at, fresh_sqlite, locked

clock = stories.clock


def a_file(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'not made yet' / 'castroom.sqlite'}"


def inside(url: str) -> Connection:
    return create_engine(url.replace("+aiosqlite", "")).connect()


def schema_of(connection: Connection) -> dict[str, str]:
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    return {name: "".join(sql.split()) for name, sql in rows if name != "alembic_version"}


async def test_from_empty_to_the_newest_leaves_no_difference_to_the_tables(tmp_path: Path) -> None:
    await migrate(a_file(tmp_path))
    with inside(a_file(tmp_path)) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert present(connection) == newest() != ""


def test_steps_are_named_by_their_revisions_and_follow_each_other() -> None:
    """By their files' names a start sees that there is none to take, without reading them."""
    script = ScriptDirectory.from_config(_config())
    steps = list(script.walk_revisions())
    assert script.get_current_head() == newest()
    assert {step.revision for step in steps} == _revisions()


async def test_a_start_on_the_newest_schema_needs_nothing_of_what_takes_steps(tmp_path: Path) -> None:
    await migrate(a_file(tmp_path))
    script = f"import asyncio, sys, storage; asyncio.run(storage.migrate({a_file(tmp_path)!r}))"
    ended = await asyncio.create_subprocess_exec(
        sys.executable, "-c", f"{script}; sys.exit('alembic' in sys.modules)", cwd=Path(__file__).parents[3]
    )
    assert await ended.wait() == 0


async def test_checks_and_partial_indexes_are_the_tables_own_too(tmp_path: Path) -> None:
    await migrate(a_file(tmp_path))
    made = create_engine("sqlite://")
    metadata.create_all(made)
    with inside(a_file(tmp_path)) as migrated, made.connect() as direct:
        for table in metadata.tables:
            theirs = {check["name"]: check["sqltext"] for check in inspect(migrated).get_check_constraints(table)}
            assert theirs == {c["name"]: c["sqltext"] for c in inspect(direct).get_check_constraints(table)}
        assert schema_of(migrated)["uq_rounds_open"] == schema_of(direct)["uq_rounds_open"]


async def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    await migrate(a_file(tmp_path))
    with inside(a_file(tmp_path)) as connection:
        before = schema_of(connection)
    await migrate(a_file(tmp_path))
    with inside(a_file(tmp_path)) as connection:
        assert schema_of(connection) == before


async def test_processes_that_start_together_migrate_one_after_the_other(tmp_path: Path) -> None:
    await asyncio.gather(*(migrate(a_file(tmp_path)) for _ in range(4)))
    with inside(a_file(tmp_path)) as connection:
        assert present(connection) == newest()


async def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    await migrate(a_file(tmp_path))
    with inside(a_file(tmp_path)) as connection:
        connection.execute(text("DROP TABLE alembic_version"))
        connection.execute(text("DROP TABLE productions"))
        connection.commit()
        before = schema_of(connection)
    with pytest.raises(Exception, match="already exists"):
        await migrate(a_file(tmp_path))
    with inside(a_file(tmp_path)) as connection:
        assert schema_of(connection) == before


async def test_money_that_was_reserved_and_spent_before_is_counted_by_every_cap(tmp_path: Path, clock: Clock) -> None:
    url = await fresh_sqlite(tmp_path)
    storage = await open_storage(at(url), clock)
    await storage.rounds.open(a_round("r1"), CAPS, recast=False)
    await storage.rounds.land(a_landing("r1-0", "0.04"), frozenset())
    await storage.rounds.miss("r1-1", Miss("timed_out", paid="maybe"), None, 1.0)
    await storage.rounds.miss("r1-2", Miss("down"), None, 1.0)
    await storage.rounds.open(a_round("r2", "Ben", opened_at=NOW - timedelta(days=1)), CAPS, recast=False)
    await storage.close()
    before = money(url)
    await asyncio.to_thread(go_to, url, "0004")
    with inside(url) as connection:
        assert sorted(connection.execute(text("SELECT * FROM purses"))) == [
            ("T1", "2026-11-23", 200_000),
            ("T1", "2026-11-24", 140_000),
        ]
    await migrate(url)
    assert money(url) == before
    assert ("T1", "workspace_month", "", "2026-11-01", 340_000) in before[0]


async def test_characters_of_before_stand_where_their_faces_and_rounds_say_and_are_found_by_their_pieces(
    tmp_path: Path, clock: Clock
) -> None:
    url = await fresh_sqlite(tmp_path)
    storage = await open_storage(at(url), clock)
    await locked(storage, a_round("r1", "Maya", place=Place("T1", "C1")))
    await storage.roster.release("r1", Release("U1", NOW, "too young"))
    await locked(storage, a_round("r2", "Ada", place=Place("T1", "C2")))
    await storage.rounds.open(a_round("r3", "Ben"), CAPS, recast=False)
    await storage.rounds.open(a_round("r4", "Tried"), CAPS, recast=False)
    await storage.rounds.void("r4", "dropped")
    ada = (await storage.roster.named("T1", "Ada"))[0]
    await storage.roster.name(ada, "Mum", Deed("alias", PLACE, "U1", NOW, ada.id))
    await storage.close()
    before = standing(url)
    await asyncio.to_thread(go_to, url, "0008")
    await migrate(url)
    assert standing(url) == before
    assert before[0] == [("Ada", "C2", 1), ("Ben", "C1", 0), ("Maya", "C1", 0), ("Tried", None, 0)]
    assert {name for _, _, name in before[1]} == {"ada", "mum", "maya", "ben", "tried"}


def standing(url: str) -> tuple[list[Any], list[Any]]:
    """Where everybody stands, and every name's pieces."""
    with inside(url) as connection:
        stands = connection.execute(text("SELECT name, shown_in, has_face FROM characters ORDER BY name"))
        return list(stands), list(connection.execute(text("SELECT team, gram, folded FROM grams ORDER BY 1, 2, 3")))


def money(url: str) -> tuple[list[object], list[object]]:
    """Every purse and every charge."""
    with inside(url) as connection:
        purses = connection.execute(text("SELECT * FROM purses ORDER BY team, cap, owner, since"))
        charges = connection.execute(text("SELECT * FROM ledger ORDER BY item_id"))
        return list(purses), list(charges)


def go_to(url: str, revision: str) -> None:
    """Back to an older schema."""
    with inside(url) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        connection.commit()
