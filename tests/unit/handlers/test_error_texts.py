"""Every expected failure has a sentence that says what to do."""

import inspect
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import errors as domain_errors
from bot.domain import model_errors, service_errors
from bot.domain.brief import Brief
from bot.domain.command import parse_command
from bot.domain.errors import BriefError, CastingError, NotLead, OverBudget, RoundClosed, TallyChanged
from bot.domain.face import Character
from bot.domain.ids import ChannelRef
from bot.domain.model_errors import ModelError
from bot.domain.round_state import RoundState
from bot.domain.service_errors import SlackUnavailable
from bot.usecases.vote import ClickResult
from handlers.text import brief_errors, errors, failures, receipts
from handlers.text import recall as recall_text
from handlers.text import record as record_text
from handlers.text import round as round_text
from handlers.text.format import dollars, escape_mrkdwn, join_words, pluralize, truncate, when
from tests.support.builders import (
    HOSTILE,
    NOW,
    PLACE,
    TITLES,
    make_candidate,
    make_face,
    make_failed_slot,
    make_round,
    make_voting_round,
)

KINDS = list(
    dict.fromkeys(
        kind
        for module in (domain_errors, model_errors, service_errors)
        for _, kind in inspect.getmembers(module, inspect.isclass)
    )
)
UNDO_ESCAPES = str.maketrans({"\u2217": "*", "\u223c": "~", "\u02cb": "`", "\u02cd": "_", "\u2060": None})
# A command for every problem that the parser raises; routing raises ROUTING_ERRORS.
INVALID_COMMANDS = [
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
ROUTING_ERRORS = [
    BriefError("models", "unknown", "unknown-9", ("easel", "lumen"), line="Maya: a fisherwoman --models unknown-9"),
    BriefError("each", "too_many", "3 x 4", limit=8, line="Maya: a fisherwoman --each 4"),
]


def parse_error(command_text: str) -> BriefError:
    with pytest.raises(BriefError) as caught:
        parse_command(command_text)
    return caught.value


@pytest.mark.parametrize(
    "error", [*map(parse_error, INVALID_COMMANDS), *ROUTING_ERRORS], ids=lambda e: f"{e.field}-{e.problem}"
)
def test_every_invalid_command_has_its_own_sentence(error: BriefError) -> None:
    text = brief_errors.sentence(error)
    assert text.endswith("Nothing was started.")
    assert "I don't understand" not in text
    assert "{" not in text


@pytest.mark.parametrize(
    "error", [*map(parse_error, INVALID_COMMANDS), *ROUTING_ERRORS], ids=lambda e: f"{e.field}-{e.problem}"
)
def test_suggested_command_is_valid(error: BriefError) -> None:
    suggestion = brief_errors.working_line(error)
    assert suggestion.startswith("/cast ")
    assert isinstance(parse_command(suggestion.removeprefix("/cast ")), Brief)


def test_unknown_model_lists_known_models_and_a_valid_command() -> None:
    error = ROUTING_ERRORS[0]
    assert brief_errors.sentence(error) == "I know the models easel and lumen, but not unknown-9. Nothing was started."
    assert brief_errors.working_line(error) == "/cast Maya: a fisherwoman --models easel,lumen"


def test_every_expected_error_has_a_sentence_of_its_own() -> None:
    expected = {
        kind
        for kind in KINDS
        if issubclass(kind, CastingError) and not issubclass(kind, ModelError) and kind is not CastingError
    }
    assert expected == set(errors.sentence.registry) - {object, CastingError}


@pytest.mark.parametrize("kind", KINDS)
def test_every_failure_kind_has_its_own_reason(kind: type) -> None:
    if issubclass(kind, ModelError) and kind is not ModelError:
        assert "gave no portrait" not in failures.named_reason(make_failed_slot(0, kind.kind), TITLES)


@pytest.mark.parametrize("kind", ["unknown", "cancelled"])
def test_failures_without_a_model_error_have_reasons(kind: str) -> None:
    assert "gave no portrait" not in failures.named_reason(make_failed_slot(0, kind), TITLES)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("input:violence", "violence"),
        ("output:violence:self-harm", "violence and self-harm"),
        ("IMAGE_SAFETY", "IMAGE SAFETY"),
        ("content_moderation", "content moderation"),
    ],
)
def test_filter_code_is_readable_after_the_close(code: str, text: str) -> None:
    assert f"declined the brief (its filter flagged “{text}”)." in failures.named_reason(
        make_failed_slot(0, detail=code), TITLES
    )


