"""The port `FlawAnswers`: one set of tags for each person and candidate, while people vote."""

from bot.domain.ballot import FlawAnswer, FlawTag
from storage import Storage
from storage.db.ballot_tables import flaw_answers
from tests.support import storage_builders
from tests.support.storage_builders import make_round, make_vote_input, open_closed_round, open_voting_round

clock, storage = storage_builders.clock, storage_builders.storage
EYES, HAIR = (FlawTag.EYES,), (FlawTag.HAIR, FlawTag.LIGHT)


async def test_a_newer_set_replaces_the_persons_whole_set(storage: Storage) -> None:
    one, two, *_ = (slot.id for slot in (await open_voting_round(storage, make_round())).slots)
    assert await storage.flaw_answers.replace("r1", "U1", {one: EYES, two: HAIR}, 10)
    assert await storage.flaw_answers.replace("r1", "U2", {one: HAIR}, 11)
    assert not await storage.flaw_answers.replace("r1", "U1", {one: HAIR}, 10), "delivered twice"
    assert await storage.flaw_answers.replace("r1", "U1", {two: EYES, one: ()}, 12)
    assert await storage.flaw_answers.list_for_round("r1") == [
        FlawAnswer("r1", one, "U2", HAIR, 11),
        FlawAnswer("r1", two, "U1", EYES, 12),
    ]


async def test_a_closed_ballot_takes_no_tags(storage: Storage) -> None:
    round_ = await open_closed_round(storage, make_round())
    assert not await storage.flaw_answers.replace("r1", "U1", {round_.slots[0].id: EYES}, 10)
    assert await storage.flaw_answers.list_for_round("r1") == []


async def test_a_close_that_counted_before_a_tag_counts_again(storage: Storage) -> None:
    round_ = await open_voting_round(storage, make_round())
    await storage.ballots.record_vote(make_vote_input(round_, 1, "U1", 5))
    counted = await storage.rounds.get("r1")
    assert await storage.flaw_answers.replace("r1", "U1", {round_.slots[0].id: EYES}, 10)
    tally = counted.count_votes(await storage.ballots.list_vote_inputs("r1"), ())
    assert not await storage.ballots.close("r1", tally, counted.ballot_version)
    newer = await storage.rounds.get("r1")
    assert await storage.ballots.close("r1", tally, newer.ballot_version)


async def test_the_closed_tally_keeps_the_counts(storage: Storage) -> None:
    round_ = await open_voting_round(storage, make_round())
    slot = round_.candidates[0]
    await storage.flaw_answers.replace("r1", "U1", {slot.id: HAIR}, 10)
    counted = await storage.rounds.get("r1")
    tally = counted.count_votes((), (), await storage.flaw_answers.list_for_round("r1"))
    await storage.ballots.close("r1", tally, counted.ballot_version)
    stored = (await storage.rounds.get("r1")).tally
    assert stored
    assert stored.flaws == {slot.number: dict.fromkeys(HAIR, 1)}


def test_tags_are_deleted_with_their_slots_and_rounds() -> None:
    assert {key.parent.name: key.ondelete for key in flaw_answers.foreign_keys} == dict.fromkeys(
        ("round_id", "slot_id"), "CASCADE"
    )
