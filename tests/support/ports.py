"""Ports of this machine."""

import asyncio

from tests.support.time_factor import scaled


async def wait_for_port(port: int) -> None:
    """Wait until a server listens on the port."""
    async with asyncio.timeout(scaled(20)):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
