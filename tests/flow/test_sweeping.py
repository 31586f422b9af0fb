"""Pictures without a row are cleared away, and none that anybody may still need."""

import os
import signal
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest

from bot.brief import Brief
from bot.errors import AlreadyCast, OverBudget
from bot.opening import opened_by
from bot.presenting import original_key, preview_key
from bot.slot import Miss, SlotState
from bot.sweeping import Swept
from tests.flow.house import house
from tests.flow.test_after_a_crash import dies_at, to_the_lock
from tests.flow.theatre import FILM, LEAD, Theatre, portrait, theatre

KEYS = ("recraft", "openai", "gemini")

TWO_DAYS_AGO = 2 * 86_400


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path, keys=KEYS) as opened:
        yield opened


def stored(data: Path) -> set[str]:
    folder = data / "portraits"
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


async def swept(stage: Theatre) -> Swept:
    """As the clock would two days from now."""
    stage.later(days=2)
    return await stage.casting.sweeping.sweep()


async def attached(stage: Theatre, line: str, picture: bytes) -> None:
    """A round with a picture of somebody nobody is, out of the form."""
    opening = stage.casting.opening
    held = await opening.hold(Brief.of(line), FILM, LEAD, f"trigger-{line}")
    await opening.open_like(held.wish.id, LEAD, held.wish.brief.text, picture, None)


async def test_whatever_a_row_names_stays(stage: Theatre, tmp_path: Path) -> None:
    await stage.locked()
    before = stored(tmp_path)
    assert len(before) == 8
    assert await swept(stage) == Swept()
    assert stored(tmp_path) == before


async def test_bytes_that_were_no_picture_go_after_a_day_and_not_before(stage: Theatre, tmp_path: Path) -> None:
    stage.studio.skin.draws = lambda ask: b"not a picture"
    round_ = await stage.voting()
    (missed, _) = round_.misses
    assert missed.miss
    assert missed.miss.kind == "bad_picture"
    assert await stage.casting.sweeping.sweep() == Swept()
    assert original_key(round_.id, missed.id) in stored(tmp_path)
    assert await swept(stage) == Swept(dropped=2)
    assert stored(tmp_path) == {key(round_.id, s.id) for s in round_.candidates for key in (original_key, preview_key)}


async def test_a_portrait_stored_just_before_a_crash_is_left_for_the_replay(stage: Theatre, tmp_path: Path) -> None:
    round_id = await stage.open()
    await stage.casting.posting.post(round_id)
    slot_id = (await stage.casting.audition.slots(round_id))[0]
    await stage.storage.rounds.intend(slot_id, stage.now)
    await stage.storage.portraits.put(original_key(round_id, slot_id), portrait(1))
    assert await swept(stage) == Swept()
    await stage.casting.audition.draw(slot_id)
    assert (await stage.round(round_id)).slots[0].state is SlotState.CANDIDATE
    assert stage.studio.asked == 0


async def test_a_portrait_that_came_after_all_gets_its_row_and_nobody_is_asked_what_it_cost(
    stage: Theatre, tmp_path: Path
) -> None:
    round_id = await stage.open()
    slot_id = (await stage.casting.audition.slots(round_id))[0]
    await stage.storage.rounds.intend(slot_id, stage.now)
    await stage.storage.rounds.miss(slot_id, Miss("unknown", paid="maybe"), None, None)
    await stage.storage.portraits.put(original_key(round_id, slot_id), portrait(1))
    await stage.storage.portraits.put(preview_key(round_id, slot_id), b"preview")
    assert await swept(stage) == Swept(adopted=1)
    slot = (await stage.round(round_id)).slots[0]
    assert slot.portrait
    assert slot.portrait.key == original_key(round_id, slot_id)
    assert slot.portrait.sha256 == sha256(portrait(1)).hexdigest()
    assert not await stage.storage.ledger.questions("T1")
    assert await swept(stage) == Swept()
    assert len(stored(tmp_path)) == 2


async def test_an_attached_picture_goes_when_its_round_was_not_opened_and_stays_with_one_that_was(
    tmp_path: Path,
) -> None:
    async with theatre(tmp_path, per_day="0.20", keys=KEYS) as stage:
        await attached(stage, "Rich: a captain --like photo --each 1", portrait(6))
        kept = {key for key in stored(tmp_path) if "/reference/" in key}
        with pytest.raises(OverBudget):
            await attached(stage, "Poor: a stowaway --like photo --each 4", portrait(7))
        assert len(stored(tmp_path)) == 2
        assert await swept(stage) == Swept(dropped=1)
        assert stored(tmp_path) == kept


async def test_a_wish_that_waits_with_its_picture_keeps_it(stage: Theatre, tmp_path: Path) -> None:
    await stage.locked("Maya: a fisherwoman")
    before = stored(tmp_path)
    with pytest.raises(AlreadyCast):
        await attached(stage, "Maya: a captain --like photo", portrait(6))
    assert len(stored(tmp_path)) == len(before) + 1
    assert await swept(stage) == Swept()


async def test_what_this_database_never_heard_of_stays_where_it_is(stage: Theatre, tmp_path: Path) -> None:
    """An older copy was put back, and the pictures since then may be wanted again."""
    await stage.open()
    strange = (
        "rabc/rabc-0/original",
        "rabc/rabc-0/preview.jpg",
        f"{opened_by('T1', 'w-unknown')}/reference/{'ab' * 32}",
        "holiday/beach.jpg",
    )
    for key in strange:
        await stage.storage.portraits.put(key, b"picture")
    assert await swept(stage) == Swept()
    assert stored(tmp_path) == set(strange)


async def test_a_probe_that_was_left_goes(stage: Theatre, tmp_path: Path) -> None:
    await stage.storage.portraits.put(f"probe/{'ab' * 16}", b"probe")
    assert await swept(stage) == Swept(dropped=1)
    assert stored(tmp_path) == set()


async def test_killed_between_the_picture_and_its_row_the_sweep_leaves_it_and_the_round_takes_it_up(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as film:
        await dies_at(film, "storage.rounds", "SqlRounds", "land")
        ts = await film.cast("Maya: a fisherwoman --each 1 --models recraft")
        await film.bot.wait()
        assert film.bot.returncode == -signal.SIGKILL
        (original,) = (key for key in stored(tmp_path / "bot") if key.endswith("/original"))
        leftover = f"probe/{'ab' * 16}"
        folder = tmp_path / "bot" / "portraits"
        (folder / "probe").mkdir(exist_ok=True)
        (folder / leftover).write_bytes(b"probe")
        for file in [file for file in folder.rglob("*") if file.is_file()]:
            old = file.stat().st_mtime - TWO_DAYS_AGO
            os.utime(file, (old, old))
        await film.start_bot(FIRST_SWEEP_SECONDS="0")

        async def gone() -> bool:
            return leftover not in stored(tmp_path / "bot")

        await film.door.until(gone, "the sweep")
        assert original in stored(tmp_path / "bot")
        await film.ballot(ts)
        assert await film.asked() == 1
        await to_the_lock(film, ts, "Maya")
