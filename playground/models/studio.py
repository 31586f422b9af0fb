"""The way of every call through the practice studio: fault, bill, wait, draw, answer."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec
from aiohttp import web

from playground.models import delivery
from playground.models.bill import Bill, Call
from playground.models.complaints import ComplaintError, Json
from playground.models.faults import COMPLAINTS, Fault, Faults
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


class Studio:
    """What all vendors share: faults, the bill, the clock and the threads that draw."""

    def __init__(self, data: Path, speed: float = 1.0) -> None:
        self.faults = Faults()
        self.bill = Bill(data)
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
        """Answers one validated call; `answer` makes the body from the pictures."""
        fault = self.faults.strike(order.model)
        call = await self.bill.accept(vendor.name, order, fault.kind if fault else None)
        if fault and fault.kind in COMPLAINTS:
            await self._pause(_QUICK)
            await self.bill.settle(call, "refused" if fault.kind == "refusal" else "failed", charged=False)
            raise vendor.complaint(fault, order.model)
        if fault and (turned_away := await self._turn_away(request, order, call, fault)):
            return turned_away
        async with asyncio.TaskGroup() as both:
            drawing = both.create_task(self._draw(order, call, fault))
            both.create_task(self._pause(self._seconds(order, call, fault)))
        content = answer(drawing.result())
        body = await self.off_loop(lambda: msgspec.json.encode(content))
        return await self._deliver(request, call, fault, body, headers)

    async def off_loop(self, work: Callable[[], _T]) -> _T:
        """Runs slow work on a drawing thread."""
        return await asyncio.get_running_loop().run_in_executor(self._drawers, work)

    async def close(self) -> None:
        await asyncio.to_thread(self._drawers.shutdown, cancel_futures=True)
        await self.bill.close()

    async def _turn_away(
        self, request: web.Request, order: Order, call: Call, fault: Fault
    ) -> web.StreamResponse | None:
        """The faults under which nothing is drawn and nothing charged."""
        match fault.kind:
            case "cut_before":
                await self.bill.settle(call, "cut", charged=False)
                return delivery.cut(request)
            case "hang":
                await delivery.wait_until_gone(request)
                await self.bill.settle(call, "client gone", charged=False)
                return web.Response()
            case "redirect" if not order.by_url:
                await self.bill.settle(call, "failed", charged=False)
                return delivery.redirect()
        return None

    async def _draw(self, order: Order, call: Call, fault: Fault | None) -> list[Picture]:
        return await self.off_loop(lambda: [spoiled(picture, fault) for picture in drawn(order, call.take)])

    def _seconds(self, order: Order, call: Call, fault: Fault | None) -> float:
        if fault and fault.kind == "latency":
            return fault.seconds
        return self.faults.latency(order.model).seconds(order.model, order.prompt, order.seed, call.take)

    async def _deliver(
        self, request: web.Request, call: Call, fault: Fault | None, body: bytes, headers: dict[str, str]
    ) -> web.StreamResponse:
        """Charges, then lets the answer leave: what is lost on the way was paid all the same."""
        kind = fault.kind if fault else None
        outcome = (
            "client gone" if delivery.gone(request) else "cut" if kind in ("cut_during", "cut_after") else "delivered"
        )
        await self.bill.settle(call, outcome, charged=True)
        try:
            match kind:
                case "cut_after":
                    return delivery.cut(request)
                case "cut_during":
                    return await delivery.send_half(request, body, headers)
                case "html":
                    return delivery.html_page()
                case "drip" if fault:
                    return await delivery.drip(request, body, headers, fault.seconds / self._speed)
            return await delivery.send(request, body, headers)
        except ConnectionError:
            await self.bill.settle(call, "client gone", charged=True)
            return web.Response()

    async def _pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)
