"""What looked artificial on a quick ballot: who may say it when, how it is counted, how it reaches the next brief."""

from dataclasses import replace

import pytest

from bot.domain.ballot import FlawTag
from bot.domain.errors import NotAVoter, RoundClosed
from bot.domain.flaw_tags import FLAW_WORDS, FlawRemedy, FlawShare, add_words, shares
from bot.domain.round import Round
from bot.domain.round_state import CALLBACK
from tests.support.casting_harness import DIRECTOR, LEAD, PRODUCER, CastingHarness

SMOOTH, EYES = FlawTag.TOO_SMOOTH, FlawTag.EYES
PORES = FLAW_WORDS[SMOOTH]


async def tag(harness: CastingHarness, round_: Round, person: str, **tags: tuple[FlawTag, ...]) -> None:
    """Tag candidates: `n2=(EYES,)` tags candidate 2."""
    harness.advance(seconds=1)
    by_slot = {round_.slot_id_by_number[int(name[1:])]: given for name, given in tags.items()}
    await harness.casting.flaw_tags.submit(round_.id, person, by_slot)


async def tagged_round(harness: CastingHarness) -> Round:
    """A round in which two people voted, and tagged skin on 1 and 2 and eyes on 3."""
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=2, U3=3)
    await tag(harness, round_, DIRECTOR, n1=(SMOOTH,), n3=(EYES, SMOOTH))
    await tag(harness, round_, DIRECTOR, n1=(SMOOTH,), n3=(EYES,))
    await tag(harness, round_, PRODUCER, n1=(SMOOTH,), n2=(SMOOTH,))
    return round_


async def test_only_who_has_voted_may_tag_and_until_the_close(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    with pytest.raises(RoundClosed) as early:
        await harness.casting.flaw_tags.form(round_.id, DIRECTOR)
    assert early.value.state == "not_voted"
    await harness.casting.voting.choose_none(round_.id, DIRECTOR, 1)
    await tag(harness, round_, DIRECTOR, n1=(EYES,))
    form = await harness.casting.flaw_tags.form(round_.id, DIRECTOR)
    assert form.own == {round_.slot_id_by_number[1]: (EYES,)}
    await harness.casting.round_controls.close(round_.id, LEAD)
    with pytest.raises(RoundClosed):
        await tag(harness, round_, DIRECTOR, n1=(SMOOTH,))


async def test_a_sealed_ballot_a_run_off_and_strangers_to_the_ballot_take_no_tags(harness: CastingHarness) -> None:
    sealed = await harness.run_to_voting("Vera: a captain --ballot sealed")
    with pytest.raises(RoundClosed):
        await harness.casting.flaw_tags.form(sealed.id, DIRECTOR)
    named = await harness.run_to_voting("Juan: a cook --voters U3")
    with pytest.raises(NotAVoter):
        await harness.casting.flaw_tags.form(named.id, DIRECTOR)
    round_ = await harness.run_to_voting("Ines: a pilot")
    await harness.vote(round_, U2=1, U3=2)
    await harness.casting.round_controls.close(round_.id, LEAD)
    await harness.casting.round_controls.start_run_off(round_.id, LEAD)
    with pytest.raises(RoundClosed) as refused:
        await harness.casting.flaw_tags.form(round_.id, DIRECTOR)
    assert refused.value.state == "run_off", "the models are known by then"


async def test_tags_change_nothing_that_is_shown_before_the_close_and_are_counted_after_it(
    harness: CastingHarness,
) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=2)
    redraws = list(harness.publisher.events)
    await tag(harness, round_, DIRECTOR, n1=(SMOOTH,), n3=(EYES,))
    assert list(harness.publisher.events) == redraws, "no redraw tells that somebody tagged"
    await harness.casting.round_controls.close(round_.id, LEAD)
    closed = await harness.get_round(round_.id)
    assert closed.tally
    assert closed.tally.flaws == {1: {SMOOTH: 1}, 3: {EYES: 1}}
    assert closed.tally.votes == {1: 0, 2: 1, 3: 0, 4: 0}


async def test_refining_offers_words_for_the_two_most_frequent_kinds(harness: CastingHarness) -> None:
    round_ = await tagged_round(harness)
    form = await harness.casting.refine.form(round_.id, LEAD)
    assert form.flaw_counts == {SMOOTH: 3, EYES: 1}
    assert [(offer.tag, offer.words) for offer in form.offers] == [(SMOOTH, PORES), (EYES, FLAW_WORDS[EYES])]
    await harness.casting.round_controls.close(round_.id, LEAD)
    assert (await harness.casting.refine.form(round_.id, LEAD)).offers == form.offers


async def test_the_child_remembers_the_words_as_sent_and_the_share_before(harness: CastingHarness) -> None:
    round_ = await tagged_round(harness)
    text = add_words(round_.brief.text, PORES).replace(", fine lines", "")
    started = await harness.casting.refine.refine(round_.id, LEAD, text, (), (SMOOTH, EYES))
    again = await harness.casting.refine.refine(round_.id, LEAD, text, (), (SMOOTH, EYES))
    assert (again.created, again.round.id) == (False, started.round.id)
    remembered = (FlawRemedy(SMOOTH, "visible pores, uneven tone, a little redness", FlawShare(2, 4)),)
    assert started.round.remedies == (await harness.get_round(started.round.id)).remedies == remembered
    assert PORES not in (await harness.casting.refine.form(started.round.id, LEAD)).round.brief.text
    child = await harness.audition(started.round.id)
    await harness.vote(child, U2=2)
    await tag(harness, child, DIRECTOR, n4=(SMOOTH,))
    await harness.casting.round_controls.close(child.id, LEAD)
    closed = await harness.get_round(child.id)
    assert shares(closed.first_tally)[SMOOTH] == FlawShare(1, 4)


async def test_a_receipt_offers_tags_where_the_ballot_takes_them(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    voted = await harness.casting.voting.click(round_.slot_id_by_number[1], DIRECTOR, 1)
    assert voted.can_tag
    assert voted.round_id == round_.id
    follow_up = replace(round_, origin=CALLBACK)
    assert round_.accepts_flaw_tags
    assert not follow_up.accepts_flaw_tags


async def test_a_rerolled_round_has_no_words_to_remember(harness: CastingHarness) -> None:
    round_ = await tagged_round(harness)
    assert (await harness.casting.reroll.reroll_round(round_.id, LEAD)).round.remedies == ()
