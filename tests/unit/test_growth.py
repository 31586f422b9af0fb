"""The crowd that the benchmarks look through is what the bot would have written; each way to look finds somebody."""

from pathlib import Path

import pytest

from benchmarks.growth import rows, waited
from benchmarks.people import HERE, PERSON, TEAM, crowd, fill
from storage import Storage, grams
from tests.unit.storage import stories

clock, storage = stories.clock, stories.storage


def test_nobody_of_a_crowd_is_called_like_somebody_else() -> None:
    members = crowd(3_000)
    names = [name for m in members for name in (m.name, m.alias) if name]
    assert len(names) == len(set(names)) == 3_300
    assert members == crowd(3_000)
    assert sum(m.place == HERE for m in members) == 40


async def test_a_crowd_reads_like_a_roster_the_bot_has_written(storage: Storage) -> None:
    """The fixture looks besides whether everybody stands where their faces say."""
    members = crowd(60)
    await fill(storage, members)
    (found,) = await storage.roster.named(TEAM, members[50].alias)
    assert (found.name, found.place, found.aliases) == (members[50].name, members[50].place, (members[50].alias,))
    assert found.face
    round_ = await storage.rounds.get(found.face.round_id)
    assert round_.candidate(found.face.slot_id).number == 1
    assert (round_.lead, round_.place) == (PERSON, members[50].place)
    slip = members[7].name.replace(members[7].name[1], "q", 1)
    assert members[7].id in {c.character_id for c in await storage.roster.like(TEAM, slip, 50)}
    assert sum(1 for _ in await storage.roster.shelves(TEAM)) == 2


async def test_where_very_many_share_pieces_of_a_name_the_rarest_lead_to_it(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = crowd(600)
    await fill(storage, members)
    monkeypatch.setattr(grams, "_LOOKED_AT", 30)
    for member in members[::20]:
        slip = f"{member.name[:2]}{member.name[3:]}"
        found = await storage.roster.like(TEAM, slip, 60)
        assert member.id in {called.character_id for called in found}, slip
    assert await storage.roster.like(TEAM, "ŋŋŋŋŋ", 60) == []


async def test_each_way_to_look_is_asked_and_told_in_a_row(tmp_path: Path) -> None:
    waits = {size: await waited(tmp_path / f"{size}", size, 2) for size in (10, 45)}
    told = rows(waits)
    assert all(len(asked) == 2 for w in waits.values() for asked in w.asked.values())
    assert [row.goal for row in told[:3]] == ["growth under 3 times, p99 under 50 ms"] * 3
    assert all("10 / 45 characters" in row.what for row in told)