@pytest.mark.parametrize("code", ["", "input"])
def test_a_filter_that_names_nothing_is_not_quoted(code: str) -> None:
    assert "declined the brief. Nothing was charged" in failures.named_reason(make_failed_slot(0, detail=code), TITLES)


@pytest.mark.parametrize(
    ("paid", "text"), [("no", "Nothing was"), ("maybe", "may have been"), ("yes", "still charged")]
)
def test_failure_says_whether_it_was_charged(paid: str, text: str) -> None:
    assert text in failures.blind_reason(make_round(), make_failed_slot(0, paid=paid))
    assert text in failures.named_reason(make_failed_slot(0, paid=paid), TITLES)


@pytest.mark.parametrize(
    "action", ["open_now", "cancel", "reroll", "close", "extend", "drop", "lock", "decide", "recast", "settle", "see"]
)
def test_not_lead_error_names_who_may_act(action: str) -> None:
    text = errors.sentence(NotLead(action, "U0LEAD"))
    assert text.startswith("Only <@U0LEAD> can ")
    assert "do this" not in text


@pytest.mark.parametrize("state", [*RoundState, "full", "too_few"])
def test_round_closed_error_names_every_state(state: str) -> None:
    text = errors.sentence(RoundClosed("vote", state, "Maya"))
    assert "{" not in text
    assert text.endswith(".")


def test_a_cap_is_named_with_what_is_left_and_who_can_raise_it() -> None:
    text = errors.sentence(OverBudget("day", Decimal("0.15"), Decimal(20), Decimal("0.031")))
    assert "of today's $20.00 there is $0.04 left" in text
    assert "can raise the cap" in text


@pytest.mark.parametrize("code", ["missing_scope", "invalid_auth", "account_inactive", "token_revoked"])
def test_operator_errors_point_to_doctor_instead_of_a_retry(code: str) -> None:
    text = errors.sentence(SlackUnavailable(f"reactions.get: {code}"))
    assert "python -m bot doctor" in text
    assert "minute" not in text
    assert "Nothing was changed." in text


@pytest.mark.parametrize("code", ["not_in_channel", "channel_not_found"])
def test_removed_bot_error_includes_the_invite_command(code: str) -> None:
    assert "/invite @Castroom" in errors.sentence(SlackUnavailable(f"reactions.get: {code}"))


@pytest.mark.parametrize("code", ["internal_error", "ratelimited", "TimeoutError", "unknown"])
def test_temporary_slack_error_suggests_a_retry(code: str) -> None:
    assert errors.sentence(SlackUnavailable(f"reactions.get: {code}")).endswith("Try again in a minute.")


def test_tally_changed_error_shows_the_tally() -> None:
    text = errors.sentence(TallyChanged(1, {1: 2, 2: 0, 4: 3}))
    assert text.startswith("The votes changed: 1 has 2 and 4 has 3. Nothing is locked.")


def test_a_receipt_says_which_reaction_still_counts() -> None:
    assert "your :three: reaction still counts" in receipts.receipt(ClickResult("r1", 3, False, True, "Maya", True))
    assert receipts.receipt(ClickResult("r1", 3, True, False, "Maya", True)).startswith("You voted for 3.")
    assert receipts.receipt(ClickResult("r1", 3, False, False, "Maya", True)) == "Your vote for 3 is undone."


def test_record_without_votes_says_so() -> None:
    assert "no votes" in record_text.winner(make_face(voters=0, tally={}), TITLES)


def test_reminder_shows_when_voting_closes() -> None:
    assert when(NOW) in round_text.reminder(make_voting_round(closes_at=NOW))


def test_late_and_pending_portraits_are_mentioned() -> None:
    late, asking = make_candidate(1, None), make_round().slots[3]
    text = round_text.in_progress(make_voting_round(slots=(make_candidate(0, 1), late, asking)))
    assert (
        text
        == "1 still being drawn · 1 portrait arrived too late for this ballot; the lead can choose it after the close"
    )


