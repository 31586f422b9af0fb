"""Finishing a face and taking it on: use cases over a real database, an upscaler and models that do as told."""

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

from bot.budget import purse_day
from bot.catalogue import Catalogue, Size
from bot.errors import CannotFinish, NotHere, NotYours, OverBudget, Refused, TimedOut
from bot.export import NoProduction, NotEmpty, export
from bot.finish import Finish, FinishState
from bot.presenting import original_key, preview_key
from bot.settings import Settings
from tests.flow.theatre import DIRECTOR, FILM, LEAD, LITERAL, PRODUCER, SKIN, UPSCALER, Theatre, portrait, theatre

UPSCALING = Catalogue((SKIN, LITERAL), frozenset({"recraft", "openai"}), (UPSCALER,))
DRAWER = replace(SKIN, references=1, pixels={Size.DRAFT: "90x120", Size.FOUR_K: "3000x4000"})
DRAWING = Catalogue((DRAWER, LITERAL), frozenset({"recraft", "openai"}))
FINISH_PRICE = Decimal("0.20")


@asynccontextmanager
async def cast(folder: Path, catalogue: Catalogue, **options: object) -> AsyncIterator[tuple[Theatre, str]]:
    """A theatre with one locked face."""
    async with theatre(folder, catalogue=catalogue, **options) as play:
        yield play, await play.locked()


async def press(play: Theatre, round_id: str, attempt: int = 1, by: str = LEAD) -> Finish:
    """The button as it would be drawn now, pressed, and the errand run to its end."""
    model = play.studio.catalogue.upscaler.id if play.studio.catalogue.upscaler else DRAWER.id
    begun = await play.casting.finishing.begin(round_id, attempt, model, by)
    await play.casting.enlarging.enlarge(begun.finish.id)
    await play.casting.enlarging.show(begun.finish.id)
    return await play.storage.finishes.get(begun.finish.id)


async def spent(play: Theatre) -> Decimal:
    return await play.storage.ledger.committed(FILM.team, purse_day(play.now))


async def test_an_upscaled_face_is_kept_at_once_beside_its_untouched_original(tmp_path: Path) -> None:
    async with cast(tmp_path, UPSCALING) as (play, round_id):
        face = await play.storage.roster.face(round_id)
        assert face
        original = await play.storage.portraits.get(face.portrait.key)
        before = await spent(play)
        finish = await press(play, round_id, by=DIRECTOR)
        assert finish.state is FinishState.KEPT
        assert finish.portrait
        assert (finish.portrait.width, finish.portrait.height, finish.portrait.is_4k) == (3072, 4096, True)
        assert (finish.original, finish.asked_by, finish.model) == (face.portrait.sha256, DIRECTOR, UPSCALER.id)
        assert play.studio.enlarger.asks == [original]
        assert await play.storage.portraits.get(face.portrait.key) == original
        assert await spent(play) - before == Decimal("0.004")
        assert play.stage.pinned[-1].filename == "Maya-3072x4096.png"


async def test_a_finish_under_4k_is_never_called_4k(tmp_path: Path) -> None:
    async with cast(tmp_path, UPSCALING) as (play, round_id):
        play.studio.enlarger.long_side = 2432
        finish = await press(play, round_id)
        assert finish.portrait
        assert (finish.portrait.long_side, finish.portrait.is_4k) == (2432, False)


async def test_what_did_not_grow_is_no_finish_and_was_paid_all_the_same(tmp_path: Path) -> None:
    async with cast(tmp_path, UPSCALING) as (play, round_id):
        play.studio.enlarger.long_side = 120
        finish = await press(play, round_id)
        assert (finish.state, finish.cost, finish.cost_source) == (FinishState.MISS, Decimal("0.004"), "exact")
        assert finish.miss
        assert (finish.miss.kind, finish.miss.paid) == ("bad_picture", "yes")


