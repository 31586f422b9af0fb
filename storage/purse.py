"""The purse: what a workspace has reserved or spent on a UTC day, one row, changed by single statements."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.budget import Caps, Charge
from bot.errors import OverBudget
from bot.round import Slot
from storage.columns import Dollars
from storage.database import upsert
from storage.tables import ledger, purses


async def reserve(connection: AsyncConnection, team: str, day: date, price: Decimal, caps: Caps) -> None:
    """Commit `price` if it fits the day's cap; raises OverBudget, so that the caller's transaction rolls back.

    Check and change are one statement: two rounds racing for the last dollars cannot both see them.
    """
    await connection.execute(
        upsert(connection, purses).values(team=team, day=day, committed=Decimal(0)).on_conflict_do_nothing()
    )
    after = purses.c.committed + literal(price, Dollars)
    fits = after <= literal(caps.per_day, Dollars)
    taken = await connection.execute(update(purses).where(_purse(team, day), fits).values(committed=after))
    if taken.rowcount == 0:
        left = caps.per_day - await committed(connection, team, day)
        raise OverBudget("day", price, caps.per_day, max(left, Decimal(0)))


async def settle(
    connection: AsyncConnection, slot: Slot, team: str, day: date, charge: Charge | None, at: datetime
) -> None:
    """Put what the slot came to in the place of its reservation; a charge is written in the ledger, never to change."""
    cost = charge.usd if charge else Decimal(0)
    await correct(connection, team, day, slot.price, cost)
    if charge:
        entry = {"slot_id": slot.id, "round_id": slot.round_id, "team": team, "day": day, "model": slot.model}
        await connection.execute(insert(ledger).values(**entry, usd=cost, source=charge.source, at=at))


async def correct(connection: AsyncConnection, team: str, day: date, price: Decimal, cost: Decimal) -> None:
    """Put `cost` in the place of the reserved `price`."""
    after = purses.c.committed + literal(cost - price, Dollars)
    await connection.execute(update(purses).where(_purse(team, day)).values(committed=after))


async def committed(connection: AsyncConnection, team: str, day: date) -> Decimal:
    """Dollars of the day, reserved and spent."""
    return await connection.scalar(select(purses.c.committed).where(_purse(team, day))) or Decimal(0)


def _purse(team: str, day: date) -> ColumnElement[bool]:
    return (purses.c.team == team) & (purses.c.day == day)
