"""Large answers wait for room to be read, and whoever stops waiting has stopped."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from providers._http import Http


class Large(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"{}"


@pytest.mark.parametrize("way", ["room first", "end first"])
async def test_a_deadline_that_ends_just_as_there_is_room_is_not_lost(way: str) -> None:
    """Python 3.11's asyncio.wait_for loses it, and an order that is never done was then looked at for ever."""
    room = asyncio.Semaphore(0)
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Large()))
    http = Http(httpx.AsyncClient(base_url="https://v.example", transport=transport), sendable=True, room=room)
    reading = asyncio.create_task(http.get("/x", model="m", within=60))
    await asyncio.sleep(0.05)
    if way == "room first":
        room.release()
        reading.cancel()
    else:
        reading.cancel()
        room.release()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert not room.locked()
    await http.close()