async def test_pressed_twice_by_two_people_and_replayed_it_is_paid_once(tmp_path: Path) -> None:
    async with cast(tmp_path, UPSCALING) as (play, round_id):
        first = await press(play, round_id, by=DIRECTOR)
        again = await play.casting.finishing.begin(round_id, 1, UPSCALER.id, PRODUCER)
        late = await play.casting.finishing.begin(round_id, 2, UPSCALER.id, PRODUCER)
        assert (again.fresh, late.fresh, again.finish) == (False, False, first)
        await play.casting.enlarging.enlarge(first.id)
        await play.casting.enlarging.show(first.id)
        assert len(play.studio.enlarger.asks) == 1
        assert [p.filename for p in play.stage.pinned].count("Maya-3072x4096.png") == 1


async def test_a_crash_after_the_bytes_asks_nobody_again(tmp_path: Path) -> None:
    async with cast(tmp_path, UPSCALING) as (play, round_id):
        begun = await play.casting.finishing.begin(round_id, 1, UPSCALER.id, LEAD)
        await play.storage.finishes.intend(begun.finish.id, play.now)
        await play.storage.portraits.put(preview_key(round_id, begun.finish.id), b"preview")
        await play.storage.portraits.put(original_key(round_id, begun.finish.id), portrait(3, 3000, 4000))
        await play.casting.enlarging.enlarge(begun.finish.id)
        finish = await play.storage.finishes.get(begun.finish.id)
        assert (finish.state, finish.cost, finish.cost_source) == (FinishState.KEPT, UPSCALER.price, "listed")
        assert play.studio.enlarger.asks == []


async def test_a_crash_before_the_answer_says_may_have_been_charged_and_waits_for_a_person(tmp_path: Path) -> None:
    async with cast(tmp_path, UPSCALING) as (play, round_id):
        begun = await play.casting.finishing.begin(round_id, 1, UPSCALER.id, LEAD)
        await play.storage.finishes.intend(begun.finish.id, play.now)
        await play.casting.finishing.resume()
        assert play.started[-1] == ("finish", begun.finish.id)
        await play.casting.enlarging.enlarge(begun.finish.id)
        finish = await play.storage.finishes.get(begun.finish.id)
        assert finish.miss
        assert (finish.miss.kind, finish.miss.paid, finish.cost_source) == ("unknown", "maybe", "unknown")
        assert play.studio.enlarger.asks == []
        assert (await press(play, round_id, attempt=2)).state is FinishState.KEPT


@pytest.mark.parametrize(("error", "held"), [(Refused("m", "blood"), "0"), (TimedOut("m", "", "maybe"), "0.004")])
async def test_a_miss_can_be_tried_again_and_holds_only_what_may_have_been_charged(
    error: Exception, held: str, tmp_path: Path
) -> None:
    async with cast(tmp_path, UPSCALING) as (play, round_id):
        before = await spent(play)
        play.studio.enlarger.error = error
        assert (await press(play, round_id)).state is FinishState.MISS
        assert await spent(play) - before == Decimal(held)
        play.studio.enlarger.error = None
        assert (await press(play, round_id, attempt=2)).state is FinishState.KEPT


async def test_where_no_account_enlarges_a_face_drawn_again_waits_for_the_lead(tmp_path: Path) -> None:
    async with cast(tmp_path, DRAWING) as (play, round_id):
        face = await play.storage.roster.face(round_id)
        assert face
        play.studio.skin.draws = lambda ask: portrait(ask.seed, 3000, 4000)
        finish = await press(play, round_id)
        assert (finish.state, finish.price) == (FinishState.OFFERED, FINISH_PRICE)
        ask = play.studio.skin.asks[-1]
        assert (ask.size, ask.references) == (Size.FOUR_K, (await play.storage.portraits.get(face.portrait.key),))
        assert face.prompt in ask.prompt
        both = next(p for p in play.stage.sheets if p.finish == "pair")
        with Image.open(BytesIO(both.data)) as image:
            assert image.size == (2000, 1328)
        with pytest.raises(NotYours):
            await play.casting.finishing.decide(round_id, finish.id, DIRECTOR, keep=True)
        declined = await play.casting.finishing.decide(round_id, finish.id, LEAD, keep=False)
        assert declined.state is FinishState.DECLINED
        assert (await play.casting.finishing.decide(round_id, finish.id, LEAD, keep=True)).state is FinishState.DECLINED


