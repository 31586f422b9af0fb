"""The port `RetirementNotices`: recipients of a model's retirement notice, and which of them were notified."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Select, and_, delete, func, or_, select

from bot.domain.face import Face
from bot.domain.slot import SlotState
from bot.ports.messaging import Recipient
from storage.db.face_tables import faces
from storage.db.replica_tables import retirement_dates
from storage.db.repository import SqlRepository, save_row
from storage.db.rows import FACE_COLUMNS, face_from_row
from storage.db.tables import is_blind, is_open, retirement_notices, rounds, slots

_reported_slots = slots.alias()
_names_portrait = (
    select(_reported_slots.c.id)
    .where(_reported_slots.c.round_id == rounds.c.id, _reported_slots.c.reported_at.is_not(None))
    .exists()
)


class SqlRetirementNotices(SqlRepository):
    """Retirement notices in a database."""

    async def recipients(self, model_id: str) -> Sequence[Recipient]:
        slots_with_model, blind_teams = _slots_with(model_id), _blind_teams(model_id)
        newest_first = func.row_number().over(partition_by=rounds.c.team, order_by=rounds.c.opened_at.desc())
        leads = select(rounds.c.team, rounds.c.lead, is_open.label("open"), newest_first.label("nth"))
        ranked = leads.where(slots_with_model.exists(), rounds.c.team.not_in(blind_teams)).subquery()
        query = select(ranked).where(ranked.c.open | (ranked.c.nth == 1)).order_by(ranked.c.team, ranked.c.lead)
        rows = await self._database.fetch_all(query)
        teams_with_open_rounds = {row.team for row in rows if row.open}
        return list(
            dict.fromkeys(
                Recipient(row.team, row.lead) for row in rows if row.open or row.team not in teams_with_open_rounds
            )
        )

    async def list_faces(self, model_id: str) -> Sequence[tuple[Recipient, Face]]:
        others = faces.alias()
        is_of_character = others.c.character_id == faces.c.character_id
        newest = select(func.max(others.c.version)).where(is_of_character, others.c.unlocked.is_(None))
        is_present = and_(faces.c.unlocked.is_(None), faces.c.version == newest.scalar_subquery())
        # A report of an earlier version hides a whole round without naming a portrait.
        is_hidden = or_(slots.c.reported_at.is_not(None), and_(rounds.c.reported_at.is_not(None), ~_names_portrait))
        may_be_drawn = and_(faces.c.consent_withdrawn_at.is_(None), ~is_hidden)
        query = (
            select(*FACE_COLUMNS, rounds.c.lead.label("present_lead"))
            .join_from(faces, rounds, faces.c.round_id == rounds.c.id)
            .join(slots, faces.c.slot_id == slots.c.id)
            .where(faces.c.model == model_id, is_present, may_be_drawn, faces.c.team.not_in(_blind_teams(model_id)))
            .order_by(faces.c.character, faces.c.round_id)
        )
        async with self._database.snapshot() as connection:
            rows = (await connection.execute(query)).mappings().all()
        found = [(row["present_lead"], face_from_row(row)) for row in rows]
        return [(Recipient(face.place.team, lead), face) for lead, face in found]

    async def has_recent_retired_error(self, since: datetime) -> bool:
        is_retired = slots.c.failure["kind"].as_string() == "retired"
        query = select(slots.c.id).where(slots.c.state == SlotState.FAILED, slots.c.requested_at >= since, is_retired)
        return bool(await self._database.fetch_all(query.limit(1)))

    async def claim(self, recipient: Recipient, model_id: str, at: datetime) -> bool:
        return await self._insert_new(retirement_notices, **_key(recipient, model_id), at=at)

    async def release(self, recipient: Recipient, model_id: str) -> None:
        await self._database.execute(delete(retirement_notices).filter_by(**_key(recipient, model_id)))

    async def set_dates(self, dates: Mapping[str, date | None]) -> None:
        async with self._database.transaction() as connection:
            for model, retires_on in sorted(dates.items()):
                await save_row(connection, retirement_dates, {"model": model, "retires_on": retires_on})

    async def get_dates(self) -> Mapping[str, date | None]:
        return {row.model: row.retires_on for row in await self._database.fetch_all(select(retirement_dates))}


def _key(recipient: Recipient, model_id: str) -> dict[str, str]:
    return {"team": recipient.team, "person": recipient.person, "model": model_id}


def _slots_with(model_id: str) -> Select[str]:
    return select(slots.c.id).where(slots.c.round_id == rounds.c.id, slots.c.model == model_id)


def _blind_teams(model_id: str) -> Select[str]:
    """Select the workspaces where an open ballot hides a failure of the model."""
    has_failed_slot = _slots_with(model_id).where(slots.c.state == SlotState.FAILED).exists()
    return select(rounds.c.team).where(is_blind, has_failed_slot)
