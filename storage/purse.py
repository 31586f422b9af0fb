"""Purses: what each cap counts, reserved or spent, one row a purse, changed by single statements."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.budget import Caps, Charge, Item, Purse, Spender
from bot.errors import OverBudget, Overspent
from storage.belonging import terms_of
from storage.columns import Dollars
from storage.database import upsert
from storage.tables import is_overrun, ledger, purses


async def reserve(
    connection: AsyncConnection, spender: Spender, price: Decimal, caps: Caps, round_holds: Decimal | None = None
) -> None:
    """Commit `price` to every purse that pays for it, if it fits them all and, on top of what it holds, a round (None:
    it is for none). `caps` are Castroom's; the production may have lower ones of its own.

    Raises OverBudget and Overspent, so that the caller's transaction rolls back.
    """
    home, customs = await terms_of(connection, spender.place, held=True)
    spender, caps = replace(spender, home=home), caps.under(customs)
    if round_holds is not None:
        caps.allow_round(price, round_holds)
    await _nothing_passed_unseen(connection, spender.place.team)
    empty = [_key(purse) | {"committed": Decimal(0)} for purse in spender.purses]
    await connection.execute(upsert(connection, purses).values(empty).on_conflict_do_nothing())
    for purse in spender.purses:
        await _take(connection, purse, price, caps)


async def settle(
    connection: AsyncConnection, item: Item, spender: Spender, charge: Charge | None, at: datetime
) -> None:
    """Put what the item came to in the place of its reservation; a charge is written in the ledger as it came, also
    when it passes the reservation or a cap."""
    cost = charge.usd if charge else Decimal(0)
    await change(connection, spender, cost - item.reserved)
    if charge:
        entry = {"item_id": item.id, "kind": item.kind, "round_id": item.round_id, "model": item.model}
        entry |= {"team": spender.place.team, "channel": spender.place.channel, "person": spender.person}
        spent = {"day": spender.day, "reserved": item.reserved, "usd": cost, "source": charge.source, "at": at}
        await connection.execute(insert(ledger).values(**entry, **spent))


async def change(connection: AsyncConnection, spender: Spender, by: Decimal) -> None:
    """Add `by` dollars, or take them back, where the spender's purses stand."""
    if not by:
        return
    home, _ = await terms_of(connection, spender.place, held=True)
    for purse in replace(spender, home=home).purses:
        after = purses.c.committed + literal(by, Dollars)
        await connection.execute(update(purses).where(_is(purse)).values(committed=after))


async def committed(connection: AsyncConnection, team: str, day: date) -> Decimal:
    """Dollars of the workspace on a UTC day, reserved and spent."""
    return await connection.scalar(_holds(Purse(team, "day", "", day))) or Decimal(0)


async def held(connection: AsyncConnection, spender: Spender) -> Mapping[Purse, Decimal]:
    """What each of the spender's purses holds, reserved and spent."""
    spender = replace(spender, home=(await terms_of(connection, spender.place))[0])
    mine = select(purses).where(or_(*(_is(purse) for purse in spender.purses)))
    rows = await connection.execute(mine)
    found = {Purse(row.team, row.cap, row.owner, row.since): row.committed for row in rows}
    return {purse: found.get(purse, Decimal(0)) for purse in spender.purses}


async def move(connection: AsyncConnection, team: str, owners: tuple[str, str], months: Mapping[date, Decimal]) -> None:
    """Let the second production's purses hold in each month what the first one's held."""
    for month, usd in months.items():
        before, after = (Purse(team, "production_month", owner, month) for owner in owners)
        there = upsert(connection, purses).values(_key(after) | {"committed": Decimal(0)})
        await connection.execute(there.on_conflict_do_nothing())
        for purse, by in ((before, -usd), (after, usd)):
            held_then = purses.c.committed + literal(by, Dollars)
            await connection.execute(update(purses).where(_is(purse)).values(committed=held_then))


async def _take(connection: AsyncConnection, purse: Purse, price: Decimal, caps: Caps) -> None:
    """Check and change are one statement: two rounds racing for the last dollars cannot both see them."""
    limit = caps.of(purse)
    after = purses.c.committed + literal(price, Dollars)
    take = update(purses).where(_is(purse)).values(committed=after)
    if limit is None:
        await connection.execute(take)
        return
    taken = await connection.execute(take.where(after <= literal(limit, Dollars)))
    if taken.rowcount == 0:
        left = limit - (await connection.scalar(_holds(purse)) or Decimal(0))
        raise OverBudget(purse.cap, price, limit, max(left, Decimal(0)), purse.resets_at, own=purse.cap in caps.own)


async def _nothing_passed_unseen(connection: AsyncConnection, team: str) -> None:
    passed = select(ledger.c.usd, ledger.c.reserved, ledger.c.person).where(ledger.c.team == team, is_overrun)
    rows = (await connection.execute(passed.order_by(ledger.c.at, ledger.c.item_id))).all()
    if rows:
        above = sum((row.usd - row.reserved for row in rows), Decimal(0))
        raise Overspent(above, tuple(dict.fromkeys(row.person for row in rows)))


def _holds(purse: Purse) -> Select[tuple[Decimal]]:
    return select(purses.c.committed).where(_is(purse))


def _is(purse: Purse) -> ColumnElement[bool]:
    named = (purses.c.team == purse.team) & (purses.c.cap == purse.cap)
    return named & (purses.c.owner == purse.owner) & (purses.c.since == purse.since)


def _key(purse: Purse) -> dict[str, object]:
    return {"team": purse.team, "cap": purse.cap, "owner": purse.owner, "since": purse.since}