async def test_a_finish_of_another_round_cannot_be_decided_here(tmp_path: Path) -> None:
    async with cast(tmp_path, DRAWING) as (play, round_id):
        with pytest.raises(KeyError):
            await play.casting.finishing.decide(round_id, "r-elsewhere-f1", LEAD, keep=True)


async def test_another_price_than_the_button_showed_starts_nothing(tmp_path: Path) -> None:
    async with cast(tmp_path, UPSCALING) as (play, round_id):
        with pytest.raises(CannotFinish, match="changed"):
            await play.casting.finishing.begin(round_id, 1, DRAWER.id, LEAD)
        assert await play.storage.finishes.of(round_id) == ()


async def test_nothing_is_asked_past_the_cap_nor_by_whoever_may_not_see_the_face(tmp_path: Path) -> None:
    async with cast(tmp_path, UPSCALING, per_day="0.202") as (play, round_id):
        with pytest.raises(OverBudget):
            await play.casting.finishing.begin(round_id, 1, UPSCALER.id, LEAD)
        play.doors.private[FILM] = {LEAD}
        with pytest.raises(NotHere):
            await play.casting.finishing.begin(round_id, 1, UPSCALER.id, DIRECTOR)
        assert play.studio.enlarger.asks == []


async def test_a_face_to_take_on_is_one_zip_with_original_finish_prompt_and_record(tmp_path: Path) -> None:
    async with cast(tmp_path, UPSCALING) as (play, round_id):
        finish = await press(play, round_id)
        parcel = await play.casting.taking.parcel(round_id, DIRECTOR)
        assert parcel.filename == "Maya-1.zip"
        with ZipFile(BytesIO(parcel.data)) as archive:
            files = {name.removeprefix("Maya-1/"): archive.read(name) for name in archive.namelist()}
        assert set(files) == {"original.png", "finish.png", "prompt.txt", "record.json", "record.txt", "SHA256SUMS"}
        record = json.loads(files["record.json"])
        for what in ("original", "finish"):
            assert hashlib.sha256(files[f"{what}.png"]).hexdigest() == record[what]["sha256"]
            assert f"{record[what]['sha256']}  {what}.png" in files["SHA256SUMS"].decode()
        assert record["finish"]["from_sha256"] == record["original"]["sha256"] == finish.original
        assert record["prompt"] == files["prompt.txt"].decode().rstrip("\n")
        assert f"model: {record['model']}" in files["record.txt"].decode()
        play.doors.private[FILM] = {LEAD}
        with pytest.raises(NotHere):
            await play.casting.taking.parcel(round_id, DIRECTOR)


async def test_a_name_made_of_paths_leads_out_of_no_folder(tmp_path: Path) -> None:
    async with theatre(tmp_path, catalogue=UPSCALING) as play:
        round_id = await play.locked("../../etc/passwd: a fisherwoman")
        parcel = await play.casting.taking.parcel(round_id, LEAD)
        with ZipFile(BytesIO(parcel.data)) as archive:
            assert {name.split("/")[0] for name in archive.namelist()} == {"etc-passwd-1"}


async def test_a_roster_is_exported_byte_by_byte_while_the_bot_is_at_work(tmp_path: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "out"
    async with cast(data, UPSCALING) as (play, round_id):
        await press(play, round_id)
        play.later(minutes=1)
        await play.locked("maya.: another, whose folder is called alike")
        done = await export(Settings(data_dir=data), FILM.channel, out)
        assert (done.characters, done.faces) == (2, 2)
        assert sorted(p.name for p in out.iterdir()) == ["Maya-1", "maya-1-2"]
        for folder in out.iterdir():
            record = json.loads((folder / "record.json").read_text())
            assert hashlib.sha256((folder / "original.png").read_bytes()).hexdigest() == record["original"]["sha256"]
        assert (out / "Maya-1" / "finish.png").exists()
        with pytest.raises(NotEmpty):
            await export(Settings(data_dir=data), FILM.channel, out)
        with pytest.raises(NoProduction):
            await export(Settings(data_dir=data), "C-nobody", tmp_path / "other")
