"""Budget periods: one row for each cap and period, with the amount reserved or spent."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, Update, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.budget import BilledItem, BudgetPeriod, Caps, Charge, Payer
from bot.domain.errors import OverBudget, UnacknowledgedOverspend
from bot.domain.ids import ChannelRef
from bot.domain.production import ProductionSettings
from storage.db.columns import Dollars
from storage.db.repository import insert_new, upsert
from storage.db.rows import is_at
from storage.db.tables import budget_periods, channels, is_overrun, ledger, productions


async def reserve(
    connection: AsyncConnection, payer: Payer, price: Decimal, caps: Caps, round_committed: Decimal | None = None
) -> None:
    """Reserve `price` in every budget period of the payer.

    `caps` are the global caps; the production's settings may lower them. `round_committed` is the amount that the round
    has reserved or spent so far; None if the price does not belong to a round's slots. Raises OverBudget and
    UnacknowledgedOverspend, so that the caller's transaction rolls back.
    """
    home_channel, settings = await _budget_settings(connection, payer.place, for_share=True)
    payer, caps = replace(payer, home_channel=home_channel), caps.tightened_by(settings)
    if round_committed is not None:
        caps.check_round(price, round_committed)
    await _require_overspend_acknowledged(connection, payer.place.team)
    rows = [_period_key(period) | {"committed": Decimal(0)} for period in payer.budget_periods]
    await connection.execute(upsert(connection, budget_periods).values(rows).on_conflict_do_nothing())
    for period in payer.budget_periods:
        await _reserve(connection, period, price, caps)


async def settle(
    connection: AsyncConnection, item: BilledItem, payer: Payer, charge: Charge | None, at: datetime
) -> None:
    """Replace the item's reservation by its charge, and write the charge to the ledger.

    A charge above the reservation or a cap is written in full; None releases the reservation.
    """
    cost = charge.usd if charge else Decimal(0)
    await adjust(connection, payer, cost - item.reserved)
    if charge:
        entry = {"item_id": item.id, "kind": item.kind, "round_id": item.round_id, "model": item.model}
        entry |= {"team": payer.place.team, "channel": payer.place.channel, "person": payer.person}
        amounts = {"day": payer.day, "reserved": item.reserved, "usd": cost, "source": charge.source, "at": at}
        await connection.execute(insert(ledger).values(**entry, **amounts))


async def adjust(connection: AsyncConnection, payer: Payer, amount: Decimal) -> None:
    """Add `amount` to the payer's budget periods."""
    if not amount:
        return
    home_channel, _ = await _budget_settings(connection, payer.place, for_share=True)
    for period in replace(payer, home_channel=home_channel).budget_periods:
        await connection.execute(_change(period, amount))


def committed_query(period: BudgetPeriod) -> Select[Decimal]:
    """Select the dollars that were reserved and spent in a period; no row if it has not begun."""
    return select(budget_periods.c.committed).where(_is_period(period))


async def committed_by_period(connection: AsyncConnection, payer: Payer) -> Mapping[BudgetPeriod, Decimal]:
    """Return the dollars reserved and spent in each of the payer's budget periods."""
    payer = replace(payer, home_channel=(await _budget_settings(connection, payer.place))[0])
    query = select(budget_periods).where(or_(*(_is_period(period) for period in payer.budget_periods)))
    rows = await connection.execute(query)
    found = {BudgetPeriod(row.team, row.cap, row.owner, row.starts_on): row.committed for row in rows}
    return {period: found.get(period, Decimal(0)) for period in payer.budget_periods}


async def transfer(
    connection: AsyncConnection, team: str, owners: tuple[str, str], months: Mapping[date, Decimal]
) -> None:
    """Move the amount of each month from the first owner's budget period to the second's."""
    for month, usd in months.items():
        source, target = (BudgetPeriod(team, "production_month", owner, month) for owner in owners)
        await insert_new(connection, budget_periods, **_period_key(target), committed=Decimal(0))
        for period, amount in ((source, -usd), (target, usd)):
            await connection.execute(_change(period, amount))


async def _budget_settings(
    connection: AsyncConnection, place: ChannelRef, *, for_share: bool = False
) -> tuple[str, ProductionSettings]:
    """Return the home channel and the settings of a channel's production.

    `for_share` locks both until the transaction ends: the settings, and which production the channel casts for.
    """
    query = select(productions.c.channel, productions.c.settings).join_from(channels, productions)
    query = query.where(is_at(channels, place))
    row = (await connection.execute(query.with_for_update(read=True) if for_share else query)).one_or_none()
    return (row.channel, row.settings or ProductionSettings()) if row else (place.channel, ProductionSettings())


async def _reserve(connection: AsyncConnection, period: BudgetPeriod, price: Decimal, caps: Caps) -> None:
    """Reserve in one statement, so that two concurrent rounds cannot both take the last dollars."""
    limit, statement = caps.limit_for(period), _change(period, price)
    if limit is None:
        await connection.execute(statement)
        return
    has_room = budget_periods.c.committed + literal(price, Dollars) <= literal(limit, Dollars)
    if (await connection.execute(statement.where(has_room))).rowcount == 0:
        remaining = limit - (await connection.scalar(committed_query(period)) or Decimal(0))
        remaining, is_production_cap = max(remaining, Decimal(0)), period.cap in caps.production_caps
        raise OverBudget(period.cap, price, limit, remaining, period.resets_at, is_production_cap=is_production_cap)


async def _require_overspend_acknowledged(connection: AsyncConnection, team: str) -> None:
    query = select(ledger.c.usd, ledger.c.reserved, ledger.c.person).where(ledger.c.team == team, is_overrun)
    rows = (await connection.execute(query.order_by(ledger.c.at, ledger.c.item_id))).all()
    if rows:
        overspend = sum((row.usd - row.reserved for row in rows), Decimal(0))
        raise UnacknowledgedOverspend(overspend, tuple(dict.fromkeys(row.person for row in rows)))


def _change(period: BudgetPeriod, amount: Decimal) -> Update:
    """Return the statement that adds `amount`, which may be negative, to a period."""
    new_total = budget_periods.c.committed + literal(amount, Dollars)
    return update(budget_periods).where(_is_period(period)).values(committed=new_total)


def _is_period(period: BudgetPeriod) -> ColumnElement[bool]:
    is_cap = (budget_periods.c.team == period.team) & (budget_periods.c.cap == period.cap)
    return is_cap & (budget_periods.c.owner == period.owner) & (budget_periods.c.starts_on == period.starts_on)


def _period_key(period: BudgetPeriod) -> dict[str, object]:
    return {"team": period.team, "cap": period.cap, "owner": period.owner, "starts_on": period.starts_on}
