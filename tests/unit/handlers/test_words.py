"""There is a sentence for everything that can go wrong, and it says what to do."""

import inspect
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import errors as kinds
from bot.brief import Brief
from bot.errors import (
    BriefError,
    CastingError,
    ModelError,
    NotYours,
    OutcomeChanged,
    OverBudget,
    RoundClosed,
    Unreachable,
)
from bot.face import Character, Place
from bot.round import State
from bot.voting import Clicked
from bot.wish import understand
from handlers.words import answers, briefs, errors, misses, recall, records, rounds
from handlers.words.text import count, cut, dollars, quiet, several, when
from tests.unit.handlers.stories import HOSTILE, NOW, PLACE, TITLES, a_candidate, a_face, a_miss, a_round, voting

AS_TYPED = str.maketrans({"\u2217": "*", "\u223c": "~", "\u02cb": "`", "\u02cd": "_", "\u2060": None})
# Every problem that bot/brief.py and bot/routing.py raise, with a line that has it where a line can.
BAD_LINES = [
    "Maya: a fisherwoman --colour red",
    "Maya: a fisherwoman --each 2 --each 3",
    "Maya: a fisherwoman --models",
    "Maya: a fisherwoman --models ,",
    "Maya: a fisherwoman --each nine",
    "Maya: a fisherwoman --aspect 7:3",
    "Maya: a fisherwoman --look pretty",
    "Maya: a fisherwoman --for ever",
    "Maya: a fisherwoman --for 1m",
    "Maya:",
    ": a fisherwoman",
    "Maya --each 2",
    "Maya: a \u0007 fisherwoman",
    "M" * 81 + ": a fisherwoman",
    "Maya: " + "x" * 6_001,
]
FROM_ROUTING = [
    BriefError("models", "unknown", "unknown-9", ("easel", "lumen"), line="Maya: a fisherwoman --models unknown-9"),
    BriefError("each", "too_many", "3 x 4", limit=8, line="Maya: a fisherwoman --each 4"),
]


def refused(line: str) -> BriefError:
    with pytest.raises(BriefError) as caught:
        understand(line)
    return caught.value


@pytest.mark.parametrize("error", [*map(refused, BAD_LINES), *FROM_ROUTING], ids=lambda e: f"{e.field}-{e.problem}")
def test_every_bad_line_gets_its_own_sentence(error: BriefError) -> None:
    said = briefs.sentence(error)
    assert said.endswith("Nothing was started.")
    assert "I don't understand" not in said
    assert "{" not in said


@pytest.mark.parametrize("error", [*map(refused, BAD_LINES), *FROM_ROUTING], ids=lambda e: f"{e.field}-{e.problem}")
def test_the_line_offered_instead_works(error: BriefError) -> None:
    offered = briefs.line_that_works(error)
    assert offered.startswith("/cast ")
    assert isinstance(understand(offered.removeprefix("/cast ")), Brief)


def test_an_unknown_model_is_answered_with_those_that_are_known_and_their_own_line() -> None:
    error = FROM_ROUTING[0]
    assert briefs.sentence(error) == "I know the models easel and lumen, but not unknown-9. Nothing was started."
    assert briefs.line_that_works(error) == "/cast Maya: a fisherwoman --models easel,lumen"


def test_every_expected_error_has_a_sentence_of_its_own() -> None:
    expected = {
        kind
        for _, kind in inspect.getmembers(kinds, inspect.isclass)
        if issubclass(kind, CastingError) and not issubclass(kind, ModelError) and kind is not CastingError
    }
    assert expected == set(errors.sentence.registry) - {object, CastingError}


@pytest.mark.parametrize("kind", [kind for _, kind in inspect.getmembers(kinds, inspect.isclass)])
def test_every_kind_of_miss_has_a_reason_of_its_own(kind: type) -> None:
    if issubclass(kind, ModelError) and kind is not ModelError:
        assert "gave no portrait" not in misses.named(a_miss(0, kind.kind), TITLES)


