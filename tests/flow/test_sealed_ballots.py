"""Sealed ballots and quorums in the core, over a real database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.ballot import Answers, Leg, Paper, Tell
from bot.errors import NoWinner, RoundClosed
from bot.round import Round, State
from bot.sealing import Answered
from tests.flow.theatre import DIRECTOR, FILM, LEAD, PRODUCER, Theatre, theatre

SEALED = "Maya: a fisherwoman --ballot sealed"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path) as opened:
        yield opened


def answered(round_: Round, *numbers: int, human: tuple[int, ...] = ()) -> Answered:
    """Both boxes ticked for `numbers`, the first one only for `human`."""
    votes = frozenset(round_.slot_of[n] for n in numbers)
    return Answered(votes | {round_.slot_of[n] for n in human}, votes, {}, none=not numbers)


async def put_in(house: Theatre, round_: Round, person: str, *numbers: int) -> None:
    house.later(seconds=1)
    await house.casting.sealing.put_in(round_.id, person, answered(round_, *numbers))


async def test_nobody_sees_a_count_before_the_close_and_everybody_after_it(house: Theatre) -> None:
    round_ = await house.voting(SEALED)
    await put_in(house, round_, DIRECTOR, 2)
    await put_in(house, round_, PRODUCER, 2, 3)
    papers = await house.storage.rounds.papers(round_.id)
    before = round_.shown(round_.count((), papers))
    assert (set(before.votes.values()), before.voters, before.answers) == ({0}, 2, None)
    closed = await house.casting.voting.close(round_.id, LEAD)
    assert closed.tally
    assert (closed.tally.votes, closed.tally.voters) == ({1: 0, 2: 2, 3: 1, 4: 0}, 2)
    assert closed.shown(closed.tally) == closed.tally
    assert isinstance(closed.tally.answers, Answers)


async def test_a_sealed_round_seeds_nothing_and_a_first_reaction_is_told_once(house: Theatre) -> None:
    round_ = await house.voting(SEALED)
    assert not [event for event in house.stage.happened if event[0] == "seed"]
    react = house.casting.voting.react
    assert await react(FILM, round_.message_ts or "", 1, DIRECTOR, True, 1)
    assert await react(FILM, round_.message_ts or "", 2, DIRECTOR, True, 2) is None
    assert await react(FILM, round_.message_ts or "", 2, PRODUCER, True, 3), "each is told once"
    closed = await house.casting.voting.close(round_.id, LEAD)
    assert closed.tally
    assert closed.tally.voters == 0
    waiting = await house.storage.rounds.waiting_for(DIRECTOR, "T1")
    assert waiting == [], "it is closed"


async def test_home_waits_for_a_paper_and_not_for_a_reaction(house: Theatre) -> None:
    round_ = await house.voting(SEALED)
    await house.casting.voting.react(FILM, round_.message_ts or "", 1, DIRECTOR, True, 1)
    assert [r.id for r in await house.storage.rounds.waiting_for(DIRECTOR, "T1")] == [round_.id]
    await put_in(house, round_, DIRECTOR, 1)
    assert not await house.storage.rounds.waiting_for(DIRECTOR, "T1")


async def test_a_paper_can_be_changed_until_the_close_and_is_found_again_as_it_was(house: Theatre) -> None:
    round_ = await house.voting(SEALED)
    await put_in(house, round_, DIRECTOR, 1)
    await put_in(house, round_, DIRECTOR, 4)
    sheet = await house.casting.sealing.sheet(round_.id, DIRECTOR)
    assert sheet.paper
    assert sheet.paper.votes == {round_.slot_of[4]}
    assert (await house.casting.sealing.sheet(round_.id, PRODUCER)).paper is None
    await house.casting.voting.close(round_.id, LEAD)
    with pytest.raises(RoundClosed):
        await put_in(house, round_, DIRECTOR, 1)
    with pytest.raises(RoundClosed):
        await house.casting.sealing.sheet(round_.id, DIRECTOR)


async def test_neither_a_press_on_a_number_nor_a_lock_tells_or_counts_anything(house: Theatre) -> None:
    round_ = await house.voting(SEALED)
    await put_in(house, round_, DIRECTOR, 1)
    with pytest.raises(RoundClosed):
        await house.vote(round_, U3=2)
    for seen in (None, round_.slot_of[1]):
        with pytest.raises(RoundClosed):
            await house.casting.locking.lock(round_.id, seen, LEAD)
    assert (await house.round(round_.id)).state is State.VOTING


async def test_a_paper_on_a_round_in_the_open_is_not_taken(house: Theatre) -> None:
    round_ = await house.voting()
    with pytest.raises(RoundClosed):
        await put_in(house, round_, DIRECTOR, 1)


async def test_a_paper_counts_no_slot_of_another_round(house: Theatre) -> None:
    round_, other = await house.voting(SEALED), await house.voting("Otto: a diver --ballot sealed")
    await house.casting.sealing.put_in(round_.id, DIRECTOR, answered(other, 1))
    (paper,) = await house.storage.rounds.papers(round_.id)
    assert not paper.human | paper.likeness


@pytest.mark.parametrize(
    ("human", "likeness", "none", "unclear"),
    [
        ({"a"}, {"a"}, False, ""),
        ({"a"}, set(), False, ""),
        (set(), set(), True, ""),
        ({"a"}, {"b"}, True, ""),
        (set(), set(), False, "empty"),
        ({"a"}, {"a"}, True, "contradiction"),
    ],
)
def test_a_paper_must_say_something_and_not_its_contrary(
    human: set[str], likeness: set[str], none: bool, unclear: str
) -> None:
    assert Answered(frozenset(human), frozenset(likeness), {}, none).unclear == unclear


history = st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 9), st.frozensets(st.integers(1, 4))), max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history)
async def test_whatever_order_papers_come_in_the_newest_of_each_person_counts(
    tmp_path_factory: pytest.TempPathFactory, cast: list[tuple[str, int, frozenset[int]]]
) -> None:
    async with theatre(tmp_path_factory.mktemp("film")) as house:
        round_ = await house.voting(SEALED)
        newest: dict[str, tuple[int, frozenset[int]]] = {}
        for person, stamp, numbers in cast:
            votes = frozenset(round_.slot_of[n] for n in numbers)
            paper = Paper(round_.id, person, Leg.FIRST, votes, votes, {round_.slot_of[1]: (Tell.EYES,)}, stamp)
            kept = await house.storage.rounds.put_in(paper)
            assert kept is (person not in newest or newest[person][0] < stamp)
            newest[person] = (stamp, numbers) if kept else newest[person]
        tally = (await house.casting.voting.close(round_.id, LEAD)).tally
        assert tally
        assert tally.votes == {n: sum(n in numbers for _, numbers in newest.values()) for n in range(1, 5)}
        assert tally.voters == len(newest)


# Quorum


async def test_below_the_quorum_the_vote_decides_nothing_and_the_lead_does(house: Theatre) -> None:
    round_ = await house.voting("Maya: a fisherwoman --quorum 2")
    await house.vote(round_, U2=3)
    with pytest.raises(NoWinner) as refused:
        await house.casting.locking.lock(round_.id, None, LEAD)
    assert refused.value.lacking == 1
    closed = await house.round(round_.id)
    assert closed.tally
    assert (closed.state, closed.leader(closed.tally), closed.tally.winner) == (State.CLOSED, None, 3)
    face = await house.casting.locking.decide(round_.slot_of[3], LEAD)
    assert face.decided_by_lead, "one vote of two needed is the lead's word, also for the one who leads"


async def test_an_extension_can_bring_the_quorum_in(house: Theatre) -> None:
    round_ = await house.voting("Maya: a fisherwoman --quorum 2")
    await house.vote(round_, U2=3)
    await house.casting.voting.close(round_.id, LEAD)
    await house.casting.voting.extend(round_.id, LEAD)
    await house.vote(round_, U3=3)
    face = await house.casting.locking.lock(round_.id, round_.slot_of[3], LEAD)
    assert (face.number, face.decided_by_lead) == (3, False)
