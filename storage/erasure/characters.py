"""The port `CharacterDeletions`: deletes a character round by round.

A round keeps an empty row, because charges and the message in Slack refer to it. That row does not say what was cast.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.audit import AuditEvent
from bot.domain.brief import Brief, Reference
from bot.domain.erasure import DELETED, DELETED_NAME
from bot.domain.ids import ChannelRef
from bot.domain.names import normalize_name
from bot.domain.round_state import RoundState
from bot.domain.routing.reason import RoutingReason
from bot.domain.webhook import EventType
from bot.ports.erasure import Deletion, RoundFiles
from storage.audit_log import add_audit_event
from storage.db.ballot_tables import (
    ballot_submissions,
    comment_messages,
    comments,
    flaw_answers,
    reminders,
    vote_inputs,
)
from storage.db.erasure_tables import deletions, is_unfinished, posted_files, posted_messages, reports
from storage.db.face_tables import UNFINISHED_PICTURES, faces, sheet_opinions, sheet_views, upscales
from storage.db.passport_tables import passports
from storage.db.repository import SqlRepository, insert_new
from storage.db.rows import to_row
from storage.db.tables import (
    aliases,
    audit_log,
    channels,
    characters,
    name_trigrams,
    productions,
    round_drafts,
    rounds,
    slots,
)
from storage.erasure.lists import remove_from_lists
from storage.erasure.references import change_references
from storage.erasure.round_files import delete_uploads, list_slack_files
from storage.replicas.redraw_marks import mark_redraw
from storage.roster.status import lock_character_row, lock_character_row_of_round, refresh_status
from storage.rounds.look_alikes import delete_questions
from storage.webhooks.events import record_face_event

_EMPTY_ROUND = {
    "state": RoundState.VOID,
    "void_reason": DELETED,
    "brief": Brief(DELETED_NAME, ""),
    "prompt": "",
    "prompt_version": "",
    "routing_reason": RoutingReason("usual"),
    "sheet_file": None,
    "sheet_candidate_count": 0,
    "record_file": None,
    "locked_slot": None,
    "parent": None,
    "origin": "",
    "recast_reason": "",
    "source_thread_ts": "",
    "tally": None,
    "run_off": None,
    "remind_at": None,
    "reported_at": None,
    "remedies": (),
}


class SqlCharacterDeletions(SqlRepository):
    """Deletions of characters in a database."""

    async def add(self, deletion: Deletion, audit_event: AuditEvent) -> Deletion:
        row = to_row(deletion) | {"refused_files": ""}
        async with self._database.transaction() as connection:
            if await insert_new(connection, deletions, **row):
                await add_audit_event(connection, audit_event)
        return await self.get(deletion.id)

    async def get(self, deletion_id: str) -> Deletion:
        row = await self._database.fetch_first(select(deletions).where(deletions.c.id == deletion_id))
        if row is None:
            raise KeyError(deletion_id)
        place, refused = ChannelRef(row.team, row.channel), tuple(row.refused_files.split())
        return Deletion(row.id, place, row.character_id, row.person, row.requested_at, row.finished_at, refused)

    async def list_unfinished(self) -> Sequence[str]:
        query = select(deletions.c.id).where(is_unfinished).order_by(deletions.c.requested_at)
        return await self._database.fetch_column(query)

    async def is_settled(self, character_id: str) -> bool:
        of_character = select(rounds.c.id).where(rounds.c.character_id == character_id)
        for table, states in UNFINISHED_PICTURES.items():
            unfinished = select(table.c.id).where(table.c.round_id.in_(of_character), table.c.state.in_(states))
            if await self._database.fetch_first(unfinished.limit(1)):
                return False
        return True

    async def list_rounds(self, character_id: str) -> Sequence[str]:
        """Return the ids of all rounds of a character."""
        query = select(rounds.c.id).where(rounds.c.character_id == character_id)
        return await self._database.fetch_column(query)

    async def list_round_files(self, round_id: str) -> RoundFiles:
        async with self._database.snapshot() as connection:
            files = await list_slack_files(connection, round_id)
            brief = await connection.scalar(select(rounds.c.brief).where(rounds.c.id == round_id))
        keys = (brief.attached_key,) if brief and brief.attached_key else ()
        return RoundFiles(tuple(sorted(files)), keys)

    async def list_draft_pictures(self, character_id: str) -> Sequence[str]:
        async with self._database.snapshot() as connection:
            drafts = await _drafts_of(connection, character_id)
        return [brief.attached_key for _, brief in drafts if brief.attached_key]

    async def delete_round(self, round_id: str, at: datetime) -> None:
        async with self._database.transaction() as connection:
            character_id = await lock_character_row_of_round(connection, round_id)
            if not character_id:
                return
            files = await list_slack_files(connection, round_id)
            keys = await _picture_keys(connection, round_id)
            await _blank_references(connection, keys)
            await delete_uploads(connection, round_id, files)
            in_use = select(faces.c.round_id).where(faces.c.round_id == round_id, faces.c.unlocked.is_(None))
            if await connection.scalar(in_use):
                await record_face_event(connection, EventType.FACE_UNLOCKED, round_id, at)
            for table in (
                *(vote_inputs, ballot_submissions, reminders, comments, comment_messages, flaw_answers),
                *(passports, sheet_opinions, sheet_views, upscales, faces, slots),
                *(posted_files, posted_messages, reports),
            ):
                await connection.execute(delete(table).where(table.c.round_id == round_id))
            await delete_questions(connection, round_id)
            is_round = rounds.c.id == round_id
            await connection.execute(update(rounds).where(is_round).values(**_EMPTY_ROUND))
            is_event = audit_log.c.round_id == round_id
            await connection.execute(update(audit_log).where(is_event).values(detail=""))
            await refresh_status(connection, character_id)
            await mark_redraw(connection, round_id, urgent=True)

    async def delete_character(self, character_id: str) -> None:
        async with self._database.transaction() as connection:
            await lock_character_row(connection, character_id)
            is_character = characters.c.id == character_id
            query = select(productions.c.team).join_from(characters, productions).where(is_character)
            team = await connection.scalar(query)
            if team is None:
                return
            keys = await _name_keys(connection, character_id)
            for draft_id, _ in await _drafts_of(connection, character_id):
                await connection.execute(delete(round_drafts).where(round_drafts.c.id == draft_id))
            await remove_from_lists(connection, character_id, keys)
            await connection.execute(delete(aliases).where(aliases.c.character_id == character_id))
            nameless = {"name": DELETED_NAME, "name_key": f"{DELETED_NAME} {character_id}"}
            await connection.execute(update(characters).where(is_character).values(**nameless))
            await _delete_trigrams(connection, team, keys)
            earlier = (audit_log.c.character_id == character_id) & (audit_log.c.action != DELETED)
            await connection.execute(update(audit_log).where(earlier).values(detail=""))
        await self._database.drop_deleted_content()

    async def add_refused(self, deletion_id: str, file_ids: Sequence[str]) -> None:
        known = (await self.get(deletion_id)).refused_files
        refused = " ".join(sorted({*known, *file_ids}))
        statement = update(deletions).where(deletions.c.id == deletion_id)
        await self._database.execute(statement.values(refused_files=refused))

    async def finish(self, deletion_id: str, at: datetime) -> None:
        statement = update(deletions).where(deletions.c.id == deletion_id, is_unfinished)
        await self._database.execute(statement.values(finished_at=at))


async def _picture_keys(connection: AsyncConnection, round_id: str) -> set[str]:
    """Return the keys of the round's portraits and of the photo attached to it."""
    portraits = await connection.scalars(select(slots.c.portrait).where(slots.c.round_id == round_id))
    keys = {portrait.key for portrait in portraits if portrait}
    brief = await connection.scalar(select(rounds.c.brief).where(rounds.c.id == round_id))
    if brief and brief.attached_key:
        keys.add(brief.attached_key)
    return keys


