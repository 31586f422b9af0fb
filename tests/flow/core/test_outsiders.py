"""People of other organizations, people Slack does not show, and bots: what they may do and hold up."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.errors import BriefError, NotAvailableHere, PermissionDenied
from bot.domain.users import User
from tests.support.casting_harness import DIRECTOR, FERRY, FILM, LEAD, CastingHarness, casting_harness

CLIENT, HIDDEN, BOT = "U-client", "U-hidden", "U-bot"
OUTSIDERS = {
    CLIENT: User(is_guest=True, is_external=True),
    HIDDEN: User(is_human=False, is_guest=True, is_unknown=True),
    BOT: User(is_human=False),
}


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path) as opened:
        opened.channel_access.users |= OUTSIDERS
        yield opened


@pytest.mark.parametrize("person", sorted(OUTSIDERS))
async def test_outsiders_neither_spend_nor_keep_a_production(harness: CastingHarness, person: str) -> None:
    opened = await harness.run_to_voting()
    editor = harness.casting.production_settings_editor
    for attempt in (
        harness.start_round("Ben: a cook", person),
        harness.casting.start_round.start_child(opened, person),
        harness.casting.round_controls.take_over(opened.id, person),
        editor.form(FILM, person),
        editor.save(
            FILM, person, (await harness.storage.productions.get(FILM)).digest, {"may_change_settings": (person,)}
        ),
    ):
        with pytest.raises(PermissionDenied) as denied:
            await attempt
        assert denied.value.is_external is (person == CLIENT)
    assert (await harness.storage.productions.get(FILM)).settings.may_change_settings == ()


@pytest.mark.parametrize("person", [HIDDEN, BOT])
async def test_a_vote_cannot_wait_for_people_who_cannot_vote(harness: CastingHarness, person: str) -> None:
    with pytest.raises(BriefError) as refused:
        await harness.start_round(f"Ben: a cook --voters @{person}")
    assert refused.value.problem == "unable"


async def test_only_faces_of_the_own_channel_are_public_where_outsiders_are(harness: CastingHarness) -> None:
    opened = await harness.run_to_voting()
    await harness.casting.voting.click(opened.candidate_by_number(1).id, DIRECTOR, 1)
    await harness.casting.lock_face.lock(opened.id, opened.candidate_by_number(1).id, LEAD)
    recall = harness.casting.recall
    (character,) = (await recall.recall("Maya", LEAD, FERRY)).characters
    assert await recall.can_share_in(character, FERRY)
    harness.channel_access.shared |= {FERRY, FILM}
    assert not await recall.can_share_in(character, FERRY)
    assert await recall.can_share_in(character, FILM)
    with pytest.raises(NotAvailableHere) as refused:
        await harness.start_round("Ben: her brother --like Maya", LEAD, FERRY)
    assert refused.value.reason == "outsiders"
