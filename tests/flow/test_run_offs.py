"""Run-offs in the core, over a real database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import NotYours, NoWinner, RoundClosed
from bot.round import Round, State
from tests.flow.theatre import DIRECTOR, FILM, LEAD, PRODUCER, Theatre, theatre


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path) as opened:
        yield opened


async def tied(house: Theatre, line: str = "Maya: a fisherwoman") -> Round:
    """A ballot that closed with 1 and 4 level."""
    round_ = await house.voting(line)
    await house.vote(round_, U2=1, U3=4)
    return await house.casting.voting.close(round_.id, LEAD)


async def held(house: Theatre, round_: Round) -> Round:
    return await house.casting.voting.run_off(round_.id, LEAD)


async def choose(house: Theatre, round_: Round, person: str, number: int) -> None:
    house.later(seconds=1)
    await house.casting.sealing.choose(round_.slot_of[number], person)


async def test_a_run_off_is_between_the_old_numbers_and_its_winner_is_locked(house: Theatre) -> None:
    round_ = await held(house, await tied(house))
    assert (round_.state, tuple(round_.on_ballot)) == (State.VOTING, (1, 4))
    assert round_.run_off
    assert round_.run_off.first.votes == {1: 1, 2: 0, 3: 0, 4: 1}
    await choose(house, round_, DIRECTOR, 4)
    await choose(house, round_, PRODUCER, 4)
    face = await house.casting.locking.lock(round_.id, round_.slot_of[4], LEAD)
    assert (face.number, face.tally, face.voters, face.decided_by_lead) == (4, {1: 0, 4: 2}, 2, False)
    locked = await house.round(round_.id)
    assert locked.run_off
    assert locked.run_off.first.voters == 2, "the first tally is kept"


async def test_everybody_has_one_choice_and_the_last_one_counts(house: Theatre) -> None:
    round_ = await held(house, await tied(house))
    await choose(house, round_, DIRECTOR, 1)
    await choose(house, round_, DIRECTOR, 4)
    closed = await house.casting.voting.close(round_.id, LEAD)
    assert closed.tally
    assert (closed.tally.votes, closed.tally.voters) == ({1: 0, 4: 1}, 1)


async def test_old_marks_and_reactions_do_not_count_in_it(house: Theatre) -> None:
    round_ = await held(house, await tied(house))
    await house.casting.voting.react(FILM, round_.message_ts or "", 1, PRODUCER, True, 9)
    with pytest.raises(RoundClosed):
        await house.vote(round_, U2=1)
    with pytest.raises(KeyError):
        await choose(house, round_, DIRECTOR, 2)
    assert [r.id for r in await house.storage.rounds.waiting_for(DIRECTOR, "T1")] == [round_.id]
    await choose(house, round_, DIRECTOR, 1)
    assert not await house.storage.rounds.waiting_for(DIRECTOR, "T1")
    closed = await house.casting.voting.close(round_.id, LEAD)
    assert closed.tally
    assert closed.tally.voters == 1


async def test_still_level_the_lead_decides_and_the_record_says_so(house: Theatre) -> None:
    round_ = await held(house, await tied(house))
    await choose(house, round_, DIRECTOR, 1)
    await choose(house, round_, PRODUCER, 4)
    with pytest.raises(NoWinner):
        await house.casting.locking.lock(round_.id, None, LEAD)
    with pytest.raises(RoundClosed):
        await held(house, round_)
    face = await house.casting.locking.decide(round_.slot_of[1], LEAD)
    assert face.decided_by_lead


async def test_pressed_twice_there_is_one_run_off_and_only_the_lead_may_press(house: Theatre) -> None:
    round_ = await tied(house)
    with pytest.raises(NotYours):
        await house.casting.voting.run_off(round_.id, DIRECTOR)
    await held(house, round_)
    await choose(house, round_, DIRECTOR, 1)
    with pytest.raises(RoundClosed):
        await held(house, round_)
    assert len(await house.storage.rounds.papers(round_.id)) == 1


async def test_a_clear_vote_offers_none_and_nothing_is_drawn_again_in_one(house: Theatre) -> None:
    clear = await house.voting("Otto: a diver")
    await house.vote(clear, U2=1, U3=1)
    closed = await house.casting.voting.close(clear.id, LEAD)
    assert closed.close_call == ()
    with pytest.raises(RoundClosed):
        await held(house, closed)
    round_ = await held(house, await tied(house))
    with pytest.raises(RoundClosed):
        await house.casting.rerolling.offer(round_.id, LEAD)
    with pytest.raises(RoundClosed):
        await house.casting.rerolling.one(round_.slot_of[1], LEAD, "t")


async def test_an_extended_run_off_stays_one(house: Theatre) -> None:
    round_ = await held(house, await tied(house))
    await choose(house, round_, DIRECTOR, 1)
    await house.casting.voting.close(round_.id, LEAD)
    extended = await house.casting.voting.extend(round_.id, LEAD)
    assert tuple(extended.on_ballot) == (1, 4)
    await choose(house, round_, PRODUCER, 4)
    closed = await house.casting.voting.close(round_.id, LEAD)
    assert closed.tally
    assert closed.tally.leaders == (1, 4)
