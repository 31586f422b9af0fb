"""The circuit breaker opens after failures, lets a probe through, and closes on success."""

import asyncio

import httpx
import pytest

from bot.domain.model_errors import CircuitOpen, ProviderDown
from providers.http.circuit_breaker import CircuitBreaker
from providers.http.client import AccountClient, large_response_semaphore
from tests.unit.providers.test_rate_limit import FakeClock


def breaker_after_failures(clock: FakeClock, failures: int = 5) -> CircuitBreaker:
    breaker = CircuitBreaker(clock)
    for _ in range(failures):
        breaker.begin()
        breaker.failed()
    return breaker


def test_breaker_opens_after_five_failures() -> None:
    assert breaker_after_failures(FakeClock(), 4).open_until() is None
    assert breaker_after_failures(FakeClock()).open_until()


def test_success_resets_the_failure_count() -> None:
    breaker = breaker_after_failures(FakeClock(), 4)
    breaker.succeeded()
    breaker.failed()
    assert breaker.open_until() is None


def test_old_failures_do_not_open_the_breaker() -> None:
    clock = FakeClock()
    breaker = breaker_after_failures(clock, 4)
    clock.now += 601
    breaker.failed()
    assert breaker.open_until() is None


def test_half_open_breaker_allows_one_probe() -> None:
    clock = FakeClock()
    breaker = breaker_after_failures(clock)
    clock.now += 121
    assert breaker.open_until() is None
    breaker.begin()
    assert breaker.open_until()
    breaker.succeeded()
    assert breaker.open_until() is None


def test_failed_probe_doubles_the_open_time() -> None:
    clock = FakeClock()
    breaker = breaker_after_failures(clock)
    clock.now += 121
    breaker.begin()
    breaker.failed()
    clock.now += 200
    assert breaker.open_until()
    clock.now += 41
    assert breaker.open_until() is None


def test_abandoned_probe_allows_another_probe() -> None:
    clock = FakeClock()
    breaker = breaker_after_failures(clock)
    clock.now += 121
    breaker.begin()
    breaker.abandoned()
    assert breaker.open_until() is None


async def test_open_circuit_blocks_one_model_only() -> None:
    requested_paths: list[str] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        requested_paths.append(request.url.path)
        return httpx.Response(500 if request.url.path == "/down" else 200, content=b"{}")

    client = httpx.AsyncClient(base_url="http://127.0.0.1", transport=httpx.MockTransport(answer))
    http = AccountClient(client, key_is_sendable=True, semaphore=large_response_semaphore())
    for _ in range(5):
        assert (await http.post("/down", {}, model="a:down", timeout_seconds=5)).status == 500
    with pytest.raises(CircuitOpen) as caught:
        await http.post("/down", {}, model="a:down", timeout_seconds=5)
    assert isinstance(caught.value, ProviderDown)
    assert (caught.value.kind, caught.value.paid) == ("provider_down", "no")
    assert caught.value.retry_at
    assert (await http.post("/well", {}, model="a:well", timeout_seconds=5)).is_success
    assert requested_paths == ["/down"] * 5 + ["/well"]
    await http.close()
