"""Opening a round: character, reservation, round and slots in one transaction."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.budget import Caps, Payer, budget_day
from bot.domain.errors import AlreadyCast, AlreadyCasting, RoundClosed
from bot.domain.face import Unlock
from bot.domain.ids import ChannelRef
from bot.domain.names import normalize_name
from bot.domain.round import Round
from bot.domain.round_state import OPEN_STATES, RECAST, RoundState
from bot.ports.rounds import StartResult
from storage.db.repository import upsert
from storage.db.rows import to_row
from storage.db.tables import characters, is_open, is_unended, rounds, slots
from storage.door_tokens import require_within_month_cap
from storage.money import budgets
from storage.productions.lookup import get_or_create_production_id
from storage.productions.move import current_channel
from storage.roster.faces import current_face_query, unlock_face
from storage.roster.search import alias_holder_query
from storage.roster.status import refresh_status
from storage.roster.trigrams import index_name
from storage.rounds.queries import round_by_id


async def open_round(
    connection: AsyncConnection, new: Round, caps: Caps, recast: bool, unlock: Unlock | None = None
) -> StartResult:
    """Write `new` unless it exists.

    Raises AlreadyCasting, AlreadyCast, OverBudget, UnacknowledgedOverspend, RoundClosed.
    """
    new = replace(new, place=await current_channel(connection, new.place))
    recast_parent, canonical_name = new.parent if new.origin == RECAST else None, ""
    kept_parent = new.parent if new.is_follow_up else recast_parent
    if kept_parent:
        character_id = await _character_of_parent(connection, kept_parent)
    else:
        character_id, canonical_name = await _get_or_create_character(connection, new.place, new.character)
    if canonical_name:
        new = replace(new, brief=replace(new.brief, name=canonical_name))
    if await connection.scalar(select(exists().where(rounds.c.id == new.id))):
        return StartResult(await round_by_id(connection, new.id), created=False)
    if new.is_follow_up:
        await _require_followable(connection, new)
    else:
        if new.parent and not recast_parent:
            await _void_parent(connection, new.parent, new.origin, new.character)
        await _require_castable(connection, character_id, new, recast)
    if recast and not new.parent and (face_round_id := await connection.scalar(current_face_query(character_id))):
        new = replace(new, parent=face_round_id, origin=RECAST)
    if unlock and recast_parent:
        await unlock_face(connection, recast_parent, unlock)
    if new.door_token:
        await require_within_month_cap(connection, new)
    payer = Payer(new.place, new.started_by, budget_day(new.opened_at))
    await budgets.reserve(connection, payer, new.price, caps, round_committed=Decimal(0))
    opened = replace(new, character_id=character_id)
    await connection.execute(insert(rounds).values(to_row(opened)))
    await connection.execute(insert(slots), [to_row(slot) | {"reserved_on": payer.day} for slot in new.slots])
    await refresh_status(connection, character_id)
    return StartResult(opened, created=True)


async def _get_or_create_character(connection: AsyncConnection, place: ChannelRef, name: str) -> tuple[str, str]:
    """Return the id of the production's character of this name, and the character's own name if `name` is an alias.

    The upsert updates the row with its own value. That locks the row, so that on PostgreSQL two openings of one
    character wait for each other. It also returns the id of an existing row, which DO NOTHING would not.
    """
    production_id = await get_or_create_production_id(connection, place)
    name_key = normalize_name(name)
    if holder := (await connection.execute(alias_holder_query(production_id, name_key))).one_or_none():
        return str(holder.id), str(holder.name)
    insertion = upsert(connection, characters).values(
        id=uuid4().hex, production_id=production_id, name=name, name_key=name_key
    )
    statement = insertion.on_conflict_do_update(
        index_elements=["production_id", "name_key"], set_={"name_key": name_key}
    )
    await index_name(connection, place.team, name)
    return str(await connection.scalar(statement.returning(characters.c.id))), ""


async def _character_of_parent(connection: AsyncConnection, parent: str) -> str:
    """Return the character of a parent that stays; the update of the row with its own value locks it."""
    character_query = select(rounds.c.character_id).where(rounds.c.id == parent).scalar_subquery()
    statement = update(characters).where(characters.c.id == character_query).values(name_key=characters.c.name_key)
    return str(await connection.scalar(statement.returning(characters.c.id)))


async def _void_parent(connection: AsyncConnection, parent: str, origin: str, name: str) -> None:
    """Void the parent; its reason is the origin of the child."""
    statement = update(rounds).where(rounds.c.id == parent, rounds.c.state.in_(OPEN_STATES))
    await connection.execute(statement.values(state=RoundState.VOID, void_reason=origin or "rerolled"))
    if await connection.scalar(select(rounds.c.state).where(rounds.c.id == parent)) is RoundState.LOCKED:
        raise RoundClosed("reroll", RoundState.LOCKED, name)


async def _require_followable(connection: AsyncConnection, new: Round) -> None:
    """Raise RoundClosed unless the parent has a result and no follow-up of this kind draws or votes."""
    state = await connection.scalar(select(rounds.c.state).where(rounds.c.id == new.parent))
    if state not in (RoundState.CLOSED, RoundState.LOCKED):
        raise RoundClosed(new.origin, state or RoundState.VOID, new.character)
    is_running = (rounds.c.parent == new.parent) & (rounds.c.origin == new.origin) & is_unended
    if await connection.scalar(select(exists().where(is_running))):
        raise RoundClosed(new.origin, f"{new.origin}_runs", new.character)


async def _require_castable(connection: AsyncConnection, character_id: str, new: Round, recast: bool) -> None:
    query = select(rounds.c.id).where(rounds.c.character_id == character_id, is_open)
    if round_id := await connection.scalar(query):
        raise AlreadyCasting(new.character, round_id)
    if not recast and await connection.scalar(current_face_query(character_id)):
        raise AlreadyCast(new.character, "", new.price)
