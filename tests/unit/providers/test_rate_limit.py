"""The rate limiter: waiting times, and no window with more requests than its limit."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.call_windows import Window
from bot.settings import Settings
from providers.http.rate_limit import RateLimiter, images_per_minute, rate_limiter_for


class FakeClock:
    """A clock that a test advances."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def make_limiter(limit: int = 2, seconds: float = 60.0) -> tuple[RateLimiter, FakeClock]:
    clock = FakeClock()
    return RateLimiter([Window(limit, seconds)], clock), clock


async def test_reservations_beyond_the_limit_get_a_wait_time() -> None:
    limiter, watch = make_limiter()
    reservations = [limiter.join() for _ in range(5)]
    waits = [await reservation.seconds_left() for reservation in reservations]
    assert waits[:2] == [0, 0]
    assert 60 <= waits[2] == waits[3] < 63
    assert 120 <= waits[4] < 126
    watch.now += waits[2]
    assert [await reservation.seconds_left() for reservation in reservations[2:4]] == [0, 0]
    assert await reservations[4].seconds_left() > 0


async def test_reservations_are_served_in_order() -> None:
    limiter, watch = make_limiter(1)
    assert await limiter.join().seconds_left() == 0
    first, second = limiter.join(), limiter.join()
    watch.now += 62
    assert await second.seconds_left() > 0
    assert await first.seconds_left() == 0


async def test_released_reservation_shortens_the_queue() -> None:
    limiter, _ = make_limiter(1)
    assert await limiter.join().seconds_left() == 0
    released, remaining = limiter.join(), limiter.join()
    before = await remaining.seconds_left()
    await released.release()
    assert await remaining.seconds_left() < before / 1.5


async def test_back_off_delays_all_reservations() -> None:
    limiter, watch = make_limiter(100)
    await limiter.back_off(7)
    reservation = limiter.join()
    assert await reservation.seconds_left() == 7
    watch.now += 7
    assert await reservation.seconds_left() == 0


async def test_no_limit_means_no_wait() -> None:
    limiter = RateLimiter()
    assert [await limiter.join().seconds_left() for _ in range(50)] == [0] * 50


@given(st.lists(st.floats(0, 30), min_size=5, max_size=40), st.integers(1, 5))
async def test_window_never_exceeds_its_limit(gaps: list[float], limit: int) -> None:
    limiter, watch = make_limiter(limit)
    request_times = []
    for gap in gaps:
        watch.now += gap
        reservation = limiter.join()
        while wait := await reservation.seconds_left():
            watch.now += wait
        request_times.append(watch.now)
    assert all(later - earlier >= 60 for earlier, later in zip(request_times, request_times[limit:], strict=False))
    assert all(earlier <= later for earlier, later in pairwise(request_times))


async def test_limits_come_from_the_settings() -> None:
    settings = Settings.model_validate({"openai_images_per_minute": 3})
    limiter = rate_limiter_for("openai", settings)
    waits = [await limiter.join().seconds_left() for _ in range(4)]
    assert [w > 0 for w in waits] == [False, False, False, True]
    assert (images_per_minute("openai", settings), images_per_minute("recraft", settings)) == (3, 100)
    assert (images_per_minute("gemini", settings), images_per_minute("own", settings)) == (0, 0)
