"""The port `CommentRepository`: one comment for each person and candidate, the newest; deleted with the round."""

from dataclasses import replace

from bot.domain.comment import Comment
from bot.ports.comments import CommentMessage
from storage import Storage
from storage.db.ballot_tables import comment_messages, comments
from tests.support import storage_builders
from tests.support.storage_builders import make_round, open_voting_round

clock = storage_builders.clock
storage = storage_builders.storage


def make_comment(slot: int = 0, person: str = "U1", text: str = "softer eyes", at: int = 10) -> Comment:
    return Comment("r1", make_round().slots[slot].id, person, text, at)


async def test_newest_comment_of_a_person_on_a_candidate_stays(storage: Storage) -> None:
    await open_voting_round(storage, make_round())
    assert await storage.comments.save(make_comment())
    assert await storage.comments.save(make_comment(text="younger", at=12))
    assert not await storage.comments.save(make_comment(text="late delivery", at=11))
    assert await storage.comments.save(make_comment(slot=1, at=13))
    assert await storage.comments.save(make_comment(person="U2", at=14))
    listed = await storage.comments.list_for_round("r1")
    assert [(c.person, c.text) for c in listed] == [("U1", "younger"), ("U1", "softer eyes"), ("U2", "softer eyes")]


async def test_empty_text_deletes_an_older_comment_only(storage: Storage) -> None:
    await open_voting_round(storage, make_round())
    await storage.comments.save(make_comment(at=12))
    assert not await storage.comments.save(make_comment(text="", at=11))
    assert await storage.comments.save(make_comment(text="", at=13))
    assert await storage.comments.list_for_round("r1") == []


async def test_message_is_replaced(storage: Storage) -> None:
    await open_voting_round(storage, make_round())
    assert await storage.comments.get_message("r1") is None
    first = CommentMessage("1.2", "aa")
    await storage.comments.set_message("r1", first)
    await storage.comments.set_message("r1", replace(first, digest="bb"))
    assert await storage.comments.get_message("r1") == CommentMessage("1.2", "bb")


async def test_comments_are_deleted_with_their_slots_and_rounds() -> None:
    """A round is deleted with everything that belongs to it; no code deletes one yet, so the schema is checked."""
    for table, columns in ((comments, {"round_id", "slot_id"}), (comment_messages, {"round_id"})):
        assert {key.parent.name: key.ondelete for key in table.foreign_keys} == dict.fromkeys(columns, "CASCADE")
