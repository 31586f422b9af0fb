"""Redraws: coalesced, spaced, fair, limited, state changes first."""

import asyncio
from itertools import pairwise
from random import Random

from bot.domain.service_errors import SlackUnavailable
from handlers.slack.redraw_scheduler import RedrawScheduler, UpdateBudget
from tests.support.time_factor import scaled


def test_scheduled_redraws_are_coalesced() -> None:
    budget = UpdateBudget()
    for _ in range(30):
        budget.mark_dirty("maya")
    assert [budget.pop_due(0.0), budget.pop_due(0.0)] == ["maya", None]


def test_redraws_of_a_message_are_two_seconds_apart() -> None:
    budget = UpdateBudget()
    budget.mark_dirty("maya")
    budget.pop_due(10.0)
    budget.mark_dirty("maya")
    assert budget.pop_due(11.9) is None
    assert round(budget.seconds_until_due(11.9) or 0, 3) == 0.1
    assert budget.pop_due(12.0) == "maya"


def test_messages_take_turns() -> None:
    budget = UpdateBudget(spacing=0.0)
    budget.mark_dirty("busy")
    budget.mark_dirty("quiet")
    first = budget.pop_due(0.0)
    budget.mark_dirty("busy")
    assert [first, budget.pop_due(0.0), budget.pop_due(0.0)] == ["busy", "quiet", "busy"]


def test_wait_is_none_without_scheduled_redraws() -> None:
    assert UpdateBudget().seconds_until_due(0.0) is None


def test_budget_is_45_a_minute_with_5_reserved_for_state_changes() -> None:
    budget = UpdateBudget(spacing=0.0)
    draw_log = draw_times(budget, 61.0)
    changes = [budget.reserve_now("change", 61.5) for _ in range(6)]
    assert len(draw_log) == 40
    assert changes[:5] == [0.0] * 5
    assert changes[5] == 0.5


def test_second_half_of_the_budget_is_spread_over_the_minute() -> None:
    draw_log = draw_times(UpdateBudget(spacing=0.0), 600.0)
    assert draw_log[19] < 3.0
    rests = [later - earlier for earlier, later in pairwise(draw_log[20:])]
    assert max(rests) < 5.0
    assert all(sum(start <= at < start + 60 for at in draw_log) <= 40 for start in draw_log)
    assert sum(at >= 540 for at in draw_log) > 35, "spreading costs next to nothing of what Slack allows"


def test_updates_that_reach_slack_up_to_two_seconds_late_keep_the_limit_of_each_minute() -> None:
    random = Random(5)
    arrivals = sorted(at + random.uniform(0, 2) for at in draw_times(UpdateBudget(spacing=0.0), 600.0))
    assert max(sum(start <= at < start + 60 for at in arrivals) for start in arrivals) <= 40


def test_waiting_state_change_blocks_other_redraws() -> None:
    budget = UpdateBudget(spacing=0.0)
    budget.mark_dirty("maya")
    with budget.priority():
        assert budget.pop_due(0.0) is None
        assert budget.seconds_until_due(0.0) is None
    assert budget.pop_due(0.0) == "maya"


def draw_times(budget: UpdateBudget, end: float) -> list[float]:
    """Return when messages are redrawn while some are always dirty, polled ten times a second."""
    draw_log = []
    for tick in range(int(end * 10)):
        budget.mark_dirty(f"{tick}")
        if budget.pop_due(tick / 10):
            draw_log.append(tick / 10)
    return draw_log


def test_budget_uses_a_sliding_minute() -> None:
    budget = UpdateBudget(spacing=0.0, per_minute=2, reserved=1)
    for key in ("a", "b"):
        budget.mark_dirty(key)
    assert budget.pop_due(5.0) == "a"
    assert budget.pop_due(30.0) is None
    assert budget.seconds_until_due(30.0) == 37.0
    assert budget.pop_due(66.9) is None
    assert budget.pop_due(67.0) == "b"


def test_state_change_is_immediate_and_replaces_a_scheduled_redraw() -> None:
    budget = UpdateBudget()
    budget.mark_dirty("maya")
    budget.pop_due(0.0)
    budget.mark_dirty("maya")
    assert budget.reserve_now("maya", 0.5) == 0.0
    assert budget.pop_due(5.0) is None


class FakeMessageBoard:
    """Messages whose redraw can be slow or fail, and the stored state that they show."""

    def __init__(self) -> None:
        self.state = 0
        self.drawn: list[int] = []
        self.failures: list[Exception] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def draw(self, key: str) -> None:
        state_at_start = self.state
        await self.gate.wait()
        if self.failures:
            raise self.failures.pop()
        self.drawn.append(state_at_start)


