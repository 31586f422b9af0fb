"""When messages are redrawn: each at most once in two seconds, 45 a minute in a workspace, changes of state first."""

import asyncio
import time
from collections import OrderedDict, defaultdict, deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import Context
from weakref import WeakValueDictionary

import structlog

from bot.domain.errors import SlackUnavailable, StorageUnavailable
from bot.telemetry import logs, metrics

log = structlog.get_logger()

_MINUTE_SECONDS = 60.0
_CACHE_SIZE = 1_000


class UpdateBudget:
    """Who may be redrawn when in one workspace, without a clock of its own: `now` is seconds of any steady one.

    chat.update is Tier 3, 50 and more a minute for a workspace (docs.slack.dev, "Rate limits"). Of `a_minute`, the
    last `kept_back` are for changes of state; the rest goes round among the dirty messages, oldest first. Half of it
    goes at once; then it is spread, so that no tally stands still until the minute is over.
    """

    def __init__(self, spacing: float = 2.0, per_minute: int = 45, reserved: int = 5) -> None:
        self._spacing = spacing
        self._per_minute = per_minute
        self._coalesced_per_minute = per_minute - reserved
        self._dirty: dict[str, None] = {}
        self._redrawn_at: dict[str, float] = {}
        self._recent: deque[float] = deque()
        self._priority_waiters = 0

    @property
    def dirty(self) -> tuple[str, ...]:
        return tuple(self._dirty)

    def mark_dirty(self, key: str) -> None:
        """The message is dirty; if it is already, it keeps its place."""
        self._dirty.setdefault(key)

    def pop_due(self, now: float) -> str | None:
        """The next message to redraw, no longer dirty; None when none may be redrawn now."""
        self._expire(now)
        if self._priority_waiters or now < self._next_allowed_at(now):
            return None
        key = next((k for k in self._dirty if k not in self._redrawn_at), None)
        if key is not None:
            self._record(key, now)
        return key

    def seconds_until_due(self, now: float) -> float | None:
        """Seconds until one may be taken; None while nothing is dirty, or changes of state go first."""
        if not self._dirty or self._priority_waiters:
            return None
        self._expire(now)
        spaced = min(self._redrawn_at.get(k, now - self._spacing) + self._spacing for k in self._dirty)
        return max(self._next_allowed_at(now), spaced, now) - now

    @contextmanager
    def priority(self) -> Iterator[None]:
        """A change of state waits for its slot: nothing else is taken meanwhile."""
        self._priority_waiters += 1
        try:
            yield
        finally:
            self._priority_waiters -= 1

    def reserve_now(self, key: str, now: float) -> float:
        """A change of state: 0.0 when it may be drawn now, which is then noted, else the seconds to wait."""
        self._expire(now)
        if len(self._recent) >= self._per_minute:
            return self._recent[0] + _MINUTE_SECONDS - now
        self._record(key, now)
        return 0.0

    def _next_allowed_at(self, now: float) -> float:
        """When the next may go, by the minute alone: what is left of it lasts until the oldest is forgotten."""
        remaining = self._coalesced_per_minute - len(self._recent)
        if remaining <= 0:
            return self._recent[-remaining] + _MINUTE_SECONDS
        if not self._recent or remaining > self._coalesced_per_minute // 2:
            return now
        until_oldest_expires = self._recent[0] + _MINUTE_SECONDS - now
        return self._recent[-1] + max(until_oldest_expires / remaining, _MINUTE_SECONDS / self._coalesced_per_minute)

    def _record(self, key: str, now: float) -> None:
        self._dirty.pop(key, None)
        self._redrawn_at[key] = now
        self._recent.append(now)

    def _expire(self, now: float) -> None:
        while self._recent and self._recent[0] + _MINUTE_SECONDS <= now:
            self._recent.popleft()
        self._redrawn_at = {key: at for key, at in self._redrawn_at.items() if at + self._spacing > now}


class RedrawScheduler:
    """Redraws messages, each workspace at its own pace.

    `draw` reads the truth when it is called, so only the latest state is drawn; `team_of` says whose a message is.
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
        self._team_cache: OrderedDict[str, str] = OrderedDict()
        self._mutexes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._worker: asyncio.Task[None] | None = None

    def schedule(self, key: str) -> None:
        """Redraw the message soon."""
        if team := self._team_cache.get(key):
            self._budgets[team].mark_dirty(key)
        else:
            self._unassigned.setdefault(key)
        self._wake_up.set()
        if self._worker is None or self._worker.done():
            self._worker = asyncio.get_running_loop().create_task(self._run(), name="redraws", context=Context())

    async def redraw_now(self, key: str) -> None:
        """Redraw the message now; when Slack does not take it, it is dirty again."""
        budget = self._budgets[await self._get_team(key)]
        with budget.priority():
            while wait := budget.reserve_now(key, self._now()):  # noqa: ASYNC110 - time alone frees a slot
                await asyncio.sleep(wait)
        self._wake_up.set()
        await self._redraw_exclusively(key)

    @property
    def pending(self) -> int:
        """How many messages show less than is stored."""
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
        """Give each new message to its workspace's pace."""
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
        """Asked once for each of the last thousand messages; from then on the message is new no more."""
        team = self._team_cache.get(key) or await self._team_of(key)
        self._unassigned.pop(key, None)
        self._team_cache[key] = team
        self._team_cache.move_to_end(key)
        if len(self._team_cache) > _CACHE_SIZE:
            self._team_cache.popitem(last=False)
        return team

    def _seconds_until_due(self) -> float | None:
        """Seconds until one may be taken; None while nothing is dirty."""
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
        """One draw of a message at a time, so that an older state never lands on a newer one."""
        mutex = self._mutexes.setdefault(key, asyncio.Lock())
        async with mutex:
            try:
                with logs.round_context(key):
                    await self._draw(key)
                metrics.count_redraw("done")
            except (SlackUnavailable, StorageUnavailable) as error:
                metrics.count_redraw("again")
                log.warning("redraw_retried", round=key, what=str(error))
                self.schedule(key)
