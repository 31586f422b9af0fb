"""Whatever goes wrong after a model was asked ends the slot or upscale with its charge, at once and after a restart."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.budget import Charge, budget_day
from bot.domain.catalogue import Catalogue, Size
from bot.domain.ids import original_key, preview_key
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.slot import Slot, SlotState
from bot.domain.upscale import Upscale, UpscaleState
from bot.imaging import encoding, pictures
from bot.ports.image_models import GenerationRequest, GenerationResult
from storage.pictures.object_store import PROBE_PREFIX
from tests.support.casting_harness import FILM, LEAD, CastingHarness, casting_harness
from tests.support.poisoned_pictures import bomb, png_with_comment
from tests.support.scripted_models import LITERAL, SKIN, UPSCALER
from tests.support.scripted_models import make_portrait as make_png

PRICE = Decimal("0.05")
POISONED = {"a bomb": bomb(), "no picture": b"<html>", "nothing": b"", "truncated": make_png(1)[:200]}
UPSCALERS = Catalogue((SKIN, LITERAL), frozenset({"recraft", "openai"}), (UPSCALER,))
REDRAWING = replace(SKIN, max_references=1, pixels={Size.DRAFT: "90x120", Size.FOUR_K: "3000x4000"})


class Unforeseen(Exception):
    """An error that no code expects."""


def break_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every preview fail, as a text chunk did that JPEG cannot hold."""

    def fail(*_: object, **__: object) -> bytes:
        raise Unforeseen

    monkeypatch.setattr(pictures, "to_jpeg", fail)


async def committed(harness: CastingHarness) -> Decimal:
    return await harness.storage.ledger.committed(FILM.team, budget_day(harness.now))


def outcome(slot: Slot) -> tuple[str, str, Decimal | None, str]:
    assert slot.failure
    return slot.failure.kind, slot.failure.paid, slot.cost, slot.cost_source


def is_lead_notified(harness: CastingHarness, round_id: str) -> bool:
    return ("notify_lead", round_id, "unexpected") in harness.publisher.events


async def test_text_chunk_that_breaks_the_encoder_costs_no_portrait(harness: CastingHarness) -> None:
    harness.fake_models.skin.render = lambda ask: png_with_comment(make_png(ask.seed))
    round_ = await harness.run_to_voting()
    assert (len(round_.candidates), round_.failures) == (4, ())


