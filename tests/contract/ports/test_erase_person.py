"""Erasing a person from every table, on both databases."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.erasure import Erasure, hash_person, is_pseudonym
from bot.domain.ids import ChannelRef
from storage import Storage
from storage.db.tables import budget_periods, ledger
from storage.erasure.log import PortraitStoreErasureLog
from storage.erasure.person import PersonEraser
from tests.support import storage_builders
from tests.support.personal_data import OTHER_SUFFIX, columns_with, do_everything, person_columns
from tests.support.storage_builders import NOW, make_round, make_vote_input, open_voting_round

clock, storage = storage_builders.clock, storage_builders.storage
PERSON, OTHER = "U0GONE123", f"U0GONE123{OTHER_SUFFIX}"


def eraser(storage: Storage) -> PersonEraser:
    return PersonEraser(storage.database, storage.portraits)


async def test_no_table_names_the_person_after_an_erase(storage: Storage) -> None:
    await do_everything(storage, PERSON)
    assert person_columns() <= await columns_with(storage, PERSON)
    others_before = await columns_with(storage, OTHER)
    result = await eraser(storage).erase(PERSON)
    remaining = await columns_with(storage, PERSON)
    assert remaining <= others_before
    text = json.dumps(await eraser(storage).list_rows(OTHER), default=str)
    assert not re.search(rf"{PERSON}(?!{OTHER_SUFFIX})", text)
    assert OTHER in text
    assert await eraser(storage).list_rows(PERSON) == {}
    assert is_pseudonym(result.pseudonym)


async def test_sums_of_money_and_frozen_counts_stay(storage: Storage) -> None:
    await do_everything(storage, PERSON)

    async def sums() -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
        charges = await storage.database.fetch_all(select(ledger.c.item_id, ledger.c.usd).order_by(ledger.c.item_id))
        periods = await storage.database.fetch_all(select(budget_periods.c.cap, budget_periods.c.committed))
        return sorted(map(tuple, charges)), sorted(map(tuple, periods))

    before, face = await sums(), await storage.roster.get_face("T1r1")
    result = await eraser(storage).erase(PERSON)
    assert await sums() == before
    assert result.ledger_rows == 8
    after = await storage.roster.get_face("T1r1")
    assert face
    assert after
    assert (after.tally, after.voters) == (face.tally, face.voters)
    round_ = await storage.rounds.get("T1r1")
    assert round_.lead == after.locked_by == result.pseudonym


async def test_votes_of_an_open_ballot_go_and_the_message_is_redrawn(storage: Storage) -> None:
    round_ = await open_voting_round(storage, make_round("r1"))
    for position, person in ((0, PERSON), (0, OTHER), (1, PERSON)):
        await storage.ballots.record_vote(make_vote_input(round_, position, person, 5))
    version = (await storage.rounds.get("r1")).ballot_version
    result = await eraser(storage).erase(PERSON)
    assert [v.person for v in await storage.ballots.list_vote_inputs("r1")] == [OTHER]
    assert (await storage.rounds.get("r1")).ballot_version > version
    assert result.open_reactions == ("r1",)


async def test_one_workspace_is_erased_and_the_others_stay(storage: Storage) -> None:
    elsewhere = ChannelRef("T2", "C9")
    await do_everything(storage, PERSON)
    await do_everything(storage, PERSON, elsewhere)
    before = await eraser(storage).list_rows(PERSON, "T2")
    await eraser(storage).erase(PERSON, "T1")
    assert await eraser(storage).list_rows(PERSON, "T1") == {}
    assert await eraser(storage).list_rows(PERSON, "T2") == before != {}


async def test_a_repeated_erase_changes_nothing(storage: Storage) -> None:
    await do_everything(storage, PERSON)
    await eraser(storage).erase(PERSON)
    assert (await eraser(storage).erase(PERSON)).changes == ()


async def test_pictures_of_their_drafts_go(storage: Storage) -> None:
    await do_everything(storage, PERSON)
    key = f"T1r2/reference/{'a' * 64}"
    await storage.portraits.put(key, b"photo")
    await eraser(storage).erase(PERSON)
    assert not await storage.portraits.has(key)


async def test_a_hash_finds_the_person_again_in_older_data(storage: Storage) -> None:
    await do_everything(storage, PERSON)
    assert list(await eraser(storage).find_by_hash(hash_person(PERSON))) == [PERSON]
    assert list(await eraser(storage).find_by_hash(hash_person("U0NOBODY"))) == []


async def test_the_log_holds_no_id_of_a_person(storage: Storage) -> None:
    log = PortraitStoreErasureLog(storage.portraits)
    erasures = [
        Erasure("person", hash_person(PERSON), NOW, "T1"),
        Erasure("character", "c1", NOW + timedelta(hours=1), "T1", ("r1",)),
    ]
    for erasure in erasures[::-1]:
        await log.add(erasure)
    await storage.portraits.put("erasures/broken.json", b"{")
    assert list(await log.list_all()) == erasures
    for key in await storage.portraits.list_keys("erasures/"):
        assert PERSON.encode() not in await storage.portraits.get(key)


@pytest.mark.parametrize("wrong", ["", "lena", "U", "U12%", "<@U0GONE123>"])
async def test_what_is_no_user_id_is_refused(storage: Storage, wrong: str) -> None:
    with pytest.raises(ValueError, match="no user id"):
        await eraser(storage).erase(wrong)
