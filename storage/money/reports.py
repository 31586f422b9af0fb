"""Sums of the ledger: a month's charges by production, person and model, and what open ballots still hide."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.budget import BudgetPeriod
from bot.domain.ids import ChannelRef
from bot.domain.round import RoundState
from bot.domain.spend_report import BlindRoundSpend, RoundSpend, SpendTotal
from storage.db.columns import Dollars
from storage.db.tables import channels, faces, ledger, payer_id, productions, rounds, slots

BLIND_STATES = (RoundState.DRAWING, RoundState.VOTING)


async def list_spend_totals(connection: AsyncConnection, team: str, day: date) -> Sequence[SpendTotal]:
    """The month's charges of rounds whose ballots are closed; the day is the one they were reserved on."""
    condition = (ledger.c.team == team) & (ledger.c.day >= day.replace(day=1)) & rounds.c.state.not_in(BLIND_STATES)
    key = (ledger.c.channel, ledger.c.person, ledger.c.model)
    today = _sum_dollars(case((ledger.c.day == day, ledger.c.usd), else_=0)).label("today")
    query = select(*key, today, _sum_dollars(ledger.c.usd).label("month"), func.count().label("charges"))
    rows = await connection.execute(query.join_from(ledger, rounds).where(condition).group_by(*key))
    return [SpendTotal(ChannelRef(team, r.channel), r.person, r.model, r.today, r.month, r.charges) for r in rows]


async def list_round_spends(connection: AsyncConnection, character_id: str) -> Sequence[RoundSpend]:
    """Charges of a character's rounds whose ballots are closed, by round and person."""
    condition = (rounds.c.character_id == character_id) & rounds.c.state.not_in(BLIND_STATES)
    query = select(
        ledger.c.round_id,
        ledger.c.person,
        _sum_dollars(ledger.c.usd).label("usd"),
        func.count().label("charges"),
        func.max(ledger.c.at).label("last"),
    )
    rows = await connection.execute(
        query.join_from(ledger, rounds).where(condition).group_by(ledger.c.round_id, ledger.c.person)
    )
    return [RoundSpend(r.round_id, r.person, r.usd, r.charges, r.last) for r in rows]


async def list_blind_round_spends(connection: AsyncConnection, team: str, day: date) -> Sequence[BlindRoundSpend]:
    """Slots of the rounds that draw or vote, reserved this month: what they cost, or may."""
    usd = func.coalesce(slots.c.cost, slots.c.price)
    is_today = slots.c.reserved_on == day
    query = select(
        rounds.c.channel,
        payer_id.label("person"),
        _sum_dollars(case((is_today, usd), else_=0)).label("today"),
        _sum_dollars(usd).label("month"),
        func.sum(case((is_today, 1), else_=0)).label("slots_today"),
        func.count().label("slots"),
        func.max(slots.c.price).label("dearest"),
        productions.c.channel.label("home"),
    ).join_from(rounds, slots)
    is_channel_of_round = and_(channels.c.team == rounds.c.team, channels.c.channel == rounds.c.channel)
    query = query.join(channels, is_channel_of_round).join(productions, productions.c.id == channels.c.production_id)
    condition = (rounds.c.team == team) & rounds.c.state.in_(BLIND_STATES) & (slots.c.reserved_on >= day.replace(day=1))
    rows = await connection.execute(
        query.where(condition).group_by(rounds.c.id, rounds.c.channel, payer_id, productions.c.channel)
    )
    return [
        BlindRoundSpend(
            ChannelRef(team, r.channel), r.person, r.today, r.month, r.slots_today, r.slots, r.dearest,
            "" if r.home == r.channel else r.home,
        )
        for r in rows
    ]  # fmt: skip


async def count_locked_faces(connection: AsyncConnection, team: str, day: date) -> Mapping[str, int]:
    """Faces locked in the month, by channel."""
    month_start = datetime.combine(day.replace(day=1), time(), UTC)
    month_end = BudgetPeriod(team, "workspace_month", "", month_start.date()).resets_at
    condition = (faces.c.team == team) & (faces.c.locked_at >= month_start) & (faces.c.locked_at < month_end)
    rows = await connection.execute(select(faces.c.channel, func.count()).where(condition).group_by(faces.c.channel))
    return {row[0]: row[1] for row in rows}


def _sum_dollars(amounts: ColumnElement[object]) -> ColumnElement[object]:
    return func.sum(amounts, type_=Dollars)
