"""A provider's response as bytes, and its decoding into typed values."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from bot.domain.model_errors import InvalidImage

T = TypeVar("T")

_SMALL_BYTES = 64_000

# msgspec raises Python's own UnicodeDecodeError for invalid UTF-8 inside a JSON string.
_NOT_JSON = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)
# msgspec holds the GIL, about 2 ms per megabyte. More threads would not be faster; with one thread the event loop runs
# between two responses.
_decoder_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="decoding")


@dataclass(frozen=True)
class ProviderResponse:
    """A complete response. The body is left out of repr, because it may repeat the prompt.

    Large pictures are not in `body`: a placeholder stands for each one in `pictures`, and `decode_success` puts the
    picture back. `length` is the number of bytes received.
    """

    status: int
    headers: Mapping[str, str]
    body: bytearray = field(repr=False)
    pictures: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)
    length: int = 0

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    async def decode_success(
        self,
        response_type: type[T],
        model: str,
        read_cost: Callable[["ProviderResponse"], Awaitable[Decimal | None]] | None = None,
    ) -> T:
        """Decode a successful response, base64 fields as bytes; raise InvalidImage if it has another shape.

        Numbers may come as text.

        `read_cost` reads the charge in dollars from a response whose picture is invalid.
        """
        try:
            value = await self._decode(response_type)
        except msgspec.ValidationError as error:
            raise InvalidImage(model, "malformed", "yes", await read_cost(self) if read_cost else None) from error
        except _NOT_JSON as error:
            # A gateway may have replaced the provider's response with its own page.
            raise InvalidImage(model, "not JSON", "maybe") from error
        if self.pictures:
            _restore_pictures(value, self.pictures)
        return value

    async def decode_or_none(self, response_type: type[T]) -> T | None:
        """Decode the body; return None if it has another shape, for example a gateway's error page."""
        try:
            return await self._decode(response_type)
        except (msgspec.ValidationError, *_NOT_JSON):
            return None

    async def _decode(self, response_type: type[T]) -> T:
        if len(self.body) < _SMALL_BYTES:
            return msgspec.json.decode(self.body, type=response_type, strict=False)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            _decoder_thread, lambda: msgspec.json.decode(self.body, type=response_type, strict=False)
        )


def _restore_pictures(value: Any, pictures: Mapping[bytes, bytes]) -> Any:
    """Replace each placeholder in `value` with its picture, through structs and lists."""
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            msgspec.structs.force_setattr(value, name, _restore_pictures(getattr(value, name), pictures))
    elif isinstance(value, list):
        return [_restore_pictures(item, pictures) for item in value]
    return pictures.get(value, value) if isinstance(value, bytes) else value
