"""Upscales and downloads over a real database, with a scripted upscaler and models."""

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from PIL import Image

from bot.cli.export import NoProduction, NotEmpty, export
from bot.domain.budget import budget_day
from bot.domain.catalogue import Catalogue, Size
from bot.domain.errors import CannotUpscale, NotAvailableHere, NotLead, OverBudget
from bot.domain.ids import original_key, preview_key
from bot.domain.model_errors import ContentRefused, TimedOut
from bot.domain.upscale import Upscale, UpscaleState
from bot.settings import Settings
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER, CastingHarness, casting_harness
from tests.support.scripted_models import LITERAL, SKIN, UPSCALER, make_portrait

UPSCALE_CATALOGUE = Catalogue((SKIN, LITERAL), frozenset({"recraft", "openai"}), (UPSCALER,))
REDRAWING_MODEL = replace(SKIN, max_references=1, pixels={Size.DRAFT: "90x120", Size.FOUR_K: "3000x4000"})
REDRAW_CATALOGUE = Catalogue((REDRAWING_MODEL, LITERAL), frozenset({"recraft", "openai"}))
UPSCALE_PRICE = Decimal("0.20")


@asynccontextmanager
async def harness_with_face(
    folder: Path, catalogue: Catalogue, **options: object
) -> AsyncIterator[tuple[CastingHarness, str]]:
    """Open a harness with one locked face."""
    async with casting_harness(folder, catalogue=catalogue, **options) as harness:
        yield harness, await harness.run_to_lock()


async def run_upscale(harness: CastingHarness, round_id: str, attempt: int = 1, by: str = LEAD) -> Upscale:
    """Press the upscale button as it is now and run the job."""
    model = harness.fake_models.catalogue.upscaler.id if harness.fake_models.catalogue.upscaler else REDRAWING_MODEL.id
    started = await harness.casting.start_upscale.reserve(round_id, attempt, model, by)
    await harness.casting.run_upscale.run(started.upscale.id)
    await harness.casting.run_upscale.publish(started.upscale.id)
    return await harness.storage.upscales.get(started.upscale.id)


async def committed_today(harness: CastingHarness) -> Decimal:
    return await harness.storage.ledger.committed(FILM.team, budget_day(harness.now))


async def test_upscale_is_stored_beside_the_unchanged_original(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path, UPSCALE_CATALOGUE) as (harness, round_id):
        face = await harness.storage.roster.get_face(round_id)
        assert face
        original = await harness.storage.portraits.get(face.portrait.key)
        before = await committed_today(harness)
        upscale = await run_upscale(harness, round_id, by=DIRECTOR)
        assert upscale.state is UpscaleState.KEPT
        assert upscale.portrait
        assert (upscale.portrait.width, upscale.portrait.height, upscale.portrait.is_4k) == (3072, 4096, True)
        assert (upscale.original_sha256, upscale.requested_by, upscale.model) == (
            face.portrait.sha256,
            DIRECTOR,
            UPSCALER.id,
        )
        assert harness.fake_models.fake_upscaler.requests == [original]
        assert await harness.storage.portraits.get(face.portrait.key) == original
        assert await committed_today(harness) - before == Decimal("0.004")
        assert harness.publisher.uploaded_pictures[-1].filename == "Maya-3072x4096.png"


async def test_upscale_below_4k_is_not_called_4k(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path, UPSCALE_CATALOGUE) as (harness, round_id):
        harness.fake_models.fake_upscaler.long_side = 2432
        upscale = await run_upscale(harness, round_id)
        assert upscale.portrait
        assert (upscale.portrait.long_side, upscale.portrait.is_4k) == (2432, False)


async def test_upscale_without_growth_is_a_paid_failure(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path, UPSCALE_CATALOGUE) as (harness, round_id):
        harness.fake_models.fake_upscaler.long_side = 120
        upscale = await run_upscale(harness, round_id)
        assert (upscale.state, upscale.cost, upscale.cost_source) == (UpscaleState.FAILED, Decimal("0.004"), "exact")
        assert upscale.failure
        assert (upscale.failure.kind, upscale.failure.paid) == ("invalid_image", "yes")


