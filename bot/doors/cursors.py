"""Cursors of lists: opaque texts that say where the next page begins."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sized
from typing import Annotated

from fastapi import Query

from bot.doors import words
from bot.doors.problems import Problem

_MAX_OFFSET = 1_000_000
_PREFIX = "after:"

Cursor = Annotated[str | None, Query(max_length=64, description=words.CURSOR)]


def offset_of(cursor: str | None) -> int:
    """Return the position that a cursor names, 0 without one; raises Problem."""
    if cursor is None:
        return 0
    try:
        text = urlsafe_b64decode(cursor.encode("ascii")).decode("ascii")
    except ValueError as error:
        raise Problem(422, "invalid-request", words.BAD_CURSOR) from error
    number = text.removeprefix(_PREFIX)
    if not text.startswith(_PREFIX) or not number.isdecimal() or len(number) > 7 or int(number) > _MAX_OFFSET:
        raise Problem(422, "invalid-request", words.BAD_CURSOR)
    return int(number)


def next_cursor(offset: int, items: Sized, total: int) -> str | None:
    """Return the cursor of the page after this one; None on the last page."""
    following = offset + len(items)
    if not len(items) or following >= total:
        return None
    return urlsafe_b64encode(f"{_PREFIX}{following}".encode("ascii")).decode("ascii")
