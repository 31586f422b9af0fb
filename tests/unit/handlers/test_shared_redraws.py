"""Which process redraws a message where several serve the workspace; two of them share fake locks and marks."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from bot.domain.service_errors import SlackUnavailable, StorageUnavailable
from bot.ports.redraws import RedrawMark
from handlers.slack import shared_redraws
from handlers.slack.redraw_scheduler import RedrawScheduler, UpdateBudget
from handlers.slack.shared_redraws import SharedRedraws
from tests.support.time_factor import scaled

AWAY = StorageUnavailable("database", "away")


@dataclass
class FakeDatabase:
    """Locks and marks of all processes; `errors` are raised by the next marks."""

    holders: dict[str, "FakeProcess"] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    drawn: dict[str, int] = field(default_factory=dict)
    callbacks: list[Callable[[str, str, bool], None]] = field(default_factory=list)
    ages: list[float] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    is_deaf: bool = False
    writes: int = 0

    def listen(self, callback: Callable[[str, str, bool], None]) -> None:
        self.callbacks.append(callback)

    async def mark(self, *round_ids: str, urgent: bool = False) -> None:
        if self.errors:
            raise self.errors.pop()
        self.writes += 1
        for round_id in round_ids:
            self.versions[round_id] = self.versions.get(round_id, 0) + 1
            for callback in self.callbacks if not self.is_deaf else ():
                callback("T1", round_id, urgent)

    async def begin(self, round_id: str, team: str) -> int:
        self.ages.insert(0, 0.0)
        return self.versions.get(round_id, 0)

    async def finish(self, round_id: str, version: int) -> None:
        self.drawn[round_id] = max(version, self.drawn.get(round_id, 0))

    async def list_undrawn(self, older_than: float) -> Sequence[RedrawMark]:
        return [RedrawMark(r, "T1", v, False) for r, v in self.versions.items() if self.drawn.get(r, 0) < v]

    async def list_changed(self, team: str, within: float) -> Sequence[RedrawMark]:
        return [RedrawMark(r, "T1", v, False) for r, v in self.versions.items()]

    async def update_ages(self, team: str) -> Sequence[float]:
        return list(self.ages)

    async def purge(self) -> None: ...


class FakeProcess:
    """One process: its locks, and what it drew; a draw waits for `gate` and raises the next of `failures`."""

    def __init__(self, database: FakeDatabase, to_redraw: Sequence[str] = ()) -> None:
        self.database = database
        self.on_lost: list[Callable[[], None]] = []
        self.drawn: list[str] = []
        self.failures: list[Exception] = []
        self.gate = asyncio.Event()
        self.gate.set()
        scheduler = RedrawScheduler(self._draw, self._team_of, lambda: UpdateBudget(0.0, 45))

        async def list_to_redraw() -> Sequence[str]:
            return to_redraw

        self.redraws = SharedRedraws(scheduler, scheduler.redraw_now, self, database, list_to_redraw)
        self.scheduler = scheduler

    def holds(self, name: str) -> bool:
        return self.database.holders.get(name) is self

    async def try_acquire(self, name: str) -> bool:
        return self.database.holders.setdefault(name, self) is self

    def lose_locks(self) -> None:
        self.database.holders = {n: p for n, p in self.database.holders.items() if p is not self}
        for callback in self.on_lost:
            callback()

    async def _team_of(self, _round_id: str) -> str:
        return "T1"

    async def _draw(self, round_id: str) -> None:
        async with self.redraws.drawing(round_id, "T1") as is_ours:
            if is_ours:
                await self.gate.wait()
                if self.failures:
                    raise self.failures.pop()
                self.drawn.append(round_id)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_POLL_SECONDS", "_LOCK_RETRY_SECONDS", "_LATE_UPDATE_SECONDS", "_MARKING_SECONDS"):
        monkeypatch.setattr(shared_redraws, name, 0.02)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(scaled(5)):
        while not condition():
            await asyncio.sleep(0.005)


async def test_one_process_draws_what_any_process_changed() -> None:
    database = FakeDatabase()
    one, two = FakeProcess(database), FakeProcess(database)
    await one.redraws.redraw_now("r1")
    await until(lambda: database.drawn.get("r1") == 1)
    two.redraws.open()
    two.redraws.schedule("r1")
    await two.redraws.redraw_now("r2")
    await until(lambda: database.drawn == {"r1": 2, "r2": 1})
    assert {"r1", "r2"} <= set(one.drawn)
    assert two.drawn == []
    await two.redraws.close()


async def test_changes_in_a_row_are_marked_together() -> None:
    database = FakeDatabase()
    process = FakeProcess(database)
    process.redraws.open()
    process.redraws.schedule("r0")
    await until(lambda: database.writes == 1)
    for number in range(20):
        process.redraws.schedule(f"r{number}")
    await until(lambda: len(database.drawn) == 20)
    assert database.writes == 2
    await process.redraws.close()


async def test_a_change_during_a_redraw_is_drawn_after_it() -> None:
    database = FakeDatabase()
    process = FakeProcess(database)
    await process.redraws.redraw_now("r1")
    await until(lambda: database.drawn.get("r1") == 1)
    process.gate.clear()
    await process.redraws.redraw_now("r1")
    await until(lambda: len(database.ages) >= 3 or bool(process.redraws._versions))
    await database.mark("r1")
    process.gate.set()
    await until(lambda: database.drawn["r1"] == 3)


async def test_the_next_presenter_draws_what_the_one_before_left_and_draws_it_twice() -> None:
    database = FakeDatabase(versions={"r1": 3}, drawn={"r1": 3})
    one, two = FakeProcess(database), FakeProcess(database, to_redraw=["r1", "r9"])
    await one.redraws.redraw_now("r1")
    await until(lambda: database.drawn["r1"] == 4)
    one.lose_locks()
    two.redraws.open()
    database.holders["presenter:T1"] = two
    await two.redraws.redraw_now("r2")
    await until(lambda: two.drawn.count("r1") == 2 and "r9" in two.drawn)
    await two.redraws.close()


async def test_the_next_presenter_keeps_the_limit_of_updates() -> None:
    database = FakeDatabase(ages=[1.0] * 45)
    process = FakeProcess(database)
    await process.redraws.redraw_now("r1")
    await asyncio.sleep(0.05)
    assert process.drawn == []


async def test_a_mark_without_a_notification_is_found() -> None:
    database = FakeDatabase(is_deaf=True)
    process = FakeProcess(database)
    process.redraws.open()
    process.redraws.schedule("r1")
    await until(lambda: process.drawn[:1] == ["r1"])
    await process.redraws.close()


async def test_a_mark_that_the_database_did_not_take_is_written_later() -> None:
    database = FakeDatabase(errors=[AWAY, AWAY])
    process = FakeProcess(database)
    process.redraws.open()
    await process.redraws.redraw_now("r1")
    process.redraws.schedule("r2")
    await until(lambda: {"r1", "r2"} <= set(process.drawn))
    await process.redraws.close()


async def test_a_redraw_that_slack_did_not_answer_stays_marked_and_is_repeated_once_at_a_time() -> None:
    database = FakeDatabase()
    process = FakeProcess(database)
    process.failures = [SlackUnavailable("chat.update")]
    process.redraws.open()
    await process.redraws.redraw_now("r1")
    await until(lambda: database.drawn.get("r1") == 1)
    assert process.drawn.count("r1") <= 2
    await process.redraws.close()


async def test_a_process_without_the_lock_draws_nothing() -> None:
    database = FakeDatabase()
    one, two = FakeProcess(database), FakeProcess(database)
    database.holders["presenter:T1"] = one
    await two.scheduler.redraw_now("r1")
    assert two.drawn == []


async def test_marks_that_were_not_written_are_written_at_the_end() -> None:
    database = FakeDatabase()
    process = FakeProcess(database)
    process.redraws.schedule("r1")
    await process.redraws.close()
    assert database.versions == {"r1": 1}
