"""The path of a call to a practice model: fault, usage log, latency, drawing, response."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import msgspec
from aiohttp import web

from playground.faces import MAX_DRAWN_SIDE
from playground.models import http_delivery
from playground.models.corrupted_images import Picture, corrupt
from playground.models.drawing import draw_pictures
from playground.models.faults import ERROR_KINDS, Fault, FaultKind, Faults
from playground.models.gateway import distort, gateway_error
from playground.models.generation_order import GenerationOrder
from playground.models.hosted_images import HostedImages
from playground.models.retirement import Retirements
from playground.models.usage_log import UsageEntry, UsageLog
from playground.models.vendor_errors import Json, VendorError

_T = TypeVar("_T")
_ERROR_DELAY = 0.25  # seconds until a vendor refuses
_DRAWING_THREADS = 2  # threads; Pillow and numpy release the GIL


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor's name and its format of errors."""

    name: str
    error_for_fault: Callable[[Fault, str], VendorError]


@dataclass(frozen=True, slots=True)
class Job:
    """An accepted call: its entry in the usage log and its fault."""

    vendor: Vendor
    order: GenerationOrder
    usage_entry: UsageEntry
    fault: Fault | None

    @property
    def fault_kind(self) -> FaultKind | None:
        return self.fault.kind if self.fault else None


class ModelServer:
    """State shared by all vendors: faults, retirements, usage log, clock and drawing threads."""

    def __init__(self, data: Path, speed: float = 1.0, drawn_side: int = MAX_DRAWN_SIDE) -> None:
        self.faults = Faults()
        self.retirements = Retirements()
        self.usage_log = UsageLog(data)
        self.style_model = ""
        self.gateway_images = HostedImages("/gateway/files")
        self._speed = speed
        self._drawn_side = drawn_side
        self._executor = ThreadPoolExecutor(_DRAWING_THREADS, thread_name_prefix="drawer")

    async def serve(
        self,
        request: web.Request,
        vendor: Vendor,
        order: GenerationOrder,
        build_body: Callable[[list[Picture]], Json],
        headers: dict[str, str],
    ) -> web.StreamResponse:
        """Answer one validated call; `build_body` makes the body from the pictures."""
        job = await self.accept(vendor, order)
        await self.raise_fault(job)
        if fault_response := await self._respond_without_drawing(request, job):
            return fault_response
        content = build_body(await self.draw(job, self.seconds(job)))
        return await self.deliver(request, job, content, headers)

    async def accept(self, vendor: Vendor, order: GenerationOrder) -> Job:
        """Count the call's fault and log the call; raises the vendor's error for a retired model."""
        if not self.retirements.is_served(order.model):
            raise vendor.error_for_fault(Fault("retired"), order.model)
        fault = self.faults.next_fault(order.model)
        return Job(
            vendor, order, await self.usage_log.add_call(vendor.name, order, fault.kind if fault else None), fault
        )

    async def raise_fault(self, job: Job) -> None:
        """Raise the vendor's error for a fault that is one; nothing is drawn or charged."""
        if job.fault and job.fault.kind in ERROR_KINDS:
            await self.sleep(_ERROR_DELAY)
            await self.usage_log.set_outcome(
                job.usage_entry,
                "refused" if job.fault_kind in ("refusal", "content_filter") else "failed",
                charged=False,
            )
            raise gateway_error(job.fault) or job.vendor.error_for_fault(job.fault, job.order.model)

    def seconds(self, job: Job) -> float:
        """Return the duration of the job until its response."""
        if job.fault and job.fault.kind == "latency":
            return job.fault.seconds
        order = job.order
        return self.faults.latency(order.model).seconds(
            order.model, order.prompt, order.seed, job.usage_entry.repeat_index
        )

    async def draw(self, job: Job, seconds: float) -> list[Picture]:
        """Return the pictures as the fault changes them, not earlier than after `seconds`."""
        order = replace(job.order, style_model=self.style_model, drawn_side=self._drawn_side)
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
        """Charge the call, then send the response: a response lost on the way is charged."""
        if job.fault_kind == "absurd_amounts":
            content = distort(content)
        if job.fault_kind == "by_url":
            content = self._with_urls(request, content)
        body = await self.run_in_thread(lambda: msgspec.json.encode(content))
        is_cut = job.fault_kind in ("cut_during", "cut_after")
        outcome = "client gone" if http_delivery.is_disconnected(request) else "cut" if is_cut else "delivered"
        await self.usage_log.set_outcome(job.usage_entry, outcome, charged=True)
        try:
            return await self._send(request, job.fault, body, headers)
        except ConnectionError:
            await self.usage_log.set_outcome(job.usage_entry, "client gone", charged=True)
            return web.Response()

    def _with_urls(self, request: web.Request, content: Json) -> Json:
        """Return the answer of an Images API with an empty base64 beside the URL of each picture."""
        if not isinstance(content.get("data"), list):
            return content
        pictures = [Picture(item["b64_json"], "image/png") for item in content["data"]]
        urls = [self.gateway_images.image_url(request, self.gateway_images.add(picture)) for picture in pictures]
        return {**content, "data": [{"b64_json": "", "url": url} for url in urls]}

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)

    async def run_in_thread(self, work: Callable[[], _T]) -> _T:
        """Run slow work in a drawing thread."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    async def close(self) -> None:
        await asyncio.to_thread(self._executor.shutdown, cancel_futures=True)
        await self.usage_log.close()

    async def _respond_without_drawing(self, request: web.Request, job: Job) -> web.StreamResponse | None:
        """Answer for faults under which nothing is drawn or charged."""
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
            case Fault(kind="twice_gzipped"):
                return await http_delivery.send_twice_gzipped(request, body, headers)
            case Fault(kind="drip"):
                return await http_delivery.send_slowly(request, body, headers, fault.seconds / self._speed)
        return await http_delivery.send(request, body, headers)
