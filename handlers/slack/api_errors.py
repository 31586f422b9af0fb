"""Slack's refusals and silences as one of our errors, and views sent plainer where Slack refuses a part of them."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.domain.errors import ChannelClosed, SlackRejected, SlackUnavailable
from handlers.slack.fallback import FULL, DegradedView, FallbackLevel, can_degrade, degrade
from handlers.views.builder import CHARACTER_BUDGET, View

R = TypeVar("R")
log = structlog.get_logger()

# What comes from a proxy, or from a Slack that is down, in place of an answer.
_NOT_JSON = "not_json"
# Slack's own words for "not now" (docs.slack.dev, errors common to all methods, and of chat.update and files).
_TRANSIENT = frozenset(
    {
        _NOT_JSON,
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
# Where a conversation is archived (`is_inactive`: for chat.update), or the bot is in it no more.
ARCHIVED_CODES = frozenset({"is_archived", "is_inactive"})
CLOSED_CODES = ARCHIVED_CODES | {"channel_not_found", "not_in_channel"}
# What a message, a modal (`invalid_arguments`) or a home is refused with for something in it.
_INVALID_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "invalid_arguments"})
_TOO_LONG = frozenset({"msg_too_long", "msg_blocks_too_long", "view_too_large"})
_BLOCK_POINTER = re.compile(r"json-pointer:/(?:view/)?blocks/(\d+)")
_TOKEN_REJECTED = frozenset(
    {"invalid_auth", "not_authed", "not_allowed_token_type", "account_inactive", "token_revoked", "token_expired"}
)


class TokenRejected(SlackUnavailable):
    """Slack takes no token of ours there: whoever runs Castroom has to act, and asking again does not help."""


class WorkspaceNotInstalled(TokenRejected):
    """There is no token for the workspace."""


@contextmanager
def slack_call(operation: str) -> Iterator[None]:
    """Any silence of Slack becomes Unreachable; what it refuses for good NotTaken, our token NotAllowed."""
    try:
        yield
    except SlackApiError as error:
        raise _translated(operation, error_code(error)) from error
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
        raise SlackUnavailable(f"{operation}: {error_code(error)}") from error
    except AttributeError as error:
        # slack_sdk reads plain text that came with a good status as if it were JSON.
        if not isinstance(error.obj, str):
            raise
        raise SlackUnavailable(f"{operation}: {_NOT_JSON}") from error


@contextmanager
def best_effort(operation: str) -> Iterator[None]:
    """A passing trouble becomes Unreachable, so that it is tried again; what Slack refuses for good is logged."""
    try:
        with slack_call(operation):
            yield
    except (SlackRejected, TokenRejected) as error:
        log.warning("slack_call_failed", what=error.operation)


def token_rejected(error: SlackUnavailable) -> str:
    """Slack's word for a token it does not take; empty for every other trouble."""
    code = error_code(error.__cause__) if isinstance(error.__cause__, SlackApiError) else ""
    return code if code in _TOKEN_REJECTED else ""


def error_code(error: BaseException) -> str:
    """Slack's error code, or the kind of trouble on the way to it."""
    if not isinstance(error, SlackApiError):
        return type(error).__name__
    data = getattr(error.response, "data", error.response)
    return str(data["error"]) if isinstance(data, dict) and data.get("error") else _NOT_JSON


def _translated(operation: str, code: str) -> SlackUnavailable:
    detail = f"{operation}: {code}"
    if code in _TRANSIENT:
        return SlackUnavailable(detail)
    if code in CLOSED_CODES:
        return ChannelClosed(detail, code)
    return TokenRejected(detail) if code in _TOKEN_REJECTED else SlackRejected(detail, code)


async def send_view(
    send: Callable[[View], Awaitable[R]], view: View, retry_delays: Sequence[float] = ()
) -> tuple[R, bool]:
    """Send `view`, or what Slack takes of it; its answer, and whether everything is shown. `waits` as of `as_taken`."""
    response, level = await send_with_fallback(send, view, retry_delays)
    return response, level.is_full


async def send_with_fallback(
    send: Callable[[View], Awaitable[R]],
    view: View,
    retry_delays: Sequence[float] = (),
    start_level: FallbackLevel = FULL,
) -> tuple[R, FallbackLevel]:
    """Send `view`, plainer each time that Slack refuses a part of it, at last as text alone; its answer, and how plain.

    A picture is tried again after each of `waits` first: Slack answers `invalid_blocks` for a file it has not processed
    (slackapi/node-slack-sdk issue 2170) or that is gone. `known` is what was refused before. Raises SlackApiError when
    the refusal is none of blocks, or nothing is left to leave out.
    """
    level, remaining_delays = start_level, list(retry_delays)
    while True:
        sent = degrade(view, level)
        try:
            return await send(sent.view), level
        except SlackApiError as error:
            if error_code(error) not in _INVALID_BLOCKS | _TOO_LONG:
                raise
            refused_kinds = _refused_kinds(error, sent)
            can_retry = refused_kinds == {"image"} and _is_transient(error)
            delay = remaining_delays.pop(0) if can_retry and remaining_delays else None
            if delay is None:
                level = _next_level(error, refused_kinds, level)
            log.info(
                "blocks_refused",
                error=error_code(error),
                details=_error_details(error),
                kinds=refused_kinds,
                again_in=delay,
            )
            await asyncio.sleep(delay or 0)


def _next_level(error: SlackApiError, refused_kinds: set[str], level: FallbackLevel) -> FallbackLevel:
    """What to leave out next; raises `error` where that would change nothing."""
    code = error_code(error)
    if code in _TOO_LONG and not level.is_shortest:
        return level.shorter(CHARACTER_BUDGET)
    if can_degrade(refused_kinds, level):
        return level.without(refused_kinds)
    raise error


def _refused_kinds(error: SlackApiError, sent: DegradedView) -> set[str]:
    """The kinds of the blocks that Slack names; where it names none the pictures, if there are any, else all."""
    indexes = {int(number) for detail in _error_details(error) for number in _BLOCK_POINTER.findall(detail)}
    kinds = {sent.kinds[number] for number in indexes if number < len(sent.kinds)}
    if kinds - {"image"}:
        return kinds - {"image"}
    images = {"image"} if any(block["type"] == "image" for block in sent.view.blocks) else set[str]()
    return kinds or images or set(sent.kinds)


def _is_transient(error: SlackApiError) -> bool:
    """Whether a picture may be taken a little later: Slack calls the file invalid, or says nothing about it."""
    details = _error_details(error)
    return not details or any("slack file" in detail for detail in details)


def _error_details(error: SlackApiError) -> list[str]:
    """What Slack says of a refusal, each with a pointer to its place (`errors`, and `response_metadata.messages`)."""
    data = getattr(error.response, "data", error.response)
    if not isinstance(data, dict):
        return []
    return [str(each) for each in data.get("errors") or (data.get("response_metadata") or {}).get("messages") or ()]
