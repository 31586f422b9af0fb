"""Passports: one signed statement for the original of each locked face, and one for its kept finish."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.domain.errors import PassportUnavailable, PortraitMissing
from bot.domain.face import Credentials, CredentialsState, Face
from bot.domain.ids import PASSPORT_SUFFIX, passport_key
from bot.domain.passport import (
    PassportFacts,
    PassportKind,
    PassportStatus,
    Provenance,
    Verification,
    finish_facts,
    original_facts,
    portrait_of,
)
from bot.domain.upscale import Upscale, kept_upscale
from bot.ports.storage import Portraits
from bot.usecases.face_record import file_name
from bot.usecases.ports import Ports
from bot.usecases.recall import Recall

log = structlog.get_logger()

JOB = "passport"
# Older locks get their passport when somebody asks for it, or by `passport sign`.
_RESTART_WINDOW = timedelta(days=31)
_RESTART_BATCH = 20
_SIGN_BATCH = 50


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
class Passports:
    """Signs passports and hands them out."""

    ports: Ports
    recall: Recall

    @property
    def is_on(self) -> bool:
        """Whether this installation has a key."""
        return self.ports.passport_signer.certificate is not None

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
        data = await self.sidecar(face, upscale, kind)
        picture = await self.ports.storage.portraits.get(portrait.key)
        found = await self.ports.credentials_reader.verify(picture, portrait.media_type, data)
        return Passport(face, kind, file_name(face, kind.value, "c2pa"), data, found)

    async def sidecar(self, face: Face, upscale: Upscale | None, kind: PassportKind) -> bytes:
        """Return the bytes of a sidecar, signed now if there is none; raises as `of_face`."""
        item_id = face.slot_id if kind is PassportKind.ORIGINAL or upscale is None else upscale.id
        if face.consent_withdrawn_at:
            raise PassportUnavailable("withdrawn", face.character)
        try:
            return await self.ports.storage.portraits.get(passport_key(face.round_id, item_id))
        except PortraitMissing:
            if face.unlocked:
                raise PassportUnavailable("unlocked", face.character) from None
        async with _lease(self.ports, face.round_id):
            return await self._sign(await self._current(face), upscale if kind is PassportKind.FINISH else None)

    async def package_files(self, face: Face, upscale: Upscale | None) -> Mapping[str, bytes]:
        """Return the sidecars for a package by file name; without a key, or where signing fails, there is none."""
        files: dict[str, bytes] = {}
        for kind in PassportKind:
            if portrait_of(face, upscale, kind):
                try:
                    files[file_name(face, kind.value, "c2pa")] = await self.sidecar(face, upscale, kind)
                except PassportUnavailable as error:
                    log.info("passport_left_out", round=face.round_id, picture=kind.value, reason=error.reason)
        if files and self.ports.passport_signer.chain:
            files[file_name(face, "passport-certificates", "pem")] = self.ports.passport_signer.chain
        return files

    async def credentials(self, face: Face) -> Credentials:
        """Return what the reader finds in the original; read now where it was not read when it arrived."""
        portrait = face.portrait
        if portrait.credentials is not CredentialsState.UNCHECKED:
            return Credentials(portrait.credentials, portrait.credentials_by)
        try:
            data = await self.ports.storage.portraits.get(portrait.key)
        except PortraitMissing:
            return Credentials(CredentialsState.UNCHECKED)
        return await self.ports.credentials_reader.read(data, portrait.media_type)

    async def provenance(self, face: Face) -> Provenance:
        """Return what *Details* says about signatures."""
        return Provenance(await self.credentials(face), await self.status(face))

    async def status(self, face: Face) -> PassportStatus:
        """Return whether the original of a face has a passport."""
        if face.consent_withdrawn_at is None and await self.ports.storage.passports.key_of(face.slot_id):
            return PassportStatus.SIGNED
        if face.unlocked or face.consent_withdrawn_at:
            return PassportStatus.NONE
        return PassportStatus.WAITING if self.is_on else PassportStatus.OFF

    async def restart_unsigned(self) -> None:
        """Start the jobs of locked faces that lack a passport: a crash may come between a lock and its job."""
        if self.is_on:
            since = self.ports.now() - _RESTART_WINDOW
            for round_id in await self.ports.storage.passports.list_unsigned(since, _RESTART_BATCH):
                await self.ports.job_queue.start(JOB, round_id)

    async def sign_missing(self, round_id: str) -> None:
        """Sign what a face lacks; the step of the job. Raises PassportUnavailable, PortraitMissing."""
        if not self.is_on:
            return
        async with _lease(self.ports, round_id):
            face = await self.ports.storage.roster.get_face(round_id)
            if face is None or face.unlocked or face.consent_withdrawn_at:
                return
            finish = kept_upscale(await self.ports.storage.upscales.list_for_face(round_id))
            for upscale in (None, finish) if finish else (None,):
                if await self.ports.storage.passports.key_of(upscale.id if upscale else face.slot_id) is None:
                    await self._sign(face, upscale)

    async def sign_all(self, *, again: bool) -> AsyncIterator[tuple[str, PassportUnavailable | PortraitMissing | None]]:
        """Sign every face that lacks a passport, with `again` also those of an earlier key; yield round and error."""
        certificate = self.ports.passport_signer.certificate
        if certificate is None:
            raise PassportUnavailable("off")
        failed: set[str] = set()
        beginning = self.ports.now() - timedelta(days=36_500)
        while round_ids := await self._next_unsigned(beginning, failed):
            for round_id in round_ids:
                yield round_id, (error := await self._try_sign(round_id))
                if error:
                    failed.add(round_id)
        last = ""
        while again and (
            round_ids := await self.ports.storage.passports.list_of_other_keys(
                certificate.leaf_sha256, _SIGN_BATCH, last
            )
        ):
            for round_id in round_ids:
                await delete_passports(self.ports, [round_id])
                yield round_id, await self._try_sign(round_id)
            last = round_ids[-1]

    async def _next_unsigned(self, since: datetime, failed: set[str]) -> Sequence[str]:
        found = await self.ports.storage.passports.list_unsigned(since, _SIGN_BATCH + len(failed))
        return [round_id for round_id in found if round_id not in failed]

    async def _try_sign(self, round_id: str) -> PassportUnavailable | PortraitMissing | None:
        try:
            await self.sign_missing(round_id)
        except (PassportUnavailable, PortraitMissing) as error:
            return error
        return None

    async def _sign(self, face: Face, upscale: Upscale | None) -> bytes:
        """Sign the original, or the finish if `upscale` is given; store the sidecar, then its row.

        A sidecar that is stored already counts: a crash came before its row. The caller holds the lease.
        """
        certificate = self.ports.passport_signer.certificate
        if certificate is None:
            raise PassportUnavailable("off", face.character)
        facts = await self._facts(face, upscale)
        try:
            data = await self.ports.storage.portraits.get(facts.key)
        except PortraitMissing:
            data = await self._signed(face, upscale, facts)
            await self.ports.storage.portraits.put(facts.key, data)
        item_id = upscale.id if upscale else face.slot_id
        now = self.ports.now()
        await self.ports.storage.passports.add(item_id, face.round_id, certificate.leaf_sha256, now)
        log.info("passport_signed", picture=facts.kind.value, bytes=len(data))
        return data

    async def _signed(self, face: Face, upscale: Upscale | None, facts: PassportFacts) -> bytes:
        portraits, original = self.ports.storage.portraits, face.portrait
        if upscale is None or upscale.portrait is None:
            picture = await portraits.get(original.key)
            return await self.ports.passport_signer.sign(facts, picture, None, "")
        picture, parent = await portraits.get(upscale.portrait.key), await portraits.get(original.key)
        return await self.ports.passport_signer.sign(facts, picture, parent, original.media_type)

    async def _facts(self, face: Face, upscale: Upscale | None) -> PassportFacts:
        round_ = await self.ports.storage.rounds.get(face.round_id)
        settings = (await self.ports.storage.productions.get(face.place)).settings
        now = self.ports.now()
        if upscale is None:
            return original_facts(face, round_, settings, now)
        return finish_facts(face, upscale, round_, settings, now)

    async def _current(self, face: Face) -> Face:
        """Return the face as it is now that the lease is held; raises PassportUnavailable if it may not be signed."""
        current = await self.ports.storage.roster.get_face(face.round_id)
        if current is None or current.unlocked:
            raise PassportUnavailable("unlocked", face.character)
        if current.consent_withdrawn_at:
            raise PassportUnavailable("withdrawn", face.character)
        return current


def _lease(ports: Ports, round_id: str) -> AbstractAsyncContextManager[None]:
    """Return the lease under which a deletion deletes the round's pictures, so that no sidecar comes after it."""
    return ports.storage.replicas.lease(f"pictures:{round_id}")


async def stored_sidecars(face: Face, upscale: Upscale | None, portraits: Portraits) -> dict[str, bytes]:
    """Return the sidecars that are stored already, by file name."""
    files: dict[str, bytes] = {}
    for kind, item_id in ((PassportKind.ORIGINAL, face.slot_id), (PassportKind.FINISH, upscale.id if upscale else "")):
        with suppress(PortraitMissing):
            if item_id:
                files[file_name(face, kind.value, "c2pa")] = await portraits.get(passport_key(face.round_id, item_id))
    return files


async def delete_passports(ports: Ports, round_ids: Sequence[str]) -> None:
    """Delete the sidecars of rounds and their rows."""
    for round_id in round_ids:
        async with _lease(ports, round_id):
            for key in await ports.storage.portraits.list_keys(f"{round_id}/"):
                if key.endswith(PASSPORT_SUFFIX):
                    await ports.storage.portraits.delete(key)
            await ports.storage.passports.delete([round_id])
