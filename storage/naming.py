"""Other names that characters answer to. A name means one character in a production, whatever kind of name it is."""

from dataclasses import replace

from sqlalchemy import Select, and_, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.brief import fold
from bot.deed import Deed
from bot.face import Character
from storage.chronicle import write
from storage.database import upsert
from storage.grams import remember
from storage.tables import aliases, characters


async def name(connection: AsyncConnection, character: Character, alias: str, deed: Deed) -> str:
    """Keep an alias and its deed, unless somebody has it; their name then, empty otherwise."""
    folded = fold(alias)
    own = (characters.c.production_id == character.production) & (characters.c.folded == folded)
    if taken := await connection.scalar(select(characters.c.name).where(own)):
        return str(taken)
    held = (await connection.execute(_holder(character.production, folded))).one_or_none()
    if held:
        return "" if held.id == character.id else str(held.name)
    row = {"production_id": character.production, "folded": folded, "name": alias, "character_id": character.id}
    written = upsert(connection, aliases).values(row).on_conflict_do_nothing()
    if (await connection.execute(written)).rowcount == 0:
        return str((await connection.execute(_holder(character.production, folded))).one().name)
    await remember(connection, character.place.team, alias)
    await write(connection, deed)
    return ""


async def unname(connection: AsyncConnection, production: str, alias: str, deed: Deed) -> str:
    """Take an alias away with a deed; the name of whoever had it."""
    held = (await connection.execute(_holder(production, fold(alias)))).one_or_none()
    if held is None:
        return ""
    mine = and_(aliases.c.production_id == production, aliases.c.folded == fold(alias))
    await connection.execute(delete(aliases).where(mine))
    await write(connection, replace(deed, character_id=held.id))
    return str(held.name)


def _holder(production: str, folded: str) -> Select[tuple[str, str]]:
    mine = and_(aliases.c.production_id == production, aliases.c.folded == folded)
    return select(characters.c.id, characters.c.name).join_from(aliases, characters).where(mine)
