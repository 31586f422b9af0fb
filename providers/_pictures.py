"""Pictures on their way to a vendor."""

import asyncio
from base64 import b64encode

_MAGIC = ((b"\x89PNG", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"RIFF", "image/webp"))


def media_type(data: bytes) -> str:
    """By the first bytes, whatever anybody claims."""
    return next((kind for magic, kind in _MAGIC if data.startswith(magic)), "application/octet-stream")


async def data_url(data: bytes) -> str:
    """`data:image/png;base64,...`, made off the event loop: it may be ten megabytes."""
    encoded = await asyncio.to_thread(b64encode, data)
    return f"data:{media_type(data)};base64,{encoded.decode()}"
