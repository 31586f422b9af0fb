"""Where fal's requests wait: taken at once, drawn meanwhile, fetched when they are done."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import uuid4

from aiohttp import web

from playground.models import fal_errors as errors
from playground.models.complaints import ComplaintError
from playground.models.shelf import Shelf
from playground.models.studio import Job, Studio

_log = logging.getLogger(__name__)

State = Literal["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]

_KEPT = 1000  # requests
_QUEUED = 0.25  # the part of its time that a request waits for its turn


@dataclass(slots=True)
class Ticket:
    """One request; completed it has files, by their names on the shelf, or a complaint. `job` is None where the input
    did not fit."""

    app: str
    job: Job | None
    id: str = field(default_factory=lambda: str(uuid4()))
    state: State = "IN_QUEUE"
    files: tuple[str, ...] = ()
    complaint: ComplaintError | None = None
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    began: float = 0.0
    seconds: float = 0.0

    def begin(self) -> None:
        self.state, self.began = "IN_PROGRESS", time.monotonic()

    def finish(self, files: Iterable[str]) -> None:
        self.state, self.files = "COMPLETED", tuple(files)
        self.seconds = round(time.monotonic() - self.began, 3)

    def fail(self, complaint: ComplaintError) -> None:
        self.state, self.complaint = "COMPLETED", complaint

    def cancel(self) -> None:
        """Out of the queue. Work that has begun goes on: fal passes the wish on, and few models listen."""
        if self.state == "IN_QUEUE":
            self.fail(errors.cancelled())
            self.cancelled.set()

    def collect(self) -> Job:
        """The job as the answer needs it: its fault meets the first one who fetches, not those who fetch again."""
        assert self.job is not None
        job, self.job = self.job, replace(self.job, fault=None)
        return job


class Queue:
    """All requests, the newest of them remembered; they end with the application."""

    def __init__(self, studio: Studio, shelf: Shelf) -> None:
        self._studio = studio
        self._shelf = shelf
        self._tickets: OrderedDict[str, Ticket] = OrderedDict()
        self._working: set[asyncio.Task[None]] = set()

    async def run(self, _app: web.Application) -> AsyncIterator[None]:
        """The application's context: work that is under way at its end is dropped."""
        async with asyncio.TaskGroup() as self._group:
            yield
            for work in self._working:
                work.cancel()

    def enter(self, app: str, job: Job) -> Ticket:
        ticket = self._remember(Ticket(app, job))
        work = self._group.create_task(self._work(ticket, job))
        self._working.add(work)
        work.add_done_callback(self._working.discard)
        return ticket

    def turn_down(self, app: str, complaint: ComplaintError) -> Ticket:
        """A request whose input does not fit is taken like any other, and says so when its result is fetched."""
        ticket = self._remember(Ticket(app, None))
        ticket.fail(complaint)
        return ticket

    def find(self, app: str, name: str) -> Ticket:
        ticket = self._tickets.get(name)
        if ticket is None or ticket.app != app:
            raise errors.unknown_request()
        return ticket

    def _remember(self, ticket: Ticket) -> Ticket:
        self._tickets[ticket.id] = ticket
        while len(self._tickets) > _KEPT:
            self._tickets.popitem(last=False)
        return ticket

    async def _work(self, ticket: Ticket, job: Job) -> None:
        try:
            await self._wait_and_draw(ticket, job)
        except ComplaintError as complaint:
            ticket.fail(complaint)
        except Exception:  # noqa: BLE001 - a broken runner is an answer too
            _log.exception("drawing for %s failed", job.order.model)
            ticket.fail(errors.internal())

    async def _wait_and_draw(self, ticket: Ticket, job: Job) -> None:
        seconds = self._studio.seconds(job)
        if job.kind == "hang":
            await ticket.cancelled.wait()
        await self._studio.pause(seconds * _QUEUED)
        if ticket.cancelled.is_set():
            await self._studio.bill.settle(job.call, "cancelled", charged=False)
            return
        ticket.begin()
        await self._studio.refuse(job)
        pictures = await self._studio.draw(job, seconds * (1 - _QUEUED))
        await self._studio.bill.settle(job.call, "drawn", charged=True)
        ticket.finish(self._shelf.put(picture) for picture in pictures)
