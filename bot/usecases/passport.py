"""Passports for people and programs: a face's signed statement, with what a check of it finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from bot.domain.errors import PassportUnavailable
from bot.domain.face import Credentials, CredentialsState, Face
from bot.domain.passport import PassportKind, PassportStatus, Provenance, Verification, portrait_of
from bot.domain.service_errors import PortraitMissing
from bot.domain.upscale import Upscale
from bot.usecases.face_record import file_name
from bot.usecases.passport_signing import PassportSigning
from bot.usecases.ports import UseCase
from bot.usecases.recall import Recall

log = structlog.get_logger()

JOB = "passport"
# Older locks get their passport when somebody asks for it, or by `passport sign`.
_RESTART_WINDOW = timedelta(days=31)
_RESTART_BATCH = 20


@dataclass(frozen=True)
class Passport:
    """A face's sidecar with what a check of it found just now. `data` is a C2PA manifest store."""

    face: Face
    kind: PassportKind
    filename: str
    data: bytes
    verification: Verification

    def to_json(self) -> dict[str, Any]:
        """Return the description as values of JSON; the sidecar's bytes are apart."""
        return {
            "picture": self.kind.value,
            "file": self.filename,
            "bytes": len(self.data),
        } | self.verification.to_json()


@dataclass(frozen=True, slots=True)
class Passports(UseCase):
    """Hands out passports, and starts the jobs that sign them."""

    recall: Recall
    signing: PassportSigning

    async def get(self, round_id: str, person: str, kind: PassportKind = PassportKind.ORIGINAL) -> Passport:
        """Return a passport for somebody who may see the face; raises NotAvailableHere, PassportUnavailable."""
        return await self.of_face(await self.recall.get_face(round_id, person), kind)

    async def of_face(self, face: Face, kind: PassportKind = PassportKind.ORIGINAL) -> Passport:
        """Return the passport of a face that the caller may see, signed now if it has none yet.

        Raises PassportUnavailable, PortraitMissing, StorageUnavailable.
        """
        upscale = await self.recall.get_upscale(face)
        portrait = portrait_of(face, upscale, kind)
        if portrait is None:
            raise PassportUnavailable("no_picture", face.character)
        data = await self._sidecar(face, upscale, kind)
        picture = await self.storage.portraits.get(portrait.key)
        found = await self.ports.credentials_reader.verify(picture, portrait.media_type, data)
        return Passport(face, kind, file_name(face, kind.value, "c2pa"), data, found)

    async def package_files(self, face: Face, upscale: Upscale | None) -> Mapping[str, bytes]:
        """Return the sidecars for a package by file name; without a key, or where signing fails, there is none."""
        files: dict[str, bytes] = {}
        for kind in PassportKind:
            if portrait_of(face, upscale, kind):
                try:
                    files[file_name(face, kind.value, "c2pa")] = await self._sidecar(face, upscale, kind)
                except PassportUnavailable as error:
                    log.info("passport_left_out", round=face.round_id, picture=kind.value, reason=error.reason)
        if files and self.ports.passport_signer.chain:
            files[file_name(face, "passport-certificates", "pem")] = self.ports.passport_signer.chain
        return files

    async def provenance(self, face: Face) -> Provenance:
        """Return what *Details* says about signatures."""
        return Provenance(await self.credentials(face), await self.status(face))

    async def credentials(self, face: Face) -> Credentials:
        """Return what the reader finds in the original; read now where it was not read when it arrived."""
        portrait = face.portrait
        if portrait.credentials is not CredentialsState.UNCHECKED:
            return Credentials(portrait.credentials, portrait.credentials_by)
        try:
            data = await self.storage.portraits.get(portrait.key)
        except PortraitMissing:
            return Credentials(CredentialsState.UNCHECKED)
        return await self.ports.credentials_reader.read(data, portrait.media_type)

    async def status(self, face: Face) -> PassportStatus:
        """Return whether the original of a face has a passport."""
        if face.consent_withdrawn_at is None and await self.storage.passports.key_of(face.slot_id):
            return PassportStatus.SIGNED
        if face.unlocked or face.consent_withdrawn_at:
            return PassportStatus.NONE
        return PassportStatus.WAITING if self.signing.is_on else PassportStatus.OFF

    async def restart_unsigned(self) -> None:
        """Start the jobs of locked faces that lack a passport: a crash may come between a lock and its job."""
        if self.signing.is_on:
            since = self.ports.now() - _RESTART_WINDOW
            for round_id in await self.storage.passports.list_unsigned(since, _RESTART_BATCH):
                await self.ports.job_queue.start(JOB, round_id)

    async def _sidecar(self, face: Face, upscale: Upscale | None, kind: PassportKind) -> bytes:
        return await self.signing.sidecar(face, upscale if kind is PassportKind.FINISH else None)
