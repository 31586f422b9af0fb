"""The port Rounds: how a ballot opens, is marked, reminded of, closed and extended."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.ballot import Mark, Tally, Way
from bot.round import Round, State
from bot.slot import Slot
from storage import Storage
from tests.unit.storage import stories
from tests.unit.storage.stories import (
    CAPS,
    NICKEL,
    NOW,
    Clock,
    a_landing,
    a_mark,
    a_round,
    closed,
    counted,
    drawn,
    voting,
)

clock, storage = stories.clock, stories.storage

Reach = Callable[[Storage, Round], Awaitable[Round]]


async def votes(storage: Storage) -> dict[int, int]:
    return dict((await counted(storage, await storage.rounds.get("r1"))).votes)


async def version(storage: Storage) -> int:
    return (await storage.rounds.get("r1")).ballot_version


async def test_a_ballot_opens_once_with_the_numbers_of_whoever_was_first(storage: Storage) -> None:
    await drawn(storage, a_round())
    orders = [{"r1-0": 1, "r1-1": 2}, {"r1-0": 2, "r1-1": 1}]
    opened = await asyncio.gather(*(storage.rounds.open_ballot("r1", order, NOW) for order in orders))
    assert opened.count(True) == 1
    round_ = await storage.rounds.get("r1")
    assert {s.id: s.number for s in round_.candidates} == orders[opened.index(True)]
    assert (round_.state, round_.closes_at) == (State.VOTING, NOW)


async def test_a_void_round_opens_no_ballot(storage: Storage) -> None:
    await drawn(storage, a_round())
    await storage.rounds.void("r1", "cancelled")
    assert not await storage.rounds.open_ballot("r1", {"r1-0": 1}, NOW)
    assert not (await storage.rounds.get("r1")).candidates


async def test_a_ballot_numbers_no_candidate_of_another_round(storage: Storage) -> None:
    await drawn(storage, a_round("r1"))
    await drawn(storage, a_round("r2", "Juan"))
    await storage.rounds.open_ballot("r1", {"r1-0": 1, "r2-0": 2}, NOW)
    assert not (await storage.rounds.get("r2")).candidates


async def test_a_reaction_is_a_vote_until_it_is_taken_back(storage: Storage) -> None:
    round_ = await voting(storage, a_round())
    assert await storage.rounds.mark(a_mark(round_, 0, "U1", 10))
    assert await votes(storage) == {1: 1, 2: 0, 3: 0, 4: 0}
    assert await storage.rounds.mark(a_mark(round_, 0, "U1", 20, on=False))
    assert await votes(storage) == {1: 0, 2: 0, 3: 0, 4: 0}


@pytest.mark.parametrize("stamp", [9, 10])
async def test_an_older_or_equal_stamp_changes_nothing(storage: Storage, stamp: int) -> None:
    round_ = await voting(storage, a_round())
    await storage.rounds.mark(a_mark(round_, 0, "U1", 10))
    assert not await storage.rounds.mark(a_mark(round_, 0, "U1", stamp, on=False))
    assert await storage.rounds.toggle("r1", "r1-0", "U1", 30)
    assert await storage.rounds.toggle("r1", "r1-0", "U1", 30) is None
    assert await votes(storage) == {1: 1, 2: 0, 3: 0, 4: 0}


async def test_a_removal_that_overtakes_its_reaction_wins(storage: Storage) -> None:
    round_ = await voting(storage, a_round())
    assert not await storage.rounds.mark(a_mark(round_, 0, "U1", 20, on=False))
    assert not await storage.rounds.mark(a_mark(round_, 0, "U1", 10))
    assert (await votes(storage))[1] == 0


async def test_a_press_votes_and_the_next_press_takes_it_back(storage: Storage) -> None:
    await voting(storage, a_round())
    assert [await storage.rounds.toggle("r1", "r1-1", "U1", stamp) for stamp in (1, 2, 3)] == [True, False, True]
    assert (await votes(storage))[2] == 1


async def test_presses_from_many_devices_are_each_counted_once(storage: Storage) -> None:
    await voting(storage, a_round())
    presses = [storage.rounds.toggle("r1", "r1-0", f"U{n % 20}", 1) for n in range(60)]
    answers = await asyncio.gather(*presses)
    assert answers.count(True) == 20
    assert (await votes(storage))[1] == 20
    assert await version(storage) == 20


async def test_the_ballots_version_rises_only_when_a_vote_changes(storage: Storage) -> None:
    round_ = await voting(storage, a_round())
    assert await storage.rounds.mark(a_mark(round_, 0, "U1", 1))
    assert await storage.rounds.toggle("r1", "r1-0", "U1", 2) is True  # the same vote, made in two ways
    assert not await storage.rounds.mark(a_mark(round_, 0, "U1", 3, on=False))  # the click still stands
    assert not await storage.rounds.mark(a_mark(round_, 0, "U1", 4, on=False))
    assert await version(storage) == 1
    assert await storage.rounds.toggle("r1", "r1-0", "U1", 5) is False
    assert await version(storage) == 2


@pytest.mark.parametrize("reach", [drawn, closed])
async def test_only_a_voting_round_takes_marks(storage: Storage, reach: Reach) -> None:
    round_ = await reach(storage, a_round())
    assert not await storage.rounds.mark(a_mark(round_, 0, "U1", 1))
    assert await storage.rounds.toggle("r1", "r1-0", "U1", 2) is None
    assert not await storage.rounds.marks("r1")


async def test_a_mark_on_another_rounds_candidate_is_ignored(storage: Storage) -> None:
    await voting(storage, a_round("r1"))
    await voting(storage, a_round("r2", "Juan"))
    assert not await storage.rounds.mark(Mark("r1", "U1", "r2-0", Way.REACTION, True, 1))
    assert await storage.rounds.toggle("r1", "nobody's", "U1", 1) is None


async def test_the_close_freezes_the_tally(storage: Storage) -> None:
    round_ = await voting(storage, a_round())
    await storage.rounds.mark(a_mark(round_, 2, "U1", 1))
    tally = Tally({1: 0, 2: 0, 3: 1, 4: 0}, 1)
    assert await storage.rounds.close("r1", tally, 1)
    round_ = await storage.rounds.get("r1")
    assert (round_.state, round_.tally) == (State.CLOSED, tally)
    assert not await storage.rounds.close("r1", tally, 1)


async def test_a_vote_after_the_count_keeps_the_ballot_open(storage: Storage) -> None:
    round_ = await voting(storage, a_round())
    tally = await counted(storage, round_)
    await storage.rounds.mark(a_mark(round_, 0, "U1", 1))
    assert not await storage.rounds.close("r1", tally, round_.ballot_version)
    assert (await storage.rounds.get("r1")).state is State.VOTING


async def test_a_candidate_numbered_after_the_count_keeps_the_ballot_open(storage: Storage) -> None:
    round_ = await voting(storage, a_round())
    tally = await counted(storage, round_)
    await storage.rounds.add_slot(Slot("r1-x", "r1", 4, "maker:model-0", NICKEL, 9, again_for="r1-0"), CAPS)
    await storage.rounds.land(a_landing("r1-x"), frozenset({State.VOTING}))
    assert not await storage.rounds.close("r1", tally, round_.ballot_version)


async def test_votes_racing_with_the_close_are_counted_or_refused(storage: Storage) -> None:
    round_ = await voting(storage, a_round())

    async def close() -> None:
        for _ in range(100):
            now = await storage.rounds.get("r1")
            if await storage.rounds.close("r1", await counted(storage, now), now.ballot_version):
                return

    kept = [storage.rounds.mark(a_mark(round_, 0, f"U{n}", 1)) for n in range(20)]
    answers = await asyncio.gather(close(), *kept)
    round_ = await storage.rounds.get("r1")
    assert round_.tally
    assert round_.tally.votes[1] == answers.count(True) == len(await storage.rounds.marks("r1"))


async def test_the_close_numbers_late_portraits_in_their_order_up_to_eight(storage: Storage) -> None:
    round_ = await voting(storage, a_round(slots=8), landed=6)
    await storage.rounds.add_slot(Slot("a-x", "r1", 8, "maker:model-0", NICKEL, 9), CAPS)
    for late in ("a-x", "r1-7", "r1-6"):
        await storage.rounds.land(a_landing(late), frozenset())
    assert await storage.rounds.close("r1", await counted(storage, round_), round_.ballot_version)
    numbers = {s.id: s.number for s in (await storage.rounds.get("r1")).slots}
    assert (numbers["r1-6"], numbers["r1-7"], numbers["a-x"]) == (7, 8, None)


async def test_an_extended_ballot_takes_votes_again_and_keeps_the_old_ones(storage: Storage) -> None:
    round_ = await voting(storage, a_round())
    await storage.rounds.mark(a_mark(round_, 0, "U1", 1))
    await storage.rounds.close("r1", Tally({1: 1}, 1), 1)
    tomorrow = NOW + timedelta(days=1)
    assert await storage.rounds.extend("r1", tomorrow)
    assert not await storage.rounds.extend("r1", tomorrow)
    reopened = await storage.rounds.get("r1")
    assert (reopened.state, reopened.tally, reopened.closes_at) == (State.VOTING, None, tomorrow)
    assert await storage.rounds.mark(a_mark(round_, 0, "U2", 2))
    assert (await votes(storage))[1] == 2


async def test_an_open_ballot_is_prolonged_once_for_each_deadline_that_was_seen(storage: Storage) -> None:
    round_ = await voting(storage, a_round())
    assert round_.closes_at
    day = timedelta(days=1)
    assert await storage.rounds.extend("r1", round_.closes_at + day, round_.closes_at)
    assert not await storage.rounds.extend("r1", round_.closes_at + day, round_.closes_at)
    assert not await storage.rounds.extend("r1", round_.closes_at + day, None), "it is not closed"
    prolonged = await storage.rounds.get("r1")
    assert (prolonged.state, prolonged.closes_at) == (State.VOTING, round_.closes_at + day)


async def test_a_close_counted_before_the_first_one_does_not_close_an_extended_ballot(storage: Storage) -> None:
    round_ = await closed(storage, a_round())
    assert round_.tally
    await storage.rounds.extend("r1", NOW + timedelta(days=1))
    assert not await storage.rounds.close("r1", round_.tally, round_.ballot_version)


async def test_a_deadline_that_passed_is_due_until_the_ballot_closes(storage: Storage) -> None:
    await voting(storage, a_round("r1"), hours=2)
    await voting(storage, a_round("r2", "Juan"), hours=1)
    assert not await storage.rounds.due(NOW + timedelta(minutes=59))
    assert list(await storage.rounds.due(NOW + timedelta(hours=2))) == ["r2", "r1"]
    await storage.rounds.close("r1", Tally({}, 0), 0)
    assert list(await storage.rounds.due(NOW + timedelta(hours=2))) == ["r2"]


@pytest.mark.parametrize(("open_for", "before"), [(24.0, 60.0), (2.0, 30.0), (1 / 12, 1.25)])
async def test_a_reminder_comes_an_hour_or_a_quarter_before_the_close_once(
    storage: Storage, open_for: float, before: float
) -> None:
    await voting(storage, a_round(), hours=open_for)
    moment = NOW + timedelta(hours=open_for) - timedelta(minutes=before)
    assert not await storage.rounds.remindable(moment - timedelta(seconds=1))
    given = await asyncio.gather(*(storage.rounds.remindable(moment) for _ in range(4)))
    assert [round_id for some in given for round_id in some] == ["r1"]


async def test_an_extended_ballot_is_reminded_of_again(storage: Storage, clock: Clock) -> None:
    await voting(storage, a_round(), hours=24)
    clock.now += timedelta(hours=24)
    await storage.rounds.remindable(clock.now - timedelta(minutes=5))
    await storage.rounds.close("r1", Tally({}, 0), 0)
    await storage.rounds.extend("r1", clock.now + timedelta(hours=24))
    assert not await storage.rounds.remindable(clock.now + timedelta(hours=22))
    assert list(await storage.rounds.remindable(clock.now + timedelta(hours=23))) == ["r1"]


async def test_nobody_is_reminded_of_a_deadline_that_has_passed_or_a_ballot_that_closed(storage: Storage) -> None:
    await voting(storage, a_round("r1"), hours=1)
    await voting(storage, a_round("r2", "Juan"), hours=24)
    await storage.rounds.close("r2", Tally({}, 0), 0)
    assert not await storage.rounds.remindable(NOW + timedelta(hours=23, minutes=30))
