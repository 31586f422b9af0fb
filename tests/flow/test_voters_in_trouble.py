"""Named voters on a bad day: a bot that was off, a Slack that is silent, deadlines that move, people who have left."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.ballot import Reaction
from bot.brief import Brief, Secrecy
from bot.errors import Barred, LeadLeft, NotTaken, NotYours, RoundClosed, Unreachable
from bot.member import Member
from bot.round import Round, State
from bot.sealing import Answered
from tests.flow.theatre import DIRECTOR, FILM, LEAD, PRODUCER, Theatre, theatre

WEDNESDAY = datetime(2026, 11, 25, 10, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 27, 10, tzinfo=UTC)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path) as opened:
        opened.now = WEDNESDAY
        yield opened


async def named(house: Theatre, line: str = "Maya: a fisherwoman --for 4h") -> Round:
    """A ballot on which the director and the producer vote."""
    brief = replace(Brief.of(line), voters=(DIRECTOR, PRODUCER))
    opened = await house.casting.opening.open_round(brief, FILM, LEAD, f"trigger-{line}-{house.now}")
    return await house.audition(opened.round.id)


def told(house: Theatre) -> list[str]:
    return sorted(person for person, _ in house.post.reminded)


def remarks(house: Theatre, kind: str) -> int:
    return sum(happened[0] == "remark" and happened[2] == kind for happened in house.stage.happened)


def silence(house: Theatre) -> None:
    """The next word in a thread meets a Slack that is silent."""
    speak = house.stage.remark

    async def silent(round_id: str, remark: str) -> None:
        house.stage.remark = speak  # type: ignore[method-assign]
        raise Unreachable("chat.postMessage")

    house.stage.remark = silent  # type: ignore[method-assign]


# When people are written to.


async def test_a_bot_that_was_off_on_friday_afternoon_does_not_write_at_night(house: Theatre) -> None:
    house.now = FRIDAY
    await named(house, "Maya: a fisherwoman --for 2d")
    for hour in (17, 18, 23):
        house.now = FRIDAY.replace(hour=hour, minute=30)
        if hour != 17:  # it was off then
            await house.casting.reminding.remind()
    assert not told(house)
    house.now = FRIDAY + timedelta(hours=47, minutes=5)
    await house.casting.reminding.remind()
    assert (told(house), remarks(house, "reminder")) == ([], 1), "it is Sunday: the thread has to do"


async def test_a_bot_that_was_off_in_the_morning_writes_while_people_are_still_at_work(house: Theatre) -> None:
    house.now = WEDNESDAY + timedelta(hours=7)
    await named(house, "Maya: a fisherwoman --for 1d")
    house.now = WEDNESDAY + timedelta(days=1, hours=6, minutes=30)
    await house.casting.reminding.remind()
    assert told(house) == [DIRECTOR, PRODUCER]


async def test_a_run_off_is_asked_about_near_its_own_close(house: Theatre) -> None:
    round_ = await named(house, "Maya: a fisherwoman --for 1h")
    await house.vote(round_, U2=1, U3=2)
    house.later(hours=5)
    await house.casting.voting.close(round_.id, LEAD)
    await house.casting.voting.run_off(round_.id, LEAD)
    await house.casting.reminding.remind()
    assert not told(house), "it has just been opened"
    house.later(minutes=46)
    await house.casting.reminding.remind()
    assert told(house) == [DIRECTOR, PRODUCER]


async def test_a_run_off_that_opens_on_a_friday_night_is_not_asked_about_then(house: Theatre) -> None:
    house.now = FRIDAY
    round_ = await named(house, "Maya: a fisherwoman --for 1d")
    await house.vote(round_, U2=1, U3=2)
    house.now = FRIDAY.replace(hour=20)
    await house.casting.voting.close(round_.id, LEAD)
    await house.casting.voting.run_off(round_.id, LEAD)
    await house.casting.reminding.remind()
    assert not told(house)


async def test_whoever_was_written_to_is_written_to_again_once_the_deadline_has_moved(house: Theatre) -> None:
    round_ = await named(house)
    house.later(hours=3, minutes=1)
    await house.casting.reminding.remind()
    assert round_.closes_at
    await house.casting.voting.prolong(round_.id, round_.closes_at, LEAD)
    await house.casting.reminding.remind()
    assert told(house) == [DIRECTOR, PRODUCER], "a day is left again"
    house.now = round_.closes_at + timedelta(hours=23, minutes=30)
    for _ in range(2):
        await house.casting.reminding.remind()
    assert told(house) == [DIRECTOR, DIRECTOR, PRODUCER, PRODUCER]


async def test_a_silent_slack_is_asked_again_and_one_that_refuses_is_not(house: Theatre) -> None:
    await named(house)
    house.later(hours=3, minutes=1)
    send, tries = house.post.remind, []

    async def moody(reader: object, round_: Round) -> None:
        tries.append(reader.person)  # type: ignore[attr-defined]
        if reader.person == PRODUCER:  # type: ignore[attr-defined]
            raise NotTaken("chat.postMessage", "cannot_dm_bot")
        if len(tries) < 4:
            raise Unreachable("chat.postMessage")
        await send(reader, round_)  # type: ignore[arg-type]

    house.post.remind = moody  # type: ignore[method-assign]
    for _ in range(4):
        await house.casting.reminding.remind()
    assert (tries.count(DIRECTOR), tries.count(PRODUCER)) == (3, 1)
    assert told(house) == [DIRECTOR]
    assert remarks(house, "reminder") == 1, "the thread tells the producer"


# What the thread is told.


async def test_a_silent_slack_hears_a_threads_word_at_the_next_tick_and_holds_up_nobody_elses(house: Theatre) -> None:
    full = await named(house)
    await house.vote(full, U2=1, U3=1)
    silence(house)
    other = await house.audition(await house.open("Juno: a baker --for 4h"))
    for _ in range(3):
        await house.casting.reminding.remind()
    assert remarks(house, "all_in") == 1
    house.later(hours=3, minutes=1)
    silence(house)
    for _ in range(3):
        await house.casting.reminding.remind()
    assert house.stage.happened.count(("remark", other.id, "reminder")) == 1


async def test_voters_who_all_left_without_a_vote_are_not_called_everybody(house: Theatre) -> None:
    await named(house)
    house.doors.members = {DIRECTOR: Member(gone=True), PRODUCER: Member(gone=True)}
    await house.casting.reminding.remind()
    assert remarks(house, "all_in") == 0


# Deadlines that move.


async def test_a_deadline_that_moves_while_the_close_is_counted_keeps_the_ballot_open(house: Theatre) -> None:
    round_ = await named(house, "Maya: a fisherwoman --for 1h")
    closes_at = round_.closes_at or house.now
    house.now = closes_at + timedelta(seconds=1)
    read = house.stage.reactions

    async def meanwhile(round_id: str) -> list[Reaction]:
        house.stage.reactions = read  # type: ignore[method-assign]
        await house.casting.voting.prolong(round_id, closes_at, LEAD)
        return []

    house.stage.reactions = meanwhile  # type: ignore[method-assign]
    await house.casting.voting.close_due(round_.id)
    held = await house.round(round_.id)
    assert (held.state, held.closes_at) == (State.VOTING, closes_at + timedelta(days=1))
    house.now = closes_at + timedelta(days=1, seconds=1)
    await house.casting.voting.close_due(round_.id)
    assert (await house.round(round_.id)).state is State.CLOSED


@pytest.mark.parametrize("ballot", list(Secrecy))
async def test_nothing_that_steers_a_vote_changes_how_people_vote(house: Theatre, ballot: Secrecy) -> None:
    round_ = await named(house, f"Maya: a fisherwoman --for 1h --ballot {ballot}")
    voting, sealing = house.casting.voting, house.casting.sealing
    stands = [round_]
    stands.append(await voting.prolong(round_.id, round_.closes_at or house.now, LEAD))
    stands.append(await voting.close(round_.id, LEAD))
    stands.append(await voting.extend(round_.id, LEAD))
    house.doors.members = {LEAD: Member(gone=True)}
    stands.append(await voting.take_over(round_.id, DIRECTOR))
    assert {stand.brief.ballot for stand in stands} == {ballot}
    answered = Answered(frozenset({round_.slot_of[1]}), frozenset({round_.slot_of[1]}), {}, none=False)
    with pytest.raises(RoundClosed) as other_way:
        if ballot is Secrecy.SEALED:
            await voting.click(round_.slot_of[1], DIRECTOR, 1)
        else:
            await sealing.put_in(round_.id, DIRECTOR, answered)
    assert other_way.value.state == ballot


# Leads who have left.


async def test_only_who_may_start_rounds_takes_over_and_only_once(house: Theatre) -> None:
    round_ = await named(house)
    house.doors.members = {LEAD: Member(gone=True), "U9": Member(guest=True)}
    with pytest.raises(Barred):
        await house.casting.voting.take_over(round_.id, "U9")
    await house.casting.voting.take_over(round_.id, DIRECTOR)
    with pytest.raises(NotYours):
        await house.casting.voting.take_over(round_.id, PRODUCER)


@pytest.mark.parametrize("press", ["audition.cancel", "audition.open_now", "rerolling.offer", "rerolling.all"])
async def test_what_a_lead_who_left_could_do_while_models_draw_or_again_leads_to_a_take_over(
    house: Theatre, press: str
) -> None:
    part, verb = press.split(".")
    round_ = await named(house) if part == "rerolling" else await house.round(await house.open())
    house.doors.members = {LEAD: Member(gone=True)}
    with pytest.raises(LeadLeft) as offered:
        await getattr(getattr(house.casting, part), verb)(round_.id, DIRECTOR)
    led = await house.casting.voting.take_over(offered.value.round_id, DIRECTOR)
    assert led.lead == DIRECTOR
    if verb == "cancel":
        await house.casting.audition.cancel(round_.id, DIRECTOR)
        assert (await house.round(round_.id)).state is State.VOID


async def test_a_cast_round_of_a_lead_who_left_finds_another_so_that_its_face_is_not_stuck(house: Theatre) -> None:
    round_id = await house.locked()
    house.doors.members = {LEAD: Member(gone=True)}
    with pytest.raises(LeadLeft):
        await house.casting.finishing.decide(round_id, "nothing", DIRECTOR, keep=True)
    assert (await house.casting.voting.take_over(round_id, DIRECTOR)).lead == DIRECTOR
    with pytest.raises(KeyError):
        await house.casting.finishing.decide(round_id, "nothing", DIRECTOR, keep=True)


async def test_a_round_that_ended_offers_nobody_its_lead(house: Theatre) -> None:
    round_ = await named(house)
    await house.casting.voting.drop(round_.id, LEAD)
    house.doors.members = {LEAD: Member(gone=True)}
    with pytest.raises(NotYours):
        await house.casting.voting.close(round_.id, DIRECTOR)


async def test_deadlines_close_and_reminders_go_on_without_a_lead(house: Theatre) -> None:
    round_ = await named(house)
    house.doors.members = {LEAD: Member(gone=True)}
    await house.vote(round_, U2=1)
    house.later(hours=3, minutes=1)
    await house.casting.reminding.remind()
    assert told(house) == [PRODUCER]
    house.later(hours=1)
    await house.casting.voting.start_due()
    assert ("close", round_.id) in house.started
    await house.casting.voting.close_due(round_.id)
    assert (await house.round(round_.id)).state is State.CLOSED
