"""A model that keeps failing is left alone, probed once, and asked again when it answers."""

import asyncio

import httpx
import pytest

from bot.errors import Down, Resting
from providers._breaker import Breaker
from providers._http import Http, reading_room
from tests.unit.providers.test_pace import Watch


def broken(watch: Watch, failures: int = 5) -> Breaker:
    breaker = Breaker(watch)
    for _ in range(failures):
        breaker.begin()
        breaker.failed()
    return breaker


def test_five_failures_in_a_row_are_enough_and_four_are_not() -> None:
    assert broken(Watch(), 4).resting_until() is None
    assert broken(Watch()).resting_until()


def test_one_answer_in_between_begins_the_count_anew() -> None:
    breaker = broken(Watch(), 4)
    breaker.succeeded()
    breaker.failed()
    assert breaker.resting_until() is None


def test_failures_spread_over_a_long_time_are_no_outage() -> None:
    watch = Watch()
    breaker = broken(watch, 4)
    watch.now += 601
    breaker.failed()
    assert breaker.resting_until() is None


def test_after_the_rest_one_probes_while_the_others_wait() -> None:
    watch = Watch()
    breaker = broken(watch)
    watch.now += 121
    assert breaker.resting_until() is None
    breaker.begin()
    assert breaker.resting_until()
    breaker.succeeded()
    assert breaker.resting_until() is None


def test_a_probe_that_fails_doubles_the_rest() -> None:
    watch = Watch()
    breaker = broken(watch)
    watch.now += 121
    breaker.begin()
    breaker.failed()
    watch.now += 200
    assert breaker.resting_until()
    watch.now += 41
    assert breaker.resting_until() is None


def test_a_probe_given_up_here_leaves_the_next_one_to_probe() -> None:
    watch = Watch()
    breaker = broken(watch)
    watch.now += 121
    breaker.begin()
    breaker.left()
    assert breaker.resting_until() is None


async def test_a_resting_model_is_not_asked_and_its_neighbour_is() -> None:
    asked: list[str] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        asked.append(request.url.path)
        return httpx.Response(500 if request.url.path == "/down" else 200, content=b"{}")

    client = httpx.AsyncClient(base_url="http://127.0.0.1", transport=httpx.MockTransport(answer))
    http = Http(client, sendable=True, room=reading_room())
    for _ in range(5):
        assert (await http.post("/down", {}, model="a:down", within=5)).status == 500
    with pytest.raises(Resting) as caught:
        await http.post("/down", {}, model="a:down", within=5)
    assert isinstance(caught.value, Down)
    assert (caught.value.kind, caught.value.paid) == ("down", "no")
    assert caught.value.until
    assert (await http.post("/well", {}, model="a:well", within=5)).good
    assert asked == ["/down"] * 5 + ["/well"]
    await http.close()
