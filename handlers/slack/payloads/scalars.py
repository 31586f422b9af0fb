"""Parsers of single values in a payload: ids, text, timestamps, numbers. Each raises BadPayload."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import wraps
from typing import ParamSpec, TypeVar

from handlers.slack.payloads.values import BadPayload

P = ParamSpec("P")
R = TypeVar("R")

_MICROSECONDS = 1_000_000
# Slack's limits: 2,000 characters in a button's value, 3,000 in a view's metadata or a text field.
_ID = re.compile(r"[ -~]{1,2000}")
_TEXT_LIMIT = 3_000
# PostgreSQL stores no NUL, and no database stores a lone surrogate.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_NUMBER = re.compile(r"[0-9]{1,11}")
_TIMESTAMP_US = re.compile(r"[0-9]{1,17}")
_PRICE = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_TS = re.compile(r"([0-9]{1,11})(?:\.([0-9]{1,9}))?")


def parses_payload(parse: Callable[P, R]) -> Callable[P, R]:
    """Decorate a parser: missing keys, wrong types and values out of bounds raise BadPayload."""

    @wraps(parse)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return parse(*args, **kwargs)
        except BadPayload:
            raise
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError, OSError, RecursionError) as error:
            raise BadPayload(f"{parse.__name__}: {type(error).__name__}") from error

    return wrapped


def parse_id(value: object) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise BadPayload(f"expected an id, got {type(value).__name__}")
    return value


def parse_optional_id(value: object) -> str:
    """Parse an id; empty where there is none."""
    return "" if value is None or value == "" else parse_id(value)


def parse_text(value: object) -> str:
    if not (text := parse_optional_text(value)) or len(text) > _TEXT_LIMIT:
        raise BadPayload(f"expected text, got {len(text)} characters")
    return text


def parse_optional_text(value: object) -> str:
    """Parse text of any length, which its reader limits; empty where there is none."""
    if value is None:
        return ""
    if not isinstance(value, str) or _UNSTORABLE.search(value):
        raise BadPayload(f"expected text, got {type(value).__name__}")
    return value


@parses_payload
def parse_ts(ts: str) -> int:
    """Parse `1764000000.000200` into microseconds, without rounding."""
    if not (match := _TS.fullmatch(ts)):
        raise BadPayload("expected a timestamp")
    return int(match[1]) * _MICROSECONDS + int((match[2] or "")[:6].ljust(6, "0"))


@parses_payload
def parse_number(text: str) -> int:
    """Parse a number of a button or a field."""
    if not _NUMBER.fullmatch(text):
        raise BadPayload("expected a number")
    return int(text)


@parses_payload
def parse_microseconds(text: str) -> int:
    """Parse a timestamp in microseconds that a button or a field carries."""
    if not _TIMESTAMP_US.fullmatch(text):
        raise BadPayload("expected a timestamp in microseconds")
    return int(text)


@parses_payload
def parse_price(text: str) -> Decimal:
    """Parse US dollars of a form."""
    if not _PRICE.fullmatch(text):
        raise BadPayload("expected a price")
    return Decimal(text)


@parses_payload
def parse_datetime(text: str) -> datetime:
    """Parse a time of a button or a field, in seconds since 1970."""
    return datetime.fromtimestamp(parse_number(text), UTC)
