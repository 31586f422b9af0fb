"""Redraws: coalesced, spaced, fair, bounded, changes of state first."""

import asyncio
from itertools import pairwise

from bot.errors import Unreachable
from handlers.redraws import Pace, Redraws


def test_a_message_marked_many_times_is_drawn_once() -> None:
    pace = Pace()
    for _ in range(30):
        pace.mark("maya")
    assert [pace.take(0.0), pace.take(0.0)] == ["maya", None]


def test_a_message_rests_two_seconds_between_redraws() -> None:
    pace = Pace()
    pace.mark("maya")
    pace.take(10.0)
    pace.mark("maya")
    assert pace.take(11.9) is None
    assert round(pace.wait(11.9) or 0, 3) == 0.1
    assert pace.take(12.0) == "maya"


def test_messages_take_turns() -> None:
    pace = Pace(spacing=0.0)
    pace.mark("busy")
    pace.mark("quiet")
    first = pace.take(0.0)
    pace.mark("busy")
    assert [first, pace.take(0.0), pace.take(0.0)] == ["busy", "quiet", "busy"]


def test_nothing_to_draw_is_nothing_to_wait_for() -> None:
    assert Pace().wait(0.0) is None


def test_at_most_forty_five_a_minute_of_which_five_are_for_changes_of_state() -> None:
    pace = Pace(spacing=0.0)
    drawn = drawn_until(pace, 59.0)
    changes = [pace.claim("change", 59.5) for _ in range(6)]
    assert len(drawn) == 40
    assert changes[:5] == [0.0] * 5
    assert changes[5] == 0.5


def test_half_of_a_minutes_redraws_go_at_once_and_the_rest_is_spread_over_it() -> None:
    drawn = drawn_until(Pace(spacing=0.0), 600.0)
    assert drawn[19] < 3.0
    rests = [later - earlier for earlier, later in pairwise(drawn[20:])]
    assert max(rests) < 5.0
    assert all(sum(start <= at < start + 60 for at in drawn) <= 40 for start in drawn)
    assert sum(at >= 540 for at in drawn) > 35, "spreading costs next to nothing of what Slack allows"


def test_while_a_change_of_state_waits_nothing_else_is_drawn() -> None:
    pace = Pace(spacing=0.0)
    pace.mark("maya")
    with pace.claiming():
        assert pace.take(0.0) is None
        assert pace.wait(0.0) is None
    assert pace.take(0.0) == "maya"


def drawn_until(pace: Pace, end: float) -> list[float]:
    """When messages are drawn while there are always dirty ones, asked ten times a second."""
    drawn = []
    for tick in range(int(end * 10)):
        pace.mark(f"{tick}")
        if pace.take(tick / 10):
            drawn.append(tick / 10)
    return drawn


def test_the_minute_slides() -> None:
    pace = Pace(spacing=0.0, a_minute=2, kept_back=1)
    for key in ("a", "b"):
        pace.mark(key)
    assert pace.take(5.0) == "a"
    assert pace.take(30.0) is None
    assert pace.wait(30.0) == 35.0
    assert pace.take(65.0) == "b"


def test_a_change_of_state_does_not_wait_and_takes_the_coalesced_redraw_with_it() -> None:
    pace = Pace()
    pace.mark("maya")
    pace.take(0.0)
    pace.mark("maya")
    assert pace.claim("maya", 0.5) == 0.0
    assert pace.take(5.0) is None


class Wall:
    """A message board that can be slow or fail, and the truth that stands behind it."""

    def __init__(self) -> None:
        self.truth = 0
        self.drawn: list[int] = []
        self.failures: list[Exception] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def draw(self, key: str) -> None:
        seen = self.truth
        await self.gate.wait()
        if self.failures:
            raise self.failures.pop()
        self.drawn.append(seen)


async def one_team(_key: str) -> str:
    return "T1"


