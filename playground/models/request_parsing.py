"""Parses requests into typed values, and names the invalid field."""

import base64
import binascii
import re
from typing import Any, TypeVar

import msgspec
from aiohttp import BodyPartReader, web

_T = TypeVar("_T")
_MAX_BODY_BYTES = 256 << 20
_CHUNK = 1 << 16
_UNKNOWN = re.compile(r"unknown field `([^`]+)`")
_MISSING = re.compile(r"missing required field `([^`]+)`")
_PATH = re.compile(r" - at `\$\.?([^`]*)`")


class InvalidField(Exception):
    """An invalid body; `field` is a path such as `generationConfig.seed`, empty for the whole body."""

    def __init__(self, field: str, detail: str, kind: str = "value") -> None:
        super().__init__(detail)
        self.field = field
        self.detail = detail
        self.kind = kind


async def read_body(request: web.Request) -> bytes:
    """Read the whole body beyond the application's limit: references are larger than Slack's calls."""
    received = bytearray()
    async for chunk in request.content.iter_any():
        received += chunk
        if len(received) > _MAX_BODY_BYTES:
            raise web.HTTPRequestEntityTooLarge(_MAX_BODY_BYTES, len(received))
    return bytes(received)


async def read_part(part: BodyPartReader) -> bytes:
    """Read one part of a form in chunks: `part.read()` would apply the application's limit."""
    received = bytearray()
    while chunk := await part.read_chunk(_CHUNK):
        received += chunk
        if len(received) > _MAX_BODY_BYTES:
            raise web.HTTPRequestEntityTooLarge(_MAX_BODY_BYTES, len(received))
    return bytes(received)


def parse_json(raw: bytes, target_type: type[_T]) -> _T:
    """Parse JSON into a type; raises InvalidField."""
    try:
        return msgspec.json.decode(raw, type=target_type)
    except msgspec.ValidationError as error:
        raise _invalid_field(str(error)) from error
    except msgspec.DecodeError as error:
        raise InvalidField("", f"Invalid JSON: {error}", "json") from error


def convert_fields(fields: dict[str, Any], target_type: type[_T]) -> _T:
    """Convert form fields, which are text, into a type; raises InvalidField."""
    try:
        return msgspec.convert(fields, target_type, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid_field(str(error)) from error


def decode_base64(data: str) -> bytes | None:
    """Decode base64 or a data URL; None if it is neither."""
    text = data.partition(";base64,")[2] if data.startswith("data:") else data
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None


def encode_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _invalid_field(message: str) -> InvalidField:
    path = match.group(1) if (match := _PATH.search(message)) else ""
    detail = _PATH.sub("", message)
    for kind, pattern in (("unknown", _UNKNOWN), ("missing", _MISSING)):
        if match := pattern.search(message):
            return InvalidField(".".join(filter(None, (path, match.group(1)))), detail, kind)
    return InvalidField(path, detail)