async def _blank_references(connection: AsyncConnection, keys: set[str]) -> None:
    """Leave in other briefs that were drawn after one of these pictures only the fact."""
    for table in (rounds, round_drafts):
        is_drawn_after = table.c.brief["reference"]["key"].as_string().in_(sorted(keys))
        await change_references(connection, table, is_drawn_after, lambda _: Reference(DELETED_NAME))


async def _name_keys(connection: AsyncConnection, character_id: str) -> set[str]:
    """Return the normalized name and aliases of a character."""
    name = select(characters.c.name_key).where(characters.c.id == character_id)
    alias_names = select(aliases.c.name_key).where(aliases.c.character_id == character_id)
    return set(await connection.scalars(name.union(alias_names)))


async def _drafts_of(connection: AsyncConnection, character_id: str) -> list[tuple[str, Brief]]:
    """Return the drafts of the production's channels that cast the character or show its face."""
    name_keys = await _name_keys(connection, character_id)
    production = select(characters.c.production_id).where(characters.c.id == character_id).scalar_subquery()
    of_production = select(channels.c.channel).where(channels.c.production_id == production)
    query = select(round_drafts.c.id, round_drafts.c.brief).where(round_drafts.c.channel.in_(of_production))
    found = []
    for draft_id, brief in (await connection.execute(query)).all():
        names = {brief.name, brief.reference.name if brief.reference else ""}
        if name_keys & {normalize_name(name) for name in names}:
            found.append((draft_id, brief))
    return found


async def _delete_trigrams(connection: AsyncConnection, team: str, name_keys: set[str]) -> None:
    """Delete the index of names that no other character of the workspace has."""
    in_workspace = select(productions.c.id).where(productions.c.team == team)
    used: set[str] = set()
    for table in (characters, aliases):
        has_name = table.c.name_key.in_(sorted(name_keys)) & table.c.production_id.in_(in_workspace)
        used.update(await connection.scalars(select(table.c.name_key).where(has_name)))
    is_unused = name_trigrams.c.name_key.in_(sorted(name_keys - used))
    await connection.execute(delete(name_trigrams).where(name_trigrams.c.team == team, is_unused))
