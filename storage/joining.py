"""A channel begins to cast for another production: its characters and what it spent come along, or nothing does."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import Select, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.deed import Deed
from bot.errors import Clashes
from bot.face import Place
from bot.finish import UNDER_WAY as FINISHING
from bot.production import Production
from bot.slot import SlotState
from storage import purse
from storage.belonging import at, hold, load, own
from storage.chronicle import write
from storage.tables import aliases, channels, characters, faces, finishes, ledger, productions, rounds, slots

_RESERVED = (SlotState.WAITING, SlotState.ASKING, SlotState.PAUSED)


async def join(
    connection: AsyncConnection, place: Place, production_id: str, deed: Deed, seen: str | None
) -> Production:
    """Let `place` cast for a production, its own where `production_id` is empty; raises KeyError for another
    workspace's, Changed, Clashes.

    Characters that were cast only in `place` come along; all of them, where no other channel casts for the former one.
    """
    former = await hold(connection, place, seen)
    after = await _held(connection, place, production_id or await own(connection, place))
    if after.id == former.id:
        return after
    coming = await _coming(connection, place, former)
    await _must_differ(connection, coming, after)
    for table, column in ((characters, characters.c.id), (aliases, aliases.c.character_id)):
        await connection.execute(update(table).where(column.in_(coming)).values(production_id=after.id))
    await connection.execute(update(channels).where(*at(place)).values(production_id=after.id))
    months = await _paid(connection, place)
    await purse.move(connection, place.team, (former.home.channel, after.home.channel), months)
    await write(connection, deed)
    return await _held(connection, place, after.id)


async def _held(connection: AsyncConnection, place: Place, production_id: str) -> Production:
    """It, which nobody else can change until the transaction ends."""
    wanted = (productions.c.id == production_id) & (productions.c.team == place.team)
    await connection.execute(select(productions.c.id).where(wanted).with_for_update())
    found = await load(connection, wanted)
    if not found:
        raise KeyError(production_id)
    return found[0]


async def _coming(connection: AsyncConnection, place: Place, former: Production) -> Sequence[str]:
    theirs = select(characters.c.id).where(characters.c.production_id == former.id)
    if former.channels != (place.channel,):
        elsewhere = select(rounds.c.id).where(
            rounds.c.character_id == characters.c.id, rounds.c.channel != place.channel
        )
        theirs = theirs.where(~elsewhere.exists())
    return (await connection.scalars(theirs)).all()


async def _must_differ(connection: AsyncConnection, coming: Sequence[str], after: Production) -> None:
    """No name or alias of those who come is one of those who are there."""
    brought = _names(characters.c.id.in_(coming), aliases.c.character_id.in_(coming))
    there = _names(characters.c.production_id == after.id, aliases.c.production_id == after.id)
    known = {row.folded for row in await connection.execute(there)}
    clashes = {row.folded: row.name for row in await connection.execute(brought) if row.folded in known}
    if clashes:
        raise Clashes(tuple(clashes[folded] for folded in sorted(clashes)))


def _names(characters_where: object, aliases_where: object) -> Select[tuple[str, str]]:
    named = select(characters.c.folded, characters.c.name).where(characters_where)  # type: ignore[arg-type]
    also = select(aliases.c.folded, aliases.c.name).where(aliases_where)  # type: ignore[arg-type]
    return union_all(named, also)  # type: ignore[return-value] # two columns, in whichever of the two


async def _paid(connection: AsyncConnection, place: Place) -> Mapping[date, Decimal]:
    """What rounds of the channel hold in each month: charged, or reserved and not settled yet."""
    here = (rounds.c.team == place.team) & (rounds.c.channel == place.channel)
    there = (faces.c.team == place.team) & (faces.c.channel == place.channel)
    charged = select(ledger.c.day.label("day"), ledger.c.usd.label("usd")).where(
        ledger.c.team == place.team, ledger.c.channel == place.channel
    )
    drawing = select(slots.c.reserved_on, slots.c.price).join_from(slots, rounds)
    finishing = select(finishes.c.reserved_on, finishes.c.price).join_from(finishes, faces)
    months: defaultdict[date, Decimal] = defaultdict(Decimal)
    for some in (
        charged,
        drawing.where(here, slots.c.state.in_(_RESERVED)),
        finishing.where(there, finishes.c.state.in_(FINISHING)),
    ):
        for day, usd in await connection.execute(some):
            months[day.replace(day=1)] += usd
    return months
