"""When messages are redrawn: each at most once in two seconds, 45 a minute in all, changes of state first."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from weakref import WeakValueDictionary

import structlog

from bot.errors import Unreachable

log = structlog.get_logger()

_MINUTE = 60.0
_LAST_REDRAWS = 3.0


class Pace:
    """Who may be redrawn when, without a clock of its own: `now` is seconds of any steady one.

    chat.update is Tier 3, 50 and more a minute for a workspace (docs.slack.dev, "Rate limits"). Of `a_minute`, the
    last `kept_back` are for changes of state; the rest goes round among the dirty messages, oldest first.
    """

    def __init__(self, spacing: float = 2.0, a_minute: int = 45, kept_back: int = 5) -> None:
        self._spacing = spacing
        self._most = a_minute
        self._most_coalesced = a_minute - kept_back
        self._dirty: dict[str, None] = {}
        self._drawn: dict[str, float] = {}
        self._recent: deque[float] = deque()

    @property
    def dirty(self) -> tuple[str, ...]:
        return tuple(self._dirty)

    def mark(self, key: str) -> None:
        """The message is dirty; if it is already, it keeps its place."""
        self._dirty.setdefault(key)

    def take(self, now: float) -> str | None:
        """The next message to redraw, no longer dirty; None when none may be redrawn now."""
        self._forget(now)
        if len(self._recent) >= self._most_coalesced:
            return None
        key = next((k for k in self._dirty if k not in self._drawn), None)
        if key is not None:
            self._note(key, now)
        return key

    def wait(self, now: float) -> float | None:
        """Seconds until one may be taken; None while nothing is dirty."""
        if not self._dirty:
            return None
        self._forget(now)
        over = len(self._recent) - self._most_coalesced
        slot = self._recent[over] + _MINUTE if over >= 0 else now
        rested = min(self._drawn.get(k, now - self._spacing) + self._spacing for k in self._dirty)
        return max(slot, rested, now) - now

    def claim(self, key: str, now: float) -> float:
        """A change of state: 0.0 when it may be drawn now, which is then noted, else the seconds to wait."""
        self._forget(now)
        if len(self._recent) >= self._most:
            return self._recent[0] + _MINUTE - now
        self._note(key, now)
        return 0.0

    def _note(self, key: str, now: float) -> None:
        self._dirty.pop(key, None)
        self._drawn[key] = now
        self._recent.append(now)

    def _forget(self, now: float) -> None:
        while self._recent and self._recent[0] + _MINUTE <= now:
            self._recent.popleft()
        self._drawn = {key: at for key, at in self._drawn.items() if at + self._spacing > now}


class Redraws:
    """Redraws messages at their pace. `draw` reads the truth when it is called, so only the latest state is drawn."""

    def __init__(
        self,
        draw: Callable[[str], Awaitable[None]],
        pace: Pace | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._draw = draw
        self._pace = pace or Pace()
        self._now = now
        self._news = asyncio.Event()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._worker: asyncio.Task[None] | None = None

    def mark(self, key: str) -> None:
        """Redraw the message soon."""
        self._pace.mark(key)
        self._news.set()
        if self._worker is None or self._worker.done():
            self._worker = asyncio.get_running_loop().create_task(self._work(), name="redraws")

    async def first(self, key: str) -> None:
        """Redraw the message now; when Slack does not take it, it is dirty again."""
        while wait := self._pace.claim(key, self._now()):  # noqa: ASYNC110 - time alone frees a slot
            await asyncio.sleep(wait)
        await self._in_turn(key)

    async def close(self) -> None:
        """Stop redrawing; what is dirty is drawn once more, as far as a few seconds allow."""
        if self._worker:
            self._worker.cancel()
            with suppress(asyncio.CancelledError):
                await self._worker
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_REDRAWS):
                for key in self._pace.dirty:
                    await self._safely(key)

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as drawing:
            while True:
                if key := self._pace.take(self._now()):
                    drawing.create_task(self._safely(key))
                    continue
                self._news.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pace.wait(self._now())):
                        await self._news.wait()

    async def _safely(self, key: str) -> None:
        try:
            await self._in_turn(key)
        except Exception:
            log.exception("redraw_failed", round=key)

    async def _in_turn(self, key: str) -> None:
        """One draw of a message at a time, so that an older state never lands on a newer one."""
        turn = self._turns.setdefault(key, asyncio.Lock())
        async with turn:
            try:
                await self._draw(key)
            except Unreachable as error:
                log.warning("redraw_again", round=key, what=error.what)
                self.mark(key)
