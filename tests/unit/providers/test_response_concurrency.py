"""Large responses wait for the semaphore, and a cancelled wait stops."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from providers.http.client import AccountClient


class LargeStream(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"{}"


@pytest.mark.parametrize("order", ["room first", "end first"])
async def test_cancel_while_the_semaphore_is_acquired_is_not_lost(order: str) -> None:
    """Python 3.11's asyncio.wait_for loses the cancellation, and an endless fal job was then polled forever."""
    semaphore = asyncio.Semaphore(0)
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=LargeStream()))
    http = AccountClient(
        httpx.AsyncClient(base_url="https://v.example", transport=transport), key_is_sendable=True, semaphore=semaphore
    )
    reading = asyncio.create_task(http.get("/x", model="m", timeout_seconds=60))
    await asyncio.sleep(0.05)
    if order == "room first":
        semaphore.release()
        reading.cancel()
    else:
        reading.cancel()
        semaphore.release()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert not semaphore.locked()
    await http.close()
