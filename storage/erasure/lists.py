"""Removes a character from the lists of `/cast many`."""

from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.brief import Reference
from bot.domain.cast_many import LineState, ManyLine
from bot.domain.erasure import DELETED_NAME
from bot.domain.names import normalize_name
from storage.db.tables import cast_lists, channels, characters


async def remove_from_lists(connection: AsyncConnection, character_id: str, name_keys: set[str]) -> None:
    """Remove the lines of a character from lists of its production's channels; their messages are updated.

    A line that waits and is to be drawn after its face goes too; a started one keeps only the fact.
    """
    production = select(characters.c.production_id).where(characters.c.id == character_id).scalar_subquery()
    of_production = select(channels.c.channel).where(channels.c.production_id == production)
    query = select(cast_lists.c.id, cast_lists.c.lines, cast_lists.c.version)
    rows = (await connection.execute(query.where(cast_lists.c.channel.in_(of_production)).with_for_update())).all()
    for row in rows:
        kept = tuple(line for typed in row.lines if (line := _without(typed, name_keys)))
        if kept != row.lines:
            values = {"lines": kept, "version": row.version + 1}
            await connection.execute(update(cast_lists).where(cast_lists.c.id == row.id).values(values))


def _without(line: ManyLine, name_keys: set[str]) -> ManyLine | None:
    """Return the line without the character; None if nothing of it may stay."""
    brief = line.brief
    if normalize_name(brief.name) in name_keys:
        return None
    if brief.reference is None or normalize_name(brief.reference.name) not in name_keys:
        return line
    if line.state is LineState.WAITING:
        return None
    return replace(line, brief=replace(brief, reference=Reference(DELETED_NAME)))
