"""Moves the data of one machine (an SQLite file and its portraits) to PostgreSQL and a bucket. The bot is stopped.

The job database is not moved: the bot on the new database starts unfinished jobs again by their ids, and what is due
later is a column of a round.
"""

from dataclasses import dataclass

from sqlalchemy import func, select

from bot.domain.round_state import OPEN_STATES, RoundState
from bot.settings import Settings
from storage.db.engine import Database, open_database
from storage.db.private_files import database_file
from storage.db.process_lock import process_lock
from storage.db.tables import rounds
from storage.integrity import check_integrity
from storage.pictures.object_store import open_portraits
from storage.transfer import Report, TransferError
from storage.transfer.pictures import describe_damaged, find_damaged
from storage.transfer.rows import require_current_schema
from storage.transfer.server import CopyResult, Place, fill_server


@dataclass(frozen=True)
class MoveResult:
    """What was moved, how many rounds go on, and how many of them still draw; `damaged` are ids without a picture."""

    copied: CopyResult
    open_rounds: int
    drawing_rounds: int
    damaged: tuple[str, ...]


async def move(settings: Settings, to: Place, report: Report, *, accept_damaged: bool = False) -> MoveResult:
    """Move the database and the portraits of the settings to `to`; the source stays as it is.

    An interrupted move continues when it is repeated. Portraits stay where they are if `to` names the same address.
    With `accept_damaged`, portraits that are missing or damaged in the source do not stop the move.
    Raises TransferError, AlreadyRunning, StorageUnavailable.
    """
    file = database_file(settings.database_url)
    if file is None:
        raise TransferError("A move starts from an SQLite database. From PostgreSQL, use backup and restore.")
    if not to.database_url.startswith("postgresql+asyncpg://"):
        raise TransferError("The target is a database on PostgreSQL: postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE.")
    if not file.exists():
        raise TransferError(f"There is no database at {file}, so there is nothing to move. Check DATA_DIR.")
    async with process_lock(settings.database_url):
        await check_integrity(settings.database_url)
        async with open_database(settings.database_url) as source:
            async with source.snapshot() as connection:
                await require_current_schema(connection)
            damaged = await _find_damaged(source, settings, accept_damaged=accept_damaged)
            open_rounds, drawing_rounds = await _count_open_rounds(source)
            copied = await fill_server(source, settings.portraits_url, to, report)
    return MoveResult(copied, open_rounds, drawing_rounds, tuple(damaged))


async def _find_damaged(source: Database, settings: Settings, *, accept_damaged: bool) -> list[str]:
    async with source.snapshot() as connection:
        damaged = await find_damaged(connection, open_portraits(settings.portraits_url))
    if damaged and not accept_damaged:
        raise TransferError(
            f"{describe_damaged(damaged)} missing or damaged in {settings.portraits_url}. Nothing was moved. "
            "Restore the pictures from a backup, or repeat the command with --accept-damaged."
        )
    return damaged


async def _count_open_rounds(source: Database) -> tuple[int, int]:
    """Return how many rounds go on after the move, and how many of them still draw."""
    query = select(rounds.c.state, func.count()).where(rounds.c.state.in_(OPEN_STATES)).group_by(rounds.c.state)
    counts: dict[RoundState, int] = dict(await source.fetch_all(query))
    return sum(counts.values()), counts.get(RoundState.DRAWING, 0)
