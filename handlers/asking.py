"""Slack's refusals and silences as one of our errors, and views sent plainer where Slack refuses a part of them."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.errors import NotTaken, PlaceClosed, Unreachable
from handlers.blocks.fit import BUDGET
from handlers.blocks.plainer import AS_MEANT, Drawn, Plainness, drawn, left
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
# Where a conversation is archived (`is_inactive`: for chat.update), or the bot is in it no more.
ARCHIVED = frozenset({"is_archived", "is_inactive"})
CLOSED = ARCHIVED | {"channel_not_found", "not_in_channel"}
# What a message, a modal (`invalid_arguments`) or a home is refused with for something in it.
_REFUSED_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "invalid_arguments"})
_TOO_LONG = frozenset({"msg_too_long", "msg_blocks_too_long", "view_too_large"})
_POINTER = re.compile(r"json-pointer:/(?:view/)?blocks/(\d+)")
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
    if code in CLOSED:
        return PlaceClosed(told, code)
    return NotAllowed(told) if code in _TURNED_DOWN else NotTaken(told, code)


async def with_pictures(
    send: Callable[[View], Awaitable[R]], view: View, waits: Sequence[float] = ()
) -> tuple[R, bool]:
    """Send `view`, or what Slack takes of it; its answer, and whether everything is shown. `waits` as of `as_taken`."""
    answer, plainness = await as_taken(send, view, waits)
    return answer, plainness.full


async def as_taken(
    send: Callable[[View], Awaitable[R]], view: View, waits: Sequence[float] = (), known: Plainness = AS_MEANT
) -> tuple[R, Plainness]:
    """Send `view`, plainer each time that Slack refuses a part of it, at last as text alone; its answer, and how plain.

    A picture is tried again after each of `waits` first: Slack answers `invalid_blocks` for a file it has not processed
    (slackapi/node-slack-sdk issue 2170) or that is gone. `known` is what was refused before. Raises SlackApiError when
    the refusal is none of blocks, or nothing is left to leave out.
    """
    plainness, patience = known, list(waits)
    while True:
        sent = drawn(view, plainness)
        try:
            return await send(sent.view), plainness
        except SlackApiError as error:
            if reason(error) not in _REFUSED_BLOCKS | _TOO_LONG:
                raise
            refused = _refused(error, sent)
            soon = refused == {"image"} and _may_pass(error)
            waiting = patience.pop(0) if soon and patience else None
            if waiting is None:
                plainness = _plainer(error, refused, plainness)
            log.info("blocks_refused", error=reason(error), details=_details(error), kinds=refused, again_in=waiting)
            await asyncio.sleep(waiting or 0)


def _plainer(error: SlackApiError, refused: set[str], plainness: Plainness) -> Plainness:
    """What to leave out next; raises `error` where that would change nothing."""
    code = reason(error)
    if code in _TOO_LONG and not plainness.shortest:
        return plainness.shorter(BUDGET)
    if left(refused, plainness):
        return plainness.without(refused)
    raise error


def _refused(error: SlackApiError, sent: Drawn) -> set[str]:
    """The kinds of the blocks that Slack names; where it names none the pictures, if there are any, else all."""
    pointed = {int(number) for detail in _details(error) for number in _POINTER.findall(detail)}
    named = {sent.kinds[number] for number in pointed if number < len(sent.kinds)}
    if named - {"image"}:
        return named - {"image"}
    pictures = {"image"} if any(block["type"] == "image" for block in sent.view.blocks) else set[str]()
    return named or pictures or set(sent.kinds)


def _may_pass(error: SlackApiError) -> bool:
    """Whether a picture may be taken a little later: Slack calls the file invalid, or says nothing about it."""
    details = _details(error)
    return not details or any("slack file" in detail for detail in details)


def _details(error: SlackApiError) -> list[str]:
    """What Slack says of a refusal, each with a pointer to its place (`errors`, and `response_metadata.messages`)."""
    told = getattr(error.response, "data", error.response)
    if not isinstance(told, dict):
        return []
    return [str(each) for each in told.get("errors") or (told.get("response_metadata") or {}).get("messages") or ()]