@pytest.mark.parametrize("kind", ["unknown", "cancelled"])
def test_misses_that_no_model_caused_have_reasons_too(kind: str) -> None:
    assert "gave no portrait" not in misses.named(a_miss(0, kind), TITLES)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("input:violence", "violence"),
        ("output:violence:self-harm", "violence and self-harm"),
        ("IMAGE_SAFETY", "IMAGE SAFETY"),
        ("content_moderation", "content moderation"),
    ],
)
def test_after_the_close_a_filters_code_is_told_in_words(code: str, words: str) -> None:
    assert f"declined the brief (its filter flagged “{words}”)." in misses.named(a_miss(0, detail=code), TITLES)


@pytest.mark.parametrize("code", ["", "input"])
def test_a_filter_that_names_nothing_is_not_quoted(code: str) -> None:
    assert "declined the brief. Nothing was charged" in misses.named(a_miss(0, detail=code), TITLES)


@pytest.mark.parametrize(("paid", "said"), [("no", "Nothing was"), ("maybe", "may have been"), ("yes", "was charged")])
def test_a_miss_says_whether_it_cost_something(paid: str, said: str) -> None:
    assert said in misses.blind(a_round(), a_miss(0, paid=paid))
    assert said in misses.named(a_miss(0, paid=paid), TITLES)


@pytest.mark.parametrize(
    "what", ["open_now", "cancel", "reroll", "close", "extend", "drop", "lock", "decide", "recast", "settle", "see"]
)
def test_somebody_elses_press_is_told_who_may(what: str) -> None:
    said = errors.sentence(NotYours(what, "U0LEAD"))
    assert said.startswith("Only <@U0LEAD> can ")
    assert "do this" not in said


@pytest.mark.parametrize("state", [*State, "full", "too_few"])
def test_every_state_that_stands_in_the_way_is_named(state: str) -> None:
    said = errors.sentence(RoundClosed("vote", state, "Maya"))
    assert "{" not in said
    assert said.endswith(".")


def test_a_cap_is_named_with_what_is_left_and_who_can_raise_it() -> None:
    said = errors.sentence(OverBudget("day", Decimal("0.15"), Decimal(20), Decimal("0.031")))
    assert "of today's $20.00 there is $0.04 left" in said
    assert "MAX_USD_PER_DAY" in said


@pytest.mark.parametrize("code", ["missing_scope", "invalid_auth", "account_inactive", "token_revoked"])
def test_what_only_the_operator_can_mend_is_not_to_be_tried_again_in_a_minute(code: str) -> None:
    said = errors.sentence(Unreachable(f"reactions.get: {code}"))
    assert "python -m bot doctor" in said
    assert "minute" not in said
    assert "Nothing was changed." in said


@pytest.mark.parametrize("code", ["not_in_channel", "channel_not_found"])
def test_a_channel_the_bot_was_sent_out_of_is_told_with_the_invitation(code: str) -> None:
    assert "/invite @Castroom" in errors.sentence(Unreachable(f"reactions.get: {code}"))


@pytest.mark.parametrize("silence", ["internal_error", "ratelimited", "TimeoutError", "unknown"])
def test_a_silence_that_passes_is_to_be_tried_again(silence: str) -> None:
    assert errors.sentence(Unreachable(f"reactions.get: {silence}")).endswith("Try again in a minute.")


def test_a_lock_that_was_overtaken_tells_the_tally() -> None:
    said = errors.sentence(OutcomeChanged(1, {1: 2, 2: 0, 4: 3}))
    assert said.startswith("The votes moved while you looked: 1 has 2 and 4 has 3. Nothing is locked.")


def test_a_receipt_says_which_reaction_still_counts() -> None:
    assert "Your :three: still votes" in answers.receipt(Clicked(3, False, True, "Maya", True))
    assert answers.receipt(Clicked(3, True, False, "Maya", True)).startswith("You vote for 3 as Maya.")
    assert answers.receipt(Clicked(3, False, False, "Maya", True)) == "You no longer vote for 3 as Maya."


def test_a_record_nobody_voted_on_says_so() -> None:
    assert "nobody voted" in records.winner(a_face(voters=0, tally={}), TITLES)


def test_a_reminder_tells_when_voting_closes() -> None:
    assert when(NOW) in rounds.reminder(voting(closes_at=NOW))


def test_late_portraits_and_slots_under_way_are_mentioned() -> None:
    late, asking = a_candidate(1, None), a_round().slots[3]
    said = rounds.under_way(voting(slots=(a_candidate(0, 1), late, asking)))
    assert said == "1 still being drawn · 1 portrait came too late for this ballot and can be taken after the close"


