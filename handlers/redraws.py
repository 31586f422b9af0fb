"""When messages are redrawn: each at most once in two seconds, 45 a minute in a workspace, changes of state first."""

import asyncio
import time
from collections import OrderedDict, defaultdict, deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import Context
from weakref import WeakValueDictionary

import structlog

from bot import logs, measures
from bot.errors import NotKept, Unreachable
from bot.farewell import LAST_REDRAWS

log = structlog.get_logger()

_MINUTE = 60.0
_REMEMBERED = 1_000


class Pace:
    """Who may be redrawn when in one workspace, without a clock of its own: `now` is seconds of any steady one.

    chat.update is Tier 3, 50 and more a minute for a workspace (docs.slack.dev, "Rate limits"). Of `a_minute`, the
    last `kept_back` are for changes of state; the rest goes round among the dirty messages, oldest first. Half of it
    goes at once; then it is spread, so that no tally stands still until the minute is over.
    """

    def __init__(self, spacing: float = 2.0, a_minute: int = 45, kept_back: int = 5) -> None:
        self._spacing = spacing
        self._most = a_minute
        self._most_coalesced = a_minute - kept_back
        self._dirty: dict[str, None] = {}
        self._drawn: dict[str, float] = {}
        self._recent: deque[float] = deque()
        self._claims = 0

    @property
    def dirty(self) -> tuple[str, ...]:
        return tuple(self._dirty)

    def mark(self, key: str) -> None:
        """The message is dirty; if it is already, it keeps its place."""
        self._dirty.setdefault(key)

    def take(self, now: float) -> str | None:
        """The next message to redraw, no longer dirty; None when none may be redrawn now."""
        self._forget(now)
        if self._claims or now < self._next(now):
            return None
        key = next((k for k in self._dirty if k not in self._drawn), None)
        if key is not None:
            self._note(key, now)
        return key

    def wait(self, now: float) -> float | None:
        """Seconds until one may be taken; None while nothing is dirty, or changes of state go first."""
        if not self._dirty or self._claims:
            return None
        self._forget(now)
        rested = min(self._drawn.get(k, now - self._spacing) + self._spacing for k in self._dirty)
        return max(self._next(now), rested, now) - now

    @contextmanager
    def claiming(self) -> Iterator[None]:
        """A change of state waits for its slot: nothing else is taken meanwhile."""
        self._claims += 1
        try:
            yield
        finally:
            self._claims -= 1

    def claim(self, key: str, now: float) -> float:
        """A change of state: 0.0 when it may be drawn now, which is then noted, else the seconds to wait."""
        self._forget(now)
        if len(self._recent) >= self._most:
            return self._recent[0] + _MINUTE - now
        self._note(key, now)
        return 0.0

    def _next(self, now: float) -> float:
        """When the next may go, by the minute alone: what is left of it lasts until the oldest is forgotten."""
        left = self._most_coalesced - len(self._recent)
        if left <= 0:
            return self._recent[-left] + _MINUTE
        if not self._recent or left > self._most_coalesced // 2:
            return now
        until_the_oldest = self._recent[0] + _MINUTE - now
        return self._recent[-1] + max(until_the_oldest / left, _MINUTE / self._most_coalesced)

    def _note(self, key: str, now: float) -> None:
        self._dirty.pop(key, None)
        self._drawn[key] = now
        self._recent.append(now)

    def _forget(self, now: float) -> None:
        while self._recent and self._recent[0] + _MINUTE <= now:
            self._recent.popleft()
        self._drawn = {key: at for key, at in self._drawn.items() if at + self._spacing > now}


class Redraws:
    """Redraws messages, each workspace at its own pace.

    `draw` reads the truth when it is called, so only the latest state is drawn; `team_of` says whose a message is.
    """

    def __init__(
        self,
        draw: Callable[[str], Awaitable[None]],
        team_of: Callable[[str], Awaitable[str]],
        pace: Callable[[], Pace] = Pace,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._draw = draw
        self._team_of = team_of
        self._paces: defaultdict[str, Pace] = defaultdict(pace)
        self._now = now
        self._news = asyncio.Event()
        self._new: dict[str, None] = {}
        self._teams: OrderedDict[str, str] = OrderedDict()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._worker: asyncio.Task[None] | None = None

    def mark(self, key: str) -> None:
        """Redraw the message soon."""
        if team := self._teams.get(key):
            self._paces[team].mark(key)
        else:
            self._new.setdefault(key)
        self._news.set()
        if self._worker is None or self._worker.done():
            self._worker = asyncio.get_running_loop().create_task(self._work(), name="redraws", context=Context())

    async def first(self, key: str) -> None:
        """Redraw the message now; when Slack does not take it, it is dirty again."""
        pace = self._paces[await self._team(key)]
        with pace.claiming():
            while wait := pace.claim(key, self._now()):  # noqa: ASYNC110 - time alone frees a slot
                await asyncio.sleep(wait)
        self._news.set()
        await self._in_turn(key)

    @property
    def waiting(self) -> int:
        """How many messages show less than is stored."""
        return len(self._new) + sum(len(pace.dirty) for pace in self._paces.values())

    async def close(self) -> None:
        """Stop redrawing; what is dirty is drawn once more, as far as a few seconds allow."""
        if self._worker:
            self._worker.cancel()
            with suppress(asyncio.CancelledError):
                await self._worker
        dirty = [key for pace in self._paces.values() for key in pace.dirty]
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_REDRAWS):
                for key in (*dirty, *self._new):
                    await self._safely(key)

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as drawing:
            while True:
                self._news.clear()
                await self._sort()
                for pace in self._paces.values():
                    while key := pace.take(self._now()):
                        drawing.create_task(self._safely(key))
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._wait()):
                        await self._news.wait()

    async def _sort(self) -> None:
        """Give each new message to its workspace's pace."""
        for key in tuple(self._new):
            try:
                team = await self._team(key)
            except NotKept as error:
                log.warning("redraw_again", round=key, what=str(error))
            except Exception:
                log.exception("redraw_failed", round=key)
                self._new.pop(key, None)
            else:
                self._paces[team].mark(key)

    async def _team(self, key: str) -> str:
        """Asked once for each of the last thousand messages; from then on the message is new no more."""
        team = self._teams.get(key) or await self._team_of(key)
        self._new.pop(key, None)
        self._teams[key] = team
        self._teams.move_to_end(key)
        if len(self._teams) > _REMEMBERED:
            self._teams.popitem(last=False)
        return team

    def _wait(self) -> float | None:
        """Seconds until one may be taken; None while nothing is dirty."""
        now = self._now()
        return min((wait for pace in self._paces.values() if (wait := pace.wait(now)) is not None), default=None)

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
                with logs.during(key):
                    await self._draw(key)
                measures.redrawn("done")
            except (Unreachable, NotKept) as error:
                measures.redrawn("again")
                log.warning("redraw_again", round=key, what=str(error))
                self.mark(key)
