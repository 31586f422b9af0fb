"""The way of every call through the practice studio: fault, bill, wait, draw, answer."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import msgspec
from aiohttp import web

from playground.models import delivery
from playground.models.bill import Bill, Call
from playground.models.complaints import ComplaintError, Json
from playground.models.faults import COMPLAINTS, Fault, Faults, Kind
from playground.models.lives import Lives
from playground.models.order import Order
from playground.models.pictures import drawn
from playground.models.spoiled import Picture, spoiled

_T = TypeVar("_T")
_QUICK = 0.25  # seconds a vendor takes to say no
_DRAWERS = 2  # threads; Pillow and numpy release the interpreter while they work


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor's name and how it spells the errors that a fault asks for."""

    name: str
    complaint: Callable[[Fault, str], ComplaintError]


@dataclass(frozen=True, slots=True)
class Job:
    """An accepted call on its way: its line of the bill, and the fault it met."""

    vendor: Vendor
    order: Order
    call: Call
    fault: Fault | None

    @property
    def kind(self) -> Kind | None:
        return self.fault.kind if self.fault else None


class Studio:
    """What all vendors share: faults, lives, the bill, the clock and the threads that draw."""

    def __init__(self, data: Path, speed: float = 1.0) -> None:
        self.faults = Faults()
        self.lives = Lives()
        self.bill = Bill(data)
        self.hand = ""
        self._speed = speed
        self._drawers = ThreadPoolExecutor(_DRAWERS, thread_name_prefix="drawer")

    async def serve(
        self,
        request: web.Request,
        vendor: Vendor,
        order: Order,
        answer: Callable[[list[Picture]], Json],
        headers: dict[str, str],
    ) -> web.StreamResponse:
        """Answers one validated call while its client waits; `answer` makes the body from the pictures."""
        job = await self.accept(vendor, order)
        await self.refuse(job)
        if turned_away := await self._turn_away(request, job):
            return turned_away
        content = answer(await self.draw(job, self.seconds(job)))
        return await self.deliver(request, job, content, headers)

    async def accept(self, vendor: Vendor, order: Order) -> Job:
        """Counts the call's fault and writes the call down; raises the vendor's complaint about a retired model."""
        if not self.lives.served(order.model):
            raise vendor.complaint(Fault("retired"), order.model)
        fault = self.faults.strike(order.model)
        return Job(vendor, order, await self.bill.accept(vendor.name, order, fault.kind if fault else None), fault)

    async def refuse(self, job: Job) -> None:
        """Raises the vendor's complaint where the fault is one; nothing is drawn and nothing charged."""
        if job.fault and job.fault.kind in COMPLAINTS:
            await self.pause(_QUICK)
            await self.bill.settle(job.call, "refused" if job.kind == "refusal" else "failed", charged=False)
            raise job.vendor.complaint(job.fault, job.order.model)

    def seconds(self, job: Job) -> float:
        """How long the job takes from its beginning to its answer."""
        if job.fault and job.fault.kind == "latency":
            return job.fault.seconds
        order = job.order
        return self.faults.latency(order.model).seconds(order.model, order.prompt, order.seed, job.call.take)

    async def draw(self, job: Job, seconds: float) -> list[Picture]:
        """The pictures as the fault leaves them, no sooner than after `seconds`."""
        order = replace(job.order, hand=self.hand)
        async with asyncio.TaskGroup() as both:
            drawing = both.create_task(
                self.off_loop(lambda: [spoiled(picture, job.fault) for picture in drawn(order, job.call.take)])
            )
            both.create_task(self.pause(seconds))
        return drawing.result()

    async def deliver(
        self, request: web.Request, job: Job, content: Json, headers: dict[str, str]
    ) -> web.StreamResponse:
        """Charges, then lets the answer leave: what is lost on the way was paid all the same."""
        body = await self.off_loop(lambda: msgspec.json.encode(content))
        cut = job.kind in ("cut_during", "cut_after")
        outcome = "client gone" if delivery.gone(request) else "cut" if cut else "delivered"
        await self.bill.settle(job.call, outcome, charged=True)
        try:
            return await self._send(request, job.fault, body, headers)
        except ConnectionError:
            await self.bill.settle(job.call, "client gone", charged=True)
            return web.Response()

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)

    async def off_loop(self, work: Callable[[], _T]) -> _T:
        """Runs slow work on a drawing thread."""
        return await asyncio.get_running_loop().run_in_executor(self._drawers, work)

    async def close(self) -> None:
        await asyncio.to_thread(self._drawers.shutdown, cancel_futures=True)
        await self.bill.close()

    async def _turn_away(self, request: web.Request, job: Job) -> web.StreamResponse | None:
        """The faults under which nothing is drawn and nothing charged."""
        match job.kind:
            case "cut_before":
                await self.bill.settle(job.call, "cut", charged=False)
                return delivery.cut(request)
            case "hang":
                await delivery.wait_until_gone(request)
                await self.bill.settle(job.call, "client gone", charged=False)
                return web.Response()
            case "redirect" if not job.order.by_url:
                await self.bill.settle(job.call, "failed", charged=False)
                return delivery.redirect()
        return None

    async def _send(
        self, request: web.Request, fault: Fault | None, body: bytes, headers: dict[str, str]
    ) -> web.StreamResponse:
        match fault:
            case Fault(kind="cut_after"):
                return delivery.cut(request)
            case Fault(kind="cut_during"):
                return await delivery.send_half(request, body, headers)
            case Fault(kind="html"):
                return delivery.html_page(fault.spelling)
            case Fault(kind="drip"):
                return await delivery.drip(request, body, headers, fault.seconds / self._speed)
        return await delivery.send(request, body, headers)
