"""Moving a channel to another production, with its characters and its spend."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import Select, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.audit import AuditEvent
from bot.domain.errors import NameConflict
from bot.domain.ids import ChannelRef
from bot.domain.production import Production
from storage.audit_log import add_audit_event
from storage.db.face_tables import UNFINISHED_PICTURES
from storage.db.rows import is_at
from storage.db.tables import aliases, channels, characters, ledger, productions, rounds
from storage.money import budgets
from storage.productions.lookup import home_production_id, is_cast_elsewhere, list_productions, lock_production_row


async def merge_channel(
    connection: AsyncConnection,
    place: ChannelRef,
    production_id: str,
    audit_event: AuditEvent,
    expected_digest: str | None,
) -> Production:
    """Move a channel to a production, or back to its home production if `production_id` is empty.

    Moves the characters that were cast only in this channel; all of them, if it is the production's last channel.
    Raises KeyError for a production of another workspace, SettingsConflict and NameConflict.
    """
    previous = await lock_production_row(connection, place, expected_digest)
    target = await _load_for_update(connection, place, production_id or await home_production_id(connection, place))
    if target.id == previous.id:
        return target
    character_ids = await _characters_to_move(connection, place, previous)
    await _require_distinct_names(connection, character_ids, target)
    for table, column in ((characters, characters.c.id), (aliases, aliases.c.character_id)):
        await connection.execute(update(table).where(column.in_(character_ids)).values(production_id=target.id))
    await connection.execute(update(channels).where(is_at(channels, place)).values(production_id=target.id))
    committed_by_month = await _committed_by_month(connection, place)
    await budgets.transfer(connection, place.team, (previous.home.channel, target.home.channel), committed_by_month)
    await add_audit_event(connection, audit_event)
    return await _load_for_update(connection, place, target.id)


async def _load_for_update(connection: AsyncConnection, place: ChannelRef, production_id: str) -> Production:
    condition = (productions.c.id == production_id) & (productions.c.team == place.team)
    await connection.execute(select(productions.c.id).where(condition).with_for_update())
    found = await list_productions(connection, condition)
    if not found:
        raise KeyError(production_id)
    return found[0]


async def _characters_to_move(connection: AsyncConnection, place: ChannelRef, previous: Production) -> Sequence[str]:
    query = select(characters.c.id).where(characters.c.production_id == previous.id)
    if previous.channels != (place.channel,):
        query = query.where(~is_cast_elsewhere(place))
    return (await connection.scalars(query)).all()


async def _require_distinct_names(
    connection: AsyncConnection, character_ids: Sequence[str], target: Production
) -> None:
    """Raise NameConflict if a character to move has a name or alias that the target production has too."""
    incoming_names = _names_query(characters.c.id.in_(character_ids), aliases.c.character_id.in_(character_ids))
    existing_names = _names_query(characters.c.production_id == target.id, aliases.c.production_id == target.id)
    existing_keys = {row.name_key for row in await connection.execute(existing_names)}
    conflicts = {
        row.name_key: row.name for row in await connection.execute(incoming_names) if row.name_key in existing_keys
    }
    if conflicts:
        raise NameConflict(tuple(conflicts[name_key] for name_key in sorted(conflicts)))


def _names_query(characters_where: object, aliases_where: object) -> Select[tuple[str, str]]:
    character_names = select(characters.c.name_key, characters.c.name).where(characters_where)  # type: ignore[arg-type]
    alias_names = select(aliases.c.name_key, aliases.c.name).where(aliases_where)  # type: ignore[arg-type]
    return union_all(character_names, alias_names)  # type: ignore[return-value] # both have the same two columns


async def _committed_by_month(connection: AsyncConnection, place: ChannelRef) -> Mapping[date, Decimal]:
    """Return the dollars that the channel's rounds have charged or still reserve, by first day of the month."""
    queries = [select(ledger.c.day, ledger.c.usd).where(is_at(ledger, place))]
    for table, states in UNFINISHED_PICTURES.items():
        here = select(rounds.c.id).where(is_at(rounds, place))
        reserved = select(table.c.reserved_on, table.c.price)
        queries.append(reserved.where(table.c.round_id.in_(here), table.c.state.in_(states)))
    months: defaultdict[date, Decimal] = defaultdict(Decimal)
    for query in queries:
        for day, usd in await connection.execute(query):
            months[day.replace(day=1)] += usd
    return months
