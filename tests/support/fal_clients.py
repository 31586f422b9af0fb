"""The practice models, and clients with only a fal key."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.domain.catalogue import ModelSpec
from bot.ports.image_models import QueuedModel
from bot.settings import Settings
from playground.models import add_models
from providers.accounts import ImageModels, open_models
from providers.fal.inputs import ENDPOINTS


@dataclass(frozen=True)
class FalClients:
    """The practice models and the fal clients of a test."""

    models: ImageModels
    address: str

    def model(self, spec: ModelSpec) -> QueuedModel:
        model = self.models.model(spec.id)
        assert isinstance(model, QueuedModel)
        return model

    async def set_latency(self, seconds: float) -> None:
        """Set the latency of every model in seconds before the speed-up."""
        url, body = f"{self.address}/control/models/*/latency", {"least": seconds, "most": seconds}
        async with ClientSession() as session, session.post(url, json=body) as response:
            assert response.status == 200

    async def set_fault(self, spec: ModelSpec, kind: str, **options: object) -> None:
        url = f"{self.address}/control/models/{ENDPOINTS[spec.wire_id].path}/faults"
        async with ClientSession() as session, session.post(url, json={"kind": kind, **options}) as response:
            assert response.status == 200

    async def usage(self) -> list[dict[str, Any]]:
        async with ClientSession() as session, session.get(f"{self.address}/control/bill") as response:
            calls: list[dict[str, Any]] = (await response.json())["calls"]
            return calls

    async def charged_total(self) -> Decimal:
        return sum((Decimal(str(call["price_usd"])) for call in await self.usage() if call["charged"]), Decimal(0))


@asynccontextmanager
async def open_fal_clients(data: Path) -> AsyncIterator[FalClients]:
    app = web.Application()
    add_models(app, data=data, speed=200)
    async with TestServer(app) as server:
        address = f"http://{server.host}:{server.port}"
        models = open_models(Settings.model_validate({"fal_key": "practice-fal", "fal_queue_url": f"{address}/fal"}))
        try:
            yield FalClients(models, address)
        finally:
            await models.close()
