"""A database of any released version, with rows in every table, is brought to this one and read by it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from bot.ballot import Leg, Mark, Way
from bot.budget import Charge, Spender
from bot.face import Place
from bot.finish import FinishState
from bot.ports import Reader
from bot.round import State
from bot.slot import Miss, SlotState
from storage import Storage, examine, migrate, open_storage
from storage.migrations import _config
from tests.unit.storage.archive import COMMITTED, TUESDAY, written_at
from tests.unit.storage.stories import NOW, a_face, at, counted

PLACE = Place("T1", "C1")
NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)
RELEASED = sorted(step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions())


@pytest.fixture(params=RELEASED)
async def old(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[str, Storage]]:
    """The revision a database was written at, and that database opened by today's code."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'castroom.sqlite'}"
    await asyncio.to_thread(written_at, url, request.param)
    await examine(url)
    await migrate(url)
    storage = await open_storage(at(url), lambda: NOW)
    yield request.param, storage
    await storage.close()


async def test_every_row_reads_as_it_was_meant(old: tuple[str, Storage]) -> None:
    _, storage = old
    locked, void, voting = [await storage.rounds.get(f"r{n}") for n in (1, 2, 3)]
    assert (locked.state, void.state, voting.state) == (State.LOCKED, State.VOID, State.VOTING)
    assert (locked.opened_at, locked.closes_at, locked.message_ts) == (NINE, NINE + timedelta(hours=1), "1.r1")
    assert (locked.brief.text, locked.brief.open_for, locked.reason.look) == ("a fisherwoman", timedelta(1), "skin")
    assert locked.tally
    assert (dict(locked.tally.votes), locked.tally.voters) == ({1: 2}, 2)
    assert (voting.parent, voting.origin) == ("r2", "rerolled")
    drawn, refused, unknown = locked.slots
    assert (drawn.state, drawn.number, drawn.cost, drawn.cost_source) == (
        SlotState.CANDIDATE, 1, Decimal("0.04"), "exact",
    )  # fmt: skip
    assert drawn.portrait
    assert (drawn.portrait.key, drawn.portrait.credentials) == ("r1/r1-0/original", True)
    assert (refused.miss, unknown.miss) == (Miss("refused"), Miss("timed_out", paid="maybe"))
    assert voting.slots[1].state is SlotState.WAITING
    assert {(m.person, m.way, m.on) for m in await storage.rounds.marks("r1")} == {
        ("U1", Way.REACTION, True),
        ("U2", Way.BUTTON, True),
    }


async def test_face_wish_and_production_are_there(old: tuple[str, Storage]) -> None:
    _, storage = old
    face = await storage.roster.face("r1")
    assert face
    assert (face.character, face.version, dict(face.tally), face.released) == ("Maya", 1, {1: 2}, None)
    assert [c.id for c in await storage.roster.named("T1", "maya")] == ["maya"]
    assert [each.round_id for each in await storage.roster.history("maya")] == ["r1"]
    wish = await storage.rounds.wish("w1")
    assert wish
    assert (wish.person, wish.brief.name, wish.lead) == ("U1", "Maya", "")
    production = await storage.productions.of(PLACE)
    assert (production.id, production.channels) == ("p1", ("C1",))


async def test_money_is_counted_by_every_cap_and_the_open_question_is_still_asked(old: tuple[str, Storage]) -> None:
    _, storage = old
    assert dict(await storage.ledger.charged("r1")) == {
        "r1-0": Charge(Decimal("0.04"), "exact"),
        "r1-2": Charge(Decimal("0.05"), "unknown"),
    }
    held = await storage.ledger.held(Spender(PLACE, "U-lead", TUESDAY))
    assert set(held.values()) == {Decimal(COMMITTED) / 1_000_000}
    assert len(held) == 4
    assert [(q.id, q.character, q.person) for q in await storage.ledger.questions("T1")] == [("r1-2", "Maya", "U-lead")]
    assert await storage.ledger.settle("r1-2", "U-lead", charged=False)


async def test_what_later_schemas_added_is_there_from_then_on(old: tuple[str, Storage]) -> None:
    revision, storage = old
    since = {"notices": "0003", "finishes": "0006", "papers": "0007", "deeds": "0008", "uploads": "0010"}
    there = {what: revision >= first for what, first in since.items()}
    assert await storage.notices.take(Reader("T1", "U1"), "openai:gpt-image-2", NOW) is not there["notices"]
    assert [f.state for f in await storage.finishes.of("r1")] == [FinishState.KEPT] * there["finishes"]
    assert [paper.person for paper in await storage.rounds.papers("r3")] == ["U3"] * there["papers"]
    assert await storage.rounds.uploaded("ab" * 32) == ["F1", "F2"] * there["uploads"]
    assert [deed.what for deed in await storage.chronicle.of_character("maya")] == ["closed"] * there["deeds"]
    assert await storage.rounds.reminded("r3", Leg.FIRST) == (frozenset({"U4"}) if there["deeds"] else frozenset())
    assert [c.id for c in await storage.roster.named("T1", "Old Maya")] == ["maya"] * there["deeds"]
    assert (await storage.productions.of(PLACE)).name == ("Harbour" if there["deeds"] else "")


async def test_a_round_that_was_open_goes_on_to_its_lock(old: tuple[str, Storage]) -> None:
    _, storage = old
    assert await storage.rounds.mark(Mark("r3", "U5", "r3-0", Way.BUTTON, True, 10))
    await storage.rounds.miss("r3-1", Miss("down"), None, None)
    assert await storage.ledger.committed("T1", TUESDAY) == Decimal("0.13"), "what was reserved went back"
    round_ = await storage.rounds.get("r3")
    assert await storage.rounds.close("r3", await counted(storage, round_), round_.ballot_version)
    assert await storage.rounds.lock("r3", a_face(await storage.rounds.get("r3")))
    face = await storage.roster.face("r3")
    assert face
    assert (face.character, face.version) == ("Ben", 1)