async def settled(wall: Wall, draws: int) -> None:
    async with asyncio.timeout(2):
        while len(wall.drawn) < draws:
            await asyncio.sleep(0.005)


async def test_what_is_drawn_is_the_truth_at_the_moment_of_drawing() -> None:
    wall = Wall()
    redraws = Redraws(wall.draw, one_team, lambda: Pace(spacing=0.02))
    for n in range(1, 6):
        wall.truth = n
        redraws.mark("maya")
    await settled(wall, 1)
    assert wall.drawn == [5]
    await redraws.close()


async def test_an_older_state_never_lands_on_a_newer_one() -> None:
    wall = Wall()
    redraws = Redraws(wall.draw, one_team, lambda: Pace(spacing=0.0))
    wall.gate.clear()
    wall.truth = 1
    redraws.mark("maya")
    await asyncio.sleep(0.01)
    wall.truth = 2
    change = asyncio.create_task(redraws.first("maya"))
    await asyncio.sleep(0.01)
    wall.gate.set()
    await change
    assert wall.drawn == [1, 2]
    await redraws.close()


async def test_a_redraw_that_slack_does_not_take_now_comes_again() -> None:
    wall = Wall()
    wall.failures = [Unreachable("chat.update")]
    redraws = Redraws(wall.draw, one_team, lambda: Pace(spacing=0.01))
    await redraws.first("maya")
    await settled(wall, 1)
    await redraws.close()


async def test_one_message_that_cannot_be_drawn_does_not_stop_the_others() -> None:
    wall = Wall()
    wall.failures = [RuntimeError("bug")]
    redraws = Redraws(wall.draw, one_team, lambda: Pace(spacing=0.0))
    redraws.mark("broken")
    redraws.mark("maya")
    await settled(wall, 1)
    redraws.mark("maya")
    await settled(wall, 2)
    await redraws.close()


async def test_what_is_dirty_at_the_end_is_drawn_before_closing() -> None:
    wall = Wall()
    redraws = Redraws(wall.draw, one_team)
    redraws.mark("maya")
    await settled(wall, 1)
    wall.truth = 9
    redraws.mark("maya")
    await redraws.close()
    assert wall.drawn == [0, 9]


async def test_a_busy_workspace_takes_nothing_from_the_pace_of_another() -> None:
    drawn: list[str] = []

    async def draw(key: str) -> None:
        drawn.append(key)

    async def team_of(key: str) -> str:
        return key.split(":")[0]

    redraws = Redraws(draw, team_of, lambda: Pace(spacing=0.0, a_minute=2, kept_back=1))
    for key in ("T1:maya", "T1:rui", "T2:maya"):
        redraws.mark(key)
    await asyncio.sleep(0.05)
    assert drawn == ["T1:maya", "T2:maya"]
    async with asyncio.timeout(1):
        await redraws.first("T2:rui")
        await redraws.first("T1:ines")
    assert drawn[2:] == ["T2:rui", "T1:ines"], "each has its own last redraw, kept for a change of state"
    await redraws.close()
    assert drawn[4:] == ["T1:rui"]


async def test_whose_a_message_is_is_asked_once() -> None:
    asked: list[str] = []

    async def team_of(key: str) -> str:
        asked.append(key)
        return "T1"

    wall = Wall()
    redraws = Redraws(wall.draw, team_of, lambda: Pace(spacing=0.0))
    for n in range(1, 4):
        redraws.mark("maya")
        await settled(wall, n)
    await redraws.first("maya")
    assert asked == ["maya"]
    await redraws.close()


async def test_a_message_of_nobody_does_not_stop_the_others() -> None:
    async def team_of(key: str) -> str:
        return {"maya": "T1"}[key]

    wall = Wall()
    redraws = Redraws(wall.draw, team_of)
    redraws.mark("nobody")
    redraws.mark("maya")
    await settled(wall, 1)
    await redraws.close()
    assert wall.drawn == [0]
