"""Comments on candidates: who sees them when, and how they reach the next brief and a variation."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.comment import COMMENT_LIMIT
from bot.domain.errors import BriefError, RoundClosed
from bot.domain.prompt import Prompt, upscale_prompt
from bot.domain.round import Round
from tests.support.casting_harness import DIRECTOR, LEAD, PRODUCER, CastingHarness, casting_harness


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path, keys=("recraft", "openai", "gemini")) as opened:
        yield opened


async def comment(harness: CastingHarness, round_: Round, number: int, text: str, person: str = DIRECTOR) -> None:
    harness.advance(seconds=1)
    await harness.casting.comments.comment(round_.id, person, round_.slot_id_by_number[number], text)


async def visible_texts(harness: CastingHarness, round_: Round) -> list[str]:
    return [c.text for c in await harness.casting.comments.visible(await harness.get_round(round_.id))]


async def test_comment_is_one_line_and_replaces_the_persons_earlier_one(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await comment(harness, round_, 2, "  softer\n eyes ")
    await comment(harness, round_, 2, "older")
    await comment(harness, round_, 2, "brows", PRODUCER)
    assert await visible_texts(harness, round_) == ["older", "brows"]
    form = await harness.casting.comments.form(round_.id, DIRECTOR)
    assert form.own == {round_.slot_id_by_number[2]: "older"}
    await comment(harness, round_, 2, " ")
    assert await visible_texts(harness, round_) == ["brows"]


@pytest.mark.parametrize("text", ["x" * (COMMENT_LIMIT + 1), "a\u202eb", "a\x00b"])
async def test_unusable_comment_is_refused_and_the_earlier_one_stays(harness: CastingHarness, text: str) -> None:
    round_ = await harness.run_to_voting()
    await comment(harness, round_, 1, "softer eyes")
    with pytest.raises(BriefError):
        await comment(harness, round_, 1, text)
    assert await visible_texts(harness, round_) == ["softer eyes"]


async def test_comments_end_with_the_vote_and_need_a_candidate_of_the_round(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    other = await harness.run_to_voting("Vera: a captain")
    with pytest.raises(KeyError):
        await harness.casting.comments.comment(round_.id, DIRECTOR, other.slot_id_by_number[1], "softer")
    await harness.casting.round_controls.close(round_.id, LEAD)
    with pytest.raises(RoundClosed):
        await comment(harness, round_, 1, "softer")
    with pytest.raises(RoundClosed):
        await harness.casting.comments.form(round_.id, DIRECTOR)


async def test_comments_on_a_sealed_ballot_stay_hidden_until_the_close(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting("Maya: a fisherwoman --ballot sealed")
    await comment(harness, round_, 1, "softer eyes")
    assert await visible_texts(harness, round_) == []
    assert (await harness.casting.refine.form(round_.id, LEAD)).comments == ()
    assert (await harness.casting.reroll.options(round_.id, LEAD)).comments == ()
    slot_id = round_.slot_id_by_number[1]
    (stored,) = await harness.storage.comments.list_for_round(round_.id)
    with pytest.raises(KeyError):
        await harness.casting.reroll.vary(slot_id, LEAD, "press", stored.event_ts_us)
    await harness.casting.round_controls.close(round_.id, LEAD)
    assert await visible_texts(harness, round_) == ["softer eyes"]
    await harness.casting.round_controls.extend(round_.id, LEAD)
    assert await visible_texts(harness, round_) == [], "the extended ballot is sealed again"


async def test_ticked_comments_are_added_to_the_refined_brief(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await comment(harness, round_, 1, "softer eyes")
    await comment(harness, round_, 2, "grey hair")
    form = await harness.casting.refine.form(round_.id, LEAD)
    assert [c.text for c in form.comments] == ["softer eyes", "grey hair"]
    ticked = {(form.comments[1].slot_id, form.comments[1].event_ts_us)}
    child = await harness.casting.refine.refine(round_.id, LEAD, round_.brief.text, ticked)
    assert child.round.brief.text == "a fisherwoman\ngrey hair"
    again = await harness.casting.refine.refine(round_.id, LEAD, round_.brief.text, ticked)
    assert (again.round.id, again.created) == (child.round.id, False)


async def test_variation_with_a_comment_asks_the_model_for_it_once(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await comment(harness, round_, 1, "softer eyes")
    options = await harness.casting.reroll.options(round_.id, LEAD)
    (offered,) = options.comments
    slot = await harness.casting.reroll.vary(offered.slot_id, LEAD, "press", offered.event_ts_us)
    again = await harness.casting.reroll.vary(offered.slot_id, LEAD, "press", offered.event_ts_us)
    plain = await harness.casting.reroll.vary(offered.slot_id, LEAD, "press")
    assert slot.id == again.id != plain.id
    assert slot.prompt == Prompt.for_variation(round_.prompt, "softer eyes").text
    assert slot.prompt.endswith("One change, on the same face: softer eyes")
    assert "softer eyes" not in plain.prompt
    assert slot.price == plain.price
    assert "softer eyes" in upscale_prompt(slot.prompt)
