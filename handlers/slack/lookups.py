"""Answers of Slack's lookup methods: concurrent callers share a call, and the answers are kept for a while."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, replace
from itertools import count
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from cachetools import LRUCache

from bot.domain.service_errors import SlackRejected, SlackUnavailable
from bot.ports.deadline import ack_deadline
from handlers.slack.api_errors import SlackRateLimited, TokenRejected
from handlers.slack.rate_limits import fail_when_limited

V = TypeVar("V")
Key = tuple[str, str]

_MAX_ANSWERS = 10_000

# Requests and calls to Slack in the order in which they began.
_order = count(1)
_request: ContextVar[int] = ContextVar("membership_request", default=0)


def start_membership_checks() -> None:
    """Ask Slack again about memberships in the current task and the tasks that it creates, once each."""
    _request.set(next(_order))


def current_request() -> int:
    """Return the place of the current request in the order of requests and calls; 0 outside of a request."""
    return _request.get()


@dataclass(frozen=True)
class _Answer(Generic[V]):
    value: V
    asked_at: float
    number: int


@dataclass
class _Call(Generic[V]):
    """A call that has not begun yet and that all callers until then share; `since` is the largest they passed."""

    task: asyncio.Task[V]
    since: int = 0


class SlackLookup(Generic[V]):
    """Answers of one of Slack's methods, by workspace and item; `fetch` asks Slack.

    Concurrent callers share one call. An answer counts for `fresh_seconds`. For `usable_seconds` it also counts where
    Slack fails, limits the rate, or answers too late for the ack of the current request. When Slack limits the rate,
    `refill` may store answers about many items of a workspace. `now` is a monotonic clock in seconds.
    """

    def __init__(
        self,
        fetch: Callable[[str, str], Awaitable[V]],
        now: Callable[[], float],
        *,
        fresh_seconds: float,
        usable_seconds: float,
        refill: Callable[[str], Awaitable[object]] | None = None,
    ) -> None:
        self._fetch = fetch
        self._now = now
        self._fresh_seconds = fresh_seconds
        self._usable_seconds = usable_seconds
        self._refill = refill
        self._answers: LRUCache[Key, _Answer[V]] = LRUCache(_MAX_ANSWERS)
        self._waiting: dict[Key, _Call[V]] = {}
        self._mutexes: WeakValueDictionary[Key, asyncio.Lock] = WeakValueDictionary()
        self._limited_until: LRUCache[str, float] = LRUCache(_MAX_ANSWERS)

    async def get(self, team: str, item: str, since: int = 0) -> V:
        """Return the answer of a call that began after `since` in the order of `current_request`.

        Raises SlackUnavailable without a usable answer; SlackRejected and TokenRejected where Slack refuses.
        """
        key = (team, item)
        if answer := self._fresh_answer(key, since):
            return answer.value
        if (call := self._waiting.get(key)) is None:
            call = self._waiting[key] = _Call(asyncio.create_task(self._call(key)))
            call.task.add_done_callback(_retrieve_error)
        call.since = max(call.since, since)
        try:
            async with asyncio.timeout_at(ack_deadline()):
                return await asyncio.shield(call.task)
        except TimeoutError as error:
            if answer := self._usable_answer(key):
                return answer.value
            raise SlackUnavailable("lookup: no answer before the ack deadline") from error

    def store(self, team: str, item: str, value: V) -> None:
        """Keep an answer that another method gave just now."""
        self._answers[team, item] = _Answer(value, self._now(), next(_order))

    def forget(self, team: str, item: str) -> None:
        """Ask Slack again about an item."""
        self._answers.pop((team, item), None)

    def forget_team(self, team: str) -> None:
        """Ask Slack again about all items of a workspace."""
        for key in [key for key in self._answers if key[0] == team]:
            self._answers.pop(key, None)

    async def _call(self, key: Key) -> V:
        """Wait for the running call, then answer the callers until now."""
        async with self._mutexes.setdefault(key, asyncio.Lock()):
            call = self._waiting.pop(key)
            if answer := self._fresh_answer(key, call.since):
                return answer.value
            number, asked_at = next(_order), self._now()
            try:
                value = await self._ask_slack(key)
            except (SlackRejected, TokenRejected):
                self._answers.pop(key, None)
                raise
            except SlackUnavailable:
                if (answer := self._usable_answer(key)) is None:
                    raise
                # Slack was asked, but the answer's age stays: a silent Slack does not make it last longer.
                self._answers[key] = replace(answer, number=number)
                return answer.value
            self._answers[key] = _Answer(value, asked_at, number)
            return value

    async def _ask_slack(self, key: Key) -> V:
        """Ask Slack; without a usable answer, wait as long as Slack says when it limits the rate."""
        is_usable = self._usable_answer(key) is not None
        if not is_usable and self._refill is None:
            return await self._fetch(*key)
        try:
            return await self._fetch_unless_limited(key)
        except SlackRateLimited as error:
            if is_usable or self._refill is None:
                raise
            retry_after = error.retry_after
        await self._refill(key[0])
        if answer := self._fresh_answer(key, since=0):
            return answer.value
        await asyncio.sleep(retry_after)
        return await self._fetch(*key)

    async def _fetch_unless_limited(self, key: Key) -> V:
        """Ask Slack; raises SlackRateLimited at once, and without a call until `Retry-After` has passed."""
        team, _ = key
        if (seconds := self._limited_until.get(team, 0.0) - self._now()) > 0:
            raise SlackRateLimited("lookup: ratelimited", seconds)
        try:
            with fail_when_limited():
                return await self._fetch(*key)
        except SlackRateLimited as error:
            self._limited_until[team] = self._now() + error.retry_after
            raise

    def _fresh_answer(self, key: Key, since: int) -> _Answer[V] | None:
        answer = self._answers.get(key)
        is_fresh = answer and answer.number > since and self._now() - answer.asked_at < self._fresh_seconds
        return answer if is_fresh else None

    def _usable_answer(self, key: Key) -> _Answer[V] | None:
        answer = self._answers.get(key)
        return answer if answer and self._now() - answer.asked_at < self._usable_seconds else None


def _retrieve_error(task: asyncio.Task[V]) -> None:
    """Retrieve a call's error, which asyncio would log if all callers have stopped waiting."""
    if not task.cancelled():
        task.exception()
