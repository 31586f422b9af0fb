"""The doors of a casting team in a test: served on a loopback port, with tokens made by its people."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import httpx

from bot.domain.door_token import LIFETIMES, Scope, TokenRequest
from bot.domain.ids import ChannelRef
from bot.doors.config import DoorsConfig
from bot.usecases.door_tokens import NewToken
from playground.processes import unused_port
from tests.support.casting_harness import FILM, LEAD, CastingHarness
from tests.support.time_factor import scaled

SIGNING_SECRET = "shh-this-is-slack"
LINK_KEY = b"k" * 32


@dataclass
class OpenDoors:
    """A team with open doors at `url`; `checks` counts how often a call asked Slack anew."""

    team: CastingHarness
    url: str
    client: httpx.AsyncClient
    checks: list[None]

    async def make_token(
        self,
        *scopes: Scope,
        place: ChannelRef = FILM,
        person: str = LEAD,
        cap: str = "5.00",
        lifetime: timedelta = LIFETIMES[1],
    ) -> NewToken:
        request = TokenRequest.parse("pipeline", frozenset(scopes or (Scope.READ,)), lifetime, Decimal(cap))
        return await self.team.casting.door_token_editor.make(place, person, request)

    async def get(self, path: str, token: NewToken, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers=bearer(token) | headers)

    async def cast(self, token: NewToken, key: str = "one", **body: object) -> httpx.Response:
        brief = {"name": "Maya", "brief": "a fisherwoman", "models": ["recraft", "gpt-image-2"], "per_model": 1} | body
        return await self.client.post("/v1/rounds", json=brief, headers=bearer(token) | {"Idempotency-Key": key})


def bearer(token: NewToken) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.secret}"}


@asynccontextmanager
async def open_doors(team: CastingHarness, calls_per_minute: int = 1_000_000) -> AsyncIterator[OpenDoors]:
    """Serve the doors of a team on a loopback port."""
    from bot.doors.server import doors_server

    port, checks = unused_port(), list[None]()
    url = f"http://127.0.0.1:{port}"
    hosts = frozenset({"127.0.0.1", "castroom.example.com"})
    config = DoorsConfig(url, hosts, LINK_KEY, calls_per_minute, SIGNING_SECRET, lambda: checks.append(None))
    async with (
        doors_server(team.casting, config, ("127.0.0.1", port)),
        httpx.AsyncClient(base_url=url, timeout=scaled(10)) as client,
    ):
        yield OpenDoors(team, url, client, checks)
