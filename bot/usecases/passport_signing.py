"""The signing of passports: for each locked face its original, and its kept finish; durable and repeatable."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import structlog

from bot.domain.errors import PassportUnavailable
from bot.domain.face import Face
from bot.domain.ids import PASSPORT_SUFFIX, passport_key
from bot.domain.passport import PassportFacts, PassportKind, finish_facts, original_facts
from bot.domain.service_errors import PortraitMissing
from bot.domain.upscale import Upscale, kept_upscale
from bot.ports.clock import Now
from bot.ports.passport import PassportSigner
from bot.ports.storage import Portraits, StoragePorts
from bot.usecases.face_record import file_name
from bot.usecases.posted_files import pictures_lease

log = structlog.get_logger()

SigningError = PassportUnavailable | PortraitMissing

_BATCH_SIZE = 50
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


class SigningPorts(Protocol):
    """The part of `Ports` that signing needs, so that a command can sign without Slack and models."""

    @property
    def storage(self) -> StoragePorts: ...
    @property
    def passport_signer(self) -> PassportSigner: ...
    @property
    def now(self) -> Now: ...


@dataclass(frozen=True, slots=True)
class PassportSigning:
    """Signs under the lease of the round's pictures: a deletion holds it too, so that no sidecar comes after it."""

    ports: SigningPorts

    @property
    def is_on(self) -> bool:
        """Whether this installation has a key."""
        return self.ports.passport_signer.certificate is not None

    async def sidecar(self, face: Face, upscale: Upscale | None) -> bytes:
        """Return the sidecar of the original, or of the finish if `upscale` is given; signed now if there is none.

        Raises PassportUnavailable, PortraitMissing, StorageUnavailable.
        """
        if face.consent_withdrawn_at:
            raise PassportUnavailable("withdrawn", face.character)
        try:
            return await self.ports.storage.portraits.get(passport_key(face.round_id, _item_id(face, upscale)))
        except PortraitMissing:
            async with pictures_lease(self.ports.storage, face.round_id):
                return await self._sign(await self._require_signable(face), upscale)

    async def sign_missing(self, round_id: str) -> None:
        """Sign what a face lacks; the step of the job. Raises PassportUnavailable, PortraitMissing."""
        if not self.is_on:
            return
        async with pictures_lease(self.ports.storage, round_id):
            face = await self.ports.storage.roster.get_face(round_id)
            if face is None or _refusal(face):
                return
            finish = kept_upscale(await self.ports.storage.upscales.list_for_face(round_id))
            for upscale in (None, finish) if finish else (None,):
                if await self.ports.storage.passports.key_of(_item_id(face, upscale)) is None:
                    await self._sign(face, upscale)

    async def sign_all(self, *, again: bool) -> AsyncIterator[tuple[str, SigningError | None]]:
        """Sign every face that lacks a passport, with `again` also those of another key; yield round and error."""
        certificate = self.ports.passport_signer.certificate
        if certificate is None:
            raise PassportUnavailable("off")
        failed: set[str] = set()
        while round_ids := await self._list_unsigned(failed):
            for round_id in round_ids:
                yield round_id, (error := await self._try_sign(round_id))
                if error:
                    failed.add(round_id)
        last, passports = "", self.ports.storage.passports
        while again and (round_ids := await passports.list_of_other_keys(certificate.leaf_sha256, _BATCH_SIZE, last)):
            for round_id in round_ids:
                face = await self.ports.storage.roster.get_face(round_id)
                if face and not _refusal(face):
                    await delete_passports(self.ports.storage, [round_id])
                    yield round_id, await self._try_sign(round_id)
            last = round_ids[-1]

    async def _list_unsigned(self, failed: set[str]) -> Sequence[str]:
        found = await self.ports.storage.passports.list_unsigned(_EVER, _BATCH_SIZE + len(failed))
        return [round_id for round_id in found if round_id not in failed]

    async def _try_sign(self, round_id: str) -> SigningError | None:
        try:
            await self.sign_missing(round_id)
        except (PassportUnavailable, PortraitMissing) as error:
            return error
        return None

    async def _sign(self, face: Face, upscale: Upscale | None) -> bytes:
        """Sign a picture and store the sidecar, then its row. The caller holds the lease.

        A sidecar that is stored already counts: a crash came before its row.
        """
        certificate = self.ports.passport_signer.certificate
        if certificate is None:
            raise PassportUnavailable("off", face.character)
        facts = await self._facts(face, upscale)
        try:
            data = await self.ports.storage.portraits.get(facts.key)
        except PortraitMissing:
            data = await self._sign_bytes(face, upscale, facts)
            await self.ports.storage.portraits.put(facts.key, data)
        item_id = _item_id(face, upscale)
        await self.ports.storage.passports.add(item_id, face.round_id, certificate.leaf_sha256, self.ports.now())
        log.info("passport_signed", picture=facts.kind.value, bytes=len(data))
        return data

    async def _sign_bytes(self, face: Face, upscale: Upscale | None, facts: PassportFacts) -> bytes:
        original = await self.ports.storage.portraits.get(face.portrait.key)
        if upscale is None or upscale.portrait is None:
            return await self.ports.passport_signer.sign(facts, original, None, "")
        finish = await self.ports.storage.portraits.get(upscale.portrait.key)
        return await self.ports.passport_signer.sign(facts, finish, original, face.portrait.media_type)

    async def _facts(self, face: Face, upscale: Upscale | None) -> PassportFacts:
        round_ = await self.ports.storage.rounds.get(face.round_id)
        settings = (await self.ports.storage.productions.get(face.place)).settings
        if upscale is None:
            return original_facts(face, round_, settings, self.ports.now())
        return finish_facts(face, upscale, round_, settings, self.ports.now())

    async def _require_signable(self, face: Face) -> Face:
        """Return the face as it is now that the lease is held; raises PassportUnavailable if it may not be signed."""
        current = await self.ports.storage.roster.get_face(face.round_id)
        reason = _refusal(current) if current else "no_picture"
        if current is None or reason:
            raise PassportUnavailable(reason, face.character)
        return current


async def stored_sidecars(face: Face, upscale: Upscale | None, portraits: Portraits) -> dict[str, bytes]:
    """Return the sidecars that are stored already, by file name."""
    files: dict[str, bytes] = {}
    for kind, picture in ((PassportKind.ORIGINAL, None), (PassportKind.FINISH, upscale)):
        if kind is PassportKind.ORIGINAL or picture:
            with suppress(PortraitMissing):
                key = passport_key(face.round_id, _item_id(face, picture))
                files[file_name(face, kind.value, "c2pa")] = await portraits.get(key)
    return files


async def delete_passports(storage: StoragePorts, round_ids: Sequence[str]) -> None:
    """Delete the sidecars of rounds and their rows."""
    for round_id in round_ids:
        async with pictures_lease(storage, round_id):
            for key in await storage.portraits.list_keys(f"{round_id}/"):
                if key.endswith(PASSPORT_SUFFIX):
                    await storage.portraits.delete(key)
            await storage.passports.delete([round_id])


def _item_id(face: Face, upscale: Upscale | None) -> str:
    return upscale.id if upscale else face.slot_id


def _refusal(face: Face) -> str:
    """Return why a face gets no new passport; empty if it may get one."""
    return "withdrawn" if face.consent_withdrawn_at else "unlocked" if face.unlocked else ""
