"""Sums of the ledger: a month's charges by production, person and model, and what open ballots still hide."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.budget import Purse
from bot.face import Place
from bot.round import State
from bot.statement import Paid, Spent, Veiled
from storage.columns import Dollars
from storage.tables import channels, faces, ledger, productions, rounds, slots, spender

HIDDEN = (State.DRAWING, State.VOTING)


async def spent(connection: AsyncConnection, team: str, day: date) -> Sequence[Spent]:
    """The month's charges of rounds whose ballots are closed; the day is the one they were reserved on."""
    here = (ledger.c.team == team) & (ledger.c.day >= day.replace(day=1)) & rounds.c.state.not_in(HIDDEN)
    key = (ledger.c.channel, ledger.c.person, ledger.c.model)
    today = _dollars(case((ledger.c.day == day, ledger.c.usd), else_=0)).label("today")
    sums = select(*key, today, _dollars(ledger.c.usd).label("month"), func.count().label("charges"))
    rows = await connection.execute(sums.join_from(ledger, rounds).where(here).group_by(*key))
    return [Spent(Place(team, r.channel), r.person, r.model, r.today, r.month, r.charges) for r in rows]


async def paid(connection: AsyncConnection, character_id: str) -> Sequence[Paid]:
    """Charges of a character's rounds whose ballots are closed, by round and person."""
    theirs = (rounds.c.character_id == character_id) & rounds.c.state.not_in(HIDDEN)
    sums = select(
        ledger.c.round_id,
        ledger.c.person,
        _dollars(ledger.c.usd).label("usd"),
        func.count().label("charges"),
        func.max(ledger.c.at).label("last"),
    )
    rows = await connection.execute(
        sums.join_from(ledger, rounds).where(theirs).group_by(ledger.c.round_id, ledger.c.person)
    )
    return [Paid(r.round_id, r.person, r.usd, r.charges, r.last) for r in rows]


async def veiled(connection: AsyncConnection, team: str, day: date) -> Sequence[Veiled]:
    """Slots of the rounds that draw or vote, reserved this month: what they cost, or may."""
    usd = func.coalesce(slots.c.cost, slots.c.price)
    today = slots.c.reserved_on == day
    sums = select(
        rounds.c.channel,
        spender.label("person"),
        _dollars(case((today, usd), else_=0)).label("today"),
        _dollars(usd).label("month"),
        func.sum(case((today, 1), else_=0)).label("slots_today"),
        func.count().label("slots"),
        func.max(slots.c.price).label("dearest"),
        productions.c.channel.label("home"),
    ).join_from(rounds, slots)
    casts = and_(channels.c.team == rounds.c.team, channels.c.channel == rounds.c.channel)
    sums = sums.join(channels, casts).join(productions, productions.c.id == channels.c.production_id)
    here = (rounds.c.team == team) & rounds.c.state.in_(HIDDEN) & (slots.c.reserved_on >= day.replace(day=1))
    rows = await connection.execute(
        sums.where(here).group_by(rounds.c.id, rounds.c.channel, spender, productions.c.channel)
    )
    return [
        Veiled(
            Place(team, r.channel), r.person, r.today, r.month, r.slots_today, r.slots, r.dearest,
            "" if r.home == r.channel else r.home,
        )
        for r in rows
    ]  # fmt: skip


async def locked(connection: AsyncConnection, team: str, day: date) -> Mapping[str, int]:
    """Faces locked in the month, by channel."""
    first = datetime.combine(day.replace(day=1), time(), UTC)
    upto = Purse(team, "workspace_month", "", first.date()).resets_at
    here = (faces.c.team == team) & (faces.c.locked_at >= first) & (faces.c.locked_at < upto)
    rows = await connection.execute(select(faces.c.channel, func.count()).where(here).group_by(faces.c.channel))
    return {row[0]: row[1] for row in rows}


def _dollars(summed: ColumnElement[object]) -> ColumnElement[object]:
    return func.sum(summed, type_=Dollars)
