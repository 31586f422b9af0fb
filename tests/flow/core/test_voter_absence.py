"""Named voters in trouble: downtime of bot or Slack, moved deadlines, people who left the workspace."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.ballot import Reaction
from bot.domain.brief import BallotMode
from bot.domain.command import parse_brief
from bot.domain.errors import LeadDeactivated, NotLead, PermissionDenied, RoundClosed
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.service_errors import SlackRejected, SlackUnavailable
from bot.domain.users import User
from bot.usecases.sealed_ballot import SealedAnswers
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER, CastingHarness, casting_harness

WEDNESDAY = datetime(2026, 11, 25, 10, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 27, 10, tzinfo=UTC)


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path) as opened:
        opened.now = WEDNESDAY
        yield opened


async def start_named_vote(harness: CastingHarness, line: str = "Maya: a fisherwoman --for 4h") -> Round:
    """Start a ballot for the director and the producer."""
    brief = replace(parse_brief(line), voters=(DIRECTOR, PRODUCER))
    opened = await harness.casting.start_round.start(brief, FILM, LEAD, f"trigger-{line}-{harness.now}")
    return await harness.audition(opened.round.id)


def reminded_users(harness: CastingHarness) -> list[str]:
    return sorted(person for person, _ in harness.direct_messages.reminders)


def count_thread_notes(harness: CastingHarness, kind: str) -> int:
    return sum(event[0] == "thread_note" and event[2] == kind for event in harness.publisher.events)


def fail_next_thread_note(harness: CastingHarness) -> None:
    """Make the next thread note fail, as if Slack did not answer."""
    original = harness.publisher.post_thread_note

    async def raise_once(round_id: str, kind: str) -> None:
        harness.publisher.post_thread_note = original  # type: ignore[method-assign]
        raise SlackUnavailable("chat.postMessage")

    harness.publisher.post_thread_note = raise_once  # type: ignore[method-assign]


# Reminders


async def test_no_reminders_at_night_after_downtime(harness: CastingHarness) -> None:
    harness.now = FRIDAY
    await start_named_vote(harness, "Maya: a fisherwoman --for 2d")
    for hour in (17, 18, 23):
        harness.now = FRIDAY.replace(hour=hour, minute=30)
        if hour != 17:  # the bot was down then
            await harness.casting.reminders.send_due()
    assert not reminded_users(harness)
    harness.now = FRIDAY + timedelta(hours=47, minutes=5)
    await harness.casting.reminders.send_due()
    assert (reminded_users(harness), count_thread_notes(harness, "reminder")) == ([], 1), (
        "it is Sunday: the thread has to do"
    )


async def test_late_reminders_are_sent_within_working_hours(harness: CastingHarness) -> None:
    harness.now = WEDNESDAY + timedelta(hours=7)
    await start_named_vote(harness, "Maya: a fisherwoman --for 1d")
    harness.now = WEDNESDAY + timedelta(days=1, hours=6, minutes=30)
    await harness.casting.reminders.send_due()
    assert reminded_users(harness) == [DIRECTOR, PRODUCER]


async def test_run_off_reminder_is_sent_near_its_own_close(harness: CastingHarness) -> None:
    round_ = await start_named_vote(harness, "Maya: a fisherwoman --for 1h")
    await harness.vote(round_, U2=1, U3=2)
    harness.advance(hours=5)
    await harness.casting.round_controls.close(round_.id, LEAD)
    await harness.casting.round_controls.start_run_off(round_.id, LEAD)
    await harness.casting.reminders.send_due()
    assert not reminded_users(harness), "it has just been opened"
    harness.advance(minutes=46)
    await harness.casting.reminders.send_due()
    assert reminded_users(harness) == [DIRECTOR, PRODUCER]


async def test_run_off_opened_at_night_sends_no_reminder(harness: CastingHarness) -> None:
    harness.now = FRIDAY
    round_ = await start_named_vote(harness, "Maya: a fisherwoman --for 1d")
    await harness.vote(round_, U2=1, U3=2)
    harness.now = FRIDAY.replace(hour=20)
    await harness.casting.round_controls.close(round_.id, LEAD)
    await harness.casting.round_controls.start_run_off(round_.id, LEAD)
    await harness.casting.reminders.send_due()
    assert not reminded_users(harness)


async def test_moved_deadline_sends_new_reminders(harness: CastingHarness) -> None:
    round_ = await start_named_vote(harness)
    harness.advance(hours=3, minutes=1)
    await harness.casting.reminders.send_due()
    assert round_.closes_at
    await harness.casting.round_controls.extend_open(round_.id, round_.closes_at, LEAD)
    await harness.casting.reminders.send_due()
    assert reminded_users(harness) == [DIRECTOR, PRODUCER], "a day is left again"
    harness.now = round_.closes_at + timedelta(hours=23, minutes=30)
    for _ in range(2):
        await harness.casting.reminders.send_due()
    assert reminded_users(harness) == [DIRECTOR, DIRECTOR, PRODUCER, PRODUCER]


async def test_reminders_are_retried_on_outage_but_not_on_rejection(harness: CastingHarness) -> None:
    await start_named_vote(harness)
    harness.advance(hours=3, minutes=1)
    send, attempts = harness.direct_messages.send_vote_reminder, []

    async def unreliable_remind(recipient: object, round_: Round) -> None:
        attempts.append(recipient.person)  # type: ignore[attr-defined]
        if recipient.person == PRODUCER:  # type: ignore[attr-defined]
            raise SlackRejected("chat.postMessage", "cannot_dm_bot")
        if len(attempts) < 4:
            raise SlackUnavailable("chat.postMessage")
        await send(recipient, round_)  # type: ignore[arg-type]

    harness.direct_messages.send_vote_reminder = unreliable_remind  # type: ignore[method-assign]
    for _ in range(4):
        await harness.casting.reminders.send_due()
    assert (attempts.count(DIRECTOR), attempts.count(PRODUCER)) == (3, 1)
    assert reminded_users(harness) == [DIRECTOR]
    assert count_thread_notes(harness, "reminder") == 1, "the thread tells the producer"


# Thread notes


async def test_failed_thread_note_is_retried_without_blocking_others(harness: CastingHarness) -> None:
    complete_round = await start_named_vote(harness)
    await harness.vote(complete_round, U2=1, U3=1)
    fail_next_thread_note(harness)
    other_round = await harness.audition(await harness.start_round("Juno: a baker --for 4h"))
    for _ in range(3):
        await harness.casting.reminders.send_due()
    assert count_thread_notes(harness, "all_in") == 1
    harness.advance(hours=3, minutes=1)
    fail_next_thread_note(harness)
    for _ in range(3):
        await harness.casting.reminders.send_due()
    assert harness.publisher.events.count(("thread_note", other_round.id, "reminder")) == 1


async def test_deactivated_voters_do_not_complete_a_vote(harness: CastingHarness) -> None:
    await start_named_vote(harness)
    harness.channel_access.users = {DIRECTOR: User(is_deactivated=True), PRODUCER: User(is_deactivated=True)}
    await harness.casting.reminders.send_due()
    assert count_thread_notes(harness, "all_in") == 0


# Moved deadlines


async def test_deadline_moved_during_the_close_keeps_the_ballot_open(harness: CastingHarness) -> None:
    round_ = await start_named_vote(harness, "Maya: a fisherwoman --for 1h")
    closes_at = round_.closes_at or harness.now
    harness.now = closes_at + timedelta(seconds=1)
    original = harness.publisher.get_reactions

    async def extend_during_read(round_id: str) -> list[Reaction]:
        harness.publisher.get_reactions = original  # type: ignore[method-assign]
        await harness.casting.round_controls.extend_open(round_id, closes_at, LEAD)
        return []

    harness.publisher.get_reactions = extend_during_read  # type: ignore[method-assign]
    await harness.casting.close_vote.close_due(round_.id)
    open_round = await harness.get_round(round_.id)
    assert (open_round.state, open_round.closes_at) == (RoundState.VOTING, closes_at + timedelta(days=1))
    harness.now = closes_at + timedelta(days=1, seconds=1)
    await harness.casting.close_vote.close_due(round_.id)
    assert (await harness.get_round(round_.id)).state is RoundState.CLOSED


@pytest.mark.parametrize("ballot", list(BallotMode))
async def test_lead_actions_never_change_the_ballot_mode(harness: CastingHarness, ballot: BallotMode) -> None:
    round_ = await start_named_vote(harness, f"Maya: a fisherwoman --for 1h --ballot {ballot}")
    controls, sealing = harness.casting.round_controls, harness.casting.sealed_ballots
    rounds = [round_]
    rounds.append(await controls.extend_open(round_.id, round_.closes_at or harness.now, LEAD))
    rounds.append(await controls.close(round_.id, LEAD))
    rounds.append(await controls.extend(round_.id, LEAD))
    harness.channel_access.users = {LEAD: User(is_deactivated=True)}
    rounds.append(await controls.take_over(round_.id, DIRECTOR))
    assert {updated.brief.ballot for updated in rounds} == {ballot}
    answers = SealedAnswers(
        frozenset({round_.slot_id_by_number[1]}), frozenset({round_.slot_id_by_number[1]}), {}, none_of_these=False
    )
    with pytest.raises(RoundClosed) as refused:
        if ballot is BallotMode.SEALED:
            await harness.casting.voting.click(round_.slot_id_by_number[1], DIRECTOR, 1)
        else:
            await sealing.submit(round_.id, DIRECTOR, answers)
    assert refused.value.state == ballot


# Deactivated leads


async def test_only_users_who_may_start_rounds_take_over_once(harness: CastingHarness) -> None:
    round_ = await start_named_vote(harness)
    harness.channel_access.users = {LEAD: User(is_deactivated=True), "U9": User(is_guest=True)}
    with pytest.raises(PermissionDenied):
        await harness.casting.round_controls.take_over(round_.id, "U9")
    await harness.casting.round_controls.take_over(round_.id, DIRECTOR)
    with pytest.raises(NotLead):
        await harness.casting.round_controls.take_over(round_.id, PRODUCER)


@pytest.mark.parametrize("press", ["audition.cancel", "audition.open_now", "reroll.options", "reroll.reroll_round"])
async def test_lead_actions_offer_a_takeover_if_the_lead_is_deactivated(harness: CastingHarness, press: str) -> None:
    use_case, method = press.split(".")
    round_ = (
        await start_named_vote(harness)
        if use_case == "rerolling"
        else await harness.get_round(await harness.start_round())
    )
    harness.channel_access.users = {LEAD: User(is_deactivated=True)}
    with pytest.raises(LeadDeactivated) as refused:
        await getattr(getattr(harness.casting, use_case), method)(round_.id, DIRECTOR)
    updated = await harness.casting.round_controls.take_over(refused.value.round_id, DIRECTOR)
    assert updated.lead == DIRECTOR
    if method == "cancel":
        await harness.casting.audition.cancel(round_.id, DIRECTOR)
        assert (await harness.get_round(round_.id)).state is RoundState.VOID


async def test_locked_round_of_a_deactivated_lead_can_be_taken_over(harness: CastingHarness) -> None:
    round_id = await harness.run_to_lock()
    harness.channel_access.users = {LEAD: User(is_deactivated=True)}
    with pytest.raises(LeadDeactivated):
        await harness.casting.start_upscale.decide(round_id, "nothing", DIRECTOR, keep=True)
    assert (await harness.casting.round_controls.take_over(round_id, DIRECTOR)).lead == DIRECTOR
    with pytest.raises(KeyError):
        await harness.casting.start_upscale.decide(round_id, "nothing", DIRECTOR, keep=True)


async def test_ended_round_offers_no_takeover(harness: CastingHarness) -> None:
    round_ = await start_named_vote(harness)
    await harness.casting.round_controls.drop(round_.id, LEAD)
    harness.channel_access.users = {LEAD: User(is_deactivated=True)}
    with pytest.raises(NotLead):
        await harness.casting.round_controls.close(round_.id, DIRECTOR)


async def test_deadlines_and_reminders_work_without_a_lead(harness: CastingHarness) -> None:
    round_ = await start_named_vote(harness)
    harness.channel_access.users = {LEAD: User(is_deactivated=True)}
    await harness.vote(round_, U2=1)
    harness.advance(hours=3, minutes=1)
    await harness.casting.reminders.send_due()
    assert reminded_users(harness) == [PRODUCER]
    harness.advance(hours=1)
    await harness.casting.close_vote.enqueue_due()
    assert ("close", round_.id) in harness.started_jobs
    await harness.casting.close_vote.close_due(round_.id)
    assert (await harness.get_round(round_.id)).state is RoundState.CLOSED
