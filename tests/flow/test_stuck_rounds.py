"""What would leave a round standing with nobody told: Slack's refusals, a deleted message, a post that came late."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import NotTaken, Unreachable
from bot.round import State
from bot.slot import SlotState
from bot.waits import Waits
from tests.flow.theatre import LEAD, Theatre, theatre

ARCHIVED = NotTaken("chat.postMessage: is_archived", "is_archived")
NO_UPLOADS = NotTaken("files.getUploadURLExternal: file_uploads_disabled", "file_uploads_disabled")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path, waits=Waits(refused=(0.001, 0.001))) as opened:
        yield opened


async def test_patience_counts_from_the_first_question_to_a_model_not_from_the_brief(house: Theatre) -> None:
    held = asyncio.Event()
    house.studio.skin.script = lambda ask, call: held if call == 1 else None
    round_id = await house.open()
    house.later(minutes=5)  # Slack did not take the message before
    running = asyncio.create_task(house.audition(round_id))
    while len((await house.round(round_id)).arrived) < 3:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert (await house.round(round_id)).state is State.DRAWING
    house.later(seconds=61)
    while (await house.round(round_id)).state is State.DRAWING:
        await asyncio.sleep(0.01)
    held.set()
    assert len((await running).late) == 1


async def test_a_round_whose_message_is_refused_for_good_is_called_off_and_costs_nothing(house: Theatre) -> None:
    house.stage.refusals = [ARCHIVED] * 3
    round_ = await house.audition(await house.open())
    assert (round_.state, round_.refused, round_.message_ts) == (State.VOID, "is_archived", None)
    assert {s.state for s in round_.slots} == {SlotState.MISS}
    assert house.studio.asked == 0
    assert await house.storage.ledger.committed("T1", house.now.date()) == 0
    assert house.stage.happened.count(("tell", round_.id, "called_off")) == 1
    house.later(seconds=1)
    assert (await house.voting()).state is State.VOTING, "the name is free again"


async def test_a_refusal_that_passes_within_seconds_calls_nothing_off(house: Theatre) -> None:
    house.stage.refusals = [ARCHIVED] * 2
    assert (await house.voting()).state is State.VOTING


async def test_a_silent_slack_calls_nothing_off(house: Theatre) -> None:
    house.stage.refusals = [Unreachable("chat.postMessage: internal_error")]
    round_id = await house.open()
    with pytest.raises(Unreachable):
        await house.casting.posting.post(round_id)
    assert (await house.round(round_id)).state is State.DRAWING


async def test_a_lead_who_could_not_be_told_at_once_is_told_by_the_next_try(house: Theatre) -> None:
    round_id = await house.open()
    await house.storage.rounds.void(round_id, "refused:is_archived")
    await house.casting.posting.post(round_id)
    assert house.stage.happened == [("tell", round_id, "called_off")]


async def test_where_pictures_are_refused_for_good_the_ballot_opens_without_them_and_the_lead_is_told(
    house: Theatre,
) -> None:
    round_id = await house.open()
    await house.casting.posting.post(round_id)
    for slot_id in await house.casting.audition.slots(round_id):
        await house.casting.audition.draw(slot_id)
    house.stage.refusals = [NO_UPLOADS] * 4
    await house.casting.audition.open_ballot(round_id)
    round_ = await house.round(round_id)
    assert (round_.state, round_.sheet_refused, round_.sheet_file) == (State.VOTING, "file_uploads_disabled", None)
    assert ("seed", round_id, "1", "2", "3", "4") in house.stage.happened
    with pytest.raises(NotTaken):  # so that the errand counts as failed and rests before its next attempt
        await house.casting.presenting.catch_up(round_id)
    assert house.stage.happened.count(("tell", round_id, "no_sheet")) == 1
    await house.casting.presenting.catch_up(round_id)
    round_ = await house.round(round_id)
    assert (round_.sheet_refused, round_.sheet_shows, len(house.stage.pinned)) == ("", 4, 4)


async def test_a_deleted_message_is_posted_anew_with_the_emoji_to_tap_and_the_votes_stand(house: Theatre) -> None:
    round_ = await house.voting()
    await house.vote(round_, U2=3)
    house.stage.gone.add(round_.id)
    await house.casting.tick()
    assert ("again", round_.id) in house.started
    house.stage.happened.clear()
    for _ in range(2):
        await house.casting.posting.post_again(round_.id)
    assert house.stage.happened == [("post again", round_.id), ("seed", round_.id, "1", "2", "3", "4")]
    closed = await house.casting.voting.close(round_.id, LEAD)
    assert closed.tally
    assert closed.tally.winner == 3


async def test_a_ballot_whose_message_is_gone_closes_with_the_votes_it_has(house: Theatre) -> None:
    round_ = await house.voting()
    await house.vote(round_, U2=3)
    house.stage.gone.add(round_.id)
    house.later(days=2)
    await house.casting.voting.close_due(round_.id)
    assert (await house.round(round_.id)).state is State.CLOSED


async def test_where_a_deleted_message_may_not_be_posted_anew_the_round_is_called_off(house: Theatre) -> None:
    round_ = await house.voting()
    house.stage.gone.add(round_.id)
    house.stage.refusals = [ARCHIVED] * 3
    await house.casting.posting.post_again(round_.id)
    round_ = await house.round(round_.id)
    assert (round_.state, round_.refused) == (State.VOID, "is_archived")
    assert ("tell", round_.id, "called_off") in house.stage.happened
