"""Reports: the pictures are hidden at once, the lead and administrators know, and one of them decides."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.errors import BriefError, NotAvailableHere, NotLead
from bot.domain.users import User
from tests.support.casting_harness import DIRECTOR, LEAD, PRODUCER, CastingHarness, casting_harness

ADMIN = "U9"


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path, keys=("gemini", "recraft"), admins=frozenset({ADMIN})) as opened:
        yield opened


async def test_a_reported_face_is_hidden_everywhere_until_the_lead_decides(harness: CastingHarness) -> None:
    maya = await harness.run_to_lock("Maya: a keeper --models recraft")
    await harness.casting.reporting.report(maya, DIRECTOR, "looks like my neighbour")
    expected = {(LEAD, maya, DIRECTOR, "looks like my neighbour"), (ADMIN, maya, DIRECTOR, "looks like my neighbour")}
    assert set(harness.direct_messages.reports) == expected
    assert (await harness.get_round(maya)).reported_at == harness.now
    for use in (
        harness.casting.recall.get_face(maya, LEAD),
        harness.casting.face_download.archive(maya, LEAD),
        harness.casting.comparison.compare_first_two(maya),
        harness.start_round("Ben: her brother --like Maya"),
    ):
        with pytest.raises(NotAvailableHere) as raised:
            await use
        assert raised.value.reason == "reported"
    with pytest.raises(NotLead):
        await harness.casting.reporting.show_again(maya, DIRECTOR)
    assert await harness.casting.reporting.show_again(maya, LEAD)
    assert await harness.casting.recall.get_face(maya, LEAD)
    assert not await harness.casting.reporting.show_again(maya, LEAD)
    history = await harness.casting.history.get_by_name("Maya", LEAD, (await harness.get_round(maya)).place)
    assert "report_dismissed" in {event.kind for event in history.events}


async def test_a_reported_candidate_hides_an_open_round_and_voting_goes_on(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting("Maya: a keeper --models recraft")
    await harness.casting.reporting.report(round_.id, PRODUCER, "2 wears a uniform")
    await harness.vote(round_, U2=1)
    assert (await harness.get_round(round_.id)).reported_at
    harness.channel_access.users[PRODUCER] = User(is_admin=True)
    assert await harness.casting.reporting.show_again(round_.id, PRODUCER)


async def test_a_report_needs_a_reason_and_reaches_others_where_one_cannot_be_reached(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting("Maya: a keeper --models recraft")
    with pytest.raises(BriefError):
        await harness.casting.reporting.report(round_.id, PRODUCER, "  ")
    assert (await harness.get_round(round_.id)).reported_at is None
    harness.direct_messages.unreachable.add(LEAD)
    await harness.casting.reporting.report(round_.id, PRODUCER, "wrong")
    assert [recipient for recipient, *_ in harness.direct_messages.reports] == [ADMIN]
