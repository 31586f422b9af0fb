"""Send a view, simpler after each refusal, until Slack accepts it."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import structlog
from slack_sdk.errors import SlackApiError

from handlers.slack.api_errors import error_code
from handlers.slack.fallback_blocks import FULL, DegradedView, FallbackLevel, can_degrade, degrade
from handlers.views.builder import CHARACTER_BUDGET, View

R = TypeVar("R")
log = structlog.get_logger()

# Error codes for a message, a modal (`invalid_arguments`) or a home with an invalid part.
_INVALID_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "invalid_arguments"})
_TOO_LONG = frozenset({"msg_too_long", "msg_blocks_too_long", "view_too_large"})
_BLOCK_POINTER = re.compile(r"json-pointer:/(?:view/)?blocks/(\d+)")


async def send_view(send: Callable[[View], Awaitable[R]], view: View, retry_delays: Sequence[float] = ()) -> R:
    """Send `view`, or a simpler one; return Slack's answer. Arguments and errors as of `send_with_fallback`."""
    return (await send_with_fallback(send, view, retry_delays))[0]


async def send_with_fallback(
    send: Callable[[View], Awaitable[R]],
    view: View,
    retry_delays: Sequence[float] = (),
    start_level: FallbackLevel = FULL,
) -> tuple[R, FallbackLevel]:
    """Send `view`, simpler after each refusal; return Slack's answer and the level that Slack accepted.

    Before a picture is left out it is sent again after each of `retry_delays` (seconds): Slack answers `invalid_blocks`
    for a file that it has not processed yet (slackapi/node-slack-sdk issue 2170) or that is deleted.
    Raises SlackApiError when the refusal is not about blocks, or when nothing is left to simplify.
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
                level = _next_level(error, sent, level)
            log.info(
                "blocks_refused",
                error=error_code(error),
                details=_error_details(error),
                kinds=refused_kinds,
                again_in=delay,
            )
            await asyncio.sleep(delay or 0)


def _next_level(error: SlackApiError, sent: DegradedView, level: FallbackLevel) -> FallbackLevel:
    """Return the next simpler level; raises `error` where a further step changes nothing."""
    if error_code(error) in _TOO_LONG and not level.is_shortest:
        return level.shorter(CHARACTER_BUDGET)
    if accessories := _refused_accessories(error, sent):
        return replace(level, accessories_removed=level.accessories_removed | accessories)
    if can_degrade(refused_kinds := _refused_kinds(error, sent), level):
        return level.without(refused_kinds)
    raise error


def _refused_accessories(error: SlackApiError, sent: DegradedView) -> frozenset[int]:
    """Return the original indexes of the refused blocks with a picture beside their text.

    Where Slack names none of them, returns those of all blocks with such a picture.
    """
    pictured = {n for n, block in enumerate(sent.view.blocks) if (block.get("accessory") or {}).get("type") == "image"}
    return frozenset(sent.sources[n] for n in (_refused_indexes(error) & pictured or pictured))


def _refused_kinds(error: SlackApiError, sent: DegradedView) -> set[str]:
    """Return the kinds of the blocks that Slack names; where it names none the pictures, if there are any, else all."""
    kinds = {sent.kinds[number] for number in _refused_indexes(error) if number < len(sent.kinds)}
    if kinds - {"image"}:
        return kinds - {"image"}
    images = {"image"} if any(block["type"] == "image" for block in sent.view.blocks) else set[str]()
    return kinds or images or set(sent.kinds)


def _refused_indexes(error: SlackApiError) -> set[int]:
    return {int(number) for detail in _error_details(error) for number in _BLOCK_POINTER.findall(detail)}


def _is_transient(error: SlackApiError) -> bool:
    """Whether Slack may accept the picture later: it calls the file invalid, or gives no detail."""
    details = _error_details(error)
    return not details or any("slack file" in detail for detail in details)


def _error_details(error: SlackApiError) -> list[str]:
    """Return the details of a refusal, each with a pointer to its place (`errors`, `response_metadata.messages`)."""
    data = getattr(error.response, "data", error.response)
    if not isinstance(data, dict):
        return []
    return [str(each) for each in data.get("errors") or (data.get("response_metadata") or {}).get("messages") or ()]
