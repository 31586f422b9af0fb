"""A channel whose id changes, as Slack does when a private channel is shared with another organization.

Everything of the channel gets the new id. If people used the new id before the bot learnt of the change, what they cast
there joins the channel's production.
"""

from collections.abc import Sequence

from sqlalchemy import and_, delete, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ids import ChannelRef
from bot.domain.names import normalize_name
from storage.db.face_tables import faces
from storage.db.repository import save_row
from storage.db.rows import is_at
from storage.db.tables import (
    aliases,
    audit_log,
    budget_periods,
    channels,
    characters,
    door_tokens,
    is_open,
    ledger,
    moved_channels,
    productions,
    round_drafts,
    rounds,
)
from storage.db.webhook_tables import webhook_endpoints, webhook_events
from storage.money import budgets
from storage.productions.lookup import is_cast_elsewhere
from storage.roster.trigrams import index_name

_TABLES_BY_CHANNEL = (rounds, faces, ledger, round_drafts, audit_log, webhook_endpoints, webhook_events, door_tokens)


async def move_channel(connection: AsyncConnection, old: ChannelRef, channel: str) -> Sequence[str]:
    """Replace the id of a channel by `channel`; return its open rounds. A repeated call changes nothing."""
    if old.channel == channel:
        return ()
    new = ChannelRef(old.team, channel)
    await _record_move(connection, old, new)
    await _move_production(connection, old, new)
    await _move_budget_periods(connection, old, new)
    for table in _TABLES_BY_CHANNEL:
        await connection.execute(update(table).where(is_at(table, old)).values(channel=channel))
    in_workspace = characters.c.production_id.in_(select(productions.c.id).where(productions.c.team == old.team))
    visible = update(characters).where(characters.c.visible_channel == old.channel, in_workspace)
    await connection.execute(visible.values(visible_channel=channel))
    return (await connection.scalars(select(rounds.c.id).where(is_at(rounds, new), is_open))).all()


async def current_channel(connection: AsyncConnection, place: ChannelRef) -> ChannelRef:
    """Return the channel that has the id of `place` now."""
    query = select(moved_channels.c.moved_to).where(is_at(moved_channels, place))
    return ChannelRef(place.team, (await connection.scalar(query)) or place.channel)


async def _record_move(connection: AsyncConnection, old: ChannelRef, new: ChannelRef) -> None:
    """Let this and all earlier ids of the channel lead to the new one."""
    earlier = and_(moved_channels.c.team == old.team, moved_channels.c.moved_to == old.channel)
    await connection.execute(delete(moved_channels).where(is_at(moved_channels, new)))
    await connection.execute(update(moved_channels).where(earlier).values(moved_to=new.channel))
    moved = {"team": old.team, "channel": old.channel, "moved_to": new.channel}
    await save_row(connection, moved_channels, moved)


async def _move_production(connection: AsyncConnection, old: ChannelRef, new: ChannelRef) -> None:
    """Let the new id cast for the old id's production, and be its home where the old id was."""
    query = select(productions.c.id).join_from(channels, productions).with_for_update()
    kept_id, used_id = [str(await connection.scalar(query.where(is_at(channels, p))) or "") for p in (old, new)]
    if not kept_id:
        await _move_home(connection, old, new)
        await connection.execute(update(channels).where(is_at(channels, old)).values(channel=new.channel))
        return
    if used_id and used_id != kept_id:
        await _merge_characters(connection, new, used_id, kept_id)
    await connection.execute(delete(channels).where(is_at(channels, new)))
    await connection.execute(update(channels).where(is_at(channels, old)).values(channel=new.channel))
    await _move_home(connection, old, new)


async def _move_home(connection: AsyncConnection, old: ChannelRef, new: ChannelRef) -> None:
    """Give the old id's own production the new id; the one that already has it is deleted, or takes the old id."""
    old_id, new_id = [
        await connection.scalar(select(productions.c.id).where(is_at(productions, p))) for p in (old, new)
    ]
    if old_id is None:
        return
    if new_id:
        is_unused = ~exists(select(channels.c.channel).where(channels.c.production_id == new_id)) & ~exists(
            select(characters.c.id).where(characters.c.production_id == new_id)
        )
        await connection.execute(delete(productions).where(productions.c.id == new_id, is_unused))
        await _set_home(connection, new_id, f"{old.channel} {new.channel}")
    await _set_home(connection, old_id, new.channel)
    if new_id:
        await _set_home(connection, new_id, old.channel)


async def _set_home(connection: AsyncConnection, production_id: str, channel: str) -> None:
    await connection.execute(update(productions).where(productions.c.id == production_id).values(channel=channel))


async def _merge_characters(connection: AsyncConnection, place: ChannelRef, source_id: str, target_id: str) -> None:
    """Move the characters that were cast only in `place`; one whose name is taken gets a number after it."""
    is_of_place = (characters.c.production_id == source_id) & ~is_cast_elsewhere(place)
    query = select(characters.c.id, characters.c.name).where(is_of_place)
    for character_id, name in (await connection.execute(query)).all():
        free_name = await _free_name(connection, target_id, name)
        values = {"production_id": target_id, "name": free_name, "name_key": normalize_name(free_name)}
        await connection.execute(update(characters).where(characters.c.id == character_id).values(**values))
        await index_name(connection, place.team, free_name)
        for alias in (await connection.execute(select(aliases).where(aliases.c.character_id == character_id))).all():
            is_alias = and_(aliases.c.production_id == alias.production_id, aliases.c.name_key == alias.name_key)
            await connection.execute(delete(aliases).where(is_alias))
            if not await _is_taken(connection, target_id, alias.name_key):
                await connection.execute(insert(aliases).values(**{**alias._mapping, "production_id": target_id}))


async def _free_name(connection: AsyncConnection, production_id: str, name: str) -> str:
    candidate, number = name, 2
    while await _is_taken(connection, production_id, normalize_name(candidate)):
        candidate, number = f"{name} ({number})", number + 1
    return candidate


async def _is_taken(connection: AsyncConnection, production_id: str, name_key: str) -> bool:
    for table in (characters, aliases):
        is_name = and_(table.c.production_id == production_id, table.c.name_key == name_key)
        if await connection.scalar(select(exists().where(is_name))):
            return True
    return False


async def _move_budget_periods(connection: AsyncConnection, old: ChannelRef, new: ChannelRef) -> None:
    """Add what the production has committed under the old id to the new id's months."""
    is_old = and_(
        budget_periods.c.team == old.team,
        budget_periods.c.cap == "production_month",
        budget_periods.c.owner == old.channel,
    )
    query = select(budget_periods.c.starts_on, budget_periods.c.committed).where(is_old)
    months = {row.starts_on: row.committed for row in await connection.execute(query)}
    await budgets.transfer(connection, old.team, (old.channel, new.channel), months)
    await connection.execute(delete(budget_periods).where(is_old))
