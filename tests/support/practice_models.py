"""The practice models on a free port, with short helpers to call them."""

import asyncio
import base64
import io
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from aiohttp import web
from PIL import Image

from playground.models import add_models
from tests.support.time_factor import scaled

PROMPT = "weathered 60-year-old fisherwoman, grey plait"
BEARER = {"Authorization": "Bearer practice-key"}
GOOGLE = {"x-goog-api-key": "practice-key"}
FAL = {"Authorization": "Key practice-key"}
SMALL = "320x448"
# Faces are drawn this small and enlarged: drawing them at full size takes a tenth of a second.
DRAWN_SIDE = 256
# No TLS here: a context without CA certificates saves a client 20 ms.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(frozen=True)
class PracticeModels:
    """An HTTP client of a running practice model server."""

    http: httpx.AsyncClient

    async def recraft(self, path: str = "images/generations", **fields: Any) -> httpx.Response:
        body = {"model": "recraftv4_1", "prompt": PROMPT, "size": "3:4", "response_format": "b64_json", **fields}
        return await self.http.post(f"/recraft/v1/{path}", json=drop_none(body), headers=BEARER)

    async def openai(self, **fields: Any) -> httpx.Response:
        body = {"model": "gpt-image-2", "prompt": PROMPT, "size": "640x1024", "quality": "low", **fields}
        return await self.http.post("/openai/v1/images/generations", json=drop_none(body), headers=BEARER)

    async def gemini(self, model: str = "gemini-nano-banana-2.1", **config: Any) -> httpx.Response:
        image = {"aspectRatio": "3:4", "imageSize": "1K"}
        body = {
            "contents": [{"role": "user", "parts": [{"text": PROMPT}]}],
            "generationConfig": drop_none({"responseModalities": ["TEXT", "IMAGE"], "imageConfig": image, **config}),
        }
        return await self.http.post(f"/gemini/v1beta/models/{model}:generateContent", json=body, headers=GOOGLE)

    async def fal(self, endpoint: str, **fields: Any) -> httpx.Response:
        """Submit a request; return the response."""
        body = {"prompt": PROMPT, **fields}
        return await self.http.post(f"/fal/{endpoint}", json=drop_none(body), headers=FAL)

    async def fal_result(self, ticket: dict[str, Any]) -> httpx.Response:
        """Polls a submitted request until it is completed, then fetches its result."""
        async with asyncio.timeout(scaled(5)):
            while (await self.http.get(ticket["status_url"], headers=FAL)).status_code == 202:
                await asyncio.sleep(0.005)
        return await self.http.get(ticket["response_url"], headers=FAL)

    async def self_hosted(self, **fields: Any) -> httpx.Response:
        return await self.http.post(
            "/own/v1/images/generations", json=drop_none({"prompt": PROMPT, "size": SMALL, **fields})
        )

    async def set_fault(self, model: str, kind: str, **fields: Any) -> None:
        answer = await self.http.post(f"/control/models/{model}/faults", json={"kind": kind, **fields})
        assert answer.status_code == 200, answer.text

    async def set_retirement(self, model: str, **fields: str) -> None:
        answer = await self.http.post(f"/control/models/{model}/life", json=fields)
        assert answer.status_code == 200, answer.text

    async def model_lists(self) -> list[str]:
        """Return the three vendors' lists of models as text."""
        lists = (("recraft/v1", BEARER), ("openai/v1", BEARER), ("gemini/v1beta", GOOGLE))
        return [(await self.http.get(f"/{path}/models", headers=headers)).text for path, headers in lists]

    async def usage(self, model: str | None = None) -> dict[str, Any]:
        answer = await self.http.get("/control/bill", params={"model": model} if model else None)
        usage: dict[str, Any] = answer.json()
        return usage


@asynccontextmanager
async def open_practice_models(data: Path, speed: float = 500) -> AsyncIterator[PracticeModels]:
    app = web.Application()
    add_models(app, data=data, speed=speed, drawn_side=DRAWN_SIDE)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with httpx.AsyncClient(base_url=address, timeout=10, trust_env=False, verify=NO_TLS) as http:
            yield PracticeModels(http)
    finally:
        await runner.cleanup()


def drop_none(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields without those that a test set to None to omit them."""
    return {name: value for name, value in fields.items() if value is not None}


def decode_picture(text: str) -> Image.Image:
    """Decode a picture from base64; fails if it cannot be decoded completely."""
    opened = Image.open(io.BytesIO(base64.b64decode(text, validate=True)))
    opened.load()
    return opened


def mean_colour(image: Image.Image) -> tuple[int, int, int]:
    red, green, blue = image.convert("RGB").resize((1, 1)).tobytes()
    return red, green, blue


def make_png(width: int = 640, height: int = 800, colour: tuple[int, int, int] = (180, 140, 120)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def make_noise_png(side: int = 96) -> bytes:
    """Make a picture that does not compress: its base64 contains every character."""
    out = io.BytesIO()
    Image.effect_noise((side, side), 90).convert("RGB").save(out, "PNG")
    return out.getvalue()


def data_url(data: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(data).decode()
