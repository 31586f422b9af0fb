"""Builders for rounds in each state, and a fixture that opens a fresh storage."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import and_, select

from bot.domain.ballot import Tally, VoteInput, VoteSource
from bot.domain.brief import Brief
from bot.domain.budget import Caps, Charge
from bot.domain.errors import UnavailableModel
from bot.domain.face import Character, CredentialsState, Face, Portrait
from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from bot.domain.routing.reason import RoutingReason
from bot.domain.slot import Slot
from bot.ports.rounds import GeneratedPortrait
from bot.settings import Settings
from storage import Storage, migrate, open_storage
from storage.db.face_tables import faces
from storage.db.tables import characters, ledger, productions
from storage.roster.joins import CHANNEL, IS_CAST, select_characters
from tests.support.postgres_pool import DatabasePool
from tests.support.postgres_server import require_postgres

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
PLACE = ChannelRef("T1", "C1")
CAPS = Caps(Decimal("2.00"), Decimal("20.00"))
LARGE_CAPS = Caps(Decimal(1_000), Decimal(1_000_000))
NICKEL = Decimal("0.05")

DATABASES = ("sqlite", "postgresql")


class FakeClock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=DATABASES)
async def storage(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Storage]:
    url = await fresh_database(request.param, tmp_path)
    opened = await open_storage(make_settings(url), clock)
    yield opened
    await assert_roster_status_is_current(opened)
    await opened.close()
    if request.param == "postgresql":
        await asyncio.to_thread(postgres_pool().give_back, url)


async def assert_roster_status_is_current(storage: Storage) -> None:
    """Require that each character's stored status matches its faces and rounds."""
    has_face = and_(faces.c.round_id.is_not(None), faces.c.unlocked.is_(None))
    computed_query = select_characters(characters.c.id, CHANNEL.label("place"), has_face.label("cast")).where(IS_CAST)
    async with storage.database.snapshot() as connection:
        computed = {row.id: (row.place, row.cast) for row in await connection.execute(computed_query)}
        stored = {row.id: (row.visible_channel, row.has_face) for row in await connection.execute(select(characters))}
    assert stored == {id_: computed.get(id_, (None, False)) for id_ in stored}


async def list_characters(storage: Storage, team: str) -> Sequence[Character]:
    """Return the characters of a workspace with a face or an open round, by name."""
    query = select_characters(characters.c.id).where(productions.c.team == team, IS_CAST)
    rows = await storage.database.fetch_all(query.order_by(characters.c.name_key, characters.c.id))
    return await storage.roster.get_many([row.id for row in rows])


async def list_charges(storage: Storage, round_id: str) -> dict[str, Charge]:
    """Return the charge of each slot of a round, by slot id."""
    query = select(ledger).where(ledger.c.round_id == round_id, ledger.c.kind == "slot")
    return {row.item_id: Charge(row.usd, row.source) for row in await storage.database.fetch_all(query)}


def make_settings(database_url: str, portraits_url: str = "memory:///") -> Settings:
    return Settings(
        database_url=database_url, engine_url=database_url, portraits_url=portraits_url, executor_id="tests"
    )


async def fresh_sqlite(folder: Path) -> str:
    """Write a migrated SQLite file to `folder`; return its URL."""
    file = folder / "castroom.sqlite"
    folder.mkdir(parents=True, exist_ok=True)
    file.write_bytes(await asyncio.to_thread(_migrated_template))
    return f"sqlite+aiosqlite:///{file}"


async def fresh_database(kind: str, folder: Path) -> str:
    """Return the URL of a new, migrated database of one of DATABASES."""
    return await fresh_sqlite(folder) if kind == "sqlite" else await asyncio.to_thread(fresh_postgres)


def fresh_postgres() -> str:
    """Return the URL of a new, migrated PostgreSQL database; skips the test where there is no server."""
    return postgres_pool().take()


@cache
def postgres_pool() -> DatabasePool:
    """Return this process's pool; skips the test where there is no server."""
    return DatabasePool(require_postgres(), _migrated_postgres())


@cache
def _migrated_template() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "template.sqlite"
        asyncio.run(migrate(f"sqlite+aiosqlite:///{file}"))
        return file.read_bytes()


@cache
def _migrated_postgres() -> str:
    """Return the name of this process's migrated database, which others are copied from."""
    server = require_postgres()
    name = server.create_database()
    with ThreadPoolExecutor(1) as own_loop:
        own_loop.submit(asyncio.run, migrate(server.url(name))).result()
    return name


def make_round(
    id_: str = "r1",
    name: str = "Maya",
    *,
    place: ChannelRef = PLACE,
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
        routing_reason=RoutingReason(
            "look", "skin", (("era", ("1920s",)),), (UnavailableModel("Nano Banana", "no_key", NICKEL),)
        ),
        order_seed=7,
        opened_at=opened_at,
        patience_until=opened_at + timedelta(minutes=2),
        parent=parent,
        slots=tuple(Slot(f"{id_}-{n}", id_, n, f"maker:model-{n % 2}", price, seed=n) for n in range(slots)),
    )


def make_generated_portrait(
    slot_id: str, cost: str = "0.05", source: str = "exact", seed: int | None = None
) -> GeneratedPortrait:
    portrait = Portrait(
        f"r/{slot_id}/original",
        "image/png",
        768,
        1024,
        1_000,
        sha256(slot_id.encode()).hexdigest(),
        has_content_credentials=True,
        credentials=CredentialsState.VALID,
        credentials_by="OpenAI",
    )
    return GeneratedPortrait(slot_id, portrait, Charge(Decimal(cost), source), 4.5, f"req-{slot_id}", seed)


def make_vote_input(
    round_: Round,
    position: int,
    person: str,
    event_ts: int,
    *,
    on: bool = True,
    source: VoteSource = VoteSource.REACTION,
) -> VoteInput:
    return VoteInput(round_.id, person, round_.slots[position].id, source, on, event_ts)


def make_face(round_: Round, number: int = 1) -> Face:
    slot = round_.candidate_by_number(number)
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


async def open_generated_round(storage: Storage, new: Round, completed: int | None = None) -> Round:
    """Open `new` and complete its first `completed` slots, by default all."""
    await storage.rounds.open(new, CAPS, recast=True)
    for slot in new.slots[:completed]:
        await storage.slots.mark_requested(slot.id, NOW)
        await storage.slots.record_portrait(make_generated_portrait(slot.id), frozenset())
    return await storage.rounds.get(new.id)


async def open_voting_round(storage: Storage, new: Round, completed: int | None = None, hours: float = 24) -> Round:
    """Open `new` and its ballot: slot 0 is number 1, slot 1 number 2, and so on."""
    round_ = await open_generated_round(storage, new, completed)
    numbers = {slot.id: slot.position + 1 for slot in round_.completed}
    assert await storage.ballots.open(new.id, numbers, NOW + timedelta(hours=hours))
    return await storage.rounds.get(new.id)


async def open_closed_round(storage: Storage, new: Round) -> Round:
    round_ = await open_voting_round(storage, new)
    assert await storage.ballots.close(new.id, await count_votes(storage, round_), round_.ballot_version)
    return await storage.rounds.get(new.id)


async def open_locked_round(storage: Storage, new: Round, number: int = 1) -> Round:
    round_ = await open_closed_round(storage, new)
    assert await storage.rounds.lock(new.id, make_face(round_, number))
    return await storage.rounds.get(new.id)


async def count_votes(storage: Storage, round_: Round) -> Tally:
    return round_.count_votes(await storage.ballots.list_vote_inputs(round_.id), ())
