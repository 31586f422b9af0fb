"""Everything stored about one person, and its erasure, by the columns that `columns.py` declares.

An erasure replaces the person's id by a pseudonym wherever sums or permissions need the row. It deletes the rows that
serve the person alone, and votes of rounds that are not over: the bot would read a reaction again and count it beside a
pseudonym's vote. Frozen tallies are numbers and stay. Each statement is a short transaction, so that bots may run
meanwhile; a repeated erasure finds what is left.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, Text, cast, delete, false, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ballot import VoteSource
from bot.domain.erasure import (
    ErasedRows,
    PersonErasure,
    hash_person,
    new_pseudonym,
    replace_user_id,
    require_user_id,
    user_ids_in,
)
from bot.domain.ids import passport_key
from bot.domain.round_state import OPEN_STATES
from storage.db.ballot_tables import ballot_submissions, vote_inputs
from storage.db.columns import JsonValue
from storage.db.engine import Database
from storage.db.face_tables import faces
from storage.db.passport_tables import passports
from storage.db.rows import batches
from storage.db.tables import ledger, rounds
from storage.erasure.columns import COLUMNS, DELETED_BY, PERSON, TEXT, in_workspace, tables_with
from storage.pictures.object_store import ObjectStorePortraits
from storage.replicas.redraw_marks import mark_redraw
from storage.rounds.slots import bump_ballot_version

_BATCH_SIZE = 200


class PersonEraser:
    """Finds and erases people in a database."""

    def __init__(self, database: Database, portraits: ObjectStorePortraits) -> None:
        self._database = database
        self._portraits = portraits

    async def list_rows(self, person: str, team: str = "") -> dict[str, list[dict[str, Any]]]:
        """Return every row that names the person, by table and in the order of its key, as values of JSON.

        Raises ValueError for no user id.
        """
        require_user_id(person)
        found: dict[str, list[dict[str, Any]]] = {}
        for table, condition in _conditions(person, team):
            query = _as_stored(table).where(condition).order_by(*table.primary_key)
            rows = [dict(row._mapping) for row in await self._database.fetch_all(query)]
            if matching := [row for row in rows if person in user_ids_in(json.dumps(row, default=str))]:
                found[table.name] = matching
        return found

    async def erase(self, person: str, team: str = "") -> PersonErasure:
        """Erase a person of one workspace, or of all; raises ValueError for no user id, StorageUnavailable."""
        require_user_id(person)
        pseudonym = new_pseudonym()
        ledger_rows = await self._count_ledger_rows(person, team)
        changes = [await self._delete_passports(person, team)]
        open_reactions, open_votes = await self._delete_open_votes(person, team)
        changes += open_votes
        changes += await self._delete_own_rows(person, team)
        for table, columns in tables_with(PERSON):
            for name in columns:
                is_theirs = (table.c[name] == person) & in_workspace(table, team)
                count = await self._database.execute(update(table).where(is_theirs).values({name: pseudonym}))
                changes.append(ErasedRows(table.name, name, "pseudonymised", count))
        for table, columns in tables_with(TEXT):
            count = await self._replace_in_text(table, columns, person, pseudonym, team)
            changes.append(ErasedRows(table.name, ", ".join(columns), "replaced", count))
        is_journal_empty = await self._database.drop_deleted_content(also_large=True)
        return PersonErasure(
            pseudonym, tuple(c for c in changes if c.rows), ledger_rows, open_reactions, is_journal_empty
        )

    async def find_by_hash(self, person_hash: str, team: str = "") -> Sequence[str]:
        """Return the ids with this hash in the database: at most one person, for the replay of a log."""
        found: set[str] = set()
        for table, columns in tables_with(PERSON):
            for name in columns:
                query = select(table.c[name]).where(in_workspace(table, team)).distinct()
                found |= {user_id or "" for user_id in await self._database.fetch_column(query)}
        for table, columns in tables_with(TEXT):
            for name in columns:
                query = select(cast(table.c[name], Text)).where(in_workspace(table, team))
                async with self._database.snapshot() as connection, connection.stream(query) as texts:
                    async for (text,) in texts:
                        found |= user_ids_in(text or "")
        return [person for person in found if hash_person(person) == person_hash]

    async def _count_ledger_rows(self, person: str, team: str) -> int:
        query = select(func.count()).where(ledger.c.person == person, in_workspace(ledger, team))
        return await self._database.fetch_value(query) or 0

    async def _delete_open_votes(self, person: str, team: str) -> tuple[tuple[str, ...], list[ErasedRows]]:
        """Delete the votes of rounds that are not over; return rounds with a reaction of theirs, and the changes."""
        changes = []
        async with self._database.transaction() as connection:
            touched: set[str] = set()
            is_reaction = (vote_inputs.c.source == VoteSource.REACTION) & vote_inputs.c.on
            reacted = select(vote_inputs.c.round_id).where(_is_open_vote(vote_inputs, person, team), is_reaction)
            reactions = tuple(sorted(set((await connection.scalars(reacted)).all())))
            for table in (vote_inputs, ballot_submissions):
                is_theirs = _is_open_vote(table, person, team)
                affected = select(rounds.c.id).where(rounds.c.id.in_(select(table.c.round_id).where(is_theirs)))
                touched |= set(await connection.scalars(affected.with_for_update()))
                count = (await connection.execute(delete(table).where(is_theirs))).rowcount
                changes.append(ErasedRows(table.name, "person", "deleted", count))
            for round_id in sorted(touched):
                await bump_ballot_version(connection, round_id)
                await mark_redraw(connection, round_id)
        return reactions, changes

    async def _delete_passports(self, person: str, team: str) -> ErasedRows:
        """Delete the sidecars of faces that name the person; they say no name, and are signed again without one."""
        names = [faces.c.lead == person, faces.c.locked_by == person, _mentions(faces, ("prompt", "brief"), person)]
        query = select(passports.c.round_id, passports.c.item_id).join_from(
            passports, faces, passports.c.round_id == faces.c.round_id
        )
        found = await self._database.fetch_all(query.where(or_(*names), in_workspace(faces, team)))
        for row in found:
            await self._portraits.delete(passport_key(row.round_id, row.item_id))
            await self._database.execute(delete(passports).where(passports.c.item_id == row.item_id))
        return ErasedRows("passports", "round_id", "deleted", len(found))

    async def _delete_own_rows(self, person: str, team: str) -> list[ErasedRows]:
        """Delete rows that serve the person alone, and the pictures that their drafts attached."""
        changes = []
        for table, _ in tables_with(PERSON):
            if (name := DELETED_BY.get(table.name)) is None:
                continue
            is_theirs = (table.c[name] == person) & in_workspace(table, team)
            if table.name == "round_drafts":
                for brief in await self._database.fetch_column(select(table.c.brief).where(is_theirs)):
                    if brief.attached_key:
                        await self._portraits.delete(brief.attached_key)
            count = await self._database.execute(delete(table).where(is_theirs))
            changes.append(ErasedRows(table.name, name, "deleted", count))
        return changes

    async def _replace_in_text(
        self, table: Table, columns: Sequence[str], person: str, pseudonym: str, team: str
    ) -> int:
        """Replace the id in texts and JSON, some rows at a time; return how many rows changed."""
        keys = list(table.primary_key.columns)
        condition = _mentions(table, columns, person) & in_workspace(table, team)
        found = await self._database.fetch_all(select(*keys).where(condition))
        changed = 0
        for batch in batches(found, _BATCH_SIZE):
            async with self._database.transaction() as connection:
                for key in batch:
                    is_row = [column == value for column, value in zip(keys, key, strict=True)]
                    changed += await _replace_in_row(connection, table, columns, is_row, person, pseudonym)
        return changed


async def _replace_in_row(
    connection: AsyncConnection,
    table: Table,
    columns: Sequence[str],
    is_row: Sequence[ColumnElement[bool]],
    person: str,
    pseudonym: str,
) -> bool:
    stored = [cast(table.c[name], Text).label(name) for name in columns]
    row = (await connection.execute(select(*stored).where(*is_row).with_for_update())).one_or_none()
    if row is None:
        return False
    values: dict[str, Any] = {}
    for name, text in row._mapping.items():
        if text and (replaced := replace_user_id(text, person, pseudonym)) != text:
            values[name] = json.loads(replaced) if isinstance(table.c[name].type, JsonValue) else replaced
    if values:
        await connection.execute(update(table).where(*is_row).values(values))
    return bool(values)


def _is_open_vote(table: Table, person: str, team: str) -> ColumnElement[bool]:
    open_rounds = select(rounds.c.id).where(rounds.c.state.in_(OPEN_STATES))
    return (table.c.person == person) & table.c.round_id.in_(open_rounds) & in_workspace(table, team)


def _mentions(table: Table, columns: Sequence[str], person: str) -> ColumnElement[bool]:
    """Return a condition that also holds for longer ids that contain this one."""
    return or_(false(), *(cast(table.c[name], Text).contains(person, autoescape=True) for name in columns))


def _conditions(person: str, team: str) -> list[tuple[Table, ColumnElement[bool]]]:
    """Return a condition for the rows that may name the person, for each table that can."""
    by_table = {table: [table.c[name] == person for name in columns] for table, columns in tables_with(PERSON)}
    for table, columns in tables_with(TEXT):
        by_table.setdefault(table, []).append(_mentions(table, columns, person))
    return [(table, or_(*alternatives) & in_workspace(table, team)) for table, alternatives in by_table.items()]


def _as_stored(table: Table) -> Any:
    """Select a table's declared texts and its numbers without conversion; JSON as text. Tokens are left out."""
    secrets = {"token", "refresh_token", "secret", "previous_secret", "secret_hash"}
    return select(
        *(
            (cast(column, Text) if column.name in COLUMNS[table.name] else column).label(column.name)
            for column in table.columns
            if column.name not in secrets
        )
    )
