"""A process that sends requests of one account: `python -m benchmarks.load.limited_caller URL REQUESTS LIMIT SECONDS`.

It prints `ready`, starts all requests at the first line of its input, and prints the moment of each on the machine's
monotonic clock, as JSON. Without a URL, the process keeps the limit for itself.
"""

import asyncio
import json
import sys
import time

from bot.domain.call_windows import Window
from bot.ports.image_models import RateLimiter
from providers.http.rate_limit import open_rate_limiter
from storage.db.engine import open_database
from storage.replicas.call_reservations import SqlCallReservations

_ACCOUNT = "account"


async def main(url: str, requests: int, window: Window) -> None:
    database = open_database(url) if url else None
    limiter = open_rate_limiter(_ACCOUNT, [window], SqlCallReservations(database) if database else None)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    print(json.dumps(await asyncio.gather(*(_send(limiter) for _ in range(requests)))), flush=True)
    if database:
        await database.close()


async def _send(limiter: RateLimiter) -> float:
    """Wait until the request may be sent; return that moment in seconds."""
    reservation = limiter.join()
    while seconds := await reservation.seconds_left():  # noqa: ASYNC110 - other processes make it wait
        await asyncio.sleep(seconds)
    return time.monotonic()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), Window(int(sys.argv[3]), float(sys.argv[4]))))
