"""Writes events in the transaction of the change: a crash loses both or neither."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.webhook import DeliveryState, EventType
from storage.db.face_tables import faces
from storage.db.tables import channels, characters, rounds
from storage.db.webhook_tables import webhook_deliveries, webhook_endpoints, webhook_events


async def record_event(
    connection: AsyncConnection, type_: EventType, round_id: str, at: datetime, *, version: int | None = None
) -> None:
    """Write an event of a round, and a delivery for each endpoint of its production that wants the type.

    Without such an endpoint nothing is written. For an endpoint that is off the delivery counts as missed.
    """
    query = select(rounds.c.team, rounds.c.channel, rounds.c.character_id, characters.c.production_id)
    row = (await connection.execute(query.join_from(rounds, characters).where(rounds.c.id == round_id))).one_or_none()
    if row is None:
        return
    of_production = select(channels.c.channel).where(
        channels.c.team == row.team, channels.c.production_id == row.production_id
    )
    is_listening = webhook_endpoints.c.team == row.team, webhook_endpoints.c.channel.in_(of_production)
    listening = select(webhook_endpoints.c.id, webhook_endpoints.c.events, webhook_endpoints.c.off_reason)
    found = [each for each in await connection.execute(listening.where(*is_listening)) if type_ in each.events.split()]
    if not found:
        return
    event_id = f"evt_{uuid4().hex}"
    event = {"id": event_id, "type": type_, "version": version, "at": at, "round_id": round_id, **row._mapping}
    await connection.execute(insert(webhook_events).values(event))
    deliveries = [
        {
            "id": f"dlv_{uuid4().hex}",
            "event_id": event_id,
            "endpoint_id": endpoint.id,
            "state": DeliveryState.MISSED if endpoint.off_reason else DeliveryState.WAITING,
            "next_at": at,
            "started": 0,
            "attempts": (),
        }
        for endpoint in found
    ]
    await connection.execute(insert(webhook_deliveries), deliveries)


async def record_face_event(connection: AsyncConnection, type_: EventType, round_id: str, at: datetime) -> None:
    """Write an event of the locked face of a round; nothing without one."""
    version = await connection.scalar(select(faces.c.version).where(faces.c.round_id == round_id))
    if version is not None:
        await record_event(connection, type_, round_id, at, version=version)
