"""Cleanup of stored pictures that no row references, after a crash or a round that was not opened.

It deletes only pictures of rounds that this database knows. After a restore of an older copy, pictures of unknown
rounds stay.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.domain.ids import original_key, round_id_for_draft
from bot.domain.model_errors import InvalidImage
from bot.domain.service_errors import PortraitMissing
from bot.imaging.pictures import examine_in_thread, run_in_thread
from bot.ports.storage import PictureOwner
from bot.telemetry import logs
from bot.usecases.ports import UseCase

log = structlog.get_logger()

# A younger picture may belong to work in progress.
MIN_AGE = timedelta(days=1)
_PICTURE_KEY = re.compile(r"([^/]+)/([^/]+)/(original|preview\.jpg|passport\.c2pa)")
_REFERENCE_KEY = re.compile(r"([^/]+)/reference/[0-9a-f]{64}")
_PROBE_KEY = re.compile(r"probe/[0-9a-f]{32}")


@dataclass(frozen=True)
class CleanupResult:
    """How many pictures were deleted, and how many portraits were attached to their row again."""

    deleted: int = 0
    attached: int = 0


@dataclass(frozen=True, slots=True)
class OrphanCleanup(UseCase):
    """Deletes orphaned pictures. It is safe to run at any time and again."""

    async def run(self) -> CleanupResult:
        """Check all stored pictures, page by page, if this process leads; raises StorageUnavailable."""
        if not await self.storage.replicas.is_leader():
            return CleanupResult()
        await self.storage.handled_events.purge()
        if self.storage.redraw_marks:
            await self.storage.redraw_marks.purge()
        if self.storage.call_reservations:
            await self.storage.call_reservations.purge()
        deleted = attached = 0
        async for keys in self.storage.portraits.older_than(self.ports.now() - MIN_AGE):
            for clean in (self._clean_pictures, self._clean_references, self._clean_probes):
                result = await clean(keys)
                deleted, attached = deleted + result.deleted, attached + result.attached
        deleted += await self._delete_expired_drafts()
        if deleted or attached:
            log.info("orphan_cleanup_finished", deleted=deleted, attached=attached)
        return CleanupResult(deleted, attached)

    async def _delete_expired_drafts(self) -> int:
        """Delete drafts of forms and questions that are a day old, and the pictures attached to those without a round.

        Return how many pictures were deleted.
        """
        expired = await self.storage.drafts.delete_before(self.ports.now() - MIN_AGE)
        if not expired:
            return 0
        log.info("drafts_expired", drafts=len(expired))
        round_ids = await run_in_thread(_round_ids_of_drafts, expired)
        unused = round_ids - await self.storage.picture_index.known_rounds(sorted(round_ids))
        used_keys = await self.storage.picture_index.reference_keys()
        deleted = 0
        async for keys in self.storage.portraits.older_than(self.ports.now()):
            for key in keys:
                match = _REFERENCE_KEY.fullmatch(key)
                if match and match[1] in unused and key not in used_keys:
                    deleted += await self._delete(key)
        return deleted

    async def _clean_pictures(self, keys: Sequence[str]) -> CleanupResult:
        """Delete originals and previews of final slots and upscales that do not reference them."""
        found = [(key, match[1], match[2]) for key in keys if (match := _PICTURE_KEY.fullmatch(key))]
        owners = await self.storage.picture_index.owners([item_id for _, _, item_id in found]) if found else {}
        deleted = attached = 0
        for key, round_id, item_id in found:
            owner = owners.get(item_id)
            if owner is None or not owner.is_final or owner.key == original_key(round_id, item_id):
                continue
            with logs.round_context(round_id):
                if await self._attach_orphan(round_id, item_id, owner):
                    attached += key == original_key(round_id, item_id)
                else:
                    deleted += await self._delete(key)
        return CleanupResult(deleted, attached)

    async def _attach_orphan(self, round_id: str, item_id: str, owner: PictureOwner) -> bool:
        """Attach a valid portrait that may have been paid for to its row; return whether it did."""
        if not owner.may_be_paid:
            return False
        key = original_key(round_id, item_id)
        try:
            data = await self.storage.portraits.get(key)
            checked = await examine_in_thread(data, item_id)
        except (PortraitMissing, InvalidImage):
            return False
        credentials = await self.ports.credentials_reader.read(data, checked.media_type)
        await self.storage.picture_index.attach_orphan(item_id, checked.to_portrait(key, credentials))
        log.info("orphan_portrait_attached", item=item_id)
        return True

    async def _clean_references(self, keys: Sequence[str]) -> CleanupResult:
        """Delete attached reference pictures that no round and no draft uses."""
        found = {key: match[1] for key in keys if (match := _REFERENCE_KEY.fullmatch(key))}
        used = await self.storage.picture_index.reference_keys() if found else frozenset()
        unused = {key: round_id for key, round_id in found.items() if key not in used}
        if not unused:
            return CleanupResult()
        known_rounds = await self.storage.picture_index.known_rounds(sorted(set(unused.values())))
        if not known_rounds.issuperset(unused.values()):
            known_rounds |= await run_in_thread(_round_ids_of_drafts, await self.storage.picture_index.list_drafts())
        return CleanupResult(
            sum([await self._delete(key) for key, round_id in unused.items() if round_id in known_rounds])
        )

    async def _clean_probes(self, keys: Sequence[str]) -> CleanupResult:
        return CleanupResult(sum([await self._delete(key) for key in keys if _PROBE_KEY.fullmatch(key)]))

    async def _delete(self, key: str) -> int:
        await self.storage.portraits.delete(key)
        log.info("orphan_deleted", key=key)
        return 1


def _round_ids_of_drafts(drafts: Sequence[tuple[str, str]]) -> frozenset[str]:
    return frozenset(round_id_for_draft(team, draft_id) for team, draft_id in drafts)
