"""Ballots: opening, votes, reminders, close and extension."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.domain.ballot import Tally, VoteInput, VoteSource
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.slot import Slot
from storage import Storage
from tests.support import storage_builders
from tests.support.storage_builders import (
    CAPS,
    NICKEL,
    NOW,
    FakeClock,
    count_votes,
    make_generated_portrait,
    make_round,
    make_vote_input,
    open_closed_round,
    open_generated_round,
    open_voting_round,
)

clock, storage = storage_builders.clock, storage_builders.storage

RoundSetup = Callable[[Storage, Round], Awaitable[Round]]


async def votes_by_number(storage: Storage) -> dict[int, int]:
    return dict((await count_votes(storage, await storage.rounds.get("r1"))).votes)


async def ballot_version(storage: Storage) -> int:
    return (await storage.rounds.get("r1")).ballot_version


async def test_ballot_opens_once_with_the_first_numbering(storage: Storage) -> None:
    await open_generated_round(storage, make_round())
    orders = [{"r1-0": 1, "r1-1": 2}, {"r1-0": 2, "r1-1": 1}]
    opened = await asyncio.gather(*(storage.ballots.open("r1", order, NOW) for order in orders))
    assert opened.count(True) == 1
    round_ = await storage.rounds.get("r1")
    assert {s.id: s.number for s in round_.candidates} == orders[opened.index(True)]
    assert (round_.state, round_.closes_at) == (RoundState.VOTING, NOW)


async def test_a_void_round_opens_no_ballot(storage: Storage) -> None:
    await open_generated_round(storage, make_round())
    await storage.rounds.void("r1", "cancelled")
    assert not await storage.ballots.open("r1", {"r1-0": 1}, NOW)
    assert not (await storage.rounds.get("r1")).candidates


async def test_ballot_does_not_number_slots_of_another_round(storage: Storage) -> None:
    await open_generated_round(storage, make_round("r1"))
    await open_generated_round(storage, make_round("r2", "Juan"))
    await storage.ballots.open("r1", {"r1-0": 1, "r2-0": 2}, NOW)
    assert not (await storage.rounds.get("r2")).candidates


async def test_reaction_is_a_vote_until_it_is_removed(storage: Storage) -> None:
    round_ = await open_voting_round(storage, make_round())
    assert await storage.ballots.record_vote(make_vote_input(round_, 0, "U1", 10))
    assert await votes_by_number(storage) == {1: 1, 2: 0, 3: 0, 4: 0}
    assert await storage.ballots.record_vote(make_vote_input(round_, 0, "U1", 20, on=False))
    assert await votes_by_number(storage) == {1: 0, 2: 0, 3: 0, 4: 0}


@pytest.mark.parametrize("stamp", [9, 10])
async def test_older_or_equal_timestamp_changes_nothing(storage: Storage, stamp: int) -> None:
    round_ = await open_voting_round(storage, make_round())
    await storage.ballots.record_vote(make_vote_input(round_, 0, "U1", 10))
    assert not await storage.ballots.record_vote(make_vote_input(round_, 0, "U1", stamp, on=False))
    assert await storage.ballots.toggle_vote("r1", "r1-0", "U1", 30)
    assert await storage.ballots.toggle_vote("r1", "r1-0", "U1", 30) is None
    assert await votes_by_number(storage) == {1: 1, 2: 0, 3: 0, 4: 0}


async def test_removal_delivered_before_its_reaction_wins(storage: Storage) -> None:
    round_ = await open_voting_round(storage, make_round())
    assert not await storage.ballots.record_vote(make_vote_input(round_, 0, "U1", 20, on=False))
    assert not await storage.ballots.record_vote(make_vote_input(round_, 0, "U1", 10))
    assert (await votes_by_number(storage))[1] == 0


async def test_second_press_withdraws_the_vote(storage: Storage) -> None:
    await open_voting_round(storage, make_round())
    assert [await storage.ballots.toggle_vote("r1", "r1-1", "U1", event_ts_us) for event_ts_us in (1, 2, 3)] == [
        True,
        False,
        True,
    ]
    assert (await votes_by_number(storage))[2] == 1


async def test_presses_from_many_devices_are_each_counted_once(storage: Storage) -> None:
    await open_voting_round(storage, make_round())
    presses = [storage.ballots.toggle_vote("r1", "r1-0", f"U{n % 20}", 1) for n in range(60)]
    answers = await asyncio.gather(*presses)
    assert answers.count(True) == 20
    assert (await votes_by_number(storage))[1] == 20
    assert await ballot_version(storage) == 20


async def test_ballot_version_increases_only_when_a_vote_changes(storage: Storage) -> None:
    round_ = await open_voting_round(storage, make_round())
    assert await storage.ballots.record_vote(make_vote_input(round_, 0, "U1", 1))
    assert await storage.ballots.toggle_vote("r1", "r1-0", "U1", 2) is True  # the same vote by both sources
    assert not await storage.ballots.record_vote(
        make_vote_input(round_, 0, "U1", 3, on=False)
    )  # the click still counts
    assert not await storage.ballots.record_vote(make_vote_input(round_, 0, "U1", 4, on=False))
    assert await ballot_version(storage) == 1
    assert await storage.ballots.toggle_vote("r1", "r1-0", "U1", 5) is False
    assert await ballot_version(storage) == 2


@pytest.mark.parametrize("reach", [open_generated_round, open_closed_round])
async def test_only_a_voting_round_accepts_votes(storage: Storage, reach: RoundSetup) -> None:
    round_ = await reach(storage, make_round())
    assert not await storage.ballots.record_vote(make_vote_input(round_, 0, "U1", 1))
    assert await storage.ballots.toggle_vote("r1", "r1-0", "U1", 2) is None
    assert not await storage.ballots.list_vote_inputs("r1")


async def test_vote_for_another_rounds_candidate_is_ignored(storage: Storage) -> None:
    await open_voting_round(storage, make_round("r1"))
    await open_voting_round(storage, make_round("r2", "Juan"))
    assert not await storage.ballots.record_vote(VoteInput("r1", "U1", "r2-0", VoteSource.REACTION, True, 1))
    assert await storage.ballots.toggle_vote("r1", "unknown", "U1", 1) is None


async def test_the_close_freezes_the_tally(storage: Storage) -> None:
    round_ = await open_voting_round(storage, make_round())
    await storage.ballots.record_vote(make_vote_input(round_, 2, "U1", 1))
    tally = Tally({1: 0, 2: 0, 3: 1, 4: 0}, 1)
    assert await storage.ballots.close("r1", tally, 1)
    round_ = await storage.rounds.get("r1")
    assert (round_.state, round_.tally) == (RoundState.CLOSED, tally)
    assert not await storage.ballots.close("r1", tally, 1)


async def test_a_vote_after_the_count_keeps_the_ballot_open(storage: Storage) -> None:
    round_ = await open_voting_round(storage, make_round())
    tally = await count_votes(storage, round_)
    await storage.ballots.record_vote(make_vote_input(round_, 0, "U1", 1))
    assert not await storage.ballots.close("r1", tally, round_.ballot_version)
    assert (await storage.rounds.get("r1")).state is RoundState.VOTING


async def test_a_candidate_numbered_after_the_count_keeps_the_ballot_open(storage: Storage) -> None:
    round_ = await open_voting_round(storage, make_round())
    tally = await count_votes(storage, round_)
    await storage.slots.add(Slot("r1-x", "r1", 4, "maker:model-0", NICKEL, 9, rerolls_slot_id="r1-0"), CAPS)
    await storage.slots.record_portrait(make_generated_portrait("r1-x"), frozenset({RoundState.VOTING}))
    assert not await storage.ballots.close("r1", tally, round_.ballot_version)


async def test_votes_during_the_close_are_counted_or_refused(storage: Storage) -> None:
    round_ = await open_voting_round(storage, make_round())

    async def close() -> None:
        for _ in range(100):
            now = await storage.rounds.get("r1")
            if await storage.ballots.close("r1", await count_votes(storage, now), now.ballot_version):
                return

    votes_cast = [storage.ballots.record_vote(make_vote_input(round_, 0, f"U{n}", 1)) for n in range(20)]
    answers = await asyncio.gather(close(), *votes_cast)
    round_ = await storage.rounds.get("r1")
    assert round_.tally
    assert round_.tally.votes[1] == answers.count(True) == len(await storage.ballots.list_vote_inputs("r1"))


async def test_close_numbers_late_portraits_in_order_up_to_eight(storage: Storage) -> None:
    round_ = await open_voting_round(storage, make_round(slots=8), completed=6)
    await storage.slots.add(Slot("a-x", "r1", 8, "maker:model-0", NICKEL, 9), CAPS)
    for late in ("a-x", "r1-7", "r1-6"):
        await storage.slots.record_portrait(make_generated_portrait(late), frozenset())
    assert await storage.ballots.close("r1", await count_votes(storage, round_), round_.ballot_version)
    numbers = {s.id: s.number for s in (await storage.rounds.get("r1")).slots}
    assert (numbers["r1-6"], numbers["r1-7"], numbers["a-x"]) == (7, 8, None)


async def test_extended_ballot_accepts_votes_and_keeps_the_old_ones(storage: Storage) -> None:
    round_ = await open_voting_round(storage, make_round())
    await storage.ballots.record_vote(make_vote_input(round_, 0, "U1", 1))
    await storage.ballots.close("r1", Tally({1: 1}, 1), 1)
    tomorrow = NOW + timedelta(days=1)
    assert await storage.ballots.extend("r1", tomorrow)
    assert not await storage.ballots.extend("r1", tomorrow)
    reopened = await storage.rounds.get("r1")
    assert (reopened.state, reopened.tally, reopened.closes_at) == (RoundState.VOTING, None, tomorrow)
    assert await storage.ballots.record_vote(make_vote_input(round_, 0, "U2", 2))
    assert (await votes_by_number(storage))[1] == 2


async def test_open_ballot_is_extended_once_per_seen_deadline(storage: Storage) -> None:
    round_ = await open_voting_round(storage, make_round())
    assert round_.closes_at
    day = timedelta(days=1)
    assert await storage.ballots.extend("r1", round_.closes_at + day, round_.closes_at)
    assert not await storage.ballots.extend("r1", round_.closes_at + day, round_.closes_at)
    assert not await storage.ballots.extend("r1", round_.closes_at + day, None), "it is not closed"
    extended = await storage.rounds.get("r1")
    assert (extended.state, extended.closes_at) == (RoundState.VOTING, round_.closes_at + day)


async def test_stale_close_does_not_close_an_extended_ballot(storage: Storage) -> None:
    round_ = await open_closed_round(storage, make_round())
    assert round_.tally
    await storage.ballots.extend("r1", NOW + timedelta(days=1))
    assert not await storage.ballots.close("r1", round_.tally, round_.ballot_version)


async def test_passed_deadline_is_due_until_the_ballot_closes(storage: Storage) -> None:
    await open_voting_round(storage, make_round("r1"), hours=2)
    await open_voting_round(storage, make_round("r2", "Juan"), hours=1)
    assert not await storage.ballots.list_due(NOW + timedelta(minutes=59))
    assert list(await storage.ballots.list_due(NOW + timedelta(hours=2))) == ["r2", "r1"]
    await storage.ballots.close("r1", Tally({}, 0), 0)
    assert list(await storage.ballots.list_due(NOW + timedelta(hours=2))) == ["r2"]


@pytest.mark.parametrize(("open_for", "before"), [(24.0, 60.0), (2.0, 30.0), (1 / 12, 1.25)])
async def test_reminder_is_due_once_before_the_close(storage: Storage, open_for: float, before: float) -> None:
    await open_voting_round(storage, make_round(), hours=open_for)
    moment = NOW + timedelta(hours=open_for) - timedelta(minutes=before)
    assert not await storage.reminders.claim_due(moment - timedelta(seconds=1))
    claimed = await asyncio.gather(*(storage.reminders.claim_due(moment) for _ in range(4)))
    assert [round_id for ids in claimed for round_id in ids] == ["r1"]


async def test_extended_ballot_gets_a_new_reminder(storage: Storage, clock: FakeClock) -> None:
    await open_voting_round(storage, make_round(), hours=24)
    clock.now += timedelta(hours=24)
    await storage.reminders.claim_due(clock.now - timedelta(minutes=5))
    await storage.ballots.close("r1", Tally({}, 0), 0)
    await storage.ballots.extend("r1", clock.now + timedelta(hours=24))
    assert not await storage.reminders.claim_due(clock.now + timedelta(hours=22))
    assert list(await storage.reminders.claim_due(clock.now + timedelta(hours=23))) == ["r1"]


async def test_no_reminder_after_the_deadline_or_the_close(storage: Storage) -> None:
    await open_voting_round(storage, make_round("r1"), hours=1)
    await open_voting_round(storage, make_round("r2", "Juan"), hours=24)
    await storage.ballots.close("r2", Tally({}, 0), 0)
    assert not await storage.reminders.claim_due(NOW + timedelta(hours=23, minutes=30))
