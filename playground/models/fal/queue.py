"""fal's queue: accepts requests at once, draws in the background, keeps results for fetching."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import uuid4

from aiohttp import web

from playground.models.fal import errors
from playground.models.hosted_images import HostedImages
from playground.models.server import Job, ModelServer
from playground.models.vendor_errors import VendorError

_log = logging.getLogger(__name__)

State = Literal["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]

_MAX_REQUESTS = 1000  # maximum number of requests
_QUEUED_SHARE = 0.25  # the part of a request's time in the queue


@dataclass(slots=True)
class QueuedRequest:
    """A request; a completed one has file names or an error. `job` is None for an invalid input."""

    app: str
    job: Job | None
    id: str = field(default_factory=lambda: str(uuid4()))
    state: State = "IN_QUEUE"
    files: tuple[str, ...] = ()
    error: VendorError | None = None
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    started_at: float = 0.0
    seconds: float = 0.0

    def start(self) -> None:
        self.state, self.started_at = "IN_PROGRESS", time.monotonic()

    def finish(self, files: Iterable[str]) -> None:
        self.state, self.files = "COMPLETED", tuple(files)
        self.seconds = round(time.monotonic() - self.started_at, 3)

    def fail(self, error: VendorError) -> None:
        self.state, self.error = "COMPLETED", error

    def cancel(self) -> None:
        """Cancel a queued request. A running one continues: fal passes the cancellation on, but few models stop."""
        if self.state == "IN_QUEUE":
            self.fail(errors.cancelled())
            self.cancelled.set()

    def take_job(self) -> Job:
        """Return the job for its response; its fault applies only to the first fetch."""
        assert self.job is not None
        job, self.job = self.job, replace(self.job, fault=None)
        return job


class Queue:
    """The newest requests, until the application ends."""

    def __init__(self, model_server: ModelServer, hosted_images: HostedImages) -> None:
        self._model_server = model_server
        self._hosted_images = hosted_images
        self._requests: OrderedDict[str, QueuedRequest] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, _app: web.Application) -> AsyncIterator[None]:
        """Application context; it drops running work at the end."""
        async with asyncio.TaskGroup() as self._group:
            yield
            for task in self._tasks:
                task.cancel()

    def submit(self, app: str, job: Job) -> QueuedRequest:
        queued_request = self._add(QueuedRequest(app, job))
        task = self._group.create_task(self._run_job(queued_request, job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return queued_request

    def submit_failed(self, app: str, error: VendorError) -> QueuedRequest:
        """Accept a request with an invalid input; its result reports the error."""
        queued_request = self._add(QueuedRequest(app, None))
        queued_request.fail(error)
        return queued_request

    def find(self, app: str, request_id: str) -> QueuedRequest:
        queued_request = self._requests.get(request_id)
        if queued_request is None or queued_request.app != app:
            raise errors.unknown_request()
        return queued_request

    def _add(self, queued_request: QueuedRequest) -> QueuedRequest:
        self._requests[queued_request.id] = queued_request
        while len(self._requests) > _MAX_REQUESTS:
            self._requests.popitem(last=False)
        return queued_request

    async def _run_job(self, queued_request: QueuedRequest, job: Job) -> None:
        try:
            await self._wait_and_draw(queued_request, job)
        except VendorError as error:
            queued_request.fail(error)
        except Exception:  # noqa: BLE001 - a broken runner is an answer too
            _log.exception("drawing for %s failed", job.order.model)
            queued_request.fail(errors.internal_error())

    async def _wait_and_draw(self, queued_request: QueuedRequest, job: Job) -> None:
        seconds = self._model_server.seconds(job)
        if job.fault_kind == "hang":
            await queued_request.cancelled.wait()
        await self._model_server.sleep(seconds * _QUEUED_SHARE)
        if queued_request.cancelled.is_set():
            await self._model_server.usage_log.set_outcome(job.usage_entry, "cancelled", charged=False)
            return
        queued_request.start()
        await self._model_server.raise_fault(job)
        pictures = await self._model_server.draw(job, seconds * (1 - _QUEUED_SHARE))
        await self._model_server.usage_log.set_outcome(job.usage_entry, "drawn", charged=True)
        queued_request.finish(self._hosted_images.add(picture) for picture in pictures)
