"""Views stay within Slack's limits and escape user text, whatever users type and models return."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.ballot import FlawTag, RunOff, SealedResults, Tally
from bot.domain.brief import NAME_LIMIT, TEXT_LIMIT, BallotMode, Brief, IntendedUse
from bot.domain.errors import (
    AlreadyCast,
    AlreadyCasting,
    AlternativeOffer,
    BriefError,
    ModelsUnavailable,
    NotAvailableHere,
    OverBudget,
    UnavailableModel,
)
from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.routing.reason import RoutingReason
from bot.domain.routing.rules import RULES
from bot.ports.roster import Page, RosterSection
from bot.usecases.compare import ComparisonResult
from bot.usecases.home import PAGE_SIZE, HomeView, RosterFilter
from bot.usecases.recall import RecallResult
from bot.usecases.refine import RefineForm
from bot.usecases.reroll import RerollOption, RerollOptions
from bot.usecases.sealed_ballot import BallotForm
from handlers.views import private
from handlers.views.builder import View
from handlers.views.compare import compare
from handlers.views.home import home
from handlers.views.recall import MAX_LISTED, Location, facts, full_size, listing, recalled
from handlers.views.refine import form
from handlers.views.reroll import reroll
from handlers.views.round import round_message
from handlers.views.round.sealed_ballot import ballot_form
from handlers.views.round.shared import RelatedRound
from tests.support.builders import (
    HOSTILE,
    NOW,
    PLACE,
    TITLES,
    make_candidate,
    make_character,
    make_closed_round,
    make_face,
    make_failed_slot,
    make_round,
    make_view_data,
    make_voting_round,
)
from tests.support.slack_limits import iter_objects, limit_problems

NAME = (HOSTILE * 2)[:NAME_LIMIT]
LONG_REASON = RoutingReason(
    "words",
    matched_rules=tuple((rule.name, (HOSTILE, HOSTILE)) for rule in RULES),
    unavailable=(UnavailableModel(NAME, "no_key", substitute=NAME), UnavailableModel(NAME, "no_reference")),
)
STARS = "*" * NAME_LIMIT
BRIEF = (HOSTILE * 100)[:TEXT_LIMIT]
SEALED_BRIEF = Brief(NAME, BRIEF, ballot=BallotMode.SEALED)
BRIEF_WITH_MANY_VOTERS = Brief(NAME, BRIEF, voters=tuple(f"U{n:010}" for n in range(200)), use=IntendedUse.ADVERTISING)
_FULL_VOTES = dict.fromkeys(range(1, 9), 300)
SEALED_RESULTS = SealedResults(_FULL_VOTES, _FULL_VOTES, dict.fromkeys(_FULL_VOTES, dict.fromkeys(FlawTag, 300)), 300)
LINK = "https://harbour.slack.com/archives/C1/p1764000000000100"


def hostile_views() -> dict[str, View]:
    """Every view with all its parts, and with the longest hostile names and briefs that the domain allows."""
    hostile_texts: dict[str, Any] = {"name": NAME, "text": BRIEF}
    eight = dict.fromkeys(range(1, 9), 300)
    failed_slots = tuple(make_failed_slot(n, "refused", BRIEF[:400], "maybe") for n in range(7))
    face = make_face(NAME, BRIEF, prompt=BRIEF + "x" * 1_200, tally=eight, voters=300)
    locked = make_closed_round(
        eight, 300, **hostile_texts, state=RoundState.LOCKED, locked_slot="r1-0", record_file="F0RECORDRECORD"
    )
    character = make_character(NAME, face=face)
    several = tuple(make_character(NAME, n, face) for n in range(5))
    crowd = tuple(make_character(STARS, n, make_face(STARS)) for n in range(200))
    reroll_options = tuple(
        RerollOption(slot, Decimal("0.05")) for slot in make_voting_round(8, **hostile_texts).candidates
    )
    options = RerollOptions(
        make_voting_round(8, **hostile_texts),
        Decimal("0.3"),
        reroll_options,
        tuple(RerollOption(m, Decimal("0.05")) for m in failed_slots),
        reroll_options,
        9,
    )
    closed_options = replace(options, round=make_closed_round(eight, 300, **hostile_texts))
    related = RelatedRound(make_voting_round(8, **hostile_texts), Tally(eight, 300), LINK)
    refined_round = make_round(
        **hostile_texts, state=RoundState.VOID, void_reason="refined", slots=make_voting_round(8, **hostile_texts).slots
    )
    location = Location(LINK, "F0RECORDRECORD", NOW)
    history = tuple(make_face(NAME, BRIEF, version=n) for n in range(30))
    return {
        "drawing": round_message(make_view_data(make_round(**hostile_texts, routing_reason=LONG_REASON))),
        "drawing with failures": round_message(
            make_view_data(make_round(**hostile_texts, slots=(*failed_slots, make_candidate(7, None))))
        ),
        "voting": round_message(make_view_data(make_voting_round(8, **hostile_texts), eight, 300)),
        "sealed": round_message(make_view_data(make_voting_round(8, brief=SEALED_BRIEF), eight, 300)),
        "sealed and closed": round_message(
            make_view_data(make_closed_round(eight, 300, brief=SEALED_BRIEF, tally=Tally(eight, 300, SEALED_RESULTS)))
        ),
        "run-off": round_message(
            make_view_data(
                make_voting_round(8, **hostile_texts, run_off=RunOff(tuple(eight), Tally(eight, 300))), eight, 300
            )
        ),
        "voting with failures": round_message(
            make_view_data(make_voting_round(**hostile_texts, slots=(*failed_slots, make_candidate(7, 1))), {1: 1}, 1)
        ),
        "closed": round_message(make_view_data(make_closed_round(eight, 300, **hostile_texts))),
        "record": round_message(make_view_data(locked, face=face)),
        "void": round_message(
            make_view_data(
                make_round(**hostile_texts, state=RoundState.VOID, void_reason="no_candidate", slots=failed_slots)
            )
        ),
        "help": private.help_view(),
        "reroll": reroll(options, TITLES),
        "reroll after the close": reroll(closed_options, TITLES),
        "a refined round": round_message(
            replace(make_view_data(make_voting_round(8, **hostile_texts, origin="refined"), eight, 300), parent=related)
        ),
        "a round that was refined": round_message(replace(make_view_data(refined_round), child=related)),
        "face": recalled(RecallResult("face", NAME, (character,), history), location, TITLES, can_share=True),
        "casting": recalled(RecallResult("casting", NAME, (character,)), location, TITLES, can_share=False),
        "several": recalled(RecallResult("several", NAME, several), Location(), TITLES, can_share=False),
        "unsure": recalled(RecallResult("unsure", NAME, several), Location(), TITLES, can_share=False),
        "nothing": recalled(RecallResult("nothing", NAME), Location(), TITLES, can_share=False),
        "listing": listing(Page(crowd[:MAX_LISTED], len(crowd))),
        "full": full_size(face, LINK),
        "facts": facts(face, TITLES),
        "bad line": private.error_view(BriefError("models", "unknown", BRIEF, (NAME, "easel"), line=BRIEF)),
        "drawing with people": round_message(
            make_view_data(make_round(brief=BRIEF_WITH_MANY_VOTERS, lead="U0OTHER", requested_by="U0STARTER"))
        ),
        "not here for a shortcut": private.error_view(NotAvailableHere("not_invited_message")),
        "not here": private.error_view(NotAvailableHere("not_invited", BRIEF)),
        "already casting": private.already_casting(AlreadyCasting(NAME, "r1"), LINK),
        "already cast": private.error_view(AlreadyCast(NAME, "w1", Decimal("0.15"))),
        "unavailable": private.error_view(
            ModelsUnavailable(
                (NAME,),
                (),
                tuple(UnavailableModel(NAME, "down", Decimal("0.07"), NAME, Decimal("0.15")) for _ in range(8)),
                (
                    AlternativeOffer("instead", (NAME,), Decimal(1), "w1"),
                    AlternativeOffer("only", (NAME,) * 8, Decimal(1), "w2"),
                ),
            )
        ),
        "over budget": private.error_view(OverBudget("day", Decimal(1), Decimal(20), Decimal("0.1"))),
    }


@pytest.mark.parametrize("name", list(hostile_views()))
def test_every_view_is_within_slacks_limits(name: str) -> None:
    assert limit_problems(hostile_views()[name]) == []


def test_full_home_is_within_slacks_limits() -> None:
    names = tuple(NAME for _ in range(9))
    crowd = tuple(replace(make_character(NAME, n, make_face(NAME, BRIEF)), aliases=names) for n in range(PAGE_SIZE))
    waiting = tuple(make_voting_round(name=NAME, text=BRIEF) for _ in range(50))
    sections = tuple(RosterSection(f"p{n}", NAME, ChannelRef("T1", f"C{n}")) for n in range(150))
    roster_filter = RosterFilter(NAME, "p3", 1_000)
    home_view = HomeView(waiting, crowd, Decimal("1.2"), Decimal(20), 20_000, roster_filter, sections)
    view = home(home_view, {"r1": Location(LINK, "F0RECORDRECORD")}, {})
    assert limit_problems(view, max_blocks=100, max_text=None) == []


def test_sealed_ballot_with_eight_candidates_fits_a_modal() -> None:
    round_ = make_voting_round(8, brief=SEALED_BRIEF)
    modal = ballot_form(BallotForm(round_, round_.slots, None))
    assert limit_problems(View("a ballot", modal["blocks"]), max_blocks=100, max_text=None) == []
    assert len(modal["title"]["text"]) <= 24
    assert len(modal["submit"]["text"]) <= 24


@pytest.mark.parametrize("text", [BRIEF, "a fisherwoman"])
def test_refine_form_fits_a_modal(text: str) -> None:
    modal = form(RefineForm(make_voting_round(name=NAME, text=text), Decimal("0.15"), dict.fromkeys(FlawTag, 300)))
    assert limit_problems(View("a form", modal["blocks"]), max_blocks=100, max_text=None) == []
    assert len(modal["title"]["text"]) <= 24


@pytest.mark.parametrize(
    "round_", [make_voting_round(8, name=NAME, text=BRIEF), make_closed_round(_FULL_VOTES, 300, name=NAME, text=BRIEF)]
)
@pytest.mark.parametrize("side_by_side", ["", "F0SIDEBYSIDE"])
def test_comparison_of_eight_candidates_fits_a_modal(round_: Round, side_by_side: str) -> None:
    modal = compare(
        ComparisonResult(round_, round_.candidates, round_.candidates),
        TITLES,
        dict.fromkeys(round_.slot_id_by_number.values(), LINK),
        side_by_side,
    )
    assert limit_problems(View("a comparison", modal["blocks"]), max_blocks=100, max_text=None) == []
    assert len(modal["title"]["text"]) <= 24


@pytest.mark.parametrize("name", list(hostile_views()))
def test_user_text_cannot_mention_link_or_format(name: str) -> None:
    view = hostile_views()[name]
    marked_up = [view.text, *(p["text"] for p in iter_objects(view) if p.get("type") == "mrkdwn")]
    for text in marked_up:
        for forbidden in ("<!channel>", "<https://evil", "<@U0X>", " *b* ", " _i_ ", " ~s~ ", " `c` "):
            assert forbidden not in text


@pytest.mark.parametrize("name", list(hostile_views()))
def test_mrkdwn_is_always_verbatim(name: str) -> None:
    assert all(p["verbatim"] for p in iter_objects(hostile_views()[name]) if p.get("type") == "mrkdwn")


def test_message_quotes_the_brief_as_typed() -> None:
    view = round_message(make_view_data(make_round(text=HOSTILE)))
    quoted = [p for p in iter_objects(view) if p.get("type") == "rich_text_quote"]
    assert quoted[0]["elements"] == [{"type": "text", "text": HOSTILE}]


def test_view_without_pictures_keeps_everything_else() -> None:
    view = round_message(make_view_data(make_voting_round(), {1: 1, 2: 0, 3: 0, 4: 0}, 1))
    without_pictures = view.without_images()
    assert view.without_images().blocks != view.blocks
    assert without_pictures.without_images().blocks == without_pictures.blocks
    other_blocks = [b for b in view.blocks if b["type"] != "image"]
    (placeholder,) = [b for b in without_pictures.blocks if b not in other_blocks]
    assert [b for b in without_pictures.blocks if b in other_blocks] == other_blocks
    assert placeholder["elements"][0]["text"].endswith("it is in the thread of this message.")


def test_home_without_pictures_keeps_its_blocks() -> None:
    sections = (RosterSection("p1", "", PLACE),)
    home_view = HomeView((), (make_character(face=make_face()),), Decimal(0), Decimal(20), 1, sections=sections)
    view = home(home_view, {"r1": Location(file_id="F0RECORDRECORD")}, {})
    assert view.without_images().blocks != view.blocks
    assert len(view.without_images().blocks) == len(view.blocks)


def test_closing_time_is_a_slack_date_token() -> None:
    closes_at = NOW + timedelta(hours=24)
    view = round_message(make_view_data(make_voting_round(closes_at=closes_at)))
    assert f"<!date^{int(closes_at.timestamp())}^{{date_short_pretty}} at {{time}}|25 Nov 09:00 UTC>" in str(
        view.blocks
    )


def test_empty_tally_renders() -> None:
    assert limit_problems(round_message(make_view_data(make_closed_round({}, 0, tally=Tally({}, 0))))) == []
