"""The port `PassportRepository`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select, union

from bot.domain.passport import OtherPassportKey, SignerCertificate
from bot.domain.upscale import UpscaleState
from storage.db.face_tables import faces, upscales
from storage.db.passport_tables import passport_keys, passports
from storage.db.repository import SqlRepository, insert_new, save_row
from storage.db.rows import batches
from storage.db.tables import rounds, slots

_BATCH_SIZE = 500
_ONLY_ROW = 1


class SqlPassports(SqlRepository):
    """Passports in a database."""

    async def add(self, item_id: str, round_id: str, leaf_sha256: str, at: datetime) -> None:
        row = {"item_id": item_id, "round_id": round_id, "leaf_sha256": leaf_sha256, "signed_at": at}
        await self._save_row(passports, row)

    async def list_unsigned(self, since: datetime, limit: int) -> Sequence[str]:
        may_be_signed = and_(
            faces.c.locked_at > since,
            faces.c.unlocked.is_(None),
            faces.c.consent_withdrawn_at.is_(None),
            rounds.c.reported_at.is_(None),
            slots.c.reported_at.is_(None),
        )
        of_faces = select(faces.c.round_id.label("round_id")).join_from(faces, rounds, faces.c.round_id == rounds.c.id)
        of_faces = of_faces.join(slots, slots.c.id == faces.c.slot_id)
        originals = of_faces.where(may_be_signed, _lacks_passport(faces.c.slot_id))
        is_kept = upscales.c.state == UpscaleState.KEPT
        finishes = of_faces.join(upscales, upscales.c.round_id == faces.c.round_id)
        finishes = finishes.where(may_be_signed, is_kept, _lacks_passport(upscales.c.id))
        query = union(originals, finishes).order_by("round_id").limit(limit)
        return await self._database.fetch_column(query)

    async def list_of_other_keys(self, leaf_sha256: str, limit: int, after: str = "") -> Sequence[str]:
        query = select(passports.c.round_id).where(passports.c.leaf_sha256 != leaf_sha256, passports.c.round_id > after)
        return await self._database.fetch_column(query.distinct().order_by(passports.c.round_id).limit(limit))

    async def key_of(self, item_id: str) -> str | None:
        return await self._database.fetch_value(select(passports.c.leaf_sha256).where(passports.c.item_id == item_id))

    async def delete(self, round_ids: Sequence[str]) -> None:
        for batch in batches(round_ids, _BATCH_SIZE):
            await self._database.execute(delete(passports).where(passports.c.round_id.in_(batch)))

    async def require_same_key(self, certificate: SignerCertificate | None, at: datetime) -> None:
        async with self._database.transaction() as connection:
            recorded = (await connection.execute(select(passport_keys).with_for_update())).one_or_none()
            if certificate is None:
                if recorded:
                    raise OtherPassportKey(recorded.leaf_sha256, "")
                return
            if recorded is None:
                if await insert_new(connection, passport_keys, **_row(certificate, at)):
                    return
                recorded = (await connection.execute(select(passport_keys).with_for_update())).one()
            if recorded.leaf_sha256 == certificate.leaf_sha256:
                return
            if recorded.root_sha256 != certificate.root_sha256 or certificate.valid_from <= recorded.valid_from:
                raise OtherPassportKey(recorded.leaf_sha256, certificate.leaf_sha256)
            await save_row(connection, passport_keys, _row(certificate, at))

    async def replace_key(self, certificate: SignerCertificate, at: datetime) -> None:
        await self._save_row(passport_keys, _row(certificate, at))


def _lacks_passport(item_id: ColumnElement[str]) -> ColumnElement[bool]:
    return ~select(passports.c.item_id).where(passports.c.item_id == item_id).exists()


def _row(certificate: SignerCertificate, at: datetime) -> dict[str, object]:
    return {
        "id": _ONLY_ROW,
        "root_sha256": certificate.root_sha256,
        "leaf_sha256": certificate.leaf_sha256,
        "valid_from": certificate.valid_from,
        "recorded_at": at,
    }
