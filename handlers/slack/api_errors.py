"""Translation of Slack's errors into SlackUnavailable and its subclasses."""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.domain.service_errors import ChannelClosed, NotInstalled, SlackRejected, SlackUnavailable

log = structlog.get_logger()

# Our code for an answer of a proxy, or of Slack during an outage.
_NOT_JSON = "not_json"
# Temporary errors (docs.slack.dev, errors common to all methods, and of chat.update and files).
_TRANSIENT = frozenset(
    {
        _NOT_JSON,
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
        "update_failed",
        "file_update_failed",
    }
)
_RATE_LIMITED = frozenset({"ratelimited", "rate_limited"})
# Where Slack's answer has no `Retry-After`.
_RETRY_SECONDS = 5.0
# Errors for a conversation that is archived (`is_inactive`: from chat.update), or that the bot has left.
ARCHIVED_CODES = frozenset({"is_archived", "is_inactive"})
CLOSED_CODES = ARCHIVED_CODES | {"channel_not_found", "not_in_channel"}
_TOKEN_REJECTED = frozenset(
    {"invalid_auth", "not_authed", "not_allowed_token_type", "account_inactive", "token_revoked", "token_expired"}
)


class TokenRejected(SlackUnavailable):
    """Slack rejects the workspace's token; only the operator can help, a retry cannot."""


class WorkspaceNotInstalled(TokenRejected, NotInstalled):
    """The bot has no token for the workspace."""


class SlackRateLimited(SlackUnavailable):
    """Slack takes no more calls of this method for `retry_after` seconds."""

    retry_after: float = 0


@contextmanager
def slack_call(operation: str) -> Iterator[None]:
    """Raise SlackRejected for a final refusal, TokenRejected for a rejected token, else SlackUnavailable."""
    try:
        yield
    except SlackApiError as error:
        raise _translated(operation, error) from error
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
        raise SlackUnavailable(f"{operation}: {error_code(error)}") from error
    except AttributeError as error:
        # slack_sdk treats plain text with status 200 as parsed JSON.
        if not isinstance(error.obj, str):
            raise
        raise SlackUnavailable(f"{operation}: {_NOT_JSON}") from error


@contextmanager
def best_effort(operation: str) -> Iterator[None]:
    """Raise SlackUnavailable for a temporary error, which the caller retries; only log a final refusal."""
    try:
        with slack_call(operation):
            yield
    except (SlackRejected, TokenRejected) as error:
        log.warning("slack_call_failed", what=error.operation)


def token_rejected(error: SlackUnavailable) -> str:
    """Return Slack's code for a rejected token; empty for any other error."""
    code = error_code(error.__cause__) if isinstance(error.__cause__, SlackApiError) else ""
    return code if code in _TOKEN_REJECTED else ""


def error_code(error: BaseException) -> str:
    """Return Slack's error code, or the exception's name for an error on the way to Slack."""
    if not isinstance(error, SlackApiError):
        return type(error).__name__
    data = getattr(error.response, "data", error.response)
    return str(data["error"]) if isinstance(data, dict) and data.get("error") else _NOT_JSON


def _translated(operation: str, error: SlackApiError) -> SlackUnavailable:
    code = error_code(error)
    detail = f"{operation}: {code}"
    if code in _RATE_LIMITED:
        return SlackRateLimited(detail, _retry_after(error))
    if code in _TRANSIENT:
        return SlackUnavailable(detail)
    if code in CLOSED_CODES:
        return ChannelClosed(detail, code)
    return TokenRejected(detail) if code in _TOKEN_REJECTED else SlackRejected(detail, code)


def _retry_after(error: SlackApiError) -> float:
    """Return the seconds that `Retry-After` names."""
    headers = getattr(error.response, "headers", None) or {}
    seconds = str(headers.get("Retry-After", ""))
    return float(seconds) if seconds.isascii() and seconds.isdigit() else _RETRY_SECONDS