def test_what_portraits_cost_is_told_apart_from_what_is_missing() -> None:
    lost, free = a_miss(3, "down", paid="maybe"), a_miss(3, "down")
    arrived = (a_candidate(0, 1), a_candidate(1, 2))
    assert rounds.cost(voting(slots=(*arrived, free))) == "2 portraits for $0.09"
    assert rounds.cost(voting(slots=(*arrived, lost))) == "2 portraits for $0.09, up to $0.12 with what is missing"
    assert rounds.cost(voting(slots=(lost,))) == "up to $0.04 may have been charged"
    assert rounds.cost(voting(slots=(free,))) == "nothing was charged"
    dearer = replace(arrived[1], price=Decimal("0.04"), cost=Decimal("0.07"))
    assert rounds.cost(voting(slots=(dearer,))) == "1 portrait for $0.07, $0.03 more than was reserved"


def test_a_character_that_is_cast_again_says_both() -> None:
    character = Character("c1", "Maya", Place("T1", "C1"), a_face(), "r2")
    assert recall.standing(character).endswith("being re-cast")
    assert recall.standing(Character("c1", "Maya", PLACE, None, "r2")) == "being cast"


@pytest.mark.parametrize(
    ("amount", "written"),
    [("0.148", "$0.15"), ("0.15", "$0.15"), ("0.0339", "$0.04"), ("0.004", "$0.004"), ("0", "$0.00"), ("20", "$20.00")],
)
def test_money_never_looks_smaller_than_it_is(amount: str, written: str) -> None:
    assert dollars(Decimal(amount)) == written


def test_lists_and_counts_read_as_people_write_them() -> None:
    assert [several(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert [count(1, "vote"), count(2, "vote"), count(0, "person", "people")] == ["1 vote", "2 votes", "0 people"]


def test_a_moment_names_utc_where_the_readers_zone_is_not_known() -> None:
    moment = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
    assert when(moment) == "<!date^1795629600^{date_short_pretty} at {time}|25 Nov 18:00 UTC>"


@given(st.text())
def test_quiet_text_has_no_brackets_left_and_loses_nothing(text: str) -> None:
    harmless = quiet(text)
    assert "<" not in harmless
    assert ">" not in harmless
    back = harmless.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").translate(AS_TYPED)
    assert back == text.translate(AS_TYPED)


@given(st.text(min_size=1), st.integers(1, 50))
def test_cut_text_fits(text: str, limit: int) -> None:
    assert len(cut(text, limit)) <= limit


def test_nobodys_name_is_formatted() -> None:
    assert not set("*~`") & set(quiet(HOSTILE))
    assert quiet("_i_ __init__ KAI_7") == "ˍiˍ ˍˍinitˍˍ KAI_7"


def test_nobodys_name_begins_a_quotation() -> None:
    assert not quiet("> q\n> r").startswith("&gt;")
    assert "\n&gt;" not in quiet("> q\n> r")


def test_a_model_that_is_left_alone_is_told_with_the_time_and_without_its_name() -> None:
    slot = a_miss(0)
    assert slot.miss
    resting = replace(slot, miss=replace(slot.miss, kind="down", paid="no", until=NOW))
    said = misses.blind(a_round(), resting)
    assert said.startswith("a model failed several times in a row and is left alone until <!date^")
    assert "Nothing was charged" in said


def test_a_picture_that_came_twice_is_told_as_paid_for() -> None:
    slot = a_miss(0, paid="yes")
    assert slot.miss
    twice = replace(slot, miss=replace(slot.miss, kind="duplicate", detail=""))
    told = misses.blind(a_round(), twice)
    assert (
        told == "a model sent a picture that another portrait of this round already shows. It was charged all the same."
    )


@pytest.mark.parametrize(
    "line",
    [
        "Maya: a \u0007 pilot --each nine",
        "Maya: a pilot --each 2 --each 3 --look pretty",
        "M" * 13_000,
        "Maya: x -- --0",
    ],
    ids=["unreadable", "several options", "a long line", "dashes"],
)
def test_the_line_offered_instead_works_where_more_than_one_thing_is_wrong(line: str) -> None:
    offered = briefs.line_that_works(refused(line))
    assert isinstance(understand(offered.removeprefix("/cast ")), Brief)
