"""The port Notices: whom the end of a model concerns, and that each of them is told once."""

from dataclasses import replace
from datetime import timedelta

from bot.face import Place
from bot.ports import Reader
from bot.round import Round
from bot.slot import Miss
from storage import Storage
from tests.unit.storage import stories
from tests.unit.storage.stories import CAPS, NOW, a_round

clock, storage = stories.clock, stories.storage
MODEL = "gemini:ending"


def asking(round_id: str, lead: str, hours: int = 0, team: str = "T1", model: str = MODEL) -> Round:
    """A round that asked `model`, opened so many hours ago."""
    new = a_round(round_id, f"Maya {round_id}", place=Place(team, "C1"))
    slots = tuple(replace(slot, model=model) for slot in new.slots)
    return replace(new, lead=lead, opened_at=NOW - timedelta(hours=hours), slots=slots)


async def opened(storage: Storage, *rounds: Round) -> None:
    for new in rounds:
        await storage.rounds.open(new, CAPS, recast=False)


async def test_nobody_is_concerned_by_a_model_nobody_asked(storage: Storage) -> None:
    await opened(storage, asking("r1", "U1", model="recraft:other"))
    assert await storage.notices.concerned(MODEL) == []


async def test_the_leads_of_open_rounds_are_concerned_each_once(storage: Storage) -> None:
    await opened(storage, asking("r1", "U2", 1), asking("r2", "U1", 2), asking("r3", "U1", 3), asking("r4", "U3"))
    await storage.rounds.void("r4", "dropped")
    assert await storage.notices.concerned(MODEL) == [Reader("T1", "U1"), Reader("T1", "U2")]


async def test_without_an_open_round_it_is_the_lead_of_the_newest(storage: Storage) -> None:
    await opened(storage, asking("r1", "U1", 5), asking("r2", "U2", 1), asking("r3", "U3", 3))
    for round_id in ("r1", "r2", "r3"):
        await storage.rounds.void(round_id, "dropped")
    assert await storage.notices.concerned(MODEL) == [Reader("T1", "U2")]


async def test_while_a_ballot_hides_whose_miss_it_has_nobody_there_is_told(storage: Storage) -> None:
    await opened(storage, asking("r1", "U1"), asking("r2", "U2"), asking("r3", "U8", team="T2"))
    await storage.rounds.miss(asking("r1", "U1").slots[0].id, Miss("retired"), None, 1.0)
    assert await storage.notices.concerned(MODEL) == [Reader("T2", "U8")]
    await storage.rounds.void("r1", "dropped")
    assert await storage.notices.concerned(MODEL) == [Reader("T1", "U2"), Reader("T2", "U8")]


async def test_each_workspace_is_looked_at_by_itself(storage: Storage) -> None:
    await opened(storage, asking("r1", "U1", 5), asking("r2", "U8", 1, team="T2"), asking("r3", "U9", 2, team="T2"))
    for round_id in ("r1", "r2", "r3"):
        await storage.rounds.void(round_id, "dropped")
    assert await storage.notices.concerned(MODEL) == [Reader("T1", "U1"), Reader("T2", "U8")]


async def test_a_model_is_doubted_when_it_was_asked_since_and_answered_as_retired(storage: Storage) -> None:
    await opened(storage, asking("r1", "U1"))
    first, second, third, *_ = [slot.id for slot in asking("r1", "U1").slots]
    for slot_id in (first, second, third):
        await storage.rounds.intend(slot_id, NOW)
    await storage.rounds.miss(first, Miss("refused"), None, 1.0)
    assert not await storage.notices.doubted(NOW)
    await storage.rounds.miss(second, Miss("retired", "NOT_FOUND"), None, 1.0)
    assert await storage.notices.doubted(NOW)
    assert not await storage.notices.doubted(NOW + timedelta(seconds=1))


async def test_a_notice_is_taken_once_until_it_is_given_back(storage: Storage) -> None:
    reader = Reader("T1", "U1")
    assert await storage.notices.take(reader, MODEL, NOW)
    assert not await storage.notices.take(reader, MODEL, NOW)
    assert await storage.notices.take(reader, "gemini:another", NOW)
    assert await storage.notices.take(Reader("T2", "U1"), MODEL, NOW)
    await storage.notices.give_back(reader, MODEL)
    assert await storage.notices.take(reader, MODEL, NOW)
