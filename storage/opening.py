"""Opening a round: character, reservation, round and slots in one transaction, or nothing at all."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.brief import fold
from bot.budget import Caps, Spender, purse_day
from bot.errors import AlreadyCast, AlreadyCasting, RoundClosed
from bot.face import Place
from bot.ports import Opened
from bot.round import OPEN, Round, State
from storage import purse
from storage.belonging import production_of
from storage.database import upsert
from storage.reading import round_by_id
from storage.rows import row_of
from storage.tables import aliases, characters, faces, is_open, rounds, slots


async def open_round(connection: AsyncConnection, new: Round, caps: Caps, recast: bool) -> Opened:
    """Write `new` unless it stands there already; raises AlreadyCasting, AlreadyCast, OverBudget,
    Overspent, RoundClosed."""
    character_id = await _character(connection, new.place, new.character)
    if await connection.scalar(select(exists().where(rounds.c.id == new.id))):
        return Opened(await round_by_id(connection, new.id), fresh=False)
    if new.parent:
        await _void_parent(connection, new.parent, new.character)
    await _must_be_free(connection, character_id, new, recast)
    spender = Spender(new.place, new.lead, purse_day(new.opened_at))
    await purse.reserve(connection, spender, new.price, caps, round_holds=Decimal(0))
    opened = replace(new, character_id=character_id)
    await connection.execute(insert(rounds).values(row_of(opened)))
    await connection.execute(insert(slots), [row_of(slot) | {"reserved_on": spender.day} for slot in new.slots])
    return Opened(opened, fresh=True)


async def _character(connection: AsyncConnection, place: Place, name: str) -> str:
    """The id of the production's character of this name, made if nobody named it before.

    The update of a row with itself holds the row, so that on PostgreSQL two openings of one character wait for each
    other, and returns the id of a row that stood there already, which DO NOTHING would not.
    """
    production_id = await production_of(connection, place)
    folded = fold(name)
    known = select(aliases.c.character_id).where(aliases.c.production_id == production_id, aliases.c.folded == folded)
    if character_id := await connection.scalar(known):
        return str(character_id)
    character = upsert(connection, characters).values(
        id=uuid4().hex, production_id=production_id, name=name, folded=folded
    )
    held = character.on_conflict_do_update(index_elements=["production_id", "folded"], set_={"folded": folded})
    return str(await connection.scalar(held.returning(characters.c.id)))


async def _void_parent(connection: AsyncConnection, parent: str, name: str) -> None:
    rerolled = update(rounds).where(rounds.c.id == parent, rounds.c.state.in_(OPEN))
    await connection.execute(rerolled.values(state=State.VOID, why_void="rerolled"))
    if await connection.scalar(select(rounds.c.state).where(rounds.c.id == parent)) is State.LOCKED:
        raise RoundClosed("reroll", State.LOCKED, name)


async def _must_be_free(connection: AsyncConnection, character_id: str, new: Round, recast: bool) -> None:
    open_round_id = select(rounds.c.id).where(rounds.c.character_id == character_id, is_open)
    if round_id := await connection.scalar(open_round_id):
        raise AlreadyCasting(new.character, round_id)
    if not recast and await connection.scalar(select(exists().where(faces.c.character_id == character_id))):
        raise AlreadyCast(new.character, "", new.price)
