"""Copies of originals in a follow-up round: the same bytes under a key of their own, with nothing charged.

With a copy, the round keeps its pictures whatever happens to its parent, and its candidates look alike in every list.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from bot.domain.ids import original_key
from bot.domain.model_errors import InvalidImage
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.service_errors import PortraitMissing
from bot.domain.slot import Slot, SlotFailure
from bot.ports.rounds import GeneratedPortrait
from bot.usecases.paid_calls import PaidCalls
from bot.usecases.ports import UseCase
from bot.usecases.storage_retry import StorageRetry


@dataclass(frozen=True, slots=True)
class OriginalCopies(UseCase):
    """Copies originals; a repeated or concurrent call copies once."""

    storage_retry: StorageRetry
    paid_calls: PaidCalls

    async def copy(self, round_: Round, slot: Slot) -> None:
        """Make the slot final: a candidate with the bytes of the slot it copies, or a failure that cost nothing."""
        if round_.state is RoundState.VOID:
            await self._record_failure(slot, SlotFailure("cancelled"))
            return
        try:
            await self.storage_retry.retry_until_stored(round_.id, partial(self._store, slot))
            picture = await self.paid_calls.restore(slot, Decimal(0))
        except (PortraitMissing, InvalidImage) as error:
            await self.storage_retry.notify_lead(round_.id, error)
            await self._record_failure(slot, SlotFailure("portrait_missing"))
            return
        portrait = picture.examined.to_portrait(original_key(slot.round_id, slot.id), picture.credentials)
        copied = GeneratedPortrait(slot.id, portrait, None, picture.seconds, "", slot.seed)
        numbered_in = frozenset({RoundState.CLOSED})
        record = partial(self.storage.slots.record_portrait, copied, numbered_in)
        await self.storage_retry.retry_until_stored(round_.id, record)

    async def _store(self, slot: Slot) -> None:
        """Store the bytes under the slot's own key; raises PortraitMissing."""
        source_round = await self.storage.rounds.by_slot(slot.copy_of_slot_id or "")
        source = next(s for s in source_round.slots if s.id == slot.copy_of_slot_id)
        if source.portrait is None:
            raise PortraitMissing(original_key(source.round_id, source.id))
        data = await self.storage.portraits.get(source.portrait.key)
        await self.storage.portraits.put(original_key(slot.round_id, slot.id), data)

    async def _record_failure(self, slot: Slot, failure: SlotFailure) -> None:
        record = partial(self.storage.slots.record_failure, slot.id, failure, None, None)
        await self.storage_retry.retry_until_stored(slot.round_id, record)
