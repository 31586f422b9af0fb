"""Other names that characters answer to. A name means one character in a production, whatever kind of name it is."""

from dataclasses import replace

from sqlalchemy import Select, and_, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.audit import AuditEvent
from bot.domain.brief import normalize_name
from bot.domain.face import Character
from storage.audit_log import add_audit_event
from storage.db.engine import upsert
from storage.db.tables import aliases, characters
from storage.roster.trigrams import index_name


async def add_alias(connection: AsyncConnection, character: Character, alias: str, audit_event: AuditEvent) -> str:
    """Keep an alias and its deed, unless somebody has it; their name then, empty otherwise."""
    name_key = normalize_name(alias)
    is_character_name = (characters.c.production_id == character.production_id) & (characters.c.name_key == name_key)
    if taken := await connection.scalar(select(characters.c.name).where(is_character_name)):
        return str(taken)
    holder = (await connection.execute(_alias_holder_query(character.production_id, name_key))).one_or_none()
    if holder:
        return "" if holder.id == character.id else str(holder.name)
    row = {"production_id": character.production_id, "name_key": name_key, "name": alias, "character_id": character.id}
    statement = upsert(connection, aliases).values(row).on_conflict_do_nothing()
    if (await connection.execute(statement)).rowcount == 0:
        return str((await connection.execute(_alias_holder_query(character.production_id, name_key))).one().name)
    await index_name(connection, character.place.team, alias)
    await add_audit_event(connection, audit_event)
    return ""


async def remove_alias(connection: AsyncConnection, production_id: str, alias: str, audit_event: AuditEvent) -> str:
    """Take an alias away with a deed; the name of whoever had it."""
    holder = (await connection.execute(_alias_holder_query(production_id, normalize_name(alias)))).one_or_none()
    if holder is None:
        return ""
    is_alias = and_(aliases.c.production_id == production_id, aliases.c.name_key == normalize_name(alias))
    await connection.execute(delete(aliases).where(is_alias))
    await add_audit_event(connection, replace(audit_event, character_id=holder.id))
    return str(holder.name)


def _alias_holder_query(production_id: str, name_key: str) -> Select[tuple[str, str]]:
    is_alias = and_(aliases.c.production_id == production_id, aliases.c.name_key == name_key)
    return select(characters.c.id, characters.c.name).join_from(aliases, characters).where(is_alias)
