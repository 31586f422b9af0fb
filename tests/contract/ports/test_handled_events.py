"""The port `HandledEvents`, on both databases."""

import asyncio
from datetime import timedelta

from bot.ports.handled_events import Answer, MessageKey
from storage import Storage
from tests.support import storage_builders
from tests.support.storage_builders import FakeClock

clock, storage = storage_builders.clock, storage_builders.storage

MESSAGE = MessageKey("T1", "U1", "1764000001.000100")


async def test_an_event_is_new_once_however_many_processes_get_it(storage: Storage) -> None:
    answers = await asyncio.gather(*(storage.handled_events.add("T1", "Ev1") for _ in range(10)))
    assert answers.count(True) == 1
    assert await storage.handled_events.add("T2", "Ev1")


async def test_the_last_answer_to_a_message_is_kept(storage: Storage) -> None:
    assert await storage.handled_events.get_answer(MESSAGE) is None
    await storage.handled_events.set_answer(MESSAGE, Answer("asked", is_final=False))
    await storage.handled_events.set_answer(MESSAGE, Answer("asked again", is_final=True))
    assert await storage.handled_events.get_answer(MESSAGE) == Answer("asked again", is_final=True)
    assert await storage.handled_events.get_answer(MessageKey("T2", "U1", MESSAGE.ts)) is None


async def test_an_older_choice_never_replaces_a_newer_one(storage: Storage) -> None:
    await storage.handled_events.record_choice("V1", 20)
    await storage.handled_events.record_choice("V1", 10)
    assert not await storage.handled_events.is_newest_choice("V1", 10)
    assert await storage.handled_events.is_newest_choice("V1", 20)
    assert await storage.handled_events.is_newest_choice("V2", 1)


async def test_what_is_old_is_deleted(storage: Storage, clock: FakeClock) -> None:
    await storage.handled_events.add("T1", "Ev1")
    await storage.handled_events.set_answer(MESSAGE, Answer("asked", is_final=True))
    clock.now += timedelta(hours=23)
    await storage.handled_events.purge()
    assert not await storage.handled_events.add("T1", "Ev1")
    clock.now += timedelta(hours=2)
    await storage.handled_events.purge()
    assert await storage.handled_events.add("T1", "Ev1")
    assert await storage.handled_events.get_answer(MESSAGE)
    clock.now += timedelta(days=30)
    await storage.handled_events.purge()
    assert await storage.handled_events.get_answer(MESSAGE) is None
