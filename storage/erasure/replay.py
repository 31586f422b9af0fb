"""Replay of the erasure log in a restored database, which may be older than the erasures."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path

from bot.domain.erasure import Erasure
from bot.settings import Settings
from storage.db.engine import Database, open_database
from storage.erasure.characters import SqlCharacterDeletions
from storage.erasure.log import PortraitStoreErasureLog
from storage.erasure.person import PersonEraser
from storage.erasure.workspaces import SqlRemovedWorkspaces
from storage.pictures.object_store import ObjectStorePortraits, open_portraits

# An erasure is logged before it begins, so a backup soon after it may hold what was being erased.
_MARGIN = timedelta(days=1)


class LogUnreadable(Exception):
    """A file that is no log of erasures; the argument is its path."""


async def replay_after_restore(settings: Settings, taken_at: datetime, log_file: Path | None = None) -> int:
    """Erase in the restored database what was erased since the backup; return how many erasures were replayed.

    `log_file` is a copy of the log as `bot erasures` prints it; without one, only the log in the portraits store
    counts. Raises LogUnreadable, StorageUnavailable.
    """
    given = await asyncio.to_thread(_read_log, log_file) if log_file else ()
    async with open_database(settings.database_url) as database:
        return await replay_erasures(database, open_portraits(settings.portraits_url), taken_at, given)


def _read_log(file: Path) -> tuple[Erasure, ...]:
    try:
        return tuple(Erasure.from_json(json.loads(line)) for line in file.read_text("utf-8").splitlines() if line)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise LogUnreadable(file) from error


async def replay_erasures(
    database: Database, portraits: ObjectStorePortraits, taken_at: datetime, given: tuple[Erasure, ...] = ()
) -> int:
    """Erase again what was erased since a backup was taken, or within the day before; return how many erasures.

    `given` are erasures from another copy of the log, which are added to this one. Files in Slack are gone already.
    """
    log = PortraitStoreErasureLog(portraits)
    known = await log.list_all()
    for erasure in given:
        if erasure not in known:
            await log.add(erasure)
    due = [erasure for erasure in {*known, *given} if erasure.at >= taken_at - _MARGIN]
    for erasure in sorted(due, key=lambda each: (each.at, each.subject)):
        if erasure.kind == "person":
            await _erase_person(database, portraits, erasure)
        elif erasure.kind == "workspace":
            await SqlRemovedWorkspaces(database, portraits).delete_workspace(erasure.subject, erasure.at)
        else:
            await _delete_character(database, portraits, erasure)
    return len(due)


async def _erase_person(database: Database, portraits: ObjectStorePortraits, erasure: Erasure) -> None:
    eraser = PersonEraser(database, portraits)
    for person in await eraser.find_by_hash(erasure.subject, erasure.team):
        await eraser.erase(person, erasure.team)


async def _delete_character(database: Database, portraits: ObjectStorePortraits, erasure: Erasure) -> None:
    """Delete the character's rounds, also later ones than the log names, and pictures of rounds without a row."""
    deletions = SqlCharacterDeletions(database)
    rounds = {*erasure.rounds, *await deletions.list_rounds(erasure.subject)}
    for round_id in sorted(rounds):
        files = await deletions.list_round_files(round_id)
        for key in {*files.picture_keys, *await portraits.list_keys(f"{round_id}/")}:
            await portraits.delete(key)
        await deletions.delete_round(round_id, erasure.at)
    for key in await deletions.list_draft_pictures(erasure.subject):
        await portraits.delete(key)
    await deletions.delete_character(erasure.subject)