def test_cost_text_separates_portraits_from_failures() -> None:
    charged_failure, free_failure = (
        make_failed_slot(3, "provider_down", paid="maybe"),
        make_failed_slot(3, "provider_down"),
    )
    arrived = (make_candidate(0, 1), make_candidate(1, 2))
    assert round_text.cost(make_voting_round(slots=(*arrived, free_failure))) == "2 portraits for $0.09"
    assert (
        round_text.cost(make_voting_round(slots=(*arrived, charged_failure)))
        == "2 portraits for $0.09, up to $0.12 with what is missing"
    )
    assert round_text.cost(make_voting_round(slots=(charged_failure,))) == "up to $0.04 may have been charged"
    assert round_text.cost(make_voting_round(slots=(free_failure,))) == "nothing was charged"
    dearer = replace(arrived[1], price=Decimal("0.04"), cost=Decimal("0.07"))
    assert round_text.cost(make_voting_round(slots=(dearer,))) == "1 portrait for $0.07, $0.03 more than was reserved"


def test_character_in_recast_shows_face_and_recast() -> None:
    character = Character("c1", "Maya", ChannelRef("T1", "C1"), make_face(), "r2")
    assert recall_text.status(character).endswith("being re-cast")
    assert recall_text.status(Character("c1", "Maya", PLACE, None, "r2")) == "being cast"


@pytest.mark.parametrize(
    ("amount", "written"),
    [("0.148", "$0.15"), ("0.15", "$0.15"), ("0.0339", "$0.04"), ("0.004", "$0.004"), ("0", "$0.00"), ("20", "$20.00")],
)
def test_dollar_amounts_are_rounded_up(amount: str, written: str) -> None:
    assert dollars(Decimal(amount)) == written


def test_join_words_and_pluralize() -> None:
    assert [join_words(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert [pluralize(1, "vote"), pluralize(2, "vote"), pluralize(0, "person", "people")] == [
        "1 vote",
        "2 votes",
        "0 people",
    ]


def test_date_token_falls_back_to_utc() -> None:
    moment = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
    assert when(moment) == "<!date^1795629600^{date_short_pretty} at {time}|25 Nov 18:00 UTC>"


@given(st.text())
def test_escaped_text_has_no_brackets_and_is_reversible(text: str) -> None:
    harmless = escape_mrkdwn(text)
    assert "<" not in harmless
    assert ">" not in harmless
    back = harmless.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").translate(UNDO_ESCAPES)
    assert back == text.translate(UNDO_ESCAPES)


@given(st.text(min_size=1), st.integers(1, 50))
def test_truncated_text_fits(text: str, limit: int) -> None:
    assert len(truncate(text, limit)) <= limit


def test_escaped_names_are_not_formatted() -> None:
    assert not set("*~`") & set(escape_mrkdwn(HOSTILE))
    assert escape_mrkdwn("_i_ __init__ KAI_7") == "ˍiˍ ˍˍinitˍˍ KAI_7"


def test_escaped_names_start_no_quotation() -> None:
    assert not escape_mrkdwn("> q\n> r").startswith("&gt;")
    assert "\n&gt;" not in escape_mrkdwn("> q\n> r")


def test_circuit_open_failure_shows_the_time_but_no_model() -> None:
    slot = make_failed_slot(0)
    assert slot.failure
    failed_slot = replace(slot, failure=replace(slot.failure, kind="provider_down", paid="no", retry_at=NOW))
    text = failures.blind_reason(make_round(), failed_slot)
    assert text.startswith("a model failed several times in a row and is paused until <!date^")
    assert "Nothing was charged" in text


def test_duplicate_picture_is_reported_as_charged() -> None:
    slot = make_failed_slot(0, paid="yes")
    assert slot.failure
    failed_slot = replace(slot, failure=replace(slot.failure, kind="duplicate", detail=""))
    text = failures.blind_reason(make_round(), failed_slot)
    assert text == "a model returned a copy of another portrait of this round. It was still charged."


@pytest.mark.parametrize(
    "command_text",
    [
        "Maya: a \u0007 pilot --each nine",
        "Maya: a pilot --each 2 --each 3 --look pretty",
        "M" * 13_000,
        "Maya: x -- --0",
    ],
    ids=["unreadable", "several options", "a long line", "dashes"],
)
def test_suggested_command_fixes_several_errors(command_text: str) -> None:
    suggestion = brief_errors.working_line(parse_error(command_text))
    assert isinstance(parse_command(suggestion.removeprefix("/cast ")), Brief)
