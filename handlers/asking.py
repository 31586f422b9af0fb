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
_TURNED_DOWN = frozenset(
    {"invalid_auth", "not_authed", "not_allowed_token_type", "account_inactive", "token_revoked", "token_expired"}
)


class NotInstalled(Unreachable):
    """There is no token for the workspace, so that asking again does not help."""


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
    except NotInstalled as error:
        log.warning("slack_refused", what=f"{what}: {error.what}")
    except Unreachable as error:
        if isinstance(error.__cause__, SlackApiError) and reason(error.__cause__) not in _PASSING:
            log.warning("slack_refused", what=error.what)
            return
        raise


def turned_down(error: Unreachable) -> str:
    """Slack's word for a token it does not take; empty for every other trouble."""
    code = reason(error.__cause__) if isinstance(error.__cause__, SlackApiError) else ""
    return code if code in _TURNED_DOWN else ""


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
