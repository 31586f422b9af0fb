"""Image models and an upscaler that do what a test's script says."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from random import Random

from PIL import Image

from bot.domain.budget import Charge
from bot.domain.catalogue import Catalogue, ModelSpec, Size, UpscalerSpec
from bot.ports.image_models import GenerationRequest, GenerationResult
from providers.http.rate_limit import RateLimiter

PRICE = {Size.DRAFT: Decimal("0.05"), Size.TWO_K: Decimal("0.08"), Size.FOUR_K: Decimal("0.20")}
PIXELS = {Size.DRAFT: "90x120", Size.TWO_K: "180x240", Size.FOUR_K: "360x480"}
SKIN = ModelSpec("recraft", "recraft", "recraftv4_1", "Recraft V4.1", "skin", PRICE, PIXELS)
LITERAL = ModelSpec("openai", "gpt-image-2", "gpt-image-2", "GPT-Image-2", "wardrobe", PRICE, PIXELS)
HIGHER_PRICE = {size: price + Decimal("0.01") for size, price in PRICE.items()}
BANANA = ModelSpec(
    "gemini", "nano-banana", "gemini-nano", "Nano Banana", "", HIGHER_PRICE, PIXELS,
    max_references=14, price_per_reference=Decimal("0.001"),
)  # fmt: skip
TWO_ACCOUNTS = Catalogue((SKIN, LITERAL, BANANA), frozenset({"recraft", "openai"}))
UPSCALER = UpscalerSpec("recraft", "crispUpscale", "Recraft Crisp Upscale", Decimal("0.004"))

ModelScript = Callable[[GenerationRequest, int], "Exception | float | asyncio.Event | None"]


def make_portrait(seed: int, width: int = 90, height: int = 120) -> bytes:
    out = BytesIO()
    Image.frombytes("RGB", (9, 12), Random(seed).randbytes(9 * 12 * 3)).resize((width, height)).save(
        out, "PNG", compress_level=1
    )
    return out.getvalue()


class ScriptedModel:
    """A model that returns noise; `script` can make a call raise, take seconds, or wait for an event."""

    def __init__(self, facts: ModelSpec) -> None:
        self.spec = facts
        self.requests: list[GenerationRequest] = []
        self.script: ModelScript = lambda ask, call: None
        self.render: Callable[[GenerationRequest], bytes] = lambda ask: make_portrait(ask.seed)

    async def generate(self, request: GenerationRequest) -> GenerationResult:
        self.requests.append(request)
        todo = self.script(request, len(self.requests))
        if isinstance(todo, Exception):
            raise todo
        if isinstance(todo, asyncio.Event):
            await todo.wait()
        elif todo:
            await asyncio.sleep(todo)
        return GenerationResult(
            self.render(request), "image/png", Charge(self.spec.prices[request.size], "exact"), "req", request.seed
        )


class FakeUpscaler:
    """An upscaler to `long_side` pixels that raises `error` if it is set."""

    def __init__(self) -> None:
        self.spec = UPSCALER
        self.requests: list[bytes] = []
        self.long_side = 4096
        self.error: Exception | None = None

    async def upscale(self, data: bytes) -> GenerationResult:
        self.requests.append(data)
        if self.error:
            raise self.error
        with Image.open(BytesIO(data)) as image:
            scale = self.long_side / max(image.size)
            out = BytesIO()
            image.resize((round(image.width * scale), round(image.height * scale))).save(out, "PNG", compress_level=1)
        return GenerationResult(out.getvalue(), "image/png", Charge(Decimal("0.004"), "exact"), "up")


class FakeModels:
    """Three accounts with one model each, two of them configured, and an upscaler if the catalogue has one."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.skin, self.literal = ScriptedModel(SKIN), ScriptedModel(LITERAL)
        self.banana = ScriptedModel(BANANA)
        self.catalogue = replace(catalogue, vendor_dates={})  # dates from providers stay in one test
        self.unavailable: set[str] = set()
        self.retirement_by_model: dict[str, date | None] = {SKIN.id: None, LITERAL.id: None}
        self.retirement_checks = 0
        self.rate_limiters: dict[str, RateLimiter] = {}
        self.circuit_deadlines: dict[str, datetime] = {}
        self.fake_upscaler = FakeUpscaler()

    def model(self, model_id: str) -> ScriptedModel:
        return {SKIN.id: self.skin, LITERAL.id: self.literal, BANANA.id: self.banana}[model_id]

    def is_available(self, model_id: str) -> bool:
        """Implement ModelHealth."""
        return model_id not in self.unavailable

    def upscaler(self, upscaler_id: str) -> FakeUpscaler:
        return self.fake_upscaler

    async def retirement_dates(self, today: date) -> dict[str, date | None]:
        self.retirement_checks += 1
        return self.retirement_by_model

    def longest_call(self, model_id: str, size: Size) -> float:
        return 300.0

    def rate_limiter(self, model_id: str) -> RateLimiter:
        return self.rate_limiters.setdefault(model_id, RateLimiter())

    def circuit_open_until(self, model_id: str) -> datetime | None:
        return self.circuit_deadlines.get(model_id)

    @property
    def call_count(self) -> int:
        return len(self.skin.requests) + len(self.literal.requests)
