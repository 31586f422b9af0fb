"""What the Slack client does when Slack limits the rate of a method (docs.slack.dev, "Rate limits")."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from slack_sdk.http_retry import HttpRequest, HttpResponse, RetryState
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler

_may_wait: ContextVar[bool] = ContextVar("may_wait_for_rate_limit", default=True)


@contextmanager
def fail_when_limited() -> Iterator[None]:
    """Let calls in the block fail at once, with SlackRateLimited, instead of waiting as long as Slack says."""
    token = _may_wait.set(False)
    try:
        yield
    finally:
        _may_wait.reset(token)


class RateLimitRetryHandler(AsyncRateLimitErrorRetryHandler):
    """Waits as long as `Retry-After` says and calls again, except inside `fail_when_limited`."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        return _may_wait.get() and await super()._can_retry_async(
            state=state, request=request, response=response, error=error
        )
