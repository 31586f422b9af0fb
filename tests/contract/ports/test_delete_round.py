"""Deleting a round from every table that names it, on both databases."""

from datetime import timedelta

from sqlalchemy import func, insert, select

from bot.domain.ballot import BallotStage
from storage import Storage
from storage.db.ballot_tables import (
    ballot_submissions,
    comment_messages,
    comments,
    flaw_answers,
    look_alike_questions,
    reminders,
)
from storage.db.erasure_tables import posted_files, posted_messages
from storage.db.passport_tables import passports
from storage.db.tables import metadata
from tests.support import storage_builders
from tests.support.personal_data import columns_with, do_everything
from tests.support.storage_builders import NOW

clock, storage = storage_builders.clock, storage_builders.storage
ROUND, PERSON = "T1r1", "U0GONE123"
# Written by the deletion itself, or only where several bots or webhooks are: a face's end, and a message to redraw.
WRITTEN_ELSEWHERE = {"webhook_events", "redraw_marks"}
# What stays: the empty row, charges, facts without their text.
STAYING = {"rounds.id", "ledger.round_id", "ledger.item_id", "audit_log.round_id", "redraw_marks.round_id"}


async def fill_the_rest(storage: Storage) -> None:
    """Fill the tables that `do_everything` leaves empty for the round."""
    slot_id = (await storage.rounds.get(ROUND)).slots[0].id
    of_slot = {"round_id": ROUND, "slot_id": slot_id, "person": PERSON, "event_ts_us": 1}
    ballot = {"round_id": ROUND, "person": PERSON, "event_ts_us": 1, "stage": BallotStage.FIRST, "flaw_tags": {}}
    answers = {"reads_human": frozenset({slot_id}), "matches_character": frozenset({slot_id})}
    question = {"round_id": ROUND, "other_round_id": "T1r2", "shared": (), "asked_at": NOW}
    async with storage.database.transaction() as connection:
        for table, row in (
            (reminders, {"round_id": ROUND, "person": PERSON, "stage": BallotStage.FIRST, "at": NOW}),
            (ballot_submissions, ballot | answers),
            (comments, of_slot | {"text": "softer eyes"}),
            (comment_messages, {"round_id": ROUND, "message_ts": "1.2", "digest": "d"}),
            (posted_files, {"round_id": ROUND, "file_id": "F1"}),
            (posted_messages, {"round_id": ROUND, "channel": "C1", "message_ts": "1.3"}),
            (passports, {"item_id": slot_id, "round_id": ROUND, "leaf_sha256": "aa", "signed_at": NOW}),
            (flaw_answers, of_slot | {"tags": frozenset()}),
            (look_alike_questions, question),
        ):
            await connection.execute(insert(table).values(row))


async def tables_naming(storage: Storage, round_id: str) -> set[str]:
    """Return the tables with rows of a round."""
    async with storage.database.snapshot() as connection:
        return {
            table.name
            for table in metadata.sorted_tables
            if "round_id" in table.c
            and await connection.scalar(select(func.count()).select_from(table).where(table.c.round_id == round_id))
        }


async def test_no_table_names_a_deleted_round_but_those_that_must(storage: Storage) -> None:
    await do_everything(storage, PERSON)
    await fill_the_rest(storage)
    known = {table.name for table in metadata.sorted_tables if "round_id" in table.c}
    assert known - await tables_naming(storage, ROUND) <= WRITTEN_ELSEWHERE, "a new table must be filled above"
    assert {f"{table}.round_id" for table in known - WRITTEN_ELSEWHERE} <= await columns_with(storage, ROUND)
    await storage.deletions.delete_round(ROUND, NOW + timedelta(days=1))
    assert await columns_with(storage, ROUND) <= STAYING