async def test_upscale_pressed_twice_and_replayed_is_paid_once(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path, UPSCALE_CATALOGUE) as (harness, round_id):
        first = await run_upscale(harness, round_id, by=DIRECTOR)
        again = await harness.casting.start_upscale.reserve(round_id, 1, UPSCALER.id, PRODUCER)
        late = await harness.casting.start_upscale.reserve(round_id, 2, UPSCALER.id, PRODUCER)
        assert (again.created, late.created, again.upscale) == (False, False, first)
        await harness.casting.run_upscale.run(first.id)
        await harness.casting.run_upscale.publish(first.id)
        assert len(harness.fake_models.fake_upscaler.requests) == 1
        assert [p.filename for p in harness.publisher.uploaded_pictures].count("Maya-3072x4096.png") == 1


async def test_upscale_stored_before_a_crash_is_not_requested_again(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path, UPSCALE_CATALOGUE) as (harness, round_id):
        started = await harness.casting.start_upscale.reserve(round_id, 1, UPSCALER.id, LEAD)
        await harness.storage.upscales.mark_requested(started.upscale.id, harness.now)
        await harness.storage.portraits.put(preview_key(round_id, started.upscale.id), b"preview")
        await harness.storage.portraits.put(original_key(round_id, started.upscale.id), make_portrait(3, 3000, 4000))
        await harness.casting.run_upscale.run(started.upscale.id)
        upscale = await harness.storage.upscales.get(started.upscale.id)
        assert (upscale.state, upscale.cost, upscale.cost_source) == (UpscaleState.KEPT, UPSCALER.price, "listed")
        assert harness.fake_models.fake_upscaler.requests == []


async def test_upscale_lost_in_a_crash_has_an_unknown_charge(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path, UPSCALE_CATALOGUE) as (harness, round_id):
        started = await harness.casting.start_upscale.reserve(round_id, 1, UPSCALER.id, LEAD)
        await harness.storage.upscales.mark_requested(started.upscale.id, harness.now)
        await harness.casting.start_upscale.restart_unfinished()
        assert harness.started_jobs[-1] == ("upscale", started.upscale.id)
        await harness.casting.run_upscale.run(started.upscale.id)
        upscale = await harness.storage.upscales.get(started.upscale.id)
        assert upscale.failure
        assert (upscale.failure.kind, upscale.failure.paid, upscale.cost_source) == ("unknown", "maybe", "unknown")
        assert harness.fake_models.fake_upscaler.requests == []
        assert (await run_upscale(harness, round_id, attempt=2)).state is UpscaleState.KEPT


@pytest.mark.parametrize(
    ("error", "held"), [(ContentRefused("m", "blood"), "0"), (TimedOut("m", "", "maybe"), "0.004")]
)
async def test_failed_upscale_can_be_retried_and_reserves_unknown_charges(
    error: Exception, held: str, tmp_path: Path
) -> None:
    async with harness_with_face(tmp_path, UPSCALE_CATALOGUE) as (harness, round_id):
        before = await committed_today(harness)
        harness.fake_models.fake_upscaler.error = error
        assert (await run_upscale(harness, round_id)).state is UpscaleState.FAILED
        assert await committed_today(harness) - before == Decimal(held)
        harness.fake_models.fake_upscaler.error = None
        assert (await run_upscale(harness, round_id, attempt=2)).state is UpscaleState.KEPT


async def test_redrawn_upscale_waits_for_the_leads_decision(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path, REDRAW_CATALOGUE) as (harness, round_id):
        face = await harness.storage.roster.get_face(round_id)
        assert face
        harness.fake_models.skin.render = lambda request: make_portrait(request.seed, 3000, 4000)
        upscale = await run_upscale(harness, round_id)
        assert (upscale.state, upscale.price) == (UpscaleState.OFFERED, UPSCALE_PRICE)
        request = harness.fake_models.skin.requests[-1]
        assert (request.size, request.references) == (
            Size.FOUR_K,
            (await harness.storage.portraits.get(face.portrait.key),),
        )
        assert face.prompt in request.prompt
        both = next(p for p in harness.publisher.sheets if p.upscale_kind == "pair")
        with Image.open(BytesIO(both.data)) as image:
            assert image.size == (2000, 1328)
        with pytest.raises(NotLead):
            await harness.casting.start_upscale.decide(round_id, upscale.id, DIRECTOR, keep=True)
        declined = await harness.casting.start_upscale.decide(round_id, upscale.id, LEAD, keep=False)
        assert declined.state is UpscaleState.DECLINED
        assert (
            await harness.casting.start_upscale.decide(round_id, upscale.id, LEAD, keep=True)
        ).state is UpscaleState.DECLINED


async def test_upscale_of_another_round_cannot_be_decided(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path, REDRAW_CATALOGUE) as (harness, round_id):
        with pytest.raises(KeyError):
            await harness.casting.start_upscale.decide(round_id, "r-elsewhere-f1", LEAD, keep=True)


