"""The first look at a payload, before Bolt asks whose it is: what nobody documents goes no further."""

from collections.abc import Awaitable, Callable

import structlog
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from handlers.payloads import BadPayload, validate_envelope

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
