"""A vote of named people: whose marks count, who is asked for theirs and when, and who leads when the lead has left."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.ballot import Leg, Paper, Reaction
from bot.brief import Brief
from bot.deed import Deed
from bot.errors import BriefError, LeadLeft, NotAVoter, NotYours, RoundClosed
from bot.member import Member
from bot.round import Round, State
from bot.sealing import Answered
from tests.flow.theatre import DIRECTOR, FILM, LEAD, PRODUCER, Theatre, theatre


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path) as opened:
        opened.now = datetime.fromisoformat("2026-11-25T09:00+00:00")
        yield opened


async def voting(house: Theatre, line: str = "Maya: a fisherwoman --for 24h", voters: tuple[str, ...] = ()) -> Round:
    brief = replace(Brief.of(line), voters=voters or (DIRECTOR, PRODUCER))
    opened = await house.casting.opening.open_round(brief, FILM, LEAD, f"trigger {line}")
    return await house.audition(opened.round.id)


async def test_only_the_named_peoples_marks_and_reactions_count(house: Theatre) -> None:
    round_ = await voting(house)
    await house.vote(round_, U2=1)
    with pytest.raises(NotAVoter):
        await house.vote(round_, U9=2)
    first = await house.casting.voting.react(FILM, round_.message_ts or "", 2, "U9", True, 10)
    again = await house.casting.voting.react(FILM, round_.message_ts or "", 3, "U9", True, 11)
    assert (first and first.id, again) == (round_.id, None), "they are told once"
    house.stage.shown = [Reaction(2, frozenset({"U9", PRODUCER}), complete=True)]
    closed = await house.casting.voting.close(round_.id, LEAD)
    assert closed.tally
    assert (dict(closed.tally.votes), closed.tally.voters) == ({1: 1, 2: 1, 3: 0, 4: 0}, 2)


async def test_a_sealed_paper_and_a_run_off_are_for_the_named_alone(house: Theatre) -> None:
    round_ = await voting(house, "Maya: a fisherwoman --ballot sealed")
    answered = Answered(frozenset({round_.slot_of[1]}), frozenset({round_.slot_of[1]}), {}, none=False)
    with pytest.raises(NotAVoter):
        await house.casting.sealing.sheet(round_.id, "U9")
    with pytest.raises(NotAVoter):
        await house.casting.sealing.put_in(round_.id, "U9", answered)
    await house.casting.sealing.put_in(round_.id, DIRECTOR, answered)
    stray = Paper(round_.id, "U9", Leg.FIRST, answered.human, answered.likeness, {}, 99)
    assert await house.storage.rounds.put_in(stray), "even a paper that got in is not counted"
    closed = await house.casting.voting.close(round_.id, LEAD)
    assert closed.tally
    assert (closed.tally.votes[1], closed.tally.voters) == (1, 1)


async def test_each_missing_vote_is_asked_for_once_in_that_persons_hours(house: Theatre) -> None:
    house.doors.members = {DIRECTOR: Member(zone="Europe/London"), PRODUCER: Member(zone="Asia/Tokyo")}
    round_ = await voting(house)
    await house.casting.reminding.remind()
    assert house.post.reminded == []
    # Six in London's evening: nobody is written to in the last hour of a vote that ends at nine in the morning there;
    # Tokyo's hour before the close is six in the evening, London's is eight in the morning.
    house.now = datetime.fromisoformat("2026-11-25T17:00+00:00")
    await house.casting.reminding.remind()
    assert house.post.reminded == [(DIRECTOR, round_.id)]
    house.now = datetime.fromisoformat("2026-11-26T08:05+00:00")
    for _ in range(3):
        await house.casting.reminding.remind()
    assert house.post.reminded == [(DIRECTOR, round_.id), (PRODUCER, round_.id)]
    assert ("remark", round_.id, "reminder") not in house.stage.happened, "both were written to"


async def test_who_voted_or_left_is_not_asked_and_who_could_not_be_reached_is_asked_again(house: Theatre) -> None:
    round_ = await voting(house, voters=(DIRECTOR, PRODUCER, "U4"))
    house.doors.members = {"U4": Member(gone=True)}
    await house.vote(round_, U2=1)
    house.post.away = {PRODUCER}
    for moment in ("2026-11-25T17:05+00:00", "2026-11-26T08:05+00:00"):
        house.now = datetime.fromisoformat(moment)
        await house.casting.reminding.remind()
    assert house.post.reminded == []
    assert ("remark", round_.id, "reminder") in house.stage.happened, "the thread has to do"
    house.post.away = set()
    await house.casting.voting.prolong(round_.id, round_.closes_at or house.now, LEAD)
    await house.casting.reminding.remind()
    assert house.post.reminded == [], "it is five past eight, and a day is left"
    house.now = datetime.fromisoformat("2026-11-26T17:05+00:00")
    await house.casting.reminding.remind()
    assert house.post.reminded == [(PRODUCER, round_.id)]


async def test_the_thread_is_told_once_that_every_vote_is_in(house: Theatre) -> None:
    round_ = await voting(house)
    await house.vote(round_, U2=1, U3=1)
    for _ in range(2):
        await house.casting.reminding.remind()
    assert house.stage.happened.count(("remark", round_.id, "all_in")) == 1
    assert house.post.reminded == []


async def test_an_open_vote_is_prolonged_by_a_day_however_often_one_menu_is_pressed(house: Theatre) -> None:
    round_ = await voting(house)
    assert round_.closes_at
    with pytest.raises(NotYours):
        await house.casting.voting.prolong(round_.id, round_.closes_at, DIRECTOR)
    for _ in range(2):
        longer = await house.casting.voting.prolong(round_.id, round_.closes_at, LEAD)
        assert longer.closes_at == round_.closes_at + timedelta(days=1)
    deeds = await house.storage.chronicle.of_character(round_.character_id)
    assert [(d.what, d.person) for d in deeds] == [("extended", LEAD)]


async def test_a_round_whose_lead_has_left_can_be_taken_over_and_its_money_stays_where_it_was(house: Theatre) -> None:
    round_ = await voting(house)
    with pytest.raises(NotYours):
        await house.casting.voting.take_over(round_.id, DIRECTOR)
    house.doors.members = {LEAD: Member(gone=True)}
    for deed in (house.casting.voting.close, house.casting.voting.drop):
        with pytest.raises(LeadLeft) as caught:
            await deed(round_.id, DIRECTOR)
        assert (caught.value.lead, caught.value.round_id) == (LEAD, round_.id)
    led = await house.casting.voting.take_over(round_.id, DIRECTOR)
    assert (led.lead, led.starter) == (DIRECTOR, LEAD)
    with pytest.raises(NotYours):
        await house.casting.voting.take_over(round_.id, PRODUCER)
    deeds: list[Deed] = list(await house.storage.chronicle.of_character(round_.character_id))
    assert [d.what for d in deeds] == ["took_over"]
    await house.vote(led, U2=1)
    face = await house.casting.locking.lock(led.id, led.slot_of[1], DIRECTOR)
    assert (face.locked_by, face.lead) == (DIRECTOR, DIRECTOR)


async def test_a_locked_or_ended_round_is_not_taken_over(house: Theatre) -> None:
    round_ = await voting(house)
    await house.casting.voting.drop(round_.id, LEAD)
    house.doors.members = {LEAD: Member(gone=True)}
    assert (await house.casting.voting.take_over(round_.id, DIRECTOR)).lead == LEAD
    assert (await house.round(round_.id)).state is State.VOID
    with pytest.raises(RoundClosed):
        await house.casting.voting.prolong(round_.id, house.now, LEAD)


async def test_who_never_could_vote_is_not_waited_for(house: Theatre) -> None:
    house.doors.members["U-bot"] = Member(human=False, name="render bot")
    house.doors.members[PRODUCER] = Member(gone=True, name="Mei")
    with pytest.raises(BriefError) as error:
        await voting(house, voters=("U-bot", PRODUCER, DIRECTOR))
    assert (error.value.field, error.value.problem, error.value.got) == ("voters", "unable", "render bot, Mei")
    assert not house.studio.skin.asks
