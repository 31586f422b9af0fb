"""Names that are typed in another way, and names that only resemble one: the first are found, the second asked back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.errors import AlreadyCast, BriefError, ReferenceUnclear
from bot.domain.ids import ChannelRef
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER, CastingHarness, casting_harness

FERRY = ChannelRef("T1", "C2")


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path, keys=("recraft", "openai", "gemini")) as opened:
        yield opened


async def test_one_fold_serves_cast_recall_alias_and_like(harness: CastingHarness) -> None:
    await harness.run_to_lock("O’Connor‑Łee: a pilot --models recraft")
    for typed in ("O'Connor-Łee", "o`connor–łee", "O\u00adʼConnor\u2011ŁEE\u200b", "Ｏ＇Connor－Łee"):
        found = await harness.casting.recall.recall(typed, PRODUCER, FILM)
        assert (found.kind, found.characters[0].name) == ("face", "O’Connor‑Łee"), ascii(typed)
        with pytest.raises(AlreadyCast):
            await harness.start_round(f"{typed}: forty")
        with pytest.raises(BriefError) as own:
            await harness.casting.aliases.add("O'Connor-Łee", typed, LEAD, FILM)
        assert own.value.problem == "own"
    round_ = await harness.get_round(await harness.start_round("Ben: her son --like o'connor-łee"))
    assert round_.brief.reference
    assert round_.brief.reference.sha256


@pytest.mark.parametrize("typed", ["Maja", "Mayaa", "Mya", "Mayo", "Maya C"])
async def test_a_near_name_is_asked_back(harness: CastingHarness, typed: str) -> None:
    await harness.run_to_lock("Maya: a pilot --models recraft")
    found = await harness.casting.recall.recall(typed, PRODUCER, FILM)
    assert (found.kind, [character.name for character in found.characters]) == ("unsure", ["Maya"])
    history = await harness.casting.history.get_by_name(typed, PRODUCER, FILM)
    assert history.recall_result.kind == "unsure"
    with pytest.raises(BriefError) as unknown:
        await harness.casting.aliases.add(typed, "the fisherwoman", LEAD, FILM)
    assert (unknown.value.problem, unknown.value.allowed) == ("unknown", ("Maya",))


async def test_a_near_name_after_like_is_asked_back_and_spends_nothing(harness: CastingHarness) -> None:
    round_id = await harness.run_to_lock("Maya: a pilot --models recraft")
    face = await harness.casting.recall.get_face(round_id, LEAD)
    with pytest.raises(ReferenceUnclear) as unclear:
        await harness.start_round("Ben: her son --like Maja --each 1")
    ((name, draft_id),) = unclear.value.offers
    assert name == "Maya"
    started = await harness.casting.start_round.confirm_draft(draft_id, LEAD)
    again = await harness.casting.start_round.confirm_draft(draft_id, LEAD)
    assert (again.round.id, again.created) == (started.round.id, False)
    brief = started.round.brief
    assert (brief.name, brief.per_model) == ("Ben", 1)
    assert brief.reference
    assert brief.reference.sha256 == face.portrait.sha256


async def test_no_hint_names_a_face_that_the_person_may_not_see(harness: CastingHarness) -> None:
    await harness.run_to_lock("Maya: a pilot --models recraft")
    harness.channel_access.private_members[FILM] = {LEAD}
    with pytest.raises(BriefError) as unknown:
        await harness.start_round("Ben: x --like Maja", lead=DIRECTOR, place=FERRY)
    assert not isinstance(unknown.value, ReferenceUnclear)
    with pytest.raises(BriefError) as alias:
        await harness.casting.aliases.add("Maja", "Mum", LEAD, FERRY)
    assert alias.value.allowed == ()


async def test_default_quorum_above_the_named_voters_is_refused(harness: CastingHarness) -> None:
    with pytest.raises(BriefError) as caught:
        await harness.start_round("Maya: a pilot --quorum 3 --voters U2,U3")
    assert caught.value.problem == "above_voters"
