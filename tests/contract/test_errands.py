"""The port Errands, as the durable engine implements it: started once, carried to the end, taken up after a crash."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from dbos import DBOS

from bot.casting import Casting
from bot.engine import Engine
from bot.errors import NotKept


@dataclass
class Deeds:
    """Use cases that note what was asked of them; `held` keeps slots from finishing, `failing` makes steps fail, with
    `trouble` where it is given."""

    done: list[str] = field(default_factory=list)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    failing: int = 0
    trouble: Exception = field(default_factory=lambda: ConnectionError("Slack is away"))

    def casting(self) -> Casting:
        """As much of a casting as the engine calls."""
        parts: dict[str, Any] = {
            "posting": SimpleNamespace(post=self.post, post_again=self.post_again),
            "audition": SimpleNamespace(
                slots=self.slots, draw=self.draw, settle=self.settle, open_ballot=self.open_ballot
            ),
            "presenting": SimpleNamespace(catch_up=self.catch_up),
            "voting": SimpleNamespace(close_due=self.close_due),
            "enlarging": SimpleNamespace(enlarge=self.enlarge, show=self.catch_up),
            "holding": SimpleNamespace(tell=self.tell),
        }
        return cast("Casting", SimpleNamespace(**parts))

    async def post(self, key: str) -> None:
        if self.failing:
            self.failing -= 1
            raise self.trouble
        self.done.append(f"post {key}")

    async def post_again(self, key: str) -> None:
        self.done.append(f"post again {key}")

    async def slots(self, key: str) -> list[str]:
        return [f"{key}-0", f"{key}-1"]

    async def draw(self, key: str) -> None:
        self.done.append(f"draw {key}")
        await self.held.wait()

    async def enlarge(self, key: str) -> None:
        self.done.append(f"enlarge {key}")

    async def settle(self, key: str) -> None:
        await self.held.wait()
        self.done.append(f"settle {key}")

    async def open_ballot(self, key: str) -> None:
        self.done.append(f"open {key}")

    async def catch_up(self, key: str) -> None:
        self.done.append(f"show {key}")

    async def tell(self, round_id: str, error: Exception) -> None:
        self.done.append(f"tell {round_id} {error}")

    async def close_due(self, key: str) -> None:
        self.done.append(f"close {key}")


async def running(deeds: Deeds, data: Path) -> Engine:
    engine = Engine(f"sqlite:///{data / 'engine.sqlite'}", "test")
    await engine.launch(deeds.casting())
    return engine


@pytest.fixture
async def deeds(tmp_path: Path) -> AsyncIterator[tuple[Deeds, Engine]]:
    deeds = Deeds()
    engine = await running(deeds, tmp_path)
    yield deeds, engine
    deeds.held.set()
    await asyncio.sleep(0.05)
    await engine.close()


async def until(deeds: Deeds, what: str, seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while what not in deeds.done:
            await asyncio.sleep(0.01)


async def test_a_round_is_posted_then_drawn_then_opened_then_shown(deeds: tuple[Deeds, Engine]) -> None:
    noted, engine = deeds
    noted.held.set()
    await engine.start("round", "r1")
    await until(noted, "show r1")
    assert noted.done[0] == "post r1"
    assert set(noted.done[1:3]) <= {"draw r1-0", "draw r1-1", "settle r1"}
    assert noted.done[-2:] == ["open r1", "show r1"]


async def test_a_finish_is_made_then_shown(deeds: tuple[Deeds, Engine]) -> None:
    noted, engine = deeds
    await engine.start("finish", "r1-f1")
    await until(noted, "show r1-f1")
    assert noted.done == ["enlarge r1-f1", "show r1-f1"]


async def test_starting_what_already_runs_does_nothing(deeds: tuple[Deeds, Engine]) -> None:
    noted, engine = deeds
    await asyncio.gather(*(engine.start("round", "r1") for _ in range(5)))
    await until(noted, "draw r1-1")
    await engine.start("round", "r1")
    await engine.start("slot", "r1-0")
    noted.held.set()
    await until(noted, "show r1")
    assert sorted(noted.done) == ["draw r1-0", "draw r1-1", "open r1", "post r1", "settle r1", "show r1"]


async def test_what_has_ended_is_started_afresh_when_it_is_asked_for_again(deeds: tuple[Deeds, Engine]) -> None:
    noted, engine = deeds
    for _ in range(2):
        await engine.start("close", "r1")
        await until(noted, "show r1")
        assert noted.done == ["close r1", "show r1"]
        noted.done.clear()
        await asyncio.sleep(0.1)


async def test_a_lost_message_is_an_errand_of_its_own(deeds: tuple[Deeds, Engine]) -> None:
    noted, engine = deeds
    await engine.start("again", "r1")
    await until(noted, "post again r1")
    assert noted.done == ["post again r1"]


async def test_a_step_slack_would_not_take_is_tried_again(deeds: tuple[Deeds, Engine]) -> None:
    noted, engine = deeds
    noted.failing = 2
    noted.held.set()
    await engine.start("round", "r1")
    await until(noted, "show r1", 10)
    assert noted.done.count("post r1") == 1


async def test_where_the_database_fails_the_lead_is_told_and_the_step_tried_again(deeds: tuple[Deeds, Engine]) -> None:
    noted, engine = deeds
    noted.failing, noted.trouble = 1, NotKept("database", "full")
    noted.held.set()
    await engine.start("round", "r1")
    await until(noted, "show r1", 10)
    assert noted.done[:2] == ["tell r1 NotKept(part='database', why='full')", "post r1"]


async def test_what_cannot_be_started_now_is_left_to_the_clock(
    deeds: tuple[Deeds, Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    noted, engine = deeds

    async def broken(*args: object) -> None:
        raise OSError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(DBOS, "start_workflow_async", broken)
        await engine.start("close", "r1")
    assert noted.done == []
    await engine.start("close", "r1")
    await until(noted, "show r1")


@pytest.mark.parametrize("spoilt", ["header", "page"])
async def test_an_engine_file_that_is_damaged_is_left_as_it_was(tmp_path: Path, spoilt: str) -> None:
    file = tmp_path / "engine.sqlite"
    engine = await running(Deeds(), tmp_path)
    await engine.close()
    for other in (tmp_path / "engine.sqlite-wal", tmp_path / "engine.sqlite-shm"):
        other.unlink(missing_ok=True)
    data = bytearray(file.read_bytes())
    at = 0 if spoilt == "header" else 4096
    data[at : at + 64] = bytes(range(1, 65))
    file.write_bytes(data)
    with pytest.raises(NotKept) as caught:
        await running(Deeds(), tmp_path)
    assert (caught.value.part, caught.value.why, caught.value.where) == ("engine", "damaged", str(file))
    assert file.read_bytes() == data


def test_an_engine_that_was_stopped_takes_its_errands_up_again(tmp_path: Path) -> None:
    """Each life has an event loop of its own, as each process has."""

    async def first_life() -> None:
        before = Deeds()
        engine = await running(before, tmp_path)
        await engine.start("round", "r1")
        await until(before, "draw r1-1")
        await engine.close()

    async def second_life() -> list[str]:
        after = Deeds()
        after.held.set()
        engine = await running(after, tmp_path)
        await until(after, "show r1", 10)
        await engine.close()
        return after.done

    asyncio.run(first_life())
    done = asyncio.run(second_life())
    assert "post r1" not in done, "what was recorded is not done again"
    assert sorted(done)[:2] == ["draw r1-0", "draw r1-1"], "what was not is"
