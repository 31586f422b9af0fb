"""The benchmark's roster equals what the bot would store, and each query finds a character."""

from pathlib import Path

import pytest

from benchmarks.harness.roster_data import HOME_CHANNEL, PERSON, TEAM, insert_roster, make_roster
from benchmarks.speed.roster_scaling import measure_roster, timing_rows
from storage import Storage
from storage.roster import trigrams
from tests.support import storage_builders

clock, storage = storage_builders.clock, storage_builders.storage


def test_generated_names_are_unique_and_deterministic() -> None:
    members = make_roster(3_000)
    names = [name for m in members for name in (m.name, m.alias) if name]
    assert len(names) == len(set(names)) == 3_300
    assert members == make_roster(3_000)
    assert sum(m.place == HOME_CHANNEL for m in members) == 40


async def test_generated_roster_reads_like_one_the_bot_wrote(storage: Storage) -> None:
    """The fixture also checks that the characters' state matches their faces."""
    members = make_roster(60)
    await insert_roster(storage, members)
    (found,) = await storage.roster.by_name(TEAM, members[50].alias)
    assert (found.name, found.place, found.aliases) == (members[50].name, members[50].place, (members[50].alias,))
    assert found.face
    round_ = await storage.rounds.get(found.face.round_id)
    assert round_.candidate_by_slot(found.face.slot_id).number == 1
    assert (round_.lead, round_.place) == (PERSON, members[50].place)
    misspelling = members[7].name.replace(members[7].name[1], "q", 1)
    assert members[7].id in {c.character_id for c in await storage.roster.similar_names(TEAM, misspelling, 50)}
    assert sum(1 for _ in await storage.roster.sections(TEAM)) == 2


async def test_similar_names_use_the_rarest_trigrams(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    members = make_roster(600)
    await insert_roster(storage, members)
    monkeypatch.setattr(trigrams, "_MAX_NAMES_SCANNED", 30)
    for member in members[::20]:
        misspelling = f"{member.name[:2]}{member.name[3:]}"
        found = await storage.roster.similar_names(TEAM, misspelling, 60)
        assert member.id in {match.character_id for match in found}, misspelling
    assert await storage.roster.similar_names(TEAM, "ŋŋŋŋŋ", 60) == []


@pytest.mark.heavy
async def test_every_lookup_is_measured_and_reported_in_a_row(tmp_path: Path) -> None:
    waits = {size: await measure_roster(tmp_path / f"{size}", size, 2) for size in (10, 45)}
    report_rows = timing_rows(waits)
    assert all(len(times) == 2 for w in waits.values() for times in w.query_ms.values())
    assert [row.goal for row in report_rows[:3]] == ["growth under 3 times, p99 under 50 ms"] * 3
    assert all("10 / 45 characters" in row.label for row in report_rows)
