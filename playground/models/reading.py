"""Requests into typed values, with the name of the field that does not fit."""

import base64
import binascii
import re
from typing import Any, TypeVar

import msgspec
from aiohttp import BodyPartReader, web

_T = TypeVar("_T")
_MOST = 256 << 20
_CHUNK = 1 << 16
_UNKNOWN = re.compile(r"unknown field `([^`]+)`")
_MISSING = re.compile(r"missing required field `([^`]+)`")
_PATH = re.compile(r" - at `\$\.?([^`]*)`")


class MisfitError(Exception):
    """A body that does not fit; `field` is a path such as `generationConfig.seed`, empty for the whole body."""

    def __init__(self, field: str, detail: str, kind: str = "value") -> None:
        super().__init__(detail)
        self.field = field
        self.detail = detail
        self.kind = kind


async def body_of(request: web.Request) -> bytes:
    """The whole body, whatever the application's own limit is: references are larger than Slack's calls."""
    received = bytearray()
    async for chunk in request.content.iter_any():
        received += chunk
        if len(received) > _MOST:
            raise web.HTTPRequestEntityTooLarge(_MOST, len(received))
    return bytes(received)


async def part_of(part: BodyPartReader) -> bytes:
    """One part of a form, by chunks: `part.read()` would hold it to the application's limit."""
    received = bytearray()
    while chunk := await part.read_chunk(_CHUNK):
        received += chunk
        if len(received) > _MOST:
            raise web.HTTPRequestEntityTooLarge(_MOST, len(received))
    return bytes(received)


def parsed(raw: bytes, kind: type[_T]) -> _T:
    """JSON as `kind`; raises MisfitError."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        raise _misfit(str(error)) from error
    except msgspec.DecodeError as error:
        raise MisfitError("", f"Invalid JSON: {error}", "json") from error


def converted(fields: dict[str, Any], kind: type[_T]) -> _T:
    """Form fields, all of them text, as `kind`; raises MisfitError."""
    try:
        return msgspec.convert(fields, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _misfit(str(error)) from error


def decoded(data: str) -> bytes | None:
    """Base64, or a data URL of it, as bytes; None when it is neither."""
    text = data.partition(";base64,")[2] if data.startswith("data:") else data
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _misfit(message: str) -> MisfitError:
    path = match.group(1) if (match := _PATH.search(message)) else ""
    detail = _PATH.sub("", message)
    for kind, pattern in (("unknown", _UNKNOWN), ("missing", _MISSING)):
        if match := pattern.search(message):
            return MisfitError(".".join(filter(None, (path, match.group(1)))), detail, kind)
    return MisfitError(path, detail)
