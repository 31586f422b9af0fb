"""How long Slack waited for each ack."""

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.ports.deadline import AckDeadline, start_ack_deadline
from bot.telemetry import logs, metrics
from handlers.slack.payloads import BadPayload, unwrap_menu_buttons, validate_envelope


class _TimedAck(AsyncAck):
    """An ack that notes when it was first given."""

    def __init__(self, kind: str, started: float, deadline: AckDeadline) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._kind = kind
        self._started = started
        self._deadline = deadline

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.response is None:
            metrics.observe_ack(self._kind, perf_counter() - self._started)
        self._deadline.at = None
        return await super().__call__(*args, **kwargs)


async def ack_timing(context: AsyncBoltContext, body: dict[str, Any], next: Callable[[], Awaitable[Any]]) -> Any:  # noqa: A002 - Bolt's name
    """Bolt middleware, to stand first: what it measures is what the listeners need. What is logged for one request says
    nothing of the one before.
    """
    logs.clear_context()
    kind = "command" if "command" in body else str(body.get("type", "event"))
    context["ack"] = _TimedAck(kind, perf_counter(), start_ack_deadline())
    return await next()


log = structlog.get_logger()


class EnvelopeValidation(AsyncMiddleware):
    """To stand before authorization. A class, since for a function Bolt takes the payload apart first."""

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002 - Bolt's argument
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - Bolt's name
    ) -> BoltResponse | None:
        """Slack hears that all is well with what is left, or it would send it again."""
        try:
            validate_envelope(req.body)
        except BadPayload as error:
            log.warning("bad_payload", why=str(error))
            return BoltResponse(status=200)
        if not req.context.response_url:
            # Bolt takes an empty one for an address, and answers an unknown workspace there.
            req.context.pop("response_url", None)
        return await next()


async def menu_fallback(body: dict[str, Any], next: Callable[[], Awaitable[Any]]) -> Any:  # noqa: A002 - Bolt's name
    """Bolt middleware: listeners are chosen after it, by the menu's own action id."""
    unwrap_menu_buttons(body)
    return await next()
