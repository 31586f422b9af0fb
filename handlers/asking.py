"""Slack's refusals and silences as one of our errors, and messages whose pictures Slack does not show yet."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.errors import NotTaken, Unreachable
from handlers.blocks.view import View

R = TypeVar("R")
log = structlog.get_logger()

# What comes from a proxy, or from a Slack that is down, in place of an answer.
_NO_ANSWER = "not_json"
# Slack's own words for "not now" (docs.slack.dev, errors common to all methods, and of chat.update and files).
_PASSING = frozenset(
    {
        _NO_ANSWER,
        "ratelimited",
        "rate_limited",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
        "update_failed",
        "file_update_failed",
    }
)
_TURNED_DOWN = frozenset(
    {"invalid_auth", "not_authed", "not_allowed_token_type", "account_inactive", "token_revoked", "token_expired"}
)


class NotAllowed(Unreachable):
    """Slack takes no token of ours there: whoever runs Castroom has to act, and asking again does not help."""


class NotInstalled(NotAllowed):
    """There is no token for the workspace."""


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Any silence of Slack becomes Unreachable; what it refuses for good NotTaken, our token NotAllowed."""
    try:
        yield
    except SlackApiError as error:
        raise _refusal(what, reason(error)) from error
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unreachable(f"{what}: {reason(error)}") from error
    except AttributeError as error:
        # slack_sdk reads plain text that came with a good status as if it were JSON.
        if not isinstance(error.obj, str):
            raise
        raise Unreachable(f"{what}: {_NO_ANSWER}") from error


@contextmanager
def trying(what: str) -> Iterator[None]:
    """A passing trouble becomes Unreachable, so that it is tried again; what Slack refuses for good is logged."""
    try:
        with asking(what):
            yield
    except (NotTaken, NotAllowed) as error:
        log.warning("slack_refused", what=error.what)


def turned_down(error: Unreachable) -> str:
    """Slack's word for a token it does not take; empty for every other trouble."""
    code = reason(error.__cause__) if isinstance(error.__cause__, SlackApiError) else ""
    return code if code in _TURNED_DOWN else ""


def reason(error: BaseException) -> str:
    """Slack's error code, or the kind of trouble on the way to it."""
    if not isinstance(error, SlackApiError):
        return type(error).__name__
    told = getattr(error.response, "data", error.response)
    return str(told["error"]) if isinstance(told, dict) and told.get("error") else _NO_ANSWER


def _refusal(what: str, code: str) -> Unreachable:
    told = f"{what}: {code}"
    if code in _PASSING:
        return Unreachable(told)
    return NotAllowed(told) if code in _TURNED_DOWN else NotTaken(told, code)


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
