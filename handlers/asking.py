"""Slack's refusals and silences as one of our errors, and messages whose pictures Slack does not show yet."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.errors import Unreachable
from handlers.blocks.view import View

R = TypeVar("R")
log = structlog.get_logger()

# Slack's own words for "not now" (docs.slack.dev, errors common to all methods).
_PASSING = frozenset({"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable"})


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Any refusal or silence of Slack becomes Unreachable."""
    try:
        yield
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unreachable(f"{what}: {reason(error)}") from error


@contextmanager
def trying(what: str) -> Iterator[None]:
    """A passing trouble becomes Unreachable, so that it is tried again; what Slack refuses for good is logged."""
    try:
        with asking(what):
            yield
    except Unreachable as error:
        if isinstance(error.__cause__, SlackApiError) and reason(error.__cause__) not in _PASSING:
            log.warning("slack_refused", what=error.what)
            return
        raise


def reason(error: BaseException) -> str:
    """Slack's error code, or the kind of trouble on the way to it."""
    if isinstance(error, SlackApiError):
        return str(error.response.get("error", "unknown"))
    return type(error).__name__


async def with_pictures(
    send: Callable[[View], Awaitable[R]], view: View, waits: Sequence[float] = ()
) -> tuple[R, bool]:
    """Send `view`, trying again after each of `waits` while Slack refuses it for a picture, then without pictures.

    Slack answers `invalid_blocks` for a file it has not processed (slackapi/node-slack-sdk issue 2170) or that is gone.
    Returns Slack's answer and whether the pictures are shown.
    """
    for wait in (*waits, None) if view.has_pictures else ():
        try:
            return await send(view), True
        except SlackApiError as error:
            if reason(error) != "invalid_blocks":
                raise
            log.info("picture_refused", details=error.response.get("errors"), again_in=wait)
        if wait is not None:
            await asyncio.sleep(wait)
    return await send(view.without_pictures()), not view.has_pictures
