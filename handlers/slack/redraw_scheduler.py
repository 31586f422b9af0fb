"""Redraws of messages: each at most once in two seconds, 45 a minute in a workspace, state changes first."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import Context
from weakref import WeakValueDictionary

import structlog
from cachetools import LRUCache

from bot.domain.service_errors import SlackUnavailable, StorageUnavailable
from bot.telemetry import logs, metrics, tracing

log = structlog.get_logger()

# An update reaches Slack up to two seconds after it was counted, on a busy machine or from a presenter that was killed.
_WINDOW_SECONDS = 62.0
_MAX_CACHED_TEAMS = 1_000


class UpdateBudget:
    """Rate limit of redraws in one workspace; `now` arguments are seconds of a monotonic clock.

    chat.update is Tier 3, 50 and more a minute for a workspace (docs.slack.dev, "Rate limits"). Of `per_minute`, the
    last `reserved` are for state changes; dirty messages share the rest, oldest first. The first half of it has no
    spacing; the second half is spread over the minute, so tallies keep moving.
    """

    def __init__(self, spacing: float = 2.0, per_minute: int = 45, reserved: int = 5) -> None:
        self._spacing = spacing
        self._per_minute = per_minute
        self._coalesced_per_minute = per_minute - reserved
        self._dirty: dict[str, None] = {}
        self._redrawn_at: dict[str, float] = {}
        self._recent: deque[float] = deque()
        self._priority_waiters = 0

    def restore(self, ages: Sequence[float], now: float) -> None:
        """Count the updates of another process, `ages` seconds ago and oldest first, before its own."""
        self._recent = deque([*(now - age for age in ages), *self._recent])

    @property
    def dirty(self) -> tuple[str, ...]:
        return tuple(self._dirty)

    def mark_dirty(self, key: str) -> None:
        """Queue a message; one that is queued already keeps its place."""
        self._dirty.setdefault(key)

    def pop_due(self, now: float) -> str | None:
        """Return the next message to redraw, and record its redraw; None when none may be redrawn now."""
        self._expire(now)
        if self._priority_waiters or now < self._next_allowed_at(now):
            return None
        key = next((k for k in self._dirty if k not in self._redrawn_at), None)
        if key is not None:
            self._record(key, now)
        return key

    def seconds_until_due(self, now: float) -> float | None:
        """Return the seconds until the next redraw; None while no message is dirty or a state change waits."""
        if not self._dirty or self._priority_waiters:
            return None
        self._expire(now)
        spaced = min(self._redrawn_at.get(k, now - self._spacing) + self._spacing for k in self._dirty)
        return max(self._next_allowed_at(now), spaced, now) - now

    @contextmanager
    def priority(self) -> Iterator[None]:
        """Block other redraws while a state change waits."""
        self._priority_waiters += 1
        try:
            yield
        finally:
            self._priority_waiters -= 1

    def reserve_now(self, key: str, now: float) -> float:
        """Record the redraw of a state change and return 0.0, or return the seconds to wait."""
        self._expire(now)
        if len(self._recent) >= self._per_minute:
            return self._recent[0] + _WINDOW_SECONDS - now
        self._record(key, now)
        return 0.0

    def _next_allowed_at(self, now: float) -> float:
        """Return when the per-minute limit allows the next redraw; the remaining ones last until the oldest expires."""
        remaining = self._coalesced_per_minute - len(self._recent)
        if remaining <= 0:
            return self._recent[-remaining] + _WINDOW_SECONDS
        if not self._recent or remaining > self._coalesced_per_minute // 2:
            return now
        until_oldest_expires = self._recent[0] + _WINDOW_SECONDS - now
        return self._recent[-1] + max(until_oldest_expires / remaining, _WINDOW_SECONDS / self._coalesced_per_minute)

    def _record(self, key: str, now: float) -> None:
        self._dirty.pop(key, None)
        self._redrawn_at[key] = now
        self._recent.append(now)

    def _expire(self, now: float) -> None:
        while self._recent and self._recent[0] + _WINDOW_SECONDS <= now:
            self._recent.popleft()
        self._redrawn_at = {key: at for key, at in self._redrawn_at.items() if at + self._spacing > now}


class RedrawScheduler:
    """Scheduler of redraws, with one budget for each workspace.

    `draw` reads the stored state when it is called, so only the latest state is drawn. `team_of` returns a message's
    workspace.
    """

    def __init__(
        self,
        draw: Callable[[str], Awaitable[None]],
        team_of: Callable[[str], Awaitable[str]],
        new_budget: Callable[[], UpdateBudget] = UpdateBudget,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._draw = draw
        self._team_of = team_of
        self._budgets: defaultdict[str, UpdateBudget] = defaultdict(new_budget)
        self._now = now
        self._wake_up = asyncio.Event()
        self._unassigned: dict[str, None] = {}
        self._team_cache: LRUCache[str, str] = LRUCache(_MAX_CACHED_TEAMS)
        self._mutexes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._worker: asyncio.Task[None] | None = None

    def schedule(self, key: str) -> None:
        """Redraw the message as soon as its budget allows."""
        if team := self._team_cache.get(key):
            self._budgets[team].mark_dirty(key)
        else:
            self._unassigned.setdefault(key)
        self._wake_up.set()
        if self._worker is None or self._worker.done():
            self._worker = asyncio.get_running_loop().create_task(self._run(), name="redraws", context=Context())

    async def redraw_now(self, key: str) -> None:
        """Redraw the message before all scheduled ones; schedule it again where Slack does not answer."""
        budget = self._budgets[await self._get_team(key)]
        with budget.priority():
            while wait := budget.reserve_now(key, self._now()):  # noqa: ASYNC110 - only time frees the budget
                await asyncio.sleep(wait)
        self._wake_up.set()
        await self._redraw_exclusively(key)

    def restore(self, team: str, ages: Sequence[float]) -> None:
        """Count the workspace's updates of another process, `ages` seconds ago and oldest first."""
        self._budgets[team].restore(ages, self._now())

    @property
    def pending(self) -> int:
        """Number of messages that wait for a redraw."""
        return len(self._unassigned) + sum(len(budget.dirty) for budget in self._budgets.values())

    async def close(self, timeout_seconds: float = 1.0) -> None:
        """Stop the worker; redraw what is still dirty within `timeout_seconds`."""
        if self._worker:
            self._worker.cancel()
            with suppress(asyncio.CancelledError):
                await self._worker
        dirty = [key for budget in self._budgets.values() for key in budget.dirty]
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                for key in (*dirty, *self._unassigned):
                    await self._redraw_logging_errors(key)

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._wake_up.clear()
                await self._assign_teams()
                for budget in self._budgets.values():
                    while key := budget.pop_due(self._now()):
                        tasks.create_task(self._redraw_logging_errors(key))
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._seconds_until_due()):
                        await self._wake_up.wait()

    async def _assign_teams(self) -> None:
        """Queue each new message in its workspace's budget."""
        for key in tuple(self._unassigned):
            try:
                team = await self._get_team(key)
            except StorageUnavailable as error:
                log.warning("redraw_retried", round=key, what=str(error))
            except Exception:
                log.exception("redraw_failed", round=key)
                self._unassigned.pop(key, None)
            else:
                self._budgets[team].mark_dirty(key)

    async def _get_team(self, key: str) -> str:
        team = self._team_cache.get(key) or await self._team_of(key)
        self._unassigned.pop(key, None)
        self._team_cache[key] = team
        return team

    def _seconds_until_due(self) -> float | None:
        """Return the seconds until the next redraw in any workspace; None while no message is dirty."""
        now = self._now()
        return min(
            (wait for budget in self._budgets.values() if (wait := budget.seconds_until_due(now)) is not None),
            default=None,
        )

    async def _redraw_logging_errors(self, key: str) -> None:
        try:
            await self._redraw_exclusively(key)
        except Exception:
            log.exception("redraw_failed", round=key)

    async def _redraw_exclusively(self, key: str) -> None:
        """Redraw a message under its lock, so that an older state never overwrites a newer one."""
        mutex = self._mutexes.setdefault(key, asyncio.Lock())
        async with mutex:
            try:
                with logs.round_context(key), tracing.span("slack.redraw", key):
                    await self._draw(key)
                metrics.redraws.labels("done").inc()
            except (SlackUnavailable, StorageUnavailable) as error:
                metrics.redraws.labels("again").inc()
                log.warning("redraw_retried", round=key, what=str(error))
                self.schedule(key)
