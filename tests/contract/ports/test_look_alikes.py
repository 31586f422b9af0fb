"""The port `LookAlikes`: one question a pair, one answer a person, and counts that outlive their answers."""

from bot.domain.audit import AuditEvent
from bot.domain.look_alikes import LookAlikeQuestion
from storage import Storage
from storage.db.ballot_tables import look_alike_answers, look_alike_questions
from tests.support import storage_builders
from tests.support.storage_builders import NOW, make_round, open_voting_round

clock, storage = storage_builders.clock, storage_builders.storage
ASKED = LookAlikeQuestion("r2", "r1", ("grey", "woman"), NOW)


async def asked(storage: Storage) -> LookAlikeQuestion:
    for id_, name in (("r1", "Ines"), ("r2", "Maya")):
        await open_voting_round(storage, make_round(id_, name))
    return await storage.look_alikes.add(ASKED)


async def counts(storage: Storage) -> tuple[int, int, bool]:
    question = await storage.look_alikes.get("r2", "r1")
    return question.yes, question.no, question.is_closed


async def test_a_question_is_stored_once_and_keeps_its_message(storage: Storage) -> None:
    assert await asked(storage) == ASKED
    await storage.look_alikes.set_message(ASKED, "1.5", "d")
    again = await storage.look_alikes.add(ASKED)
    assert (again.message_ts, again.digest, again.shared) == ("1.5", "d", ASKED.shared)
    assert await storage.look_alikes.list_for_round("r2") == [again]
    assert await storage.look_alikes.list_for_round("r1") == []
    assert await storage.look_alikes.list_about("r1") == [again]


async def test_a_person_has_one_answer_the_newest(storage: Storage) -> None:
    await asked(storage)
    assert await storage.look_alikes.answer("r2", "r1", "U1", True, 10)
    assert not await storage.look_alikes.answer("r2", "r1", "U1", False, 10), "delivered twice"
    assert await storage.look_alikes.answer("r2", "r1", "U2", True, 11)
    assert await counts(storage) == (2, 0, False)
    assert await storage.look_alikes.answer("r2", "r1", "U1", False, 12)
    assert await counts(storage) == (1, 1, False)
    assert not await storage.look_alikes.answer("r1", "r2", "U1", True, 13), "no such question"


async def test_counts_stay_where_who_answered_is_deleted(storage: Storage) -> None:
    await asked(storage)
    for number, person in enumerate(("U1", "U2", "U3")):
        await storage.look_alikes.answer("r2", "r1", person, number != 2, 10)
    event = AuditEvent("expired_voters", make_round().place, "", NOW, "c1", "r2")
    await storage.expired_data.clear_voters("r2", None, event)
    assert await counts(storage) == (2, 1, True)
    assert not await storage.look_alikes.answer("r2", "r1", "U1", True, 20)
    await storage.expired_data.clear_voters("r2", None, event)
    assert await counts(storage) == (2, 1, True), "counted once"


async def test_deleting_either_round_deletes_the_question(storage: Storage) -> None:
    await asked(storage)
    await storage.look_alikes.answer("r2", "r1", "U1", True, 10)
    await storage.deletions.delete_round("r1", NOW)
    assert await storage.look_alikes.list_for_round("r2") == []


def test_questions_are_deleted_with_their_rounds() -> None:
    for table in (look_alike_questions, look_alike_answers):
        assert {key.parent.name: key.ondelete for key in table.foreign_keys} == dict.fromkeys(
            ("round_id", "other_round_id"), "CASCADE"
        )
