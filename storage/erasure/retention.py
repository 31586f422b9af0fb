"""The port `ExpiredData`: data of ended rounds that is kept no longer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, and_, delete, false, func, not_, or_, select, true, update
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from bot.domain.audit import AuditEvent
from bot.domain.ballot import Tally
from bot.domain.brief import PHOTO
from bot.domain.ids import ChannelRef
from bot.domain.production import Production
from bot.domain.round_state import FOLLOW_UPS, RoundState
from storage.audit_log import add_audit_event
from storage.db.ballot_tables import ballot_submissions, flaw_answers, look_alike_answers, reminders, vote_inputs
from storage.db.face_tables import sheet_opinions, sheet_views
from storage.db.repository import SqlRepository
from storage.db.tables import audit_log, channels, characters, door_tokens, productions, rounds, slots
from storage.erasure.references import change_references, without_picture
from storage.productions.lookup import list_productions
from storage.replicas.redraw_marks import mark_redraw
from storage.rounds.look_alikes import close_questions

_ENDED_STATES = (RoundState.LOCKED, RoundState.VOID)
_ended_at = func.coalesce(rounds.c.closes_at, rounds.c.opened_at)
_photo_key = rounds.c.brief["reference"]["key"].as_string()
_reference_name = rounds.c.brief["reference"]["name"].as_string()


class SqlExpiredData(SqlRepository):
    """Expired data in a database."""

    async def list_portrait_rounds(self, before: Mapping[str, datetime], limit: int) -> Sequence[str]:
        is_unlocked = or_(rounds.c.locked_slot.is_(None), slots.c.id != rounds.c.locked_slot)
        has_portrait = slots.c.portrait.is_not(None)
        portraits = select(slots.c.id).where(slots.c.round_id == rounds.c.id, has_portrait, is_unlocked)
        return await self._list(_ended(before).where(portraits.exists()), limit)

    async def list_photo_rounds(self, before: Mapping[str, datetime], limit: int) -> Sequence[str]:
        users = rounds.alias()
        used_key = users.c.brief["reference"]["key"].as_string()
        in_use = select(used_key).where(not_(_has_ended(users.c)), used_key.is_not(None))
        has_photo = and_(_reference_name == PHOTO, _photo_key != "", _photo_key.not_in(in_use))
        return await self._list(_ended(before).where(has_photo), limit)

    async def list_voter_rounds(self, before: Mapping[str, datetime], limit: int) -> Sequence[str]:
        has_votes = [
            select(table.c.round_id).where(table.c.round_id == rounds.c.id).exists()
            for table in (vote_inputs, ballot_submissions, flaw_answers, look_alike_answers)
        ]
        return await self._list(_ended(before).where(or_(*has_votes)), limit)

    async def list_opinion_rounds(self, before: Mapping[str, datetime], limit: int) -> Sequence[str]:
        is_old = _is_before(sheet_opinions.c.event_ts_us, {id_: _microseconds(at) for id_, at in before.items()})
        has_opinion = select(sheet_opinions.c.view_id).where(sheet_opinions.c.round_id == rounds.c.id, is_old)
        return await self._list(select(rounds.c.id).join_from(rounds, characters).where(has_opinion.exists()), limit)

    async def clear_portraits(self, round_id: str, slot_ids: Sequence[str], audit_event: AuditEvent) -> None:
        async with self._database.transaction() as connection:
            is_cleared = and_(slots.c.round_id == round_id, slots.c.id.in_(slot_ids))
            # An empty file id, not null: a missing file would be uploaded again.
            cleared = {"portrait": None, "file_id": "", "original_file": ""}
            await connection.execute(update(slots).where(is_cleared).values(**cleared))
            statement = update(rounds).where(rounds.c.id == round_id)
            await connection.execute(statement.values(sheet_file=None, sheet_candidate_count=0))
            await add_audit_event(connection, audit_event)
            await mark_redraw(connection, round_id)

    async def clear_photo(self, round_id: str, audit_event: AuditEvent) -> None:
        async with self._database.transaction() as connection:
            key = await connection.scalar(select(_photo_key).where(rounds.c.id == round_id))
            if not key:
                return
            is_ended_use = and_(_photo_key == key, _has_ended(rounds.c))
            await change_references(connection, rounds, is_ended_use, without_picture)
            await add_audit_event(connection, audit_event)

    async def clear_voters(self, round_id: str, tally: Tally | None, audit_event: AuditEvent) -> None:
        async with self._database.transaction() as connection:
            for table in (vote_inputs, ballot_submissions, flaw_answers, reminders):
                await connection.execute(delete(table).where(table.c.round_id == round_id))
            await close_questions(connection, round_id)
            if tally:
                lacks_tally = and_(rounds.c.id == round_id, rounds.c.tally.is_(None))
                await connection.execute(update(rounds).where(lacks_tally).values(tally=tally))
            await add_audit_event(connection, audit_event)

    async def clear_opinions(self, round_id: str, before: datetime, audit_event: AuditEvent) -> None:
        is_old = and_(sheet_opinions.c.round_id == round_id, sheet_opinions.c.event_ts_us < _microseconds(before))
        async with self._database.transaction() as connection:
            for column, is_same in ((sheet_views.c.earlier_same, True), (sheet_views.c.earlier_drifted, False)):
                of_view = and_(sheet_opinions.c.view_id == sheet_views.c.id, sheet_opinions.c.same == is_same)
                count = select(func.count()).where(of_view, is_old).scalar_subquery()
                statement = update(sheet_views).where(sheet_views.c.round_id == round_id)
                await connection.execute(statement.values({column: column + count}))
            people = await connection.scalar(select(func.count(sheet_opinions.c.person.distinct())).where(is_old))
            await connection.execute(delete(sheet_opinions).where(is_old))
            await add_audit_event(connection, replace(audit_event, detail=str(people or 0)))

    async def delete_audit_events(self, production_id: str, before: datetime) -> int:
        of_production = select(channels.c.channel).where(channels.c.production_id == production_id)
        team = select(productions.c.team).where(productions.c.id == production_id).scalar_subquery()
        is_old = and_(audit_log.c.team == team, audit_log.c.channel.in_(of_production), audit_log.c.at < before)
        ended_at = func.coalesce(door_tokens.c.revoked_at, door_tokens.c.expires_at)
        has_ended = and_(door_tokens.c.production_id == production_id, ended_at < before)
        await self._database.execute(delete(door_tokens).where(has_ended))
        return await self._database.execute(delete(audit_log).where(is_old))

    async def list_productions(self) -> Sequence[Production]:
        async with self._database.snapshot() as connection:
            return await list_productions(connection, true())

    async def home_of(self, production_id: str) -> ChannelRef:
        query = select(productions.c.team, productions.c.channel).where(productions.c.id == production_id)
        return ChannelRef(*await self._database.fetch_first(query))

    async def drop_deleted_content(self) -> None:
        await self._database.drop_deleted_content(also_large=True)

    async def _list(self, query: Select[tuple[str]], limit: int) -> Sequence[str]:
        return await self._database.fetch_column(query.order_by(rounds.c.opened_at).limit(limit))


def _microseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000)


def _has_ended(columns: ReadOnlyColumnCollection[str, Column[Any]]) -> ColumnElement[bool]:
    """Return whether nothing happens in a round any more; a follow-up ends with its close."""
    is_closed_follow_up = and_(columns.state == RoundState.CLOSED, columns.origin.in_(FOLLOW_UPS))
    return or_(columns.state.in_(_ENDED_STATES), is_closed_follow_up)


def _ended(before: Mapping[str, datetime]) -> Select[tuple[str]]:
    """Select rounds that ended before the time of their production."""
    query = select(rounds.c.id).join_from(rounds, characters)
    return query.where(_has_ended(rounds.c), _is_before(_ended_at, before))


def _is_before(column: ColumnElement[Any], before: Mapping[str, datetime | int]) -> ColumnElement[bool]:
    """Return the condition that `column` is before the time of the character's production."""
    is_of = characters.c.production_id
    return or_(false(), *(and_(is_of == production_id, column < at) for production_id, at in before.items()))
