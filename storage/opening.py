"""Opening a round: character, reservation, round and slots in one transaction, or nothing at all."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.brief import fold
from bot.budget import Caps, Spender, purse_day
from bot.errors import AlreadyCast, AlreadyCasting, RoundClosed
from bot.face import Place, Release
from bot.ports import Opened
from bot.round import OPEN, RECAST, Round, State
from storage import purse
from storage.belonging import production_of
from storage.database import upsert
from storage.grams import remember
from storage.outcome import let_go, present_face
from storage.reading import round_by_id
from storage.rows import row_of
from storage.standing import settle
from storage.tables import aliases, characters, is_open, rounds, slots


async def open_round(
    connection: AsyncConnection, new: Round, caps: Caps, recast: bool, release: Release | None = None
) -> Opened:
    """Write `new` unless it stands there already; raises AlreadyCasting, AlreadyCast, OverBudget,
    Overspent, RoundClosed."""
    again, known_as = new.parent if new.origin == RECAST else None, ""
    if again:
        character_id = await _of_parent(connection, again)
    else:
        character_id, known_as = await _character(connection, new.place, new.character)
    if known_as:
        new = replace(new, brief=replace(new.brief, name=known_as))
    if await connection.scalar(select(exists().where(rounds.c.id == new.id))):
        return Opened(await round_by_id(connection, new.id), fresh=False)
    if new.parent and not again:
        await _void_parent(connection, new.parent, new.origin, new.character)
    await _must_be_free(connection, character_id, new, recast)
    if recast and not new.parent and (present := await connection.scalar(present_face(character_id))):
        new = replace(new, parent=present, origin=RECAST)
    if release and again:
        await let_go(connection, again, release)
    spender = Spender(new.place, new.starter, purse_day(new.opened_at))
    await purse.reserve(connection, spender, new.price, caps, round_holds=Decimal(0))
    opened = replace(new, character_id=character_id)
    await connection.execute(insert(rounds).values(row_of(opened)))
    await connection.execute(insert(slots), [row_of(slot) | {"reserved_on": spender.day} for slot in new.slots])
    await settle(connection, character_id)
    return Opened(opened, fresh=True)


async def _character(connection: AsyncConnection, place: Place, name: str) -> tuple[str, str]:
    """The id of the production's character of this name, made if nobody named it before; and where `name` is an alias
    the character's own name, under which it is cast.

    The update of a row with itself holds the row, so that on PostgreSQL two openings of one character wait for each
    other, and returns the id of a row that stood there already, which DO NOTHING would not.
    """
    production_id = await production_of(connection, place)
    folded = fold(name)
    also = (aliases.c.production_id == production_id) & (aliases.c.folded == folded)
    known = select(characters.c.id, characters.c.name).join_from(aliases, characters).where(also)
    if held_by := (await connection.execute(known)).one_or_none():
        return str(held_by.id), str(held_by.name)
    character = upsert(connection, characters).values(
        id=uuid4().hex, production_id=production_id, name=name, folded=folded
    )
    held = character.on_conflict_do_update(index_elements=["production_id", "folded"], set_={"folded": folded})
    await remember(connection, place.team, name)
    return str(await connection.scalar(held.returning(characters.c.id))), ""


async def _of_parent(connection: AsyncConnection, parent: str) -> str:
    """The character whose face is cast anew; the update of the row with itself holds it, as `_character` does."""
    theirs = select(rounds.c.character_id).where(rounds.c.id == parent).scalar_subquery()
    held = update(characters).where(characters.c.id == theirs).values(folded=characters.c.folded)
    return str(await connection.scalar(held.returning(characters.c.id)))


async def _void_parent(connection: AsyncConnection, parent: str, origin: str, name: str) -> None:
    """The child takes its place: why it ended is how the child came of it."""
    rerolled = update(rounds).where(rounds.c.id == parent, rounds.c.state.in_(OPEN))
    await connection.execute(rerolled.values(state=State.VOID, why_void=origin or "rerolled"))
    if await connection.scalar(select(rounds.c.state).where(rounds.c.id == parent)) is State.LOCKED:
        raise RoundClosed("reroll", State.LOCKED, name)


async def _must_be_free(connection: AsyncConnection, character_id: str, new: Round, recast: bool) -> None:
    open_round_id = select(rounds.c.id).where(rounds.c.character_id == character_id, is_open)
    if round_id := await connection.scalar(open_round_id):
        raise AlreadyCasting(new.character, round_id)
    if not recast and await connection.scalar(present_face(character_id)):
        raise AlreadyCast(new.character, "", new.price)
