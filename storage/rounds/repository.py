"""Rounds: opened, read, displayed, and ended."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, insert, literal, not_, or_, select, union, update

from bot.domain.budget import Caps
from bot.domain.face import Face, Unlock
from bot.domain.ids import RUN_OFF_SHEET_PREFIX, ChannelRef
from bot.domain.round import Round
from bot.domain.round_state import OPEN_STATES, RoundState
from bot.domain.slot import UNFINISHED_STATES, SlotState
from bot.domain.webhook import EventType
from bot.ports.rounds import StartResult
from storage.db.face_tables import faces
from storage.db.repository import SqlRepository
from storage.db.rows import is_at, to_row
from storage.db.tables import is_follow_up, is_unended, rounds, slack_uploads, slots
from storage.replicas.redraw_marks import mark_redraw
from storage.roster.status import lock_character_row, lock_character_row_of_round, refresh_status
from storage.rounds.open import open_round
from storage.rounds.queries import find_round, list_rounds, round_by_id
from storage.webhooks.events import record_face_event

_UPLOAD_GRACE = timedelta(minutes=2)
_UPLOAD_WINDOW = timedelta(days=31)
_RECENT = timedelta(days=1)


class SqlRoundRepository(SqlRepository):
    """Rounds in a database."""

    async def open(self, new: Round, caps: Caps, *, recast: bool, unlock: Unlock | None = None) -> StartResult:
        async with self._database.transaction() as connection:
            return await open_round(connection, new, caps, recast, unlock)

    async def get(self, round_id: str) -> Round:
        async with self._database.single_query() as connection:
            return await round_by_id(connection, round_id)

    async def list_for_character(self, character_id: str) -> Sequence[Round]:
        return await self._list(rounds.c.character_id == character_id)

    async def list_follow_ups(self, round_id: str) -> Sequence[Round]:
        return await self._list(and_(rounds.c.parent == round_id, is_follow_up))

    async def by_message(self, place: ChannelRef, message_ts: str) -> Round | None:
        async with self._database.single_query() as connection:
            return await find_round(connection, is_at(rounds, place) & (rounds.c.message_ts == message_ts))

    async def by_slot(self, slot_id: str) -> Round:
        round_id = select(slots.c.round_id).where(slots.c.id == slot_id).correlate(None).scalar_subquery()
        async with self._database.single_query() as connection:
            found = await find_round(connection, rounds.c.id == round_id)
        if found is None:
            raise KeyError(slot_id)
        return found

    async def set_message(self, round_id: str, message_ts: str) -> None:
        await self._set(round_id, message_ts=message_ts)

    async def set_sheet(self, round_id: str, file_id: str, candidate_count: int) -> None:
        await self._set(round_id, sheet_file=file_id, sheet_candidate_count=candidate_count, sheet_refused="")

    async def set_sheet_refused(self, round_id: str, code: str) -> bool:
        statement = update(rounds).where(rounds.c.id == round_id, rounds.c.sheet_refused == "")
        return await self._database.change_one(statement.values(sheet_refused=code))

    async def set_record(self, round_id: str, file_id: str) -> None:
        await self._set(round_id, record_file=file_id)

    async def get_upload(self, key: str) -> Sequence[str]:
        files = await self._database.fetch_value(select(slack_uploads.c.files).where(slack_uploads.c.key == key))
        return (files or "").split()

    async def set_upload(self, key: str, files: Sequence[str]) -> None:
        await self._save_row(slack_uploads, {"key": key, "files": " ".join(files)})

    async def void(self, round_id: str, reason: str) -> bool:
        async with self._database.transaction() as connection:
            character_id = await lock_character_row_of_round(connection, round_id)
            statement = update(rounds).where(rounds.c.id == round_id, rounds.c.state.in_(OPEN_STATES))
            if (await connection.execute(statement.values(state=RoundState.VOID, void_reason=reason))).rowcount == 0:
                return False
            await refresh_status(connection, character_id)
            await mark_redraw(connection, round_id, urgent=True)
            return True

    async def lock(self, round_id: str, face: Face) -> bool:
        async with self._database.transaction() as connection:
            await lock_character_row(connection, face.character_id)
            statement = update(rounds).where(rounds.c.id == round_id, rounds.c.state == RoundState.CLOSED)
            result = await connection.execute(statement.values(state=RoundState.LOCKED, locked_slot=face.slot_id))
            if result.rowcount == 0:
                return False
            latest_version = select(func.max(faces.c.version)).where(faces.c.character_id == face.character_id)
            version = (await connection.scalar(latest_version) or 0) + 1
            await connection.execute(insert(faces).values(to_row(replace(face, version=version))))
            await refresh_status(connection, face.character_id)
            await record_face_event(connection, EventType.FACE_LOCKED, round_id, face.locked_at)
            await mark_redraw(connection, round_id, urgent=True)
            return True

    async def change_lead(self, round_id: str, previous_lead: str, person: str) -> bool:
        statement = update(rounds).where(
            rounds.c.id == round_id, rounds.c.lead == previous_lead, rounds.c.state != RoundState.VOID
        )
        started_by = case((rounds.c.requested_by == "", previous_lead), else_=rounds.c.requested_by)
        return await self._database.change_one(statement.values(lead=person, requested_by=started_by))

    async def list_open(self, team: str) -> Sequence[str]:
        return await self._database.fetch_column(select(rounds.c.id).where(rounds.c.team == team, is_unended))

    async def list_open_started_by(self, person: str, team: str) -> Sequence[str]:
        started_by = case((rounds.c.requested_by == "", rounds.c.lead), else_=rounds.c.requested_by)
        query = select(rounds.c.id).where(rounds.c.team == team, started_by == person, is_unended)
        return await self._database.fetch_column(query)

    async def count_free_portraits(self, person: str, team: str, since: datetime) -> int:
        is_theirs = (rounds.c.team == team) & or_(rounds.c.lead == person, rounds.c.requested_by == person)
        query = select(func.count()).select_from(slots.join(rounds)).where(is_theirs, rounds.c.opened_at >= since)
        is_free = and_(slots.c.price == Decimal(0), slots.c.copy_of_slot_id.is_(None))
        return await self._database.fetch_value(query.where(is_free)) or 0

    async def list_leads(self, team: str, channels: Sequence[str]) -> Sequence[str]:
        async with self._database.snapshot() as connection:
            is_of_channels = and_(rounds.c.team == team, rounds.c.channel.in_(channels))
            query = select(rounds.c.lead).where(is_of_channels, is_unended).distinct().order_by(rounds.c.lead)
            if leads := (await connection.scalars(query)).all():
                return leads
            newest = select(rounds.c.lead).where(is_of_channels).order_by(rounds.c.opened_at.desc(), rounds.c.id)
            return (await connection.scalars(newest.limit(1))).all()

    async def list_open_led_by(self, person: str, team: str) -> Sequence[Round]:
        return await self._list(and_(rounds.c.team == team, rounds.c.lead == person, is_unended))

    async def list_unfinished(self) -> Sequence[Round]:
        drawing_ids = select(rounds.c.id).where(rounds.c.state == RoundState.DRAWING)
        unfinished_ids = select(slots.c.round_id).where(slots.c.state.in_(UNFINISHED_STATES))
        return await self._list(rounds.c.id.in_(union(drawing_ids, unfinished_ids)))

    async def list_missing_pictures(self, now: datetime) -> Sequence[str]:
        is_view = and_(slots.c.situation != "", slots.c.state == SlotState.CANDIDATE)
        is_shown = or_(slots.c.number.is_not(None), is_view)
        shown_slots = select(slots.c.id).where(slots.c.round_id == rounds.c.id, is_shown)
        lacks_picture = shown_slots.where(slots.c.file_id.is_(None)).exists()
        lacks_original = shown_slots.where(slots.c.original_file.is_(None)).exists()
        is_settled = rounds.c.state.in_((RoundState.CLOSED, RoundState.LOCKED))
        sheet_key = literal(RUN_OFF_SHEET_PREFIX) + rounds.c.id
        has_run_off_sheet = select(slack_uploads.c.key).where(slack_uploads.c.key == sheet_key).exists()
        is_incomplete = or_(
            and_(rounds.c.state == RoundState.VOTING, lacks_picture, rounds.c.opened_at < now - _UPLOAD_GRACE),
            and_(rounds.c.state == RoundState.VOTING, rounds.c.run_off.is_not(None), not_(has_run_off_sheet)),
            and_(is_settled, or_(lacks_picture, lacks_original)),
            and_(rounds.c.state == RoundState.LOCKED, rounds.c.record_file.is_(None)),
        )
        is_recent = rounds.c.opened_at > now - _UPLOAD_WINDOW
        # A CASE keeps SQLite from searching by state, which would read every locked round.
        query = select(rounds.c.id).where(is_recent, case((is_incomplete, 1), else_=0) == 1)
        return await self._database.fetch_column(query)

    async def list_to_redraw(self, now: datetime) -> Sequence[str]:
        displayed = select(rounds.c.id).where(rounds.c.message_ts.is_not(None))
        is_recent = rounds.c.opened_at > now - _RECENT
        candidate_ids = union(displayed.where(is_unended), displayed.where(is_recent))
        query = select(rounds.c.id).where(rounds.c.id.in_(candidate_ids)).order_by(rounds.c.opened_at.desc())
        return await self._database.fetch_column(query)

    async def _list(self, condition: ColumnElement[bool]) -> Sequence[Round]:
        async with self._database.snapshot() as connection:
            return await list_rounds(connection, condition)

    async def _set(self, round_id: str, **values: Any) -> None:
        await self._database.execute(update(rounds).where(rounds.c.id == round_id).values(**values))