async def test_picture_that_breaks_the_encoder_is_a_paid_failure(
    harness: CastingHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_id = await harness.start_round()
    await harness.casting.round_message.post(round_id)
    first, *others = await harness.casting.audition.slot_ids(round_id)
    with monkeypatch.context() as broken:
        break_encoder(broken)
        await harness.casting.audition.generate_slot(first)
    round_ = await harness.audition(round_id)
    assert {s.id for s in round_.candidates} == set(others)
    assert outcome(round_.failures[0]) == ("invalid_image", "yes", PRICE, "exact")
    assert is_lead_notified(harness, round_id)


async def store_and_restart(harness: CastingHarness, data: bytes) -> Round:
    """Leave stored bytes as a crash does, then run the round twice, as a restart does."""
    round_id = await harness.start_round()
    slot = (await harness.get_round(round_id)).slots[0]
    await harness.storage.slots.mark_requested(slot.id, harness.now)
    await harness.storage.portraits.put(original_key(round_id, slot.id), data)
    await harness.casting.audition.generate_slot(slot.id)
    round_ = await harness.audition(round_id)
    assert harness.fake_models.call_count == 3
    assert await committed(harness) == 4 * PRICE
    return round_


@pytest.mark.parametrize("data", POISONED.values(), ids=POISONED)
async def test_poisoned_bytes_left_by_a_crash_are_a_paid_failure(harness: CastingHarness, data: bytes) -> None:
    round_ = await store_and_restart(harness, data)
    assert outcome(round_.failures[0]) == ("invalid_image", "yes", PRICE, "listed")


async def test_bytes_that_break_the_encoder_are_a_paid_failure_after_a_restart(
    harness: CastingHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0
    encode: Callable[..., bytes] = encoding.to_jpeg

    def fail_once(*args: object, **options: object) -> bytes:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise Unforeseen
        return encode(*args, **options)

    monkeypatch.setattr(pictures, "to_jpeg", fail_once)
    round_ = await store_and_restart(harness, make_png(5))
    assert outcome(round_.failures[0]) == ("invalid_image", "yes", PRICE, "listed")
    assert (round_.state, len(round_.candidates)) == (RoundState.VOTING, 3)


@pytest.mark.parametrize("error", [Unforeseen("x"), MemoryError()])
async def test_error_that_no_client_expects_may_have_been_charged(harness: CastingHarness, error: Exception) -> None:
    harness.fake_models.skin.script = lambda ask, call: error if call == 1 else None
    round_ = await harness.run_to_voting()
    assert (len(round_.candidates), len(harness.fake_models.skin.requests)) == (3, 2)
    assert outcome(round_.failures[0]) == ("unexpected", "maybe", PRICE, "unknown")
    assert is_lead_notified(harness, round_.id)


@pytest.mark.parametrize("amount", [Decimal("sNaN"), Decimal("1e2000000")])
async def test_absurd_charge_is_replaced_by_the_listed_price(harness: CastingHarness, amount: Decimal) -> None:
    generate = harness.fake_models.skin.generate

    async def overcharge(request: GenerationRequest) -> GenerationResult:
        return replace(await generate(request), charge=Charge(amount, "exact"))

    harness.fake_models.skin.generate = overcharge  # type: ignore[method-assign]
    round_ = await harness.run_to_voting()
    assert len(round_.candidates) == 4
    charges = {(s.cost, s.cost_source) for s in round_.candidates if s.model == SKIN.id}
    assert charges == {(PRICE, "listed")}
    assert await committed(harness) <= 4 * PRICE


def fail_in(harness: CastingHarness, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """Let one step around the call raise an error that nothing expects, the first time."""
    storage = harness.storage
    owner: object = {
        "has": storage.portraits,
        "put": storage.portraits,
        "get": storage.portraits,
        "mark_requested": storage.slots,
        "record_portrait": storage.slots,
        "rate_limiter": harness.fake_models,
    }[where]
    original: Callable[..., object] = getattr(owner, where)
    calls = 0

    def fail_once(*args: object) -> object:
        nonlocal calls
        # The check of the store before a call puts and gets a picture of its own.
        if str(args[0] if args else "").startswith(PROBE_PREFIX):
            return original(*args)
        calls += 1
        if calls == 1:
            raise Unforeseen
        return original(*args)

    monkeypatch.setattr(owner, where, fail_once)


@pytest.mark.parametrize(
    ("where", "paid"),
    [
        ("has", "no"),
        ("rate_limiter", "no"),
        ("mark_requested", "no"),
        ("put", "maybe"),
        ("get", "maybe"),
        ("record_portrait", "maybe"),
    ],
)
async def test_error_in_any_step_ends_the_slot_and_the_round_goes_on(
    harness: CastingHarness, monkeypatch: pytest.MonkeyPatch, where: str, paid: str
) -> None:
    fail_in(harness, monkeypatch, where)
    round_ = await harness.run_to_voting()
    assert (round_.state, len(round_.candidates)) == (RoundState.VOTING, 3)
    kind, found, cost, _ = outcome(round_.failures[0])
    assert (kind, found, cost) == ("unexpected", paid, PRICE if paid == "maybe" else Decimal(0))
    assert is_lead_notified(harness, round_.id)


async def test_sheet_is_made_although_a_preview_is_broken(harness: CastingHarness) -> None:
    round_id = await harness.start_round()
    slots = (await harness.get_round(round_id)).slots
    await harness.storage.portraits.put(preview_key(round_id, slots[0].id), b"broken on the disk")
    round_ = await harness.audition(round_id)
    assert (round_.state, round_.sheet_candidate_count, round_.sheet_refused) == (RoundState.VOTING, 4, "")
    assert len(harness.publisher.uploaded_pictures) == 4


async def test_grey_picture_stands_for_a_portrait_whose_files_are_broken(harness: CastingHarness) -> None:
    round_id = await harness.start_round()
    await harness.casting.round_message.post(round_id)
    for slot_id in await harness.casting.audition.slot_ids(round_id):
        await harness.casting.audition.generate_slot(slot_id)
    read = harness.storage.portraits.get
    broken = (await harness.get_round(round_id)).slots[0]

    async def read_broken(key: str) -> bytes:
        return b"broken on the disk" if broken.id in key else await read(key)

    harness.storage.portraits.get = read_broken  # type: ignore[method-assign]
    await harness.casting.audition.open_ballot(round_id)
    await harness.casting.round_pictures.publish_missing(round_id)
    round_ = await harness.get_round(round_id)
    assert (round_.state, round_.sheet_candidate_count, len(harness.publisher.uploaded_pictures)) == (
        RoundState.VOTING,
        4,
        4,
    )


async def run_upscale(harness: CastingHarness, round_id: str, model: str) -> Upscale:
    started = await harness.casting.start_upscale.reserve(round_id, 1, model, LEAD)
    await harness.casting.run_upscale.run(started.upscale.id)
    await harness.casting.run_upscale.publish(started.upscale.id)
    return await harness.storage.upscales.get(started.upscale.id)


@pytest.mark.parametrize("data", [*POISONED.values(), make_png(1)], ids=[*POISONED, "not larger"])
async def test_poisoned_upscale_left_by_a_crash_is_a_paid_failure(tmp_path: Path, data: bytes) -> None:
    async with casting_harness(tmp_path, catalogue=UPSCALERS) as harness:
        round_id = await harness.run_to_lock()
        started = await harness.casting.start_upscale.reserve(round_id, 1, UPSCALER.id, LEAD)
        await harness.storage.upscales.mark_requested(started.upscale.id, harness.now)
        await harness.storage.portraits.put(original_key(round_id, started.upscale.id), data)
        upscale = await run_upscale(harness, round_id, UPSCALER.id)
        assert upscale.failure
        assert (upscale.state, upscale.failure.kind, upscale.failure.paid) == (
            UpscaleState.FAILED,
            "invalid_image",
            "yes",
        )
        assert (upscale.cost, upscale.cost_source) == (UPSCALER.price, "listed")
        assert harness.fake_models.fake_upscaler.requests == []


async def test_unexpected_error_of_an_upscaler_may_have_been_charged(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, catalogue=UPSCALERS) as harness:
        round_id = await harness.run_to_lock()
        harness.fake_models.fake_upscaler.error = Unforeseen()
        upscale = await run_upscale(harness, round_id, UPSCALER.id)
        assert upscale.failure
        assert (upscale.failure.kind, upscale.failure.paid, upscale.cost) == ("unexpected", "maybe", UPSCALER.price)
        assert is_lead_notified(harness, round_id)


async def test_unexpected_error_around_an_upscale_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with casting_harness(tmp_path, catalogue=UPSCALERS) as harness:
        round_id = await harness.run_to_lock()
        fail_in(harness, monkeypatch, "has")
        upscale = await run_upscale(harness, round_id, UPSCALER.id)
        assert upscale.failure
        assert (upscale.failure.kind, upscale.failure.paid, upscale.cost) == ("unexpected", "no", Decimal(0))


async def test_picture_beside_its_original_is_made_although_a_preview_is_broken(tmp_path: Path) -> None:
    catalogue = Catalogue((REDRAWING, LITERAL), frozenset({"recraft", "openai"}))
    async with casting_harness(tmp_path, catalogue=catalogue) as harness:
        round_id = await harness.run_to_lock()
        harness.fake_models.skin.render = lambda ask: make_png(ask.seed, 300, 400)
        await harness.storage.portraits.put(preview_key(round_id, f"{round_id}-f1"), b"broken on the disk")
        upscale = await run_upscale(harness, round_id, REDRAWING.id)
        assert (upscale.state, bool(upscale.pair_file)) == (UpscaleState.OFFERED, True)


async def test_slot_of_an_account_that_is_gone_ends(harness: CastingHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    """A KeyError in the registry is nobody's typed error either."""
    model = harness.fake_models.model
    monkeypatch.setattr(harness.fake_models, "model", lambda id_: {}[id_] if id_ == SKIN.id else model(id_))
    round_ = await harness.run_to_voting()
    assert {s.state for s in round_.slots if s.model == SKIN.id} == {SlotState.FAILED}
