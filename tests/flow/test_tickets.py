"""Models behind a queue: an order that was taken is paid for once, whatever happens before its portrait is here."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from bot.round import Round, State
from bot.settings import Settings
from providers import open_models
from tests.contract.fal_desk import Practice, practice
from tests.flow.house import house
from tests.flow.test_after_a_crash import dies_at
from tests.flow.theatre import Theatre, theatre

LINE = "Maya: a fisherwoman --models fal-nano-banana --each 1"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Practice]:
    async with practice(tmp_path / "practice") as opened:
        yield opened


async def killed(desk: Practice, stage: Theatre, round_id: str, *, at: str) -> None:
    """The slot's errand, ended without a word at the named call to its model."""
    (slot_id,) = await stage.casting.audition.slots(round_id)
    model = desk.models.model((await stage.round(round_id)).slots[0].model)
    called = asyncio.Event()
    real = getattr(model, at)

    async def dies(*args: object) -> object:
        if at == "submit":
            await real(*args)
        called.set()
        return await asyncio.Event().wait()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model, at, dies)
        drawing = asyncio.create_task(stage.casting.audition.draw(slot_id))
        await called.wait()
        drawing.cancel()
        with suppress(asyncio.CancelledError):
            await drawing


async def after(data: Path, desk: Practice, round_id: str) -> Round:
    """The round as the next process brings it to its end."""
    async with theatre(data, models=desk.models) as stage:
        return await stage.audition(round_id)


async def test_killed_between_the_order_and_the_portrait_it_is_collected_and_paid_once(
    desk: Practice, tmp_path: Path
) -> None:
    async with theatre(tmp_path, models=desk.models) as stage:
        round_id = await stage.open(LINE)
        await killed(desk, stage, round_id, at="collect")
        assert (await stage.round(round_id)).slots[0].ticket
    round_ = await after(tmp_path, desk, round_id)
    assert (round_.state, len(round_.candidates)) == (State.VOTING, 1)
    assert [call["charged"] for call in await desk.bill()] == [True]


async def test_killed_before_the_ticket_was_kept_it_is_said_and_not_ordered_again(
    desk: Practice, tmp_path: Path
) -> None:
    async with theatre(tmp_path, models=desk.models) as stage:
        round_id = await stage.open(LINE)
        await killed(desk, stage, round_id, at="submit")
    async with theatre(tmp_path, models=desk.models) as stage:
        (slot_id,) = await stage.casting.audition.slots(round_id)
        await stage.casting.audition.draw(slot_id)
        (missed,) = (await stage.round(round_id)).misses
    assert missed.miss
    assert (missed.miss.kind, missed.miss.paid, missed.cost_source) == ("unknown", "maybe", "unknown")
    assert len(await desk.bill()) == 1


async def test_a_cancelled_round_still_collects_what_was_ordered_and_keeps_it(desk: Practice, tmp_path: Path) -> None:
    async with theatre(tmp_path, models=desk.models) as stage:
        round_id = await stage.open(LINE)
        await killed(desk, stage, round_id, at="collect")
        await stage.casting.audition.cancel(round_id, (await stage.round(round_id)).lead)
        (slot_id,) = await stage.casting.audition.slots(round_id)
        await stage.casting.audition.draw(slot_id)
        round_ = await stage.round(round_id)
    assert (round_.state, len(round_.arrived)) == (State.VOID, 1)


async def test_an_order_whose_account_is_gone_may_have_been_paid(desk: Practice, tmp_path: Path) -> None:
    async with theatre(tmp_path, models=desk.models) as stage:
        round_id = await stage.open(LINE)
        await killed(desk, stage, round_id, at="collect")
    keyless = open_models(Settings.model_validate({"fal_key": None}))
    async with theatre(tmp_path, models=keyless) as stage:
        (slot_id,) = await stage.casting.audition.slots(round_id)
        await stage.casting.audition.draw(slot_id)
        (missed,) = (await stage.round(round_id)).misses
    await keyless.close()
    assert missed.miss
    assert (missed.miss.kind, missed.miss.paid) == ("bad_key", "maybe")


async def test_the_real_bot_killed_after_its_order_collects_it_when_it_is_back(tmp_path: Path) -> None:
    async with house(tmp_path) as film:
        film.extra |= {"FAL_KEY": "practice-fal", "FAL_QUEUE_URL": f"{film.workspace.address}/fal"}
        await dies_at(film, "providers.fal", "Fal", "collect")
        ts = await film.cast(LINE)
        await film.bot.wait()
        assert await film.asked() == 1
        await film.start_bot()
        await film.ballot(ts)
        assert [call["charged"] for call in await film.door.bill()] == [True]
