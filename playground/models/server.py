"""The way of every call through the practice studio: fault, bill, wait, draw, answer."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import msgspec
from aiohttp import web

from playground.models import http_delivery
from playground.models.corrupted_images import Picture, corrupt
from playground.models.drawing import draw_pictures
from playground.models.faults import ERROR_KINDS, Fault, FaultKind, Faults
from playground.models.generation_order import GenerationOrder
from playground.models.retirement import Retirements
from playground.models.usage_log import UsageEntry, UsageLog
from playground.models.vendor_errors import Json, VendorError

_T = TypeVar("_T")
_ERROR_DELAY = 0.25  # seconds a vendor takes to say no
_DRAWING_THREADS = 2  # threads; Pillow and numpy release the interpreter while they work


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor's name and how it spells the errors that a fault asks for."""

    name: str
    error_for_fault: Callable[[Fault, str], VendorError]


@dataclass(frozen=True, slots=True)
class Job:
    """An accepted call on its way: its line of the bill, and the fault it met."""

    vendor: Vendor
    order: GenerationOrder
    usage_entry: UsageEntry
    fault: Fault | None

    @property
    def fault_kind(self) -> FaultKind | None:
        return self.fault.kind if self.fault else None


class ModelServer:
    """What all vendors share: faults, lives, the bill, the clock and the threads that draw."""

    def __init__(self, data: Path, speed: float = 1.0) -> None:
        self.faults = Faults()
        self.retirements = Retirements()
        self.usage_log = UsageLog(data)
        self.style_model = ""
        self._speed = speed
        self._executor = ThreadPoolExecutor(_DRAWING_THREADS, thread_name_prefix="drawer")

    async def serve(
        self,
        request: web.Request,
        vendor: Vendor,
        order: GenerationOrder,
        build_body: Callable[[list[Picture]], Json],
        headers: dict[str, str],
    ) -> web.StreamResponse:
        """Answers one validated call while its client waits; `answer` makes the body from the pictures."""
        job = await self.accept(vendor, order)
        await self.raise_fault(job)
        if fault_response := await self._respond_without_drawing(request, job):
            return fault_response
        content = build_body(await self.draw(job, self.seconds(job)))
        return await self.deliver(request, job, content, headers)

    async def accept(self, vendor: Vendor, order: GenerationOrder) -> Job:
        """Counts the call's fault and writes the call down; raises the vendor's complaint about a retired model."""
        if not self.retirements.is_served(order.model):
            raise vendor.error_for_fault(Fault("retired"), order.model)
        fault = self.faults.next_fault(order.model)
        return Job(
            vendor, order, await self.usage_log.add_call(vendor.name, order, fault.kind if fault else None), fault
        )

    async def raise_fault(self, job: Job) -> None:
        """Raises the vendor's complaint where the fault is one; nothing is drawn and nothing charged."""
        if job.fault and job.fault.kind in ERROR_KINDS:
            await self.sleep(_ERROR_DELAY)
            await self.usage_log.set_outcome(
                job.usage_entry, "refused" if job.fault_kind == "refusal" else "failed", charged=False
            )
            raise job.vendor.error_for_fault(job.fault, job.order.model)

    def seconds(self, job: Job) -> float:
        """How long the job takes from its beginning to its answer."""
        if job.fault and job.fault.kind == "latency":
            return job.fault.seconds
        order = job.order
        return self.faults.latency(order.model).seconds(
            order.model, order.prompt, order.seed, job.usage_entry.repeat_index
        )

    async def draw(self, job: Job, seconds: float) -> list[Picture]:
        """The pictures as the fault leaves them, no sooner than after `seconds`."""
        order = replace(job.order, style_model=self.style_model)
        async with asyncio.TaskGroup() as group:
            drawing = group.create_task(
                self.run_in_thread(
                    lambda: [
                        corrupt(picture, job.fault) for picture in draw_pictures(order, job.usage_entry.repeat_index)
                    ]
                )
            )
            group.create_task(self.sleep(seconds))
        return drawing.result()

    async def deliver(
        self, request: web.Request, job: Job, content: Json, headers: dict[str, str]
    ) -> web.StreamResponse:
        """Charges, then lets the answer leave: what is lost on the way was paid all the same."""
        body = await self.run_in_thread(lambda: msgspec.json.encode(content))
        is_cut = job.fault_kind in ("cut_during", "cut_after")
        outcome = "client gone" if http_delivery.is_disconnected(request) else "cut" if is_cut else "delivered"
        await self.usage_log.set_outcome(job.usage_entry, outcome, charged=True)
        try:
            return await self._send(request, job.fault, body, headers)
        except ConnectionError:
            await self.usage_log.set_outcome(job.usage_entry, "client gone", charged=True)
            return web.Response()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)

    async def run_in_thread(self, work: Callable[[], _T]) -> _T:
        """Runs slow work on a drawing thread."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    async def close(self) -> None:
        await asyncio.to_thread(self._executor.shutdown, cancel_futures=True)
        await self.usage_log.close()

    async def _respond_without_drawing(self, request: web.Request, job: Job) -> web.StreamResponse | None:
        """The faults under which nothing is drawn and nothing charged."""
        match job.fault_kind:
            case "cut_before":
                await self.usage_log.set_outcome(job.usage_entry, "cut", charged=False)
                return http_delivery.close_connection(request)
            case "hang":
                await http_delivery.wait_until_disconnected(request)
                await self.usage_log.set_outcome(job.usage_entry, "client gone", charged=False)
                return web.Response()
            case "redirect" if not job.order.returns_url:
                await self.usage_log.set_outcome(job.usage_entry, "failed", charged=False)
                return http_delivery.redirect()
        return None

    async def _send(
        self, request: web.Request, fault: Fault | None, body: bytes, headers: dict[str, str]
    ) -> web.StreamResponse:
        match fault:
            case Fault(kind="cut_after"):
                return http_delivery.close_connection(request)
            case Fault(kind="cut_during"):
                return await http_delivery.send_half(request, body, headers)
            case Fault(kind="html"):
                return http_delivery.html_page(fault.spelling)
            case Fault(kind="drip"):
                return await http_delivery.send_slowly(request, body, headers, fault.seconds / self._speed)
        return await http_delivery.send(request, body, headers)
