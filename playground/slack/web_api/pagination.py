"""Pagination of lists."""

import base64
import binascii
from collections.abc import Sequence

from playground.slack.core.errors import SlackError
from playground.slack.core.store import Json
from playground.slack.workspace.arguments import Arguments

_MAX_LIMIT = 1000


def paginate(arguments: Arguments, name: str, rows: Sequence[object], default_limit: int = 100) -> Json:
    """Return the page for `cursor` and `limit`, and the next cursor or ""."""
    start = _offset(arguments.text("cursor"))
    limit = arguments.number("limit", default_limit, _MAX_LIMIT)
    end = start + limit
    next_cursor = _cursor(end) if end < len(rows) else ""
    return {name: list(rows[start:end]), "response_metadata": {"next_cursor": next_cursor}}


def _cursor(offset: int) -> str:
    return base64.b64encode(f"offset:{offset}".encode()).decode()


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise SlackError("invalid_cursor") from error
    if word != "offset" or not number.isdigit():
        raise SlackError("invalid_cursor")
    return int(number)
