"""Changes of the references that briefs of rounds and drafts hold."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import ColumnElement, Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.brief import Reference


async def change_references(
    connection: AsyncConnection, table: Table, condition: ColumnElement[bool], change: Callable[[Reference], Reference]
) -> int:
    """Change the references of the rows of `table` (rounds or drafts); return how many became others."""
    query = select(table.c.id, table.c.brief).where(condition).order_by(table.c.id).with_for_update()
    changed = 0
    for row in (await connection.execute(query)).all():
        reference = change(row.brief.reference)
        if reference != row.brief.reference:
            brief = replace(row.brief, reference=reference)
            await connection.execute(update(table).where(table.c.id == row.id).values(brief=brief))
            changed += 1
    return changed


def without_picture(reference: Reference) -> Reference:
    """Forget the picture of a reference; that there was one stays."""
    return replace(reference, key="", sha256="")
