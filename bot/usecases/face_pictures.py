"""What upscales and views of a character sheet share: one more picture of a locked face, paid for once."""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Generic, Protocol, TypeVar

import structlog

from bot.domain.budget import is_recordable
from bot.domain.character_sheet import SheetView
from bot.domain.face import Face
from bot.domain.ids import original_key
from bot.domain.model_errors import ModelError
from bot.domain.service_errors import PortraitMissing, StorageUnavailable
from bot.domain.slot import SlotFailure
from bot.domain.upscale import Upscale
from bot.telemetry import metrics
from bot.usecases.paid_calls import PaidCalls, PaidPicture, is_shutdown
from bot.usecases.ports import UseCase
from bot.usecases.rate_limits import wait_for_rate_limit
from bot.usecases.storage_retry import StorageRetry

log = structlog.get_logger()

Item = TypeVar("Item", Upscale, SheetView)


class Items(Protocol[Item]):
    """The repository of one kind of picture."""

    async def get(self, item_id: str, /) -> Item: ...

    async def mark_requested(self, item_id: str, at: datetime, asked_by: str, /) -> bool: ...

    async def record_result(self, ended: Item, /) -> Item: ...


@dataclass(frozen=True, slots=True)
class FacePictures(UseCase, ABC, Generic[Item]):
    """Makes items final: a picture or a failure. Never repeats a call that may have been paid for."""

    storage_retry: StorageRetry
    paid_calls: PaidCalls

    @property
    @abstractmethod
    def _items(self) -> Items[Item]: ...

    @abstractmethod
    async def _generate(self, item: Item) -> Item:
        """Return the final item; raises ModelError, PortraitMissing."""

    @abstractmethod
    def _longest_call(self, item: Item) -> float: ...

    async def _make_final(self, item_id: str) -> bool:
        """Generate an item and record how it ends; False if it has ended already.

        An error that nothing else handles ends the item as well, and the lead is notified.
        """
        item = await self._items.get(item_id)
        if not item.is_in_progress:
            return False
        unexpected: Exception | None = None
        with self.paid_calls.in_flight():
            try:
                final = await self._generate(item)
            except PortraitMissing as error:
                await self.storage_retry.notify_lead(item.round_id, error)
                final = item.with_failure(SlotFailure("portrait_missing"))
            except StorageUnavailable:
                raise
            except Exception as error:
                if is_shutdown(error):
                    raise
                log.exception("face_picture_failed_unexpectedly", item=item.id, model=item.model)
                final, unexpected = await self._give_up(item.id), error
            await self.storage_retry.retry_until_stored(item.round_id, partial(self._items.record_result, final))
            if unexpected:
                await self.storage_retry.notify_lead(item.round_id, unexpected)
        self.ports.publisher.schedule_redraw(item.round_id)
        return True

    async def _give_up(self, item_id: str) -> Item:
        """Return the failed item; it may have been charged from the moment it was marked as requested."""
        item = await self._items.get(item_id)
        was_called = item.state == "requested"
        return item.with_failure(SlotFailure("unexpected", paid="maybe" if was_called else "no"))

    async def _wait_until_allowed(self, item: Item) -> None:
        await self.storage_retry.wait_until_writable(item.round_id)
        await wait_for_rate_limit(self.ports.model_clients, item.model, self._pause)

    async def _mark_requested(self, item: Item) -> bool:
        """Record that the request is about to be sent; False if another call was recorded."""
        mark = partial(self._items.mark_requested, item.id, self.ports.now(), self.paid_calls.name_call())
        return await self.storage_retry.retry_until_stored(item.round_id, mark)

    async def _end_other_call(self, item: Item) -> Item:
        """Return the final item that another call has requested: of another process, or before a crash."""

        async def is_final() -> bool:
            return not (await self._items.get(item.id)).is_in_progress

        outcome = await self.paid_calls.wait_for_other_call(item, self._longest_call(item), is_final)
        if outcome == "final":
            return await self._items.get(item.id)
        if outcome == "stored":
            return await self._restore(item)
        return item.with_failure(SlotFailure("unknown", paid="maybe"))

    async def _restore(self, item: Item) -> Item:
        """Return the item with the bytes that were stored before a crash."""
        return await self._complete(item, await self.paid_calls.restore(item, item.price))

    async def _complete(self, item: Item, picture: PaidPicture) -> Item:
        portrait = picture.examined.to_portrait(original_key(item.round_id, item.id), picture.credentials)
        completed = item.with_portrait(portrait, picture.charge, picture.seconds, picture.request_id)
        return replace(completed, seed=item.seed if picture.seed is None else picture.seed)

    def _failed(self, item: Item, error: ModelError, seconds: float) -> Item:
        metrics.slot_failures.labels(error.kind, error.paid).inc()
        cost = error.reported_cost
        is_cost_known = cost is not None and is_recordable(cost)
        return item.with_failure(
            SlotFailure(error.kind, error.detail, error.paid), seconds, cost if is_cost_known else None
        )

    async def _pause(self, seconds: float) -> bool:
        await asyncio.sleep(min(seconds, self.ports.waits.rate_limit))
        return True

    async def _load_face(self, item: Item) -> Face:
        face = await self.storage.roster.get_face(item.round_id)
        assert face
        return face
