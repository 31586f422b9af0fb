"""The port `ManyRepository`: lists survive, change once for each version, and old drafts go."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.brief import Brief
from bot.domain.cast_many import LineState, ManyLine, ManyList, ManyState, StopReason
from storage import Storage
from tests.support import storage_builders
from tests.support.storage_builders import NOW, PLACE

clock = storage_builders.clock
storage = storage_builders.storage

LINES = (
    ManyLine(Brief("Maya", "a fisherwoman", aspect="16:9"), Decimal("0.21")),
    ManyLine(Brief("Tomas", "a pilot"), Decimal("0.11")),
)


def make_list(list_id: str = "m1", **changes: object) -> ManyList:
    return replace(ManyList(list_id, PLACE, "U1", LINES), **changes)  # type: ignore[arg-type]


async def test_list_comes_back_as_it_was_saved_and_a_repeated_save_keeps_it(storage: Storage) -> None:
    await storage.cast_many.save(make_list(), NOW)
    running = make_list(state=ManyState.RUNNING)
    assert await storage.cast_many.update(running)
    await storage.cast_many.save(make_list(), NOW)
    assert await storage.cast_many.get("m1") == replace(running, version=1)
    with pytest.raises(KeyError):
        await storage.cast_many.get("m2")


async def test_of_two_changes_of_one_version_one_applies(storage: Storage) -> None:
    await storage.cast_many.save(make_list(), NOW)
    started = [make_list().with_line(0, replace(LINES[0], state=LineState.STARTED, round_id=f"r{n}")) for n in range(4)]
    applied = await asyncio.gather(*(storage.cast_many.update(many) for many in started))
    assert applied.count(True) == 1
    stored = await storage.cast_many.get("m1")
    assert (stored.version, stored.lines[0].round_id) == (1, f"r{applied.index(True)}")


async def test_stop_reason_keeps_money_and_time(storage: Storage) -> None:
    stop = StopReason("cap", "day", Decimal("0.21"), Decimal(20), Decimal("0.1"), NOW, is_production_cap=True)
    await storage.cast_many.save(make_list(), NOW)
    assert await storage.cast_many.update(make_list(state=ManyState.STOPPED, stop=stop))
    assert (await storage.cast_many.get("m1")).stop == stop


async def test_due_are_running_lists_and_those_whose_message_is_old(storage: Storage) -> None:
    for list_id, state in (("m1", ManyState.DRAFT), ("m2", ManyState.RUNNING), ("m3", ManyState.DONE)):
        await storage.cast_many.save(make_list(list_id), NOW)
        if state is not ManyState.DRAFT:
            assert await storage.cast_many.update(make_list(list_id, state=state))
    assert [many.id for many in await storage.cast_many.list_due()] == ["m2", "m3"]
    for list_id in ("m2", "m3"):
        await storage.cast_many.set_shown(list_id, "1.2", 1)
    assert [many.id for many in await storage.cast_many.list_due()] == ["m2"]
    await storage.cast_many.set_shown("m3", "1.2", 0)
    assert (await storage.cast_many.get("m3")).shown_version == 1, "an older message does not count as newer"


async def test_old_drafts_of_the_same_person_and_ended_lists_are_deleted(storage: Storage) -> None:
    await storage.cast_many.save(make_list("old"), NOW - timedelta(days=2))
    await storage.cast_many.save(make_list("theirs", person="U2"), NOW - timedelta(days=2))
    await storage.cast_many.save(make_list("ended"), NOW - timedelta(days=31))
    assert await storage.cast_many.update(make_list("ended", state=ManyState.DONE))
    await storage.cast_many.save(make_list("new"), NOW)
    for gone in ("old", "ended"):
        with pytest.raises(KeyError):
            await storage.cast_many.get(gone)
    assert (await storage.cast_many.get("theirs")).person == "U2"
