"""The port `RetirementNotices`: recipients of a model's retirement notice, and which of them were notified."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import delete, func, select

from bot.domain.slot import SlotState
from bot.ports.messaging import Recipient
from storage.db.engine import Database, insert_new, upsert
from storage.db.replica_tables import retirement_dates
from storage.db.tables import is_blind, is_open, retirement_notices, rounds, slots


class SqlRetirementNotices:
    """Retirement notices in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recipients(self, model_id: str) -> Sequence[Recipient]:
        slots_with_model = select(slots.c.id).where(slots.c.round_id == rounds.c.id, slots.c.model == model_id)
        has_failed_slot = slots_with_model.where(slots.c.state == SlotState.FAILED).exists()
        blind_teams = select(rounds.c.team).where(is_blind, has_failed_slot)
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

    async def has_recent_retired_error(self, since: datetime) -> bool:
        is_retired = slots.c.failure["kind"].as_string() == "retired"
        query = select(slots.c.id).where(slots.c.state == SlotState.FAILED, slots.c.requested_at >= since, is_retired)
        return bool(await self._database.fetch_all(query.limit(1)))

    async def claim(self, recipient: Recipient, model_id: str, at: datetime) -> bool:
        key = {"team": recipient.team, "person": recipient.person, "model": model_id}
        async with self._database.transaction() as connection:
            return await insert_new(connection, retirement_notices, **key, at=at)

    async def release(self, recipient: Recipient, model_id: str) -> None:
        await self._database.execute(
            delete(retirement_notices).where(
                retirement_notices.c.team == recipient.team,
                retirement_notices.c.person == recipient.person,
                retirement_notices.c.model == model_id,
            )
        )

    async def set_dates(self, dates: Mapping[str, date | None]) -> None:
        async with self._database.transaction() as connection:
            for model, retires_on in sorted(dates.items()):
                statement = upsert(connection, retirement_dates).values(model=model, retires_on=retires_on)
                await connection.execute(
                    statement.on_conflict_do_update(index_elements=["model"], set_={"retires_on": retires_on})
                )

    async def get_dates(self) -> Mapping[str, date | None]:
        return {row.model: row.retires_on for row in await self._database.fetch_all(select(retirement_dates))}
