"""Five thousand calls made from the OpenAPI document: none ends with a status 500.

`make test` makes the calls of tests/flow/core/test_doors.py.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, seed, settings

from bot.domain.door_token import Scope
from tests.support.casting_harness import casting_harness
from tests.support.doors import OpenDoors, bearer, open_doors

CALLS = 5_000


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[OpenDoors]:
    async with casting_harness(tmp_path, per_day="1000000") as team, open_doors(team) as opened:
        yield opened


async def collect(doors: OpenDoors, document: dict[str, Any], calls: int) -> list[dict[str, Any]]:
    """Make requests from the document, evenly over its operations."""
    import schemathesis
    from schemathesis.specs.openapi.schemas import OpenApiSchema

    schema: OpenApiSchema = schemathesis.openapi.from_dict(document)
    found_operations: list[Any] = list(schema.get_all_operations())
    operations = [result.ok() for result in found_operations]
    found: list[dict[str, Any]] = []
    for number, operation in enumerate(operations):
        found += await asyncio.to_thread(_requests_of, operation, doors.url, calls // len(operations) + 1, number)
    return found


def _requests_of(operation: Any, url: str, count: int, number: int) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []

    @seed(number)
    @settings(max_examples=count, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def make(case: Any) -> None:
        made.append(case.as_transport_kwargs(base_url=url))

    make()
    return made


async def play(doors: OpenDoors, calls: int) -> None:
    """Send the requests, half of them with ids and names that exist, and require that none fails in the bot."""
    round_id = await doors.team.run_to_lock()
    token = await doors.make_token(Scope.CAST, Scope.REPORT, cap="100000")
    document = (await doors.client.get("/v1/openapi.json")).json()
    face = (await doors.get(f"/v1/faces/{round_id}", token)).json()
    chance, statuses = Random(5), dict[int, int]()
    for request in await collect(doors, document, calls):
        if chance.random() < 0.5:
            request["url"] = _with_known(request["url"], round_id, face["character_id"])
        headers = {**(request.get("headers") or {}), **bearer(token)}
        parts = {key: request[key] for key in ("params", "json", "data", "content") if request.get(key) is not None}
        try:
            answer = await doors.client.request(request["method"], request["url"], headers=headers, **parts)
        except (
            httpx.InvalidURL,
            httpx.UnsupportedProtocol,
            httpx.LocalProtocolError,
            UnicodeError,
            ValueError,
            TypeError,
        ):
            continue
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        assert answer.status_code < 500, (request, answer.text)
        if answer.status_code >= 400 and request["method"] != "HEAD":
            assert answer.headers["content-type"] == "application/problem+json", (request, answer.text)
    assert sum(statuses.values()) > calls * 0.8
    assert {200, 422, 404} <= statuses.keys()


def _with_known(url: str, round_id: str, character_id: str) -> str:
    """Put the id of the face or the character into the path."""
    parts = url.split("/")
    known = {"faces": round_id, "rounds": round_id, "links": round_id, "characters": character_id}
    if len(parts) > 5 and parts[4] in known:
        parts[5] = known[parts[4]]
    return "/".join(parts)


@pytest.mark.heavy
@pytest.mark.timeout(1_800)
async def test_five_thousand_calls_from_the_document_never_fail_in_the_bot(doors: OpenDoors) -> None:
    await play(doors, CALLS)
