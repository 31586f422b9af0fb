"""The port `Consents`: withdraws or widens the consent to a photo in every brief that was drawn after it."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Table, or_, select, update

from bot.domain.audit import AuditEvent
from bot.domain.brief import WiderConsent
from bot.domain.webhook import EventType
from storage.audit_log import add_audit_event
from storage.db.face_tables import faces
from storage.db.repository import SqlRepository
from storage.db.tables import round_drafts, rounds
from storage.replicas.redraw_marks import mark_redraw
from storage.webhooks.events import record_face_event


class SqlConsents(SqlRepository):
    """Consents in a database; they are stored in the references of briefs."""

    async def withdraw(self, photo_round: str, audit_event: AuditEvent) -> Sequence[str]:
        team, at, person = audit_event.place.team, audit_event.at, audit_event.person
        async with self._database.transaction() as connection:
            for table in (round_drafts, rounds):
                query = select(table.c.id, table.c.brief).where(_is_drawn_after(table, team, photo_round))
                rows = (await connection.execute(query.order_by(table.c.id).with_for_update())).all()
                for row in rows:
                    consent = row.brief.reference.consent
                    if consent is None or consent.withdrawn_at:
                        continue
                    withdrawn = replace(consent, withdrawn_at=at, withdrawn_by=person)
                    brief = replace(row.brief, reference=replace(row.brief.reference, consent=withdrawn))
                    await connection.execute(update(table).where(table.c.id == row.id).values(brief=brief))
            found = [row.id for row in rows]
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
        async with self._database.transaction() as connection:
            is_changed = False
            for table in (round_drafts, rounds):
                query = select(table.c.id, table.c.brief)
                query = query.where(_is_drawn_after(table, audit_event.place.team, photo_round))
                for row in (await connection.execute(query.order_by(table.c.id).with_for_update())).all():
                    consent = row.brief.reference.consent
                    if consent is None or wider.use in {known.use for known in consent.wider}:
                        continue
                    widened = replace(consent, wider=(*consent.wider, wider))
                    brief = replace(row.brief, reference=replace(row.brief.reference, consent=widened))
                    await connection.execute(update(table).where(table.c.id == row.id).values(brief=brief))
                    is_changed = True
            if is_changed:
                await add_audit_event(connection, audit_event)

    async def list_photo_keys(self, photo_round: str, team: str) -> Sequence[str]:
        keys: set[str] = set()
        for table in (rounds, round_drafts):
            query = select(table.c.brief).where(_is_drawn_after(table, team, photo_round))
            references = [row.brief.reference for row in await self._database.fetch_all(query)]
            keys |= {reference.key for reference in references if reference.is_attached and reference.key}
        return sorted(keys)

    async def clear_photo_keys(self, photo_round: str, team: str) -> None:
        async with self._database.transaction() as connection:
            for table in (round_drafts, rounds):
                query = select(table.c.id, table.c.brief).where(_is_drawn_after(table, team, photo_round))
                for row in (await connection.execute(query.order_by(table.c.id))).all():
                    if row.brief.reference.is_attached and row.brief.reference.key:
                        reference = replace(row.brief.reference, key="", sha256="")
                        brief = replace(row.brief, reference=reference)
                        await connection.execute(update(table).where(table.c.id == row.id).values(brief=brief))


def _is_drawn_after(table: Table, team: str, photo_round: str) -> ColumnElement[bool]:
    """Return the condition for briefs whose likeness comes from the photo that was attached to this round."""
    reference = table.c.brief["reference"]
    has_origin = reference["photo_round"].as_string() == photo_round
    # Rounds before this field: the key of their photo begins with the round's id.
    has_key = reference["key"].as_string().startswith(f"{photo_round}/reference/", autoescape=True)
    return (table.c.team == team) & or_(has_origin, has_key)
