"""Redraws where several processes serve a workspace: one of them, its presenter, updates the messages.

Two processes that update one message could leave the older state on it, and would each use the whole update limit.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from typing import Any, Protocol

import structlog

from bot.domain.service_errors import StorageUnavailable
from bot.ports.redraws import RedrawMark, RedrawMarks
from handlers.slack.redraw_scheduler import RedrawScheduler

log = structlog.get_logger()

_POLL_SECONDS = 1.0
# A mark without a notification: its process crashed before it sent one, or the notification was lost.
_UNNOTICED_SECONDS = 1.0
# An update that the presenter before sent may reach Slack so much later, so the first redraw is repeated.
_HANDOVER_SECONDS, _LATE_UPDATE_SECONDS = 30.0, 15.0
_LOCK_RETRY_SECONDS = 1.0
_MARKING_SECONDS = 0.1


class PresenterLocks(Protocol):
    """Locks of which one process holds each at a time, as long as it lives."""

    on_lost: list[Callable[[], None]]

    def holds(self, name: str) -> bool: ...

    async def try_acquire(self, name: str) -> bool: ...


class SharedRedraws:
    """Decides which redraws are this process's own, and hands the others over through marks in the database."""

    def __init__(
        self,
        scheduler: RedrawScheduler,
        redraw_urgently: Callable[[str], Awaitable[None]],
        locks: PresenterLocks,
        marks: RedrawMarks,
        list_to_redraw: Callable[[], Awaitable[Sequence[str]]],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._scheduler = scheduler
        self._redraw_urgently = redraw_urgently
        self._locks = locks
        self._marks = marks
        self._list_to_redraw = list_to_redraw
        self._now = now
        self._unmarked: dict[str, None] = {}
        self._wake_up = asyncio.Event()
        self._presented: set[str] = set()
        self._retry_lock_at: dict[str, float] = {}
        self._versions: dict[str, int] = {}
        self._queued: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False
        locks.on_lost.append(self._presented.clear)
        marks.listen(self._on_mark)

    def open(self) -> None:
        """Start to write marks, and to look for marks without a notification."""
        self._start(self._write_marks())
        self._start(self._poll())

    async def close(self) -> None:
        """Stop; marks that could not be written yet are written."""
        self._is_closed = True
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(StorageUnavailable):
            await self._write_pending()

    def schedule(self, round_id: str) -> None:
        """Have the message redrawn soon, by this or another process."""
        self._unmarked.setdefault(round_id)
        self._wake_up.set()

    async def redraw_now(self, round_id: str) -> None:
        """Have the message redrawn before the scheduled ones. The change itself is stored, and marked with it."""
        try:
            await self._marks.mark(round_id, urgent=True)
        except StorageUnavailable as error:
            log.warning("redraw_mark_retried", what=str(error))
            self.schedule(round_id)

    @asynccontextmanager
    async def drawing(self, round_id: str, team: str) -> AsyncIterator[bool]:
        """Yield whether this process presents the workspace; the message then shows what the block reads."""
        self._queued.discard(round_id)
        if not self._locks.holds(presenter_lock(team)):
            yield False
            return
        version = await self._marks.begin(round_id, team)
        self._versions[round_id] = version
        try:
            yield True
            await self._marks.finish(round_id, version)
        except BaseException:
            # The scheduler repeats it; the poll must not do so as well.
            self._queued.add(round_id)
            raise
        finally:
            if self._versions.get(round_id) == version:
                self._versions.pop(round_id)

    def _on_mark(self, team: str, round_id: str, urgent: bool) -> None:
        if not self._is_closed:
            self._start(self._take(RedrawMark(round_id, team, 0, urgent)))

    async def _take(self, mark: RedrawMark) -> None:
        """Redraw the message if this process presents its workspace or can do so now."""
        if not await self._presents(mark.team):
            return
        self._queued.add(mark.round_id)
        if mark.urgent:
            await self._redraw_urgently(mark.round_id)
        else:
            self._scheduler.schedule(mark.round_id)

    async def _presents(self, team: str) -> bool:
        name = presenter_lock(team)
        if not self._locks.holds(name):
            self._presented.discard(team)
            if self._now() < self._retry_lock_at.get(team, 0.0):
                return False
            self._retry_lock_at[team] = self._now() + _LOCK_RETRY_SECONDS
            if not await self._locks.try_acquire(name):
                return False
        if team not in self._presented:
            self._presented.add(team)
            await self._take_workspace_over(team)
        return True

    async def _take_workspace_over(self, team: str) -> None:
        """Redraw what the presenter before may have left undone, twice, and then every message that can be old."""
        log.info("workspace_presented", team=team)
        self._scheduler.restore(team, await self._marks.update_ages(team))
        recent = await self._marks.list_changed(team, _HANDOVER_SECONDS)
        for mark in recent:
            self._queued.add(mark.round_id)
            self._scheduler.schedule(mark.round_id)
        self._start(self._redraw_later(team, [mark.round_id for mark in recent]))

    async def _redraw_later(self, team: str, round_ids: Sequence[str]) -> None:
        await asyncio.sleep(_LATE_UPDATE_SECONDS)
        others = [round_id for round_id in await self._list_to_redraw() if round_id not in round_ids]
        for round_id in (*round_ids, *others):
            if self._locks.holds(presenter_lock(team)):
                self._scheduler.schedule(round_id)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            with suppress(StorageUnavailable):
                for mark in await self._marks.list_undrawn(_UNNOTICED_SECONDS):
                    if mark.round_id not in self._queued and self._versions.get(mark.round_id) != mark.version:
                        await self._take(mark)

    async def _write_marks(self) -> None:
        while True:
            await self._wake_up.wait()
            self._wake_up.clear()
            try:
                await self._write_pending()
            except StorageUnavailable as error:
                log.warning("redraw_mark_retried", what=str(error))
                self._wake_up.set()
                await asyncio.sleep(_POLL_SECONDS)
            # Under load one statement marks the rounds of many votes.
            await asyncio.sleep(_MARKING_SECONDS)

    async def _write_pending(self) -> None:
        round_ids = tuple(self._unmarked)
        self._unmarked.clear()
        if not round_ids:
            return
        try:
            await self._marks.mark(*round_ids)
        except BaseException:
            self._unmarked = dict.fromkeys(round_ids) | self._unmarked
            raise

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run in the background, with the errors of the database logged: the poll repeats what was missed."""
        task = asyncio.get_running_loop().create_task(_log_errors(work), name="shared_redraws", context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def presenter_lock(team: str) -> str:
    """Return the name of the lock that the presenter of a workspace holds."""
    return f"presenter:{team}"


async def _log_errors(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except StorageUnavailable as error:
        log.warning("shared_redraw_failed", what=str(error))
    except Exception:
        log.exception("shared_redraw_failed")
