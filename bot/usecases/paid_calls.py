"""One paid call, for a portrait or an upscale: call once, store the bytes, check them; every outcome has its charge."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from time import perf_counter
from typing import Literal, Protocol
from uuid import uuid4

import structlog

from bot.domain.budget import Charge
from bot.domain.errors import CastingError
from bot.domain.face import Credentials
from bot.domain.ids import original_key, preview_key
from bot.domain.model_errors import InvalidImage, ModelError, UnexpectedAnswer
from bot.imaging.pictures import ExaminedImage, examine_in_thread, ignore_preview
from bot.ports.image_models import GenerationResult
from bot.usecases.ports import Ports
from bot.usecases.storage_retry import StorageRetry

log = structlog.get_logger()


class PaidItem(Protocol):
    """A slot or an upscale."""

    @property
    def id(self) -> str: ...
    @property
    def round_id(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def price(self) -> Decimal: ...
    @property
    def requested_at(self) -> datetime | None: ...
    @property
    def asked_by(self) -> str: ...


@dataclass(frozen=True)
class PaidPicture:
    """A stored and checked picture with its charge; `seconds` is the duration of the call."""

    examined: ExaminedImage
    credentials: Credentials
    charge: Charge
    seconds: float
    request_id: str = ""
    seed: int | None = None


def is_shutdown(error: Exception) -> bool:
    """Return whether an error only says that this process ends (`concurrent.futures.thread` has no type for it).

    What was being done is then continued by the next process, with the bytes that are stored.
    """
    return isinstance(error, RuntimeError) and "after shutdown" in str(error)


@dataclass(slots=True)
class PaidCalls:
    """Makes paid calls; `in_progress` counts those that a stop waits for."""

    ports: Ports
    storage_retry: StorageRetry
    in_progress: int = field(default=0, init=False)
    _check_semaphore: asyncio.Semaphore = field(default_factory=partial(asyncio.Semaphore, 1), init=False)

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """Count a call until its outcome is recorded, so that a stop waits for it."""
        self.in_progress += 1
        try:
            yield
        finally:
            self.in_progress -= 1

    async def is_stored(self, item: PaidItem) -> bool:
        """Return whether an earlier call's bytes are stored; then `restore` them instead of calling again."""
        is_stored = partial(self.ports.storage.portraits.has, original_key(item.round_id, item.id))
        return await self.storage_retry.retry_until_stored(item.round_id, is_stored)

    async def wait_for_other_call(
        self, item: PaidItem, longest: float, is_final: Callable[[], Awaitable[bool]]
    ) -> Literal["final", "stored", "unknown"]:
        """Wait until a call of another process has ended: its result is recorded, or its bytes are stored, or neither.

        `longest` is the seconds after which the call has certainly ended. It has also ended when its process is not
        seen for some seconds: a process that lost its connection to the database for a moment is alive, and its
        portrait is paid for. Without other processes the call ended in a crash, so there is no wait.
        """
        replicas = self.ports.storage.replicas
        until = (item.requested_at or self.ports.now()) + timedelta(seconds=longest)
        if replicas.are_several:
            log.info("other_call_awaited", item=item.id, asked_by=item.asked_by, until=until.isoformat())
        seen_at, is_stored = self.ports.now(), False
        while True:
            if await is_final():
                return "final"
            is_stored = is_stored or await self.is_stored(item)
            now = self.ports.now()
            if await replicas.is_running(item.asked_by.partition(":")[0]):
                seen_at = now
            if not replicas.are_several or now >= min(until, seen_at + self.ports.waits.lost_process):
                return "stored" if is_stored else "unknown"
            await asyncio.sleep(self.ports.waits.other_call)

    def name_call(self) -> str:
        """Return a name that no other call has; it starts with that of the process."""
        return f"{self.ports.storage.replicas.instance}:{uuid4().hex}"

    async def call(self, item: PaidItem, send: Callable[[], Awaitable[GenerationResult]]) -> PaidPicture:
        """Call `send` once, store its bytes and a preview; raises a ModelError with its charge.

        The item is marked as requested already. An error that no client expects becomes UnexpectedAnswer.
        """
        picture = await self.call_without_preview(item, send)
        await self.store_preview(item, picture)
        return picture

    async def call_without_preview(
        self,
        item: PaidItem,
        send: Callable[[], Awaitable[GenerationResult]],
        on_preview: Callable[[bytes], None] = ignore_preview,
    ) -> PaidPicture:
        """Do as `call`, and leave the preview to `store_preview`, which can run beside other writes.

        `on_preview` gets the preview as soon as it is made: the bytes may not be stored yet.
        """
        started = perf_counter()
        async with self._typed_errors(item, UnexpectedAnswer(item.model, paid="maybe")):
            # Not bound to a name here, so that `_store` can free the bytes.
            return await self._store(item, await send(), perf_counter() - started, on_preview)

    async def restore(self, item: PaidItem, listed_price: Decimal) -> PaidPicture:
        """Check bytes that were stored before a crash; raises InvalidImage.

        They cost the listed price, because the provider's response is lost.
        """
        seconds = (self.ports.now() - item.requested_at).total_seconds() if item.requested_at else 0.0
        picture = PaidPicture(*await self._examine_stored(item), Charge(listed_price, "listed"), seconds)
        await self.store_preview(item, picture)
        return picture

    async def store_preview(self, item: PaidItem, picture: PaidPicture) -> None:
        """Store the preview; one that a crash loses is made again from the original."""
        await self._put(item, preview_key(item.round_id, item.id), picture.examined.preview)

    async def _store(
        self, item: PaidItem, result: GenerationResult, seconds: float, on_preview: Callable[[bytes], None]
    ) -> PaidPicture:
        """Store the bytes and check them: at the same time, if no other check has to end first."""
        key = original_key(item.round_id, item.id)
        charge = result.charge if result.charge.is_recordable else Charge(item.price, "listed")
        try:
            if self._check_semaphore.locked():
                await self._put(item, key, result.data)
                result = replace(result, data=b"")  # frees the bytes; the check reads them from the store
                examined, credentials = await self._examine_stored(item, on_preview)
            else:
                examined, credentials = await self._store_and_examine(item, key, result.data, on_preview)
                result = replace(result, data=b"")
        except InvalidImage as error:
            error.reported_cost = charge.reported_cost
            raise
        if result.media_type and result.media_type != examined.media_type:
            log.info("media_type_mismatch", model=item.model, claimed=result.media_type, found=examined.media_type)
        return PaidPicture(examined, credentials, charge, seconds, result.request_id, result.seed)

    async def _store_and_examine(
        self, item: PaidItem, key: str, data: bytes, on_preview: Callable[[bytes], None]
    ) -> tuple[ExaminedImage, Credentials]:
        """Check the bytes while they are stored; the bytes are stored whatever the check finds."""
        async with self._check_semaphore:
            stored, examined = await asyncio.gather(
                self._put(item, key, data), self._examine(item, data, on_preview), return_exceptions=True
            )
        if isinstance(stored, BaseException):
            raise stored
        if isinstance(examined, BaseException):
            raise examined
        return examined

    async def _examine_stored(
        self, item: PaidItem, on_preview: Callable[[bytes], None] = ignore_preview
    ) -> tuple[ExaminedImage, Credentials]:
        """Check the stored bytes. One picture at a time, because a decoded 4K picture takes 70 MB."""
        stored = partial(self.ports.storage.portraits.get, original_key(item.round_id, item.id))
        async with self._check_semaphore:
            data = await self.storage_retry.retry_until_stored(item.round_id, stored)
            return await self._examine(item, data, on_preview)

    async def _examine(
        self, item: PaidItem, data: bytes, on_preview: Callable[[bytes], None]
    ) -> tuple[ExaminedImage, Credentials]:
        """Check bytes and read their credentials, at the same time; whatever fails is InvalidImage.

        The reader finds the type in the bytes: it does not wait until the check knows it.
        """
        async with self._typed_errors(item, InvalidImage(item.model, "cannot be processed", "yes")):
            return await asyncio.gather(
                examine_in_thread(data, item.model, on_preview), self.ports.credentials_reader.read(data)
            )

    async def _put(self, item: PaidItem, key: str, data: bytes) -> None:
        await self.storage_retry.retry_until_stored(item.round_id, partial(self.ports.storage.portraits.put, key, data))

    @asynccontextmanager
    async def _typed_errors(self, item: PaidItem, otherwise: ModelError) -> AsyncIterator[None]:
        """Raise `otherwise`, and notify the lead, for an error that is not one of ours.

        An answer that no code expects must not hold its slot for ever.
        """
        try:
            yield
        except CastingError:
            raise
        except Exception as error:
            if is_shutdown(error):
                raise
            log.exception("answer_unprocessable", model=item.model, item=item.id)
            await self.storage_retry.notify_lead(item.round_id, otherwise)
            raise otherwise from error
