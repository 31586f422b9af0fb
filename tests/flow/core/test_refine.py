"""Refining a brief over a real database: the child, its parent, and its price."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.ballot import FlawTag
from bot.domain.errors import AlreadyCasting, BriefError, NotLead, PriceIncreased, RoundClosed
from bot.domain.round_state import RoundState
from bot.usecases.sealed_ballot import SealedAnswers
from tests.support.casting_harness import DIRECTOR, LEAD, CastingHarness, casting_harness

REFINED_TEXT = "a fisherwoman, 60, salt-cracked lips, looking away"


async def test_refined_round_copies_everything_but_the_text(harness: CastingHarness) -> None:
    parent = await harness.run_to_voting("Maya: a fisherwoman --for 2h --aspect 4:5 --quorum 2 --each 1 --use film")
    await harness.vote(parent, U2=2)
    opened = await harness.casting.refine.refine(parent.id, LEAD, REFINED_TEXT)
    child = opened.round
    assert (opened.created, child.parent, child.origin, child.brief.text) == (True, parent.id, "refined", REFINED_TEXT)
    copied_fields = (
        "name",
        "models",
        "per_model",
        "aspect",
        "look",
        "open_for",
        "size",
        "ballot",
        "quorum",
        "voters",
        "use",
    )
    assert all(getattr(child.brief, name) == getattr(parent.brief, name) for name in copied_fields)
    assert child.brief.open_for == timedelta(hours=2)
    assert REFINED_TEXT in child.prompt
    ended = await harness.get_round(parent.id)
    assert (ended.state, ended.void_reason, len(ended.candidates)) == (
        RoundState.VOID,
        "refined",
        len(parent.candidates),
    )
    assert [vote_input.person for vote_input in await harness.storage.ballots.list_vote_inputs(parent.id)] == [DIRECTOR]


async def test_resubmitted_refinement_opens_one_child(harness: CastingHarness) -> None:
    parent = await harness.run_to_voting()
    first = await harness.casting.refine.refine(parent.id, LEAD, REFINED_TEXT)
    again = await harness.casting.refine.refine(parent.id, LEAD, REFINED_TEXT)
    assert (again.created, again.round.id) == (False, first.round.id)
    with pytest.raises(AlreadyCasting) as busy:
        await harness.casting.refine.refine(parent.id, LEAD, "somebody else")
    assert busy.value.round_id == first.round.id


async def test_unchanged_or_invalid_text_starts_nothing(harness: CastingHarness) -> None:
    parent = await harness.run_to_voting()
    for text, problem in (
        (parent.brief.text, "same"),
        ("  ", "missing"),
        ("a\x07b", "control"),
        ("x" * 7000, "too_long"),
    ):
        with pytest.raises(BriefError) as rejected:
            await harness.casting.refine.refine(parent.id, LEAD, text)
        assert (rejected.value.field, rejected.value.problem) == ("brief", problem)
    assert (await harness.get_round(parent.id)).state is RoundState.VOTING


async def test_only_the_lead_refines_and_not_in_run_off_or_lock(harness: CastingHarness) -> None:
    parent = await harness.run_to_voting()
    with pytest.raises(NotLead):
        await harness.casting.refine.form(parent.id, DIRECTOR)
    await harness.vote(parent, U2=1, U3=2)
    await harness.casting.round_controls.close(parent.id, LEAD)
    await harness.casting.round_controls.start_run_off(parent.id, LEAD)
    with pytest.raises(RoundClosed) as refused:
        await harness.casting.refine.refine(parent.id, LEAD, REFINED_TEXT)
    assert refused.value.state == "run_off"
    locked_round_id = await harness.run_to_lock("Ben: her brother")
    with pytest.raises(RoundClosed) as refused:
        await harness.casting.refine.form(locked_round_id, LEAD)
    assert refused.value.state == RoundState.LOCKED


async def test_closed_round_offers_the_votes_flaw_tags_when_refined(harness: CastingHarness) -> None:
    parent = await harness.run_to_voting("Maya: a fisherwoman --ballot sealed")
    one, two = parent.slot_id_by_number[1], parent.slot_id_by_number[2]
    for person, flaws in (("U2", {one: (FlawTag.TOO_SMOOTH, FlawTag.EYES)}), ("U3", {two: (FlawTag.TOO_SMOOTH,)})):
        none = frozenset[str]()
        await harness.casting.sealed_ballots.submit(
            parent.id, person, SealedAnswers(none, none, flaws, none_of_these=True)
        )
    assert (await harness.casting.refine.form(parent.id, LEAD)).flaw_counts == {}, "a sealed ballot tells nothing yet"
    await harness.casting.round_controls.close(parent.id, LEAD)
    form = await harness.casting.refine.form(parent.id, LEAD)
    assert list(form.flaw_counts.items()) == [(FlawTag.TOO_SMOOTH, 2), (FlawTag.EYES, 1)]
    opened = await harness.casting.refine.refine(parent.id, LEAD, REFINED_TEXT)
    assert opened.round.brief.ballot is parent.brief.ballot
    assert (await harness.get_round(parent.id)).state is RoundState.VOID


async def test_text_for_more_expensive_models_needs_confirmation(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, keys=("recraft", "openai", "gemini")) as harness:
        parent = await harness.run_to_voting("Maya: a fisherwoman, weathered skin")
        shown_price = harness.casting.start_round.quotes.price_of(parent.brief)
        text = "a fisherwoman, an everyday look"
        with pytest.raises(PriceIncreased) as increased:
            await harness.casting.refine.refine(parent.id, LEAD, text)
        assert increased.value.shown_price == shown_price < increased.value.price
        assert (await harness.get_round(parent.id)).state is RoundState.VOTING
        opened = await harness.casting.refine.refine(parent.id, LEAD, text)
        assert opened.round.price == increased.value.price


async def test_reroll_all_has_a_parent_and_dropped_rounds_have_none(harness: CastingHarness) -> None:
    parent = await harness.run_to_voting()
    child = (await harness.casting.reroll.reroll_round(parent.id, LEAD)).round
    assert (child.parent, child.origin) == (parent.id, "rerolled")
    assert (await harness.casting.start_round.get_child(await harness.get_round(parent.id))) is not None
    dropped = await harness.run_to_voting("Ben: her brother")
    await harness.casting.round_controls.drop(dropped.id, LEAD)
    with pytest.raises(RoundClosed):
        await harness.casting.reroll.reroll_round(dropped.id, LEAD)


async def test_parent_message_is_redrawn_after_the_child_is_posted(harness: CastingHarness) -> None:
    parent = await harness.run_to_voting()
    child = (await harness.casting.refine.refine(parent.id, LEAD, REFINED_TEXT)).round
    harness.publisher.events.clear()
    await harness.casting.round_message.post(child.id)
    assert harness.publisher.events == [("post", child.id), ("schedule_redraw", parent.id)]
