"""Pictures that are sent to a provider."""

import asyncio
from base64 import b64encode

from bot.imaging.pictures import run_in_thread
from bot.imaging.references import Limits, fit_to_limits

_MAGIC = ((b"\x89PNG", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"RIFF", "image/webp"))


def detect_media_type(data: bytes) -> str:
    """Detect the media type by the first bytes."""
    return next((found for magic, found in _MAGIC if data.startswith(magic)), "application/octet-stream")


async def fit_references(pictures: tuple[bytes, ...], model: str, limits: Limits) -> list[bytes]:
    """Fit pictures to the model's limits, in a thread; raises InvalidRequest."""
    return [await run_in_thread(fit_to_limits, data, model, limits) for data in pictures]


async def data_url(data: bytes) -> str:
    """Encode a picture as a `data:` URL, in a thread: it may be ten megabytes."""
    return await asyncio.to_thread(lambda: f"data:{detect_media_type(data)};base64,{b64encode(data).decode()}")
