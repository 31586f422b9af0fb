"""The port `Productions`: a channel that gets another id keeps everything."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import text

from bot.domain.audit import AuditEvent
from bot.domain.budget import Caps
from bot.domain.errors import AlreadyCast, OverBudget
from bot.domain.ids import ChannelRef
from bot.domain.production import ProductionSettings
from bot.ports.rounds import RoundDraft
from storage import Storage
from storage.db.tables import metadata
from tests.support import storage_builders
from tests.support.storage_builders import CAPS, NOW, PLACE, list_characters, make_round, open_locked_round

clock, storage = storage_builders.clock, storage_builders.storage
NEW = ChannelRef("T1", "C0NEW")
OTHER = ChannelRef("T1", "C2")


def joined(place: ChannelRef) -> AuditEvent:
    return AuditEvent("joined", place, "U-lead", NOW)


async def rows_with(storage: Storage, team: str, channel: str) -> dict[str, int]:
    """Count the rows of each table that name the channel in any column but the list of moved ones."""
    counts = {}
    async with storage.database.snapshot() as connection:
        for table in metadata.sorted_tables:
            columns = [c.name for c in table.columns if c.name in ("channel", "visible_channel", "owner")]
            for column in columns if table.name != "moved_channels" else ():
                query = text(f"SELECT count(*) FROM {table.name} WHERE {column} = :channel")  # noqa: S608
                if count := (await connection.execute(query, {"channel": channel})).scalar_one():
                    counts[f"{table.name}.{column}"] = count
    return counts


async def test_everything_of_a_channel_moves_to_its_new_id(storage: Storage) -> None:
    locked = await open_locked_round(storage, make_round("r1"))
    await storage.rounds.open(make_round("r2", "Tomas"), CAPS, recast=False)
    await storage.drafts.save(RoundDraft("w1", PLACE, "U-lead", make_round().brief))
    settings = ProductionSettings(style="north light")
    await storage.productions.save(PLACE, "Harbour", settings, AuditEvent("renamed", PLACE, "U-lead", NOW))
    before = await rows_with(storage, "T1", PLACE.channel)
    assert list(await storage.productions.move_channel(PLACE, NEW.channel)) == ["r2"]
    assert await rows_with(storage, "T1", PLACE.channel) == {}
    assert await rows_with(storage, "T1", NEW.channel) == before
    production = await storage.productions.get(NEW)
    assert (production.home, production.channels, production.settings) == (NEW, (NEW.channel,), settings)
    assert [(c.name, c.place) for c in await list_characters(storage, "T1")] == [("Maya", NEW), ("Tomas", NEW)]
    face = await storage.roster.get_face("r1")
    assert face
    assert (face.place, (await storage.rounds.get("r2")).place) == (NEW, NEW)
    draft = await storage.drafts.get("w1")
    assert draft
    assert draft.place == NEW
    with pytest.raises(AlreadyCast):
        await storage.rounds.open(replace(make_round("r3"), place=NEW), CAPS, recast=False)
    assert locked.place == PLACE


async def test_a_repeated_move_changes_nothing(storage: Storage) -> None:
    await open_locked_round(storage, make_round("r1"))
    await storage.productions.move_channel(PLACE, NEW.channel)
    after = await rows_with(storage, "T1", NEW.channel)
    for place, channel in ((PLACE, NEW.channel), (NEW, NEW.channel)):
        assert list(await storage.productions.move_channel(place, channel)) == []
    assert await rows_with(storage, "T1", NEW.channel) == after


async def test_a_channel_that_cast_nothing_moves_too(storage: Storage) -> None:
    assert list(await storage.productions.move_channel(PLACE, NEW.channel)) == []
    assert (await storage.productions.get(NEW)).channels == (NEW.channel,)


async def test_the_same_id_in_another_workspace_stays(storage: Storage) -> None:
    elsewhere = ChannelRef("T2", PLACE.channel)
    await open_locked_round(storage, make_round("r1", place=elsewhere))
    await storage.productions.move_channel(PLACE, NEW.channel)
    assert [c.place for c in await list_characters(storage, "T2")] == [elsewhere]


async def test_spend_of_the_month_stays_committed(storage: Storage) -> None:
    price = make_round().price
    caps = Caps(per_round=Decimal(9), per_day=Decimal(99), per_production_month=price)
    await storage.rounds.open(make_round("r1"), caps, recast=False)
    await storage.productions.move_channel(PLACE, NEW.channel)
    with pytest.raises(OverBudget):
        await storage.rounds.open(make_round("r2", "Tomas", place=NEW), caps, recast=False)


async def test_what_was_cast_under_the_new_id_already_joins_the_production(storage: Storage) -> None:
    await open_locked_round(storage, make_round("r1"))
    await storage.productions.save(PLACE, "Harbour", ProductionSettings(style="north light"))
    await open_locked_round(storage, make_round("r2", "Maya", place=NEW))
    await storage.rounds.open(make_round("r3", "Tomas", place=NEW), CAPS, recast=False)
    assert list(await storage.productions.move_channel(PLACE, NEW.channel)) == ["r3"]
    (production,) = await storage.productions.list_all("T1")
    assert (production.name, production.home, production.channels) == ("Harbour", NEW, (NEW.channel,))
    assert [c.name for c in await list_characters(storage, "T1")] == ["Maya", "Maya (2)", "Tomas"]


async def test_a_channel_of_a_shared_production_stays_in_it(storage: Storage) -> None:
    await open_locked_round(storage, make_round("r1", place=OTHER))
    home = (await storage.productions.get(OTHER)).id
    await open_locked_round(storage, make_round("r2", "Tomas"))
    await storage.productions.join(PLACE, home, joined(PLACE))
    await open_locked_round(storage, make_round("r3", "Ada", place=NEW))
    await storage.productions.move_channel(PLACE, NEW.channel)
    production = await storage.productions.get(NEW)
    assert (production.id, production.home, set(production.channels)) == (home, OTHER, {OTHER.channel, NEW.channel})
    assert [(c.name, c.place) for c in await list_characters(storage, "T1")] == [
        ("Ada", NEW),
        ("Maya", OTHER),
        ("Tomas", NEW),
    ]


async def test_the_home_of_a_shared_production_moves(storage: Storage) -> None:
    await open_locked_round(storage, make_round("r1"))
    home = (await storage.productions.get(PLACE)).id
    await storage.productions.join(OTHER, home, joined(OTHER))
    await storage.productions.move_channel(PLACE, NEW.channel)
    production = await storage.productions.get(OTHER)
    assert (production.home, set(production.channels)) == (NEW, {NEW.channel, OTHER.channel})


async def test_earlier_ids_lead_to_the_present_one(storage: Storage) -> None:
    await storage.productions.move_channel(PLACE, "C0MIDDLE")
    await storage.productions.move_channel(ChannelRef("T1", "C0MIDDLE"), NEW.channel)
    for channel in (PLACE.channel, "C0MIDDLE", NEW.channel):
        assert await storage.productions.current_channel(ChannelRef("T1", channel)) == NEW
    assert await storage.productions.current_channel(ChannelRef("T2", PLACE.channel)) == ChannelRef("T2", PLACE.channel)
    opened = await storage.rounds.open(make_round("r1"), CAPS, recast=False)
    assert opened.round.place == (await storage.rounds.get("r1")).place == NEW


async def test_an_id_that_comes_back_is_the_present_one(storage: Storage) -> None:
    await storage.productions.move_channel(PLACE, NEW.channel)
    await storage.productions.move_channel(NEW, PLACE.channel)
    for channel in (PLACE.channel, NEW.channel):
        assert await storage.productions.current_channel(ChannelRef("T1", channel)) == PLACE
