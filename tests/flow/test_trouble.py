"""A full disk, a missing picture: the lead knows, nobody is asked in vain, and nothing that was paid for is dropped."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.errors import NotKept, PortraitLost, Unreachable
from bot.finish import FinishState
from bot.presenting import original_key, preview_key
from bot.round import State
from bot.slot import SlotState
from bot.waits import Waits
from storage.portraits import ObjectPortraits
from tests.contract.test_database_trouble import no_more_pages, pages_again
from tests.flow.theatre import LEAD, TWO_KEYS, UPSCALER, Theatre, theatre

FULL = NotKept("portraits", "full")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path, waits=Waits(not_kept=(0.01,))) as opened:
        yield opened


class Disk:
    """Portraits that cannot be kept while it is `full`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *deeds: str) -> None:
        self.full = True
        self.refused = 0
        for deed in deeds:
            monkeypatch.setattr(ObjectPortraits, deed, self._or_full(getattr(ObjectPortraits, deed)))

    def _or_full(self, real: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
        async def deed(*args: object) -> object:
            if self.full:
                self.refused += 1
                raise FULL
            return await real(*args)

        return deed


async def until(look: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not look():
            await asyncio.sleep(0.01)


def told(house: Theatre, word: str) -> int:
    return sum(what[0] == "tell" and what[2] == word for what in house.stage.happened)


async def first_slot(house: Theatre) -> tuple[str, str]:
    round_id = await house.open("Maya: a fisherwoman --models recraft --each 1")
    await house.casting.posting.post(round_id)
    return round_id, (await house.casting.audition.slots(round_id))[0]


async def test_where_nothing_can_be_saved_no_round_is_opened_and_nothing_is_reserved(house: Theatre) -> None:
    await no_more_pages(house.storage)
    opened = 0
    with pytest.raises(NotKept, match="full"):
        while True:
            await house.open(f"Maya {opened}: a fisherwoman")
            opened += 1
    rounds = await house.storage.rounds.moving()
    assert len(rounds) == opened
    held = await house.storage.ledger.committed("T1", house.now.date())
    assert held == sum((round_.price for round_ in rounds), Decimal(0))
    await pages_again(house.storage)
    assert await house.open(f"Maya {opened}: a fisherwoman")


async def test_no_model_is_asked_while_a_portrait_could_not_be_kept_and_then_the_round_goes_on(
    house: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch, "ready")
    running = asyncio.create_task(house.audition(await house.open()))
    await until(lambda: disk.refused > 20)
    assert house.studio.asked == 0
    assert told(house, "not_kept:full") == 4, "once for each slot; Slack shows it once"
    disk.full = False
    round_ = await running
    assert (round_.state, len(round_.candidates)) == (State.VOTING, 4)


async def test_a_round_called_off_while_it_waits_for_room_asks_nobody(
    house: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch, "ready")
    round_id, slot_id = await first_slot(house)
    drawing = asyncio.create_task(house.casting.audition.draw(slot_id))
    await until(lambda: disk.refused)
    await house.casting.audition.cancel(round_id, LEAD)
    disk.full = False
    await drawing
    (slot,) = (await house.round(round_id)).slots
    assert slot.miss
    assert (slot.miss.kind, house.studio.asked) == ("cancelled", 0)


async def test_a_portrait_that_came_when_the_disk_was_full_is_held_until_it_is_not_and_paid_once(
    house: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch, "put")
    round_id, slot_id = await first_slot(house)
    drawing = asyncio.create_task(house.casting.audition.draw(slot_id))
    await until(lambda: disk.refused > 5)
    assert (await house.round(round_id)).slots[0].state is SlotState.ASKING
    assert house.casting.drawing == 1, "so that a stop waits for it"
    disk.full = False
    await drawing
    (slot,) = (await house.round(round_id)).slots
    assert (slot.state, slot.cost_source, slot.request_id) == (SlotState.CANDIDATE, "exact", "req")
    assert (house.studio.asked, told(house, "not_kept:full")) == (1, 1)


async def test_a_row_that_found_no_room_is_written_when_there_is_some(house: Theatre) -> None:
    asked = asyncio.Event()
    house.studio.skin.script = lambda ask, call: asked
    round_id, slot_id = await first_slot(house)
    drawing = asyncio.create_task(house.casting.audition.draw(slot_id))
    await until(lambda: house.studio.asked)
    async with house.storage.database.change() as connection:
        # Every free page is taken, so that the portrait's row needs one that there is none of.
        await connection.execute(text("CREATE TABLE filler (x)"))
        await connection.execute(text("CREATE TRIGGER full BEFORE UPDATE ON slots BEGIN "
                                      "INSERT INTO filler VALUES (zeroblob(100000)); END"))  # fmt: skip
    await no_more_pages(house.storage)
    asked.set()
    await until(lambda: told(house, "not_kept:full"))
    assert (await house.round(round_id)).slots[0].state is SlotState.ASKING
    await pages_again(house.storage)
    await drawing
    (slot,) = (await house.round(round_id)).slots
    assert (slot.state, slot.cost_source, house.studio.asked) == (SlotState.CANDIDATE, "exact", 1)


async def test_where_slack_is_silent_too_the_waiting_goes_on(house: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk(monkeypatch, "ready")

    async def silent(round_id: str, word: str) -> None:
        raise Unreachable("chat.postMessage")

    monkeypatch.setattr(house.stage, "tell_lead", silent)
    _, slot_id = await first_slot(house)
    drawing = asyncio.create_task(house.casting.audition.draw(slot_id))
    await until(lambda: disk.refused > 2)
    disk.full = False
    await drawing
    assert house.studio.asked == 1


# Pictures that are missing.


async def remove(house: Theatre, *keys: str) -> None:
    for key in keys:
        await house.storage.portraits.drop(key)


async def test_a_missing_preview_is_made_anew_from_its_original(house: Theatre) -> None:
    round_ = await house.voting()
    keys = [preview_key(round_.id, slot.id) for slot in round_.candidates]
    await remove(house, *keys)
    await house.vote(round_, U2=1)
    await house.casting.locking.lock(round_.id, round_.slot_of[1], LEAD)
    await house.casting.presenting.catch_up(round_.id)
    assert (await house.round(round_.id)).record_file
    assert await house.storage.portraits.has(keys[0])


async def test_a_face_whose_original_is_missing_is_not_locked_until_it_is_back(house: Theatre) -> None:
    round_ = await house.voting()
    await house.vote(round_, U2=1)
    lost = round_.numbered(1).portrait
    assert lost
    data = await house.storage.portraits.get(lost.key)
    await remove(house, lost.key)
    with pytest.raises(PortraitLost) as caught:
        await house.casting.locking.lock(round_.id, round_.slot_of[1], LEAD)
    assert caught.value.key == lost.key
    assert await house.storage.roster.face(round_.id) is None
    await house.storage.portraits.put(lost.key, data)
    assert (await house.casting.locking.lock(round_.id, round_.slot_of[1], LEAD)).portrait == lost


async def test_a_ballot_does_not_open_on_pictures_that_are_gone(house: Theatre) -> None:
    round_id = await house.open()
    await house.casting.posting.post(round_id)
    for slot_id in await house.casting.audition.slots(round_id):
        await house.casting.audition.draw(slot_id)
    slot = (await house.round(round_id)).slots[0]
    data = await house.storage.portraits.get(original_key(round_id, slot.id))
    await remove(house, original_key(round_id, slot.id), preview_key(round_id, slot.id))
    with pytest.raises(PortraitLost):
        await house.casting.audition.open_ballot(round_id)
    assert (await house.round(round_id)).state is State.DRAWING
    await house.storage.portraits.put(original_key(round_id, slot.id), data)
    await house.casting.audition.open_ballot(round_id)
    assert (await house.round(round_id)).state is State.VOTING


async def test_a_model_is_not_asked_where_the_picture_to_be_like_is_missing(tmp_path: Path) -> None:
    async with theatre(tmp_path, keys=("recraft", "openai", "gemini")) as house:
        face = await house.storage.roster.face(await house.locked())
        assert face
        round_id = await house.open("Ben: her brother --like Maya")
        await remove(house, face.portrait.key)
        slot_id = (await house.casting.audition.slots(round_id))[0]
        await house.casting.audition.draw(slot_id)
        slot = (await house.round(round_id)).slots[0]
        assert slot.miss
        assert (slot.miss.kind, slot.miss.paid, slot.cost) == ("picture_lost", "no", Decimal(0))
        assert house.studio.banana.asks == []
        assert told(house, "portrait_lost") == 1


async def test_a_finish_of_a_missing_original_asks_nobody_and_costs_nothing(tmp_path: Path) -> None:
    async with theatre(tmp_path, catalogue=replace(TWO_KEYS, upscalers=(UPSCALER,))) as house:
        round_id = await house.locked()
        face = await house.storage.roster.face(round_id)
        assert face
        begun = await house.casting.finishing.begin(round_id, 1, UPSCALER.id, LEAD)
        await remove(house, face.portrait.key)
        await house.casting.enlarging.enlarge(begun.finish.id)
        finish = await house.storage.finishes.get(begun.finish.id)
        assert finish.miss
        assert (finish.state, finish.miss.kind, finish.cost) == (FinishState.MISS, "picture_lost", Decimal(0))
        assert house.studio.enlarger.asks == []
