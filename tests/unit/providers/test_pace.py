"""The line before an account: how long each waits, and that no window ever holds more asks than it allows."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.settings import Settings
from providers._pace import Line, Window, line_of, per_minute


class Watch:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def a_line(most: int = 2, seconds: float = 60.0) -> tuple[Line, Watch]:
    watch = Watch()
    return Line([Window(most, seconds)], watch), watch


def test_the_first_go_at_once_and_the_others_know_how_long() -> None:
    line, watch = a_line()
    turns = [line.enter() for _ in range(5)]
    waits = [turn.wait() for turn in turns]
    assert waits[:2] == [0, 0]
    assert 60 <= waits[2] == waits[3] < 63
    assert 120 <= waits[4] < 126
    watch.now += waits[2]
    assert [turn.wait() for turn in turns[2:4]] == [0, 0]
    assert turns[4].wait() > 0


def test_who_came_first_goes_first_though_the_other_asks_sooner() -> None:
    line, watch = a_line(1)
    assert line.enter().wait() == 0
    first, second = line.enter(), line.enter()
    watch.now += 62
    assert second.wait() > 0
    assert first.wait() == 0


def test_who_leaves_makes_room_for_those_behind() -> None:
    line, _ = a_line(1)
    assert line.enter().wait() == 0
    leaver, stayer = line.enter(), line.enter()
    before = stayer.wait()
    leaver.leave()
    assert stayer.wait() < before / 1.5


def test_a_vendor_that_says_too_much_holds_everybody() -> None:
    line, watch = a_line(100)
    line.hold(7)
    turn = line.enter()
    assert turn.wait() == 7
    watch.now += 7
    assert turn.wait() == 0


def test_without_limits_nobody_waits() -> None:
    line = Line()
    assert [line.enter().wait() for _ in range(50)] == [0] * 50


@given(st.lists(st.floats(0, 30), min_size=5, max_size=40), st.integers(1, 5))
def test_no_minute_ever_holds_more_than_its_limit(gaps: list[float], most: int) -> None:
    line, watch = a_line(most)
    asked = []
    for gap in gaps:
        watch.now += gap
        turn = line.enter()
        while wait := turn.wait():
            watch.now += wait
        asked.append(watch.now)
    assert all(later - earlier >= 60 for earlier, later in zip(asked, asked[most:], strict=False))
    assert all(earlier <= later for earlier, later in pairwise(asked))


def test_the_limits_are_the_settings() -> None:
    settings = Settings.model_validate({"openai_images_per_minute": 3})
    line = line_of("openai", settings)
    waits = [line.enter().wait() for _ in range(4)]
    assert [w > 0 for w in waits] == [False, False, False, True]
    assert (per_minute("openai", settings), per_minute("recraft", settings)) == (3, 100)
    assert (per_minute("gemini", settings), per_minute("own", settings)) == (0, 0)
