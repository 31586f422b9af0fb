"""How long Slack waited for each ack."""

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot import logs, measures


class _TimedAck(AsyncAck):
    """An ack that notes when it was first given."""

    def __init__(self, kind: str, started: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._kind = kind
        self._started = started

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.response is None:
            measures.observe_ack(self._kind, perf_counter() - self._started)
        return await super().__call__(*args, **kwargs)


async def ack_timing(context: AsyncBoltContext, body: dict[str, Any], next: Callable[[], Awaitable[Any]]) -> Any:  # noqa: A002 - Bolt's name
    """Bolt middleware, to stand first: what it measures is what the listeners need. What is logged for one request says
    nothing of the one before.
    """
    logs.clear_context()
    context["ack"] = _TimedAck("command" if "command" in body else str(body.get("type", "event")), perf_counter())
    return await next()
