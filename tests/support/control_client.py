"""A small client of the control API for these tests."""

import asyncio
import io
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession
from PIL import Image

from tests.support.time_factor import scaled

PROMPT = "weathered 60-year-old fisherwoman, grey plait"


@dataclass(frozen=True)
class ControlClient:
    """A client; `address` is the practice workspace's, without a path."""

    address: str

    async def set_fault(self, model: str, kind: str, **fields: Any) -> None:
        url = f"{self.address}/control/models/{model}/faults"
        async with ClientSession() as http, http.post(url, json={"kind": kind, **fields}) as answer:
            assert answer.status == 200, await answer.text()

    async def get(self, path: str) -> Any:
        async with ClientSession() as http, http.get(f"{self.address}/control/{path}") as answer:
            return await answer.json()

    async def thread(self, channel: str, ts: str, replies: int) -> tuple[Any, list[Any]]:
        """A message and its replies, once there are so many: a file is shown when Slack has looked at it."""
        async with asyncio.timeout(scaled(5)):
            while True:
                state = await self.get(f"state?channel={channel}&thread={ts}")
                answers = state["threads"][channel].get(ts, [])
                if len(answers) >= replies:
                    return state["messages"][channel][0], answers
                await asyncio.sleep(0.02)


def decode_image(data: bytes) -> Image.Image:
    """Decode a picture completely."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def make_png(width: int = 320, height: int = 448) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (180, 140, 120)).save(out, "PNG")
    return out.getvalue()
