"""Slack's refusals and silences as one of our errors, and views sent plainer where Slack refuses a part of them."""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.domain.errors import ChannelClosed, SlackRejected, SlackUnavailable

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
        log.warning("slack_refused", what=error.operation)


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
