"""Votes with named voters: whose votes count, reminders, and a new lead after the lead left."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.audit import AuditEvent
from bot.domain.ballot import BallotStage, BallotSubmission, Reaction
from bot.domain.command import parse_brief
from bot.domain.errors import BriefError, LeadDeactivated, NotAVoter, NotLead, RoundClosed
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.users import User
from bot.usecases.sealed_ballot import SealedAnswers
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER, CastingHarness, casting_harness


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path) as opened:
        opened.now = datetime.fromisoformat("2026-11-25T09:00+00:00")
        yield opened


async def start_vote_with_voters(
    harness: CastingHarness, line: str = "Maya: a fisherwoman --for 24h", voters: tuple[str, ...] = ()
) -> Round:
    brief = replace(parse_brief(line), voters=voters or (DIRECTOR, PRODUCER))
    opened = await harness.casting.start_round.start(brief, FILM, LEAD, f"trigger {line}")
    return await harness.audition(opened.round.id)


async def test_only_named_voters_count(harness: CastingHarness) -> None:
    round_ = await start_vote_with_voters(harness)
    await harness.vote(round_, U2=1)
    with pytest.raises(NotAVoter):
        await harness.vote(round_, U9=2)
    first = await harness.casting.voting.react(FILM, round_.message_ts or "", 2, "U9", True, 10)
    again = await harness.casting.voting.react(FILM, round_.message_ts or "", 3, "U9", True, 11)
    assert (first and first.id, again) == (round_.id, None), "they are told once"
    harness.publisher.slack_reactions = [Reaction(2, frozenset({"U9", PRODUCER}), is_complete=True)]
    closed = await harness.casting.round_controls.close(round_.id, LEAD)
    assert closed.tally
    assert (dict(closed.tally.votes), closed.tally.voters) == ({1: 1, 2: 1, 3: 0, 4: 0}, 2)


async def test_sealed_ballot_accepts_named_voters_only(harness: CastingHarness) -> None:
    round_ = await start_vote_with_voters(harness, "Maya: a fisherwoman --ballot sealed")
    answers = SealedAnswers(
        frozenset({round_.slot_id_by_number[1]}), frozenset({round_.slot_id_by_number[1]}), {}, none_of_these=False
    )
    with pytest.raises(NotAVoter):
        await harness.casting.sealed_ballots.form(round_.id, "U9")
    with pytest.raises(NotAVoter):
        await harness.casting.sealed_ballots.submit(round_.id, "U9", answers)
    await harness.casting.sealed_ballots.submit(round_.id, DIRECTOR, answers)
    foreign_submission = BallotSubmission(
        round_.id, "U9", BallotStage.FIRST, answers.reads_human, answers.matches_character, {}, 99
    )
    assert await harness.storage.ballots.record_submission(foreign_submission), (
        "even a paper that got in is not counted"
    )
    closed = await harness.casting.round_controls.close(round_.id, LEAD)
    assert closed.tally
    assert (closed.tally.votes[1], closed.tally.voters) == (1, 1)


async def test_missing_voters_get_one_reminder_in_their_working_hours(harness: CastingHarness) -> None:
    harness.channel_access.users = {DIRECTOR: User(time_zone="Europe/London"), PRODUCER: User(time_zone="Asia/Tokyo")}
    round_ = await start_vote_with_voters(harness)
    await harness.casting.reminders.send_due()
    assert harness.direct_messages.reminders == []
    # 18:00 in London: no reminder goes out in the last hour of a vote that ends at 9:00 there.
    # An hour before the close is 18:00 in Tokyo and 8:00 in London.
    harness.now = datetime.fromisoformat("2026-11-25T17:00+00:00")
    await harness.casting.reminders.send_due()
    assert harness.direct_messages.reminders == [(DIRECTOR, round_.id)]
    harness.now = datetime.fromisoformat("2026-11-26T08:05+00:00")
    for _ in range(3):
        await harness.casting.reminders.send_due()
    assert harness.direct_messages.reminders == [(DIRECTOR, round_.id), (PRODUCER, round_.id)]
    assert ("thread_note", round_.id, "reminder") not in harness.publisher.events, "both were written to"


async def test_reminders_skip_voted_and_deactivated_and_retry_unreachable(harness: CastingHarness) -> None:
    round_ = await start_vote_with_voters(harness, voters=(DIRECTOR, PRODUCER, "U4"))
    harness.channel_access.users = {"U4": User(is_deactivated=True)}
    await harness.vote(round_, U2=1)
    harness.direct_messages.unreachable = {PRODUCER}
    for moment in ("2026-11-25T17:05+00:00", "2026-11-26T08:05+00:00"):
        harness.now = datetime.fromisoformat(moment)
        await harness.casting.reminders.send_due()
    assert harness.direct_messages.reminders == []
    assert ("thread_note", round_.id, "reminder") in harness.publisher.events, "the thread has to do"
    harness.direct_messages.unreachable = set()
    await harness.casting.round_controls.extend_open(round_.id, round_.closes_at or harness.now, LEAD)
    await harness.casting.reminders.send_due()
    assert harness.direct_messages.reminders == [], "it is five past eight, and a day is left"
    harness.now = datetime.fromisoformat("2026-11-26T17:05+00:00")
    await harness.casting.reminders.send_due()
    assert harness.direct_messages.reminders == [(PRODUCER, round_.id)]


async def test_thread_announces_once_that_all_votes_are_in(harness: CastingHarness) -> None:
    round_ = await start_vote_with_voters(harness)
    await harness.vote(round_, U2=1, U3=1)
    for _ in range(2):
        await harness.casting.reminders.send_due()
    assert harness.publisher.events.count(("thread_note", round_.id, "all_in")) == 1
    assert harness.direct_messages.reminders == []


async def test_repeated_press_extends_the_vote_by_one_day(harness: CastingHarness) -> None:
    round_ = await start_vote_with_voters(harness)
    assert round_.closes_at
    with pytest.raises(NotLead):
        await harness.casting.round_controls.extend_open(round_.id, round_.closes_at, DIRECTOR)
    for _ in range(2):
        longer = await harness.casting.round_controls.extend_open(round_.id, round_.closes_at, LEAD)
        assert longer.closes_at == round_.closes_at + timedelta(days=1)
    audit_events = await harness.storage.audit_log.list_for_character(round_.character_id)
    assert [(d.action, d.person) for d in audit_events] == [("extended", LEAD)]


async def test_round_of_a_deactivated_lead_can_be_taken_over(harness: CastingHarness) -> None:
    round_ = await start_vote_with_voters(harness)
    with pytest.raises(NotLead):
        await harness.casting.round_controls.take_over(round_.id, DIRECTOR)
    harness.channel_access.users = {LEAD: User(is_deactivated=True)}
    for action in (harness.casting.round_controls.close, harness.casting.round_controls.drop):
        with pytest.raises(LeadDeactivated) as caught:
            await action(round_.id, DIRECTOR)
        assert (caught.value.lead, caught.value.round_id) == (LEAD, round_.id)
    updated = await harness.casting.round_controls.take_over(round_.id, DIRECTOR)
    assert (updated.lead, updated.started_by) == (DIRECTOR, LEAD)
    with pytest.raises(NotLead):
        await harness.casting.round_controls.take_over(round_.id, PRODUCER)
    audit_events: list[AuditEvent] = list(await harness.storage.audit_log.list_for_character(round_.character_id))
    assert [d.action for d in audit_events] == ["took_over"]
    await harness.vote(updated, U2=1)
    face = await harness.casting.lock_face.lock(updated.id, updated.slot_id_by_number[1], DIRECTOR)
    assert (face.locked_by, face.lead) == (DIRECTOR, DIRECTOR)


async def test_ended_round_cannot_be_taken_over(harness: CastingHarness) -> None:
    round_ = await start_vote_with_voters(harness)
    await harness.casting.round_controls.drop(round_.id, LEAD)
    harness.channel_access.users = {LEAD: User(is_deactivated=True)}
    assert (await harness.casting.round_controls.take_over(round_.id, DIRECTOR)).lead == LEAD
    assert (await harness.get_round(round_.id)).state is RoundState.VOID
    with pytest.raises(RoundClosed):
        await harness.casting.round_controls.extend_open(round_.id, harness.now, LEAD)


async def test_users_unable_to_vote_are_rejected_as_voters(harness: CastingHarness) -> None:
    harness.channel_access.users["U-bot"] = User(is_human=False, name="render bot")
    harness.channel_access.users[PRODUCER] = User(is_deactivated=True, name="Mei")
    with pytest.raises(BriefError) as error:
        await start_vote_with_voters(harness, voters=("U-bot", PRODUCER, DIRECTOR))
    assert (error.value.field, error.value.problem, error.value.got) == ("voters", "unable", "render bot, Mei")
    assert not harness.fake_models.skin.requests
