"""What looked artificial: the words that answer it, and the shares of a ballot."""

import re

import pytest

from bot.domain.ballot import BallotStage, BallotSubmission, FlawAnswer, FlawTag, SealedResults, Tally
from bot.domain.brief import Brief
from bot.domain.flaw_tags import (
    FLAW_WORDS,
    FlawRemedy,
    FlawShare,
    add_words,
    kept_words,
    offer_words,
    remedies,
    shares,
    totals,
    words_for,
)
from bot.domain.prompt import Prompt

NUMBERS = {"s1": 1, "s2": 2, "s3": 3}
TAGS = (FlawTag.TOO_SMOOTH, FlawTag.EYES)


def answer(slot_id: str, *tags: FlawTag, person: str = "U1") -> FlawAnswer:
    return FlawAnswer("r1", slot_id, person, tags, 1)


def test_tags_of_both_kinds_of_ballot_are_counted_alike() -> None:
    sheet = {"s1": TAGS, "s3": (FlawTag.EYES,)}
    sealed = Tally.from_submissions(
        [BallotSubmission("r1", "U1", BallotStage.FIRST, frozenset(), frozenset(), sheet, 1)], NUMBERS
    )
    quick = Tally.from_vote_inputs((), NUMBERS).with_open_flaws(
        [answer("s1", *TAGS), answer("s3", FlawTag.EYES), answer("gone", FlawTag.HAIR)], NUMBERS
    )
    assert sealed.flaws == quick.flaws == {1: {FlawTag.TOO_SMOOTH: 1, FlawTag.EYES: 1}, 3: {FlawTag.EYES: 1}}
    assert list(totals(quick.flaws).items()) == [(FlawTag.EYES, 2), (FlawTag.TOO_SMOOTH, 1)]


def test_shares_count_portraits_not_answers() -> None:
    tally = Tally.from_vote_inputs((), NUMBERS).with_open_flaws(
        [answer("s1", FlawTag.EYES), answer("s1", FlawTag.EYES, person="U2"), answer("s2", FlawTag.EYES)], NUMBERS
    )
    assert shares(tally)[FlawTag.EYES] == FlawShare(2, 3)
    assert shares(tally)[FlawTag.HAIR] == FlawShare(0, 3)


def test_an_open_ballot_without_tags_has_no_shares_and_a_sealed_one_has() -> None:
    assert shares(None) == {}
    assert shares(Tally({1: 2, 2: 0}, 2)) == {}
    empty = SealedResults({}, {}, {}, 0)
    assert shares(Tally({1: 2, 2: 0}, 2, empty))[FlawTag.EYES] == FlawShare(0, 2)
    assert shares(Tally({1: 0, 2: 0}, 0, empty)) == {}, "nobody filled in a ballot"


@pytest.mark.parametrize("tag", FLAW_WORDS)
def test_words_are_positive_and_no_advertisement(tag: FlawTag) -> None:
    words = FLAW_WORDS[tag]
    assert not re.search(r"\b(no|not|never|without|avoid|less|flawless|perfect|8k)\b", words, re.IGNORECASE)
    assert "\n" not in words


def test_every_kind_but_one_has_words_and_most_stand_in_the_frame() -> None:
    assert set(FlawTag) - set(FLAW_WORDS) == {FlawTag.NOT_THE_BRIEF}
    frame = Prompt.for_brief(Brief("Maya", "a fisherwoman")).text
    borrowed = [tag for tag, words in FLAW_WORDS.items() if any(phrase in frame for phrase in words.split(", "))]
    assert len(borrowed) >= 5


def test_the_two_most_frequent_kinds_with_words_are_offered() -> None:
    counts = {FlawTag.NOT_THE_BRIEF: 9, FlawTag.EYES: 3, FlawTag.TEETH: 2, FlawTag.HAIR: 1}
    assert [offered.tag for offered in offer_words(counts, "a cook")] == [FlawTag.EYES, FlawTag.TEETH]
    assert offer_words({}, "a cook") == ()


def test_words_that_the_brief_has_already_are_not_offered_again() -> None:
    brief = f"a cook\n{FLAW_WORDS[FlawTag.EYES]}"
    assert words_for(FlawTag.EYES, brief) == ""
    assert [offered.tag for offered in offer_words({FlawTag.EYES: 3, FlawTag.HAIR: 1}, brief)] == [FlawTag.HAIR]
    assert words_for(FlawTag.TOO_SMOOTH, "Visible  pores and salt") == "fine lines, uneven tone, a little redness"


def test_words_for_a_wrong_age_are_those_of_the_briefs_age() -> None:
    assert "deep crow's feet" in words_for(FlawTag.WRONG_AGE, "a 60-year-old fisherwoman")
    assert words_for(FlawTag.WRONG_AGE, "a fisherwoman") == FLAW_WORDS[FlawTag.WRONG_AGE]


def test_words_follow_the_brief_as_its_own_would() -> None:
    assert add_words("a cook, salt on the hands ", "visible pores") == "a cook, salt on the hands, visible pores"
    assert add_words("A cook.", "visible pores") == "A cook. Visible pores."
    assert add_words("a cook\nsoft eyes", "visible pores") == "a cook\nsoft eyes\nvisible pores"
    assert kept_words("visible pores", add_words("A cook.", "visible pores")) == "visible pores"


def test_the_lineage_remembers_what_the_person_left_of_the_words() -> None:
    sent = add_words("a cook", "visible pores, fine lines").replace("fine lines", "a scar")
    before = {FlawTag.TOO_SMOOTH: FlawShare(3, 4)}
    found = remedies((FlawTag.TOO_SMOOTH, FlawTag.EYES, FlawTag.TOO_SMOOTH), "a cook", sent, before)
    assert found == (FlawRemedy(FlawTag.TOO_SMOOTH, "visible pores", FlawShare(3, 4)),)
    assert kept_words("visible pores", "VISIBLE\npores") == "visible pores"
