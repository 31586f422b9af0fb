"""The current face of a character, and its unlocking."""

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.audit import AuditEvent
from bot.domain.face import Unlock
from bot.domain.ids import ChannelRef
from bot.domain.webhook import EventType
from storage.audit_log import add_audit_event
from storage.db.face_tables import faces
from storage.roster.status import lock_character_row_of_round, refresh_status
from storage.webhooks.events import record_face_event


def current_face_query(character_id: str) -> Select[str]:
    """Select the id of the round that gave the character's current face."""
    condition = (faces.c.character_id == character_id) & faces.c.unlocked.is_(None)
    return select(faces.c.round_id).where(condition).order_by(faces.c.version.desc()).limit(1)


async def unlock_face(connection: AsyncConnection, round_id: str, unlock: Unlock) -> bool:
    """Unlock a face and add an audit event; False if it is unlocked already."""
    await lock_character_row_of_round(connection, round_id)
    is_locked = (faces.c.round_id == round_id) & faces.c.unlocked.is_(None)
    statement = update(faces).where(is_locked).values(unlocked=unlock)
    unlocked = await connection.execute(statement.returning(faces.c.team, faces.c.channel, faces.c.character_id))
    row = unlocked.one_or_none()
    if row is None:
        return False
    place = ChannelRef(row.team, row.channel)
    audit_event = AuditEvent("unlocked", place, unlock.person, unlock.at, row.character_id, round_id, unlock.reason)
    await add_audit_event(connection, audit_event)
    await record_face_event(connection, EventType.FACE_UNLOCKED, round_id, unlock.at)
    await refresh_status(connection, row.character_id)
    return True
