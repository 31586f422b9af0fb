"""Rounds to remember, told in few words, and the fixtures that open a fresh storage for each of them."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.ballot import Mark, Tally, Way
from bot.brief import Brief
from bot.budget import Caps, Charge
from bot.errors import Absent
from bot.face import Face, Place, Portrait
from bot.ports import Landing
from bot.round import Reason, Round
from bot.settings import Settings
from bot.slot import Slot
from storage import Storage, migrate, open_storage
from storage.cast import CAST, HAS_FACE, WHERE, with_faces
from storage.tables import characters, metadata

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
PLACE = Place("T1", "C1")
CAPS = Caps(Decimal("2.00"), Decimal("20.00"))
RICH = Caps(Decimal(1_000), Decimal(1_000_000))
NICKEL = Decimal("0.05")

# A second database for whoever has one: TEST_POSTGRES_URL=postgresql+asyncpg://user@host/a_database_to_be_emptied
DATABASES = ["sqlite", *(["postgresql"] if "TEST_POSTGRES_URL" in os.environ else [])]


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=DATABASES)
async def storage(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> AsyncIterator[Storage]:
    url = await fresh_sqlite(tmp_path) if request.param == "sqlite" else await fresh_postgres()
    opened = await open_storage(at(url), clock)
    yield opened
    await standings_are_true(opened)
    await opened.close()


async def standings_are_true(storage: Storage) -> None:
    """What is kept of where each character stands is what its faces and rounds say, whatever a test did."""
    true = with_faces(characters.c.id, WHERE.label("place"), HAS_FACE.label("cast")).where(CAST)
    async with storage.database.read() as connection:
        said = {row.id: (row.place, row.cast) for row in await connection.execute(true)}
        kept = {row.id: (row.shown_in, row.has_face) for row in await connection.execute(select(characters))}
    assert kept == {id_: said.get(id_, (None, False)) for id_ in kept}


def at(database_url: str, portraits_url: str = "memory:///") -> Settings:
    return Settings(database_url=database_url, engine_url=database_url, portraits_url=portraits_url)


async def fresh_sqlite(folder: Path) -> str:
    """A migrated file of its own in `folder`."""
    file = folder / "castroom.sqlite"
    file.write_bytes(await asyncio.to_thread(_migrated))
    return f"sqlite+aiosqlite:///{file}"


async def fresh_postgres() -> str:
    url = os.environ["TEST_POSTGRES_URL"]
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.drop_all)
        await connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    await engine.dispose()
    await migrate(url)
    return url


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "template.sqlite"
        asyncio.run(migrate(f"sqlite+aiosqlite:///{file}"))
        return file.read_bytes()


def a_round(
    id_: str = "r1",
    name: str = "Maya",
    *,
    place: Place = PLACE,
    slots: int = 4,
    price: Decimal = NICKEL,
    opened_at: datetime = NOW,
    parent: str | None = None,
) -> Round:
    return Round(
        id=id_,
        place=place,
        character_id="",
        lead="U-lead",
        brief=Brief(name, "weathered 60-year-old fisherwoman"),
        prompt="A portrait.",
        prompt_version="portrait-1",
        reason=Reason("look", "skin", (("era", ("1920s",)),), (Absent("Nano Banana", "no_key", NICKEL),)),
        order_seed=7,
        opened_at=opened_at,
        patience_until=opened_at + timedelta(minutes=2),
        parent=parent,
        slots=tuple(Slot(f"{id_}-{n}", id_, n, f"maker:model-{n % 2}", price, seed=n) for n in range(slots)),
    )


def a_landing(slot_id: str, cost: str = "0.05", source: str = "exact", seed: int | None = None) -> Landing:
    portrait = Portrait(
        f"r/{slot_id}/original", "image/png", 768, 1024, 1_000, sha256(slot_id.encode()).hexdigest(), credentials=True
    )
    return Landing(slot_id, portrait, Charge(Decimal(cost), source), 4.5, f"req-{slot_id}", seed)


def a_mark(round_: Round, position: int, person: str, stamp: int, *, on: bool = True, way: Way = Way.REACTION) -> Mark:
    return Mark(round_.id, person, round_.slots[position].id, way, on, stamp)


def a_face(round_: Round, number: int = 1) -> Face:
    slot = round_.numbered(number)
    assert slot.portrait
    assert slot.cost is not None
    return Face(
        round_id=round_.id,
        character_id=round_.character_id,
        character=round_.character,
        place=round_.place,
        version=0,
        slot_id=slot.id,
        number=number,
        model=slot.model,
        portrait=slot.portrait,
        prompt=round_.prompt,
        prompt_version=round_.prompt_version,
        brief=round_.brief.text,
        seed=slot.seed,
        request_id=slot.request_id,
        cost=slot.cost,
        cost_source=slot.cost_source,
        tally={1: 3, 2: 0},
        voters=3,
        decided_by_lead=False,
        lead=round_.lead,
        locked_by=round_.lead,
        locked_at=NOW + timedelta(hours=2),
        message_ts="1.1",
    )


async def drawn(storage: Storage, new: Round, landed: int | None = None) -> Round:
    """`new` opened and the first `landed` (all) of its slots landed."""
    await storage.rounds.open(new, CAPS, recast=True)
    for slot in new.slots[:landed]:
        await storage.rounds.intend(slot.id, NOW)
        await storage.rounds.land(a_landing(slot.id), frozenset())
    return await storage.rounds.get(new.id)


async def voting(storage: Storage, new: Round, landed: int | None = None, hours: float = 24) -> Round:
    """`new` drawn and its ballot opened: slot 0 is number 1, slot 1 number 2, and so on."""
    round_ = await drawn(storage, new, landed)
    numbers = {slot.id: slot.position + 1 for slot in round_.arrived}
    assert await storage.rounds.open_ballot(new.id, numbers, NOW + timedelta(hours=hours))
    return await storage.rounds.get(new.id)


async def closed(storage: Storage, new: Round) -> Round:
    round_ = await voting(storage, new)
    assert await storage.rounds.close(new.id, await counted(storage, round_), round_.ballot_version)
    return await storage.rounds.get(new.id)


async def locked(storage: Storage, new: Round, number: int = 1) -> Round:
    round_ = await closed(storage, new)
    assert await storage.rounds.lock(new.id, a_face(round_, number))
    return await storage.rounds.get(new.id)


async def counted(storage: Storage, round_: Round) -> Tally:
    return round_.count(await storage.rounds.marks(round_.id), ())