async def team_of_any(_key: str) -> str:
    return "T1"


async def wait_for_draws(board: FakeMessageBoard, draws: int) -> None:
    async with asyncio.timeout(scaled(2)):
        while len(board.drawn) < draws:
            await asyncio.sleep(0.005)


async def test_redraw_shows_the_latest_state() -> None:
    board = FakeMessageBoard()
    scheduler = RedrawScheduler(board.draw, team_of_any, lambda: UpdateBudget(spacing=0.02))
    for n in range(1, 6):
        board.state = n
        scheduler.schedule("maya")
    await wait_for_draws(board, 1)
    assert board.drawn == [5]
    await scheduler.close()


async def test_older_state_never_overwrites_a_newer_one() -> None:
    board = FakeMessageBoard()
    scheduler = RedrawScheduler(board.draw, team_of_any, lambda: UpdateBudget(spacing=0.0))
    board.gate.clear()
    board.state = 1
    scheduler.schedule("maya")
    await asyncio.sleep(0.01)
    board.state = 2
    change = asyncio.create_task(scheduler.redraw_now("maya"))
    await asyncio.sleep(0.01)
    board.gate.set()
    await change
    assert board.drawn == [1, 2]
    await scheduler.close()


async def test_failed_redraw_is_retried() -> None:
    board = FakeMessageBoard()
    board.failures = [SlackUnavailable("chat.update")]
    scheduler = RedrawScheduler(board.draw, team_of_any, lambda: UpdateBudget(spacing=0.01))
    await scheduler.redraw_now("maya")
    await wait_for_draws(board, 1)
    await scheduler.close()


async def test_failing_message_does_not_block_others() -> None:
    board = FakeMessageBoard()
    board.failures = [RuntimeError("bug")]
    scheduler = RedrawScheduler(board.draw, team_of_any, lambda: UpdateBudget(spacing=0.0))
    scheduler.schedule("broken")
    scheduler.schedule("maya")
    await wait_for_draws(board, 1)
    scheduler.schedule("maya")
    await wait_for_draws(board, 2)
    await scheduler.close()


async def test_close_draws_pending_redraws() -> None:
    board = FakeMessageBoard()
    scheduler = RedrawScheduler(board.draw, team_of_any)
    scheduler.schedule("maya")
    await wait_for_draws(board, 1)
    board.state = 9
    scheduler.schedule("maya")
    await scheduler.close()
    assert board.drawn == [0, 9]


async def test_each_workspace_has_its_own_budget() -> None:
    draw_log: list[str] = []

    async def draw(key: str) -> None:
        draw_log.append(key)

    async def team_of(key: str) -> str:
        return key.split(":")[0]

    scheduler = RedrawScheduler(draw, team_of, lambda: UpdateBudget(spacing=0.0, per_minute=2, reserved=1))
    for key in ("T1:maya", "T1:rui", "T2:maya"):
        scheduler.schedule(key)
    await asyncio.sleep(0.05)
    assert draw_log == ["T1:maya", "T2:maya"]
    async with asyncio.timeout(scaled(1)):
        await scheduler.redraw_now("T2:rui")
        await scheduler.redraw_now("T1:ines")
    assert draw_log[2:] == ["T2:rui", "T1:ines"], "each has its own last redraw, kept for a change of state"
    await scheduler.close()
    assert draw_log[4:] == ["T1:rui"]


async def test_team_of_a_message_is_looked_up_once() -> None:
    looked_up: list[str] = []

    async def team_of(key: str) -> str:
        looked_up.append(key)
        return "T1"

    board = FakeMessageBoard()
    scheduler = RedrawScheduler(board.draw, team_of, lambda: UpdateBudget(spacing=0.0))
    for n in range(1, 4):
        scheduler.schedule("maya")
        await wait_for_draws(board, n)
    await scheduler.redraw_now("maya")
    assert looked_up == ["maya"]
    await scheduler.close()


async def test_message_without_a_team_does_not_block_others() -> None:
    async def team_of(key: str) -> str:
        return {"maya": "T1"}[key]

    board = FakeMessageBoard()
    scheduler = RedrawScheduler(board.draw, team_of)
    scheduler.schedule("nobody")
    scheduler.schedule("maya")
    await wait_for_draws(board, 1)
    await scheduler.close()
    assert board.drawn == [0]
