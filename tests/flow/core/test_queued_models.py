"""Models behind a queue: an order that was taken is paid for once, whatever happens before its portrait is here."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.catalogue import Size
from bot.domain.character_sheet import Angle, View
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.settings import Settings
from bot.usecases.character_sheet import SheetRequest
from providers.accounts import open_models
from tests.support.casting_harness import LEAD, CastingHarness, casting_harness
from tests.support.fal_clients import FalClients, open_fal_clients

LINE = "Maya: a fisherwoman --models fal-nano-banana --each 1"


@pytest.fixture
async def fal_clients(tmp_path: Path) -> AsyncIterator[FalClients]:
    async with open_fal_clients(tmp_path / "practice") as opened:
        yield opened


async def kill_during_call(fal_clients: FalClients, harness: CastingHarness, round_id: str, *, method: str) -> None:
    """Run the slot's job and end it, as a kill does, at the named call to its model."""
    (slot_id,) = await harness.casting.audition.slot_ids(round_id)
    model_id = (await harness.get_round(round_id)).slots[0].model
    await kill_during(fal_clients, model_id, method, harness.casting.audition.generate_slot(slot_id))


async def kill_during(fal_clients: FalClients, model_id: str, method: str, work: Coroutine[None, None, None]) -> None:
    """Work that ends without a word at the named call to a model."""
    model = fal_clients.models.model(model_id)
    called = asyncio.Event()
    original = getattr(model, method)

    async def block_forever(*args: object) -> object:
        if method == "submit":
            await original(*args)
        called.set()
        return await asyncio.Event().wait()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model, method, block_forever)
        generation = asyncio.create_task(work)
        await called.wait()
        generation.cancel()
        with suppress(asyncio.CancelledError):
            await generation


async def finish_in_new_process(data: Path, fal_clients: FalClients, round_id: str) -> Round:
    """The round as the next process brings it to its end."""
    async with casting_harness(data, models=fal_clients.models) as harness:
        return await harness.audition(round_id)


async def test_submitted_job_is_collected_once_after_a_kill(fal_clients: FalClients, tmp_path: Path) -> None:
    async with casting_harness(tmp_path, models=fal_clients.models) as harness:
        round_id = await harness.start_round(LINE)
        await kill_during_call(fal_clients, harness, round_id, method="collect")
        assert (await harness.get_round(round_id)).slots[0].provider_job_id
    round_ = await finish_in_new_process(tmp_path, fal_clients, round_id)
    assert (round_.state, len(round_.candidates)) == (RoundState.VOTING, 1)
    assert [call["charged"] for call in await fal_clients.usage()] == [True]


async def test_a_view_of_a_sheet_is_collected_once_after_a_kill(fal_clients: FalClients, tmp_path: Path) -> None:
    async with casting_harness(tmp_path, models=fal_clients.models) as harness:
        round_id = await harness.run_to_lock("Maya: a fisherwoman --models fal-nano-banana --each 2")
        model = next(m for m in fal_clients.models.catalogue.models if m.name == "fal-nano-banana")
        form = SheetRequest(round_id, LEAD, (View(Angle.PROFILE),), model.id, Size.TWO_K, Decimal(1), harness.now)
        (attempt,) = (await harness.casting.character_sheets.start(form)).created
        before = len(await fal_clients.usage())
        work = harness.casting.draw_sheet_view.draw_sheet_view(attempt.id)
        await kill_during(fal_clients, model.id, "collect", work)
        assert (await harness.storage.sheets.get(attempt.id)).provider_job_id
    async with casting_harness(tmp_path, models=fal_clients.models) as harness:
        await harness.casting.draw_sheet_view.draw_sheet_view(attempt.id)
        drawn = await harness.storage.sheets.get(attempt.id)
        assert drawn.portrait
        assert (drawn.portrait.width, drawn.portrait.height) == (1792, 2400)
    assert len(await fal_clients.usage()) - before == 1


async def test_job_without_a_stored_id_is_not_submitted_again(fal_clients: FalClients, tmp_path: Path) -> None:
    async with casting_harness(tmp_path, models=fal_clients.models) as harness:
        round_id = await harness.start_round(LINE)
        await kill_during_call(fal_clients, harness, round_id, method="submit")
    async with casting_harness(tmp_path, models=fal_clients.models) as harness:
        (slot_id,) = await harness.casting.audition.slot_ids(round_id)
        await harness.casting.audition.generate_slot(slot_id)
        (failed_slot,) = (await harness.get_round(round_id)).failures
    assert failed_slot.failure
    assert (failed_slot.failure.kind, failed_slot.failure.paid, failed_slot.cost_source) == (
        "unknown",
        "maybe",
        "unknown",
    )
    assert len(await fal_clients.usage()) == 1


async def test_cancelled_round_still_collects_its_submitted_jobs(fal_clients: FalClients, tmp_path: Path) -> None:
    async with casting_harness(tmp_path, models=fal_clients.models) as harness:
        round_id = await harness.start_round(LINE)
        await kill_during_call(fal_clients, harness, round_id, method="collect")
        await harness.casting.audition.cancel(round_id, (await harness.get_round(round_id)).lead)
        (slot_id,) = await harness.casting.audition.slot_ids(round_id)
        await harness.casting.audition.generate_slot(slot_id)
        round_ = await harness.get_round(round_id)
    assert (round_.state, len(round_.completed)) == (RoundState.VOID, 1)


async def test_job_of_a_removed_account_may_have_been_paid(fal_clients: FalClients, tmp_path: Path) -> None:
    async with casting_harness(tmp_path, models=fal_clients.models) as harness:
        round_id = await harness.start_round(LINE)
        await kill_during_call(fal_clients, harness, round_id, method="collect")
    models_without_key = open_models(Settings.model_validate({"fal_key": None}))
    async with casting_harness(tmp_path, models=models_without_key) as harness:
        (slot_id,) = await harness.casting.audition.slot_ids(round_id)
        await harness.casting.audition.generate_slot(slot_id)
        (failed_slot,) = (await harness.get_round(round_id)).failures
    await models_without_key.close()
    assert failed_slot.failure
    assert (failed_slot.failure.kind, failed_slot.failure.paid) == ("authentication_failed", "maybe")
