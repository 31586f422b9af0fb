"""The port `Consents`: withdraws or widens the consent to a photo in every brief that was drawn after it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Table, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.audit import AuditEvent
from bot.domain.brief import Reference, WiderConsent
from bot.domain.webhook import EventType
from storage.audit_log import add_audit_event
from storage.db.face_tables import faces
from storage.db.repository import SqlRepository
from storage.db.tables import round_drafts, rounds
from storage.erasure.references import change_references, without_picture
from storage.replicas.redraw_marks import mark_redraw
from storage.webhooks.events import record_face_event


class SqlConsents(SqlRepository):
    """Consents in a database; they are stored in the references of briefs."""

    async def withdraw(self, photo_round: str, audit_event: AuditEvent) -> Sequence[str]:
        team, at, person = audit_event.place.team, audit_event.at, audit_event.person

        def withdraw_consent(reference: Reference) -> Reference:
            consent = reference.consent
            if consent is None or consent.withdrawn_at:
                return reference
            return replace(reference, consent=replace(consent, withdrawn_at=at, withdrawn_by=person))

        async with self._database.transaction() as connection:
            await _change_all(connection, team, photo_round, withdraw_consent)
            of_photo = select(rounds.c.id).where(_is_drawn_after(rounds, team, photo_round)).order_by(rounds.c.id)
            found = (await connection.scalars(of_photo)).all()
            is_unmarked = faces.c.round_id.in_(found) & faces.c.consent_withdrawn_at.is_(None)
            in_use = select(faces.c.round_id).where(is_unmarked, faces.c.unlocked.is_(None))
            for round_id in (await connection.scalars(in_use.order_by(faces.c.round_id))).all():
                await record_face_event(connection, EventType.FACE_UNLOCKED, round_id, at)
            marked = await connection.execute(update(faces).where(is_unmarked).values(consent_withdrawn_at=at))
            if marked.rowcount:
                await add_audit_event(connection, audit_event)
            for round_id in found:
                await mark_redraw(connection, round_id, urgent=True)
        return found

    async def widen(self, photo_round: str, wider: WiderConsent, audit_event: AuditEvent) -> None:
        def widen_consent(reference: Reference) -> Reference:
            consent = reference.consent
            if consent is None or wider.use in {known.use for known in consent.wider}:
                return reference
            return replace(reference, consent=replace(consent, wider=(*consent.wider, wider)))

        async with self._database.transaction() as connection:
            if await _change_all(connection, audit_event.place.team, photo_round, widen_consent):
                await add_audit_event(connection, audit_event)

    async def list_photo_keys(self, photo_round: str, team: str) -> Sequence[str]:
        keys: set[str] = set()
        for table in (rounds, round_drafts):
            query = select(table.c.brief).where(_is_drawn_after(table, team, photo_round))
            keys |= {brief.attached_key for brief in await self._database.fetch_column(query)}
        return sorted(keys - {""})

    async def clear_photo_keys(self, photo_round: str, team: str) -> None:
        def clear(reference: Reference) -> Reference:
            return without_picture(reference) if reference.is_attached else reference

        async with self._database.transaction() as connection:
            await _change_all(connection, team, photo_round, clear)


async def _change_all(
    connection: AsyncConnection, team: str, photo_round: str, change: Callable[[Reference], Reference]
) -> int:
    """Change every reference to the photo; return how many became others."""
    conditions = {table: _is_drawn_after(table, team, photo_round) for table in (round_drafts, rounds)}
    return sum([await change_references(connection, *item, change) for item in conditions.items()])


def _is_drawn_after(table: Table, team: str, photo_round: str) -> ColumnElement[bool]:
    """Return the condition for briefs whose likeness comes from the photo that was attached to this round."""
    reference = table.c.brief["reference"]
    has_origin = reference["photo_round"].as_string() == photo_round
    # Rounds before this field: the key of their photo begins with the round's id.
    has_key = reference["key"].as_string().startswith(f"{photo_round}/reference/", autoescape=True)
    return (table.c.team == team) & or_(has_origin, has_key)