async def test_upscale_with_a_changed_price_does_not_start(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path, UPSCALE_CATALOGUE) as (harness, round_id):
        with pytest.raises(CannotUpscale, match="changed"):
            await harness.casting.start_upscale.reserve(round_id, 1, REDRAWING_MODEL.id, LEAD)
        assert await harness.storage.upscales.list_for_face(round_id) == ()


async def test_upscale_needs_budget_and_access_to_the_face(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path, UPSCALE_CATALOGUE, per_day="0.202") as (harness, round_id):
        with pytest.raises(OverBudget):
            await harness.casting.start_upscale.reserve(round_id, 1, UPSCALER.id, LEAD)
        harness.channel_access.private_members[FILM] = {LEAD}
        with pytest.raises(NotAvailableHere):
            await harness.casting.start_upscale.reserve(round_id, 1, UPSCALER.id, DIRECTOR)
        assert harness.fake_models.fake_upscaler.requests == []


async def test_download_contains_original_upscale_prompt_and_record(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path, UPSCALE_CATALOGUE) as (harness, round_id):
        upscale = await run_upscale(harness, round_id)
        history = await harness.casting.history.get_by_name("Maya", DIRECTOR, FILM)
        assert [e.kind for e in history.events if e.kind.startswith("upscale")][::-1] == ["upscaled", "upscale_kept"]
        assert (history.round_count, history.face_count, history.upscale_count) == (1, 1, 1)
        face_archive = await harness.casting.face_download.archive(round_id, DIRECTOR)
        assert face_archive.filename == "Maya-1.zip"
        with ZipFile(BytesIO(face_archive.data)) as archive:
            files = {name.removeprefix("Maya-1/"): archive.read(name) for name in archive.namelist()}
        assert set(files) == {
            f"Maya-1-{kind}"
            for kind in (
                "README.txt",
                "original.png",
                "finish.png",
                "prompt.txt",
                "record.json",
                "record.txt",
                "SHA256SUMS",
            )
        }
        record = json.loads(files["Maya-1-record.json"])
        for what in ("original", "finish"):
            assert hashlib.sha256(files[f"Maya-1-{what}.png"]).hexdigest() == record[what]["sha256"]
            assert f"{record[what]['sha256']}  Maya-1-{what}.png" in files["Maya-1-SHA256SUMS"].decode()
        assert record["finish"]["from_sha256"] == record["original"]["sha256"] == upscale.original_sha256
        assert record["prompt"] == files["Maya-1-prompt.txt"].decode().rstrip("\n")
        assert f"model: {record['model']}" in files["Maya-1-record.txt"].decode()
        harness.channel_access.private_members[FILM] = {LEAD}
        with pytest.raises(NotAvailableHere):
            await harness.casting.face_download.archive(round_id, DIRECTOR)


async def test_character_name_with_path_characters_stays_in_its_folder(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, catalogue=UPSCALE_CATALOGUE) as harness:
        round_id = await harness.run_to_lock("../../etc/passwd: a fisherwoman")
        face_archive = await harness.casting.face_download.archive(round_id, LEAD)
        with ZipFile(BytesIO(face_archive.data)) as archive:
            assert {name.split("/")[0] for name in archive.namelist()} == {"etc-passwd-1"}


async def test_roster_export_matches_stored_bytes_while_the_bot_runs(tmp_path: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "out"
    async with harness_with_face(data, UPSCALE_CATALOGUE) as (harness, round_id):
        await run_upscale(harness, round_id)
        harness.advance(minutes=1)
        await harness.run_to_lock("maya.: another, whose folder is called alike")
        result = await export(Settings(data_dir=data), FILM.channel, out)
        assert (result.characters, result.faces) == (2, 2)
        assert sorted(p.name for p in out.iterdir()) == ["Maya-1", "maya-1-2"]
        for folder in out.iterdir():
            record = json.loads(next(folder.glob("*-record.json")).read_text())
            assert (
                hashlib.sha256(next(folder.glob("*-original.png")).read_bytes()).hexdigest()
                == record["original"]["sha256"]
            )
        assert (out / "Maya-1" / "Maya-1-finish.png").exists()
        with pytest.raises(NotEmpty):
            await export(Settings(data_dir=data), FILM.channel, out)
        with pytest.raises(NoProduction):
            await export(Settings(data_dir=data), "C-nobody", tmp_path / "other")
