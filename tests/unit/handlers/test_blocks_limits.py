"""Whatever people type and models do, every view stays within Slack's limits and lets nobody's text act."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.ballot import Answers, RunOff, Tally, Tell
from bot.brief import NAME_LIMIT, TEXT_LIMIT, Brief, Secrecy, Use
from bot.errors import Absent, AlreadyCast, AlreadyCasting, BriefError, NotHere, Offered, OverBudget, Unavailable
from bot.face import Place
from bot.home import A_PAGE, Browsing, HomeView
from bot.looking import Closer
from bot.ports import Page, Shelf
from bot.recall import Recalled
from bot.refining import Refinement
from bot.rerolling import Choice, Offer
from bot.round import Reason, Round, State
from bot.rules import RULES
from bot.sealing import Sheet
from handlers.blocks import private
from handlers.blocks.facts import facts
from handlers.blocks.home import home
from handlers.blocks.look import look
from handlers.blocks.recall import LISTED, Sight, full, listing, recalled
from handlers.blocks.refine import form
from handlers.blocks.reroll import reroll
from handlers.blocks.rounds import message
from handlers.blocks.sealed import paper
from handlers.blocks.shown import Kin
from handlers.blocks.view import View
from tests.unit.handlers.limits import parts, problems
from tests.unit.handlers.stories import (
    HOSTILE,
    NOW,
    PLACE,
    TITLES,
    a_candidate,
    a_character,
    a_face,
    a_miss,
    a_round,
    closed,
    shown,
    voting,
)

NAME = (HOSTILE * 2)[:NAME_LIMIT]
WORDY = Reason(
    "words",
    heard=tuple((rule.name, (HOSTILE, HOSTILE)) for rule in RULES),
    absent=(Absent(NAME, "no_key", instead=NAME), Absent(NAME, "no_reference")),
)
STARS = "*" * NAME_LIMIT
BRIEF = (HOSTILE * 100)[:TEXT_LIMIT]
SEALED = Brief(NAME, BRIEF, ballot=Secrecy.SEALED)
CROWDED = Brief(NAME, BRIEF, voters=tuple(f"U{n:010}" for n in range(200)), use=Use.ADVERTISING)
_ALL = dict.fromkeys(range(1, 9), 300)
ANSWERS = Answers(_ALL, _ALL, dict.fromkeys(_ALL, dict.fromkeys(Tell, 300)), 300)
LINK = "https://harbour.slack.com/archives/C1/p1764000000000100"


def hostile_views() -> dict[str, View]:
    """Every view at its fullest, every name and brief as long and as hostile as the core lets through."""
    wild: dict[str, Any] = {"name": NAME, "text": BRIEF}
    eight = dict.fromkeys(range(1, 9), 300)
    misses = tuple(a_miss(n, "refused", BRIEF[:400], "maybe") for n in range(7))
    face = a_face(NAME, BRIEF, prompt=BRIEF + "x" * 1_200, tally=eight, voters=300)
    locked = closed(eight, 300, **wild, state=State.LOCKED, locked_slot="r1-0", record_file="F0RECORDRECORD")
    character = a_character(NAME, face=face)
    several = tuple(a_character(NAME, n, face) for n in range(5))
    crowd = tuple(a_character(STARS, n, a_face(STARS)) for n in range(200))
    each = tuple(Choice(slot, Decimal("0.05")) for slot in voting(8, **wild).candidates)
    offer = Offer(voting(8, **wild), Decimal("0.3"), each, tuple(Choice(m, Decimal("0.05")) for m in misses), each, 9)
    after = replace(offer, round=closed(eight, 300, **wild))
    kin = Kin(voting(8, **wild), Tally(eight, 300), LINK)
    gone = a_round(**wild, state=State.VOID, why_void="refined", slots=voting(8, **wild).slots)
    sight = Sight(LINK, "F0RECORDRECORD", NOW)
    history = tuple(a_face(NAME, BRIEF, version=n) for n in range(30))
    return {
        "drawing": message(shown(a_round(**wild, reason=WORDY))),
        "drawing with misses": message(shown(a_round(**wild, slots=(*misses, a_candidate(7, None))))),
        "voting": message(shown(voting(8, **wild), eight, 300)),
        "sealed": message(shown(voting(8, brief=SEALED), eight, 300)),
        "sealed and closed": message(shown(closed(eight, 300, brief=SEALED, tally=Tally(eight, 300, ANSWERS)))),
        "run-off": message(shown(voting(8, **wild, run_off=RunOff(tuple(eight), Tally(eight, 300))), eight, 300)),
        "voting with misses": message(shown(voting(**wild, slots=(*misses, a_candidate(7, 1))), {1: 1}, 1)),
        "closed": message(shown(closed(eight, 300, **wild))),
        "record": message(shown(locked, face=face)),
        "void": message(shown(a_round(**wild, state=State.VOID, why_void="no_candidate", slots=misses))),
        "help": private.help_(),
        "reroll": reroll(offer, TITLES),
        "reroll after the close": reroll(after, TITLES),
        "a refined round": message(replace(shown(voting(8, **wild, origin="refined"), eight, 300), parent=kin)),
        "a round that was refined": message(replace(shown(gone), child=kin)),
        "face": recalled(Recalled("face", NAME, (character,), history), sight, TITLES, share=True),
        "casting": recalled(Recalled("casting", NAME, (character,)), sight, TITLES, share=False),
        "several": recalled(Recalled("several", NAME, several), Sight(), TITLES, share=False),
        "unsure": recalled(Recalled("unsure", NAME, several), Sight(), TITLES, share=False),
        "nothing": recalled(Recalled("nothing", NAME), Sight(), TITLES, share=False),
        "listing": listing(Page(crowd[:LISTED], len(crowd))),
        "full": full(face, LINK),
        "facts": facts(face, TITLES),
        "bad line": private.apology(BriefError("models", "unknown", BRIEF, (NAME, "easel"), line=BRIEF)),
        "drawing with people": message(shown(a_round(brief=CROWDED, lead="U0OTHER", asked_by="U0STARTER"))),
        "not here for a shortcut": private.apology(NotHere("not_invited_message")),
        "not here": private.apology(NotHere("not_invited", BRIEF)),
        "already casting": private.already_casting(AlreadyCasting(NAME, "r1"), LINK),
        "already cast": private.apology(AlreadyCast(NAME, "w1", Decimal("0.15"))),
        "unavailable": private.apology(
            Unavailable(
                (NAME,),
                (),
                tuple(Absent(NAME, "down", Decimal("0.07"), NAME, Decimal("0.15")) for _ in range(8)),
                (Offered("instead", (NAME,), Decimal(1), "w1"), Offered("only", (NAME,) * 8, Decimal(1), "w2")),
            )
        ),
        "over budget": private.apology(OverBudget("day", Decimal(1), Decimal(20), Decimal("0.1"))),
    }


@pytest.mark.parametrize("name", list(hostile_views()))
def test_every_view_is_within_slacks_limits(name: str) -> None:
    assert problems(hostile_views()[name]) == []


def test_a_home_with_everything_in_it_is_within_the_limits_of_a_home() -> None:
    names = tuple(NAME for _ in range(9))
    crowd = tuple(replace(a_character(NAME, n, a_face(NAME, BRIEF)), aliases=names) for n in range(A_PAGE))
    waiting = tuple(voting(name=NAME, text=BRIEF) for _ in range(50))
    shelves = tuple(Shelf(f"p{n}", NAME, Place("T1", f"C{n}")) for n in range(150))
    looking = Browsing(NAME, "p3", 1_000)
    seen = HomeView(waiting, crowd, Decimal("1.2"), Decimal(20), 20_000, looking, shelves)
    view = home(seen, {"r1": Sight(LINK, "F0RECORDRECORD")}, {})
    assert problems(view, most_blocks=100, most_text=None) == []


def test_a_ballot_paper_with_eight_candidates_is_within_the_limits_of_a_modal() -> None:
    round_ = voting(8, brief=SEALED)
    modal = paper(Sheet(round_, round_.slots, None))
    assert problems(View("a ballot", modal["blocks"]), most_blocks=100, most_text=None) == []
    assert len(modal["title"]["text"]) <= 24
    assert len(modal["submit"]["text"]) <= 24


@pytest.mark.parametrize("text", [BRIEF, "a fisherwoman"])
def test_the_form_of_a_refined_brief_is_within_the_limits_of_a_modal(text: str) -> None:
    modal = form(Refinement(voting(name=NAME, text=text), Decimal("0.15"), dict.fromkeys(Tell, 300)))
    assert problems(View("a form", modal["blocks"]), most_blocks=100, most_text=None) == []
    assert len(modal["title"]["text"]) <= 24


@pytest.mark.parametrize("round_", [voting(8, name=NAME, text=BRIEF), closed(_ALL, 300, name=NAME, text=BRIEF)])
def test_a_look_at_eight_candidates_is_within_the_limits_of_a_modal(round_: Round) -> None:
    modal = look(Closer(round_, round_.candidates), TITLES, dict.fromkeys(round_.slot_of.values(), LINK))
    assert problems(View("a look", modal["blocks"]), most_blocks=100, most_text=None) == []
    assert len(modal["title"]["text"]) <= 24


@pytest.mark.parametrize("name", list(hostile_views()))
def test_nobodys_text_can_mention_link_or_format(name: str) -> None:
    view = hostile_views()[name]
    marked_up = [view.text, *(p["text"] for p in parts(view) if p.get("type") == "mrkdwn")]
    for text in marked_up:
        for forbidden in ("<!channel>", "<https://evil", "<@U0X>", " *b* ", " _i_ ", " ~s~ ", " `c` "):
            assert forbidden not in text


@pytest.mark.parametrize("name", list(hostile_views()))
def test_marked_up_text_is_never_searched_for_links_by_slack(name: str) -> None:
    assert all(p["verbatim"] for p in parts(hostile_views()[name]) if p.get("type") == "mrkdwn")


def test_the_brief_stands_in_the_message_as_it_was_typed() -> None:
    view = message(shown(a_round(text=HOSTILE)))
    quoted = [p for p in parts(view) if p.get("type") == "rich_text_quote"]
    assert quoted[0]["elements"] == [{"type": "text", "text": HOSTILE}]


def test_a_view_without_pictures_keeps_all_words_and_presses_and_says_where_the_pictures_are() -> None:
    view = message(shown(voting(), {1: 1, 2: 0, 3: 0, 4: 0}, 1))
    bare = view.without_pictures()
    assert view.has_pictures
    assert not bare.has_pictures
    kept = [b for b in view.blocks if b["type"] != "image"]
    (told,) = [b for b in bare.blocks if b not in kept]
    assert [b for b in bare.blocks if b in kept] == kept
    assert told["elements"][0]["text"].endswith("it is in the thread of this message.")


def test_a_home_without_pictures_keeps_its_lines() -> None:
    shelves = (Shelf("p1", "", PLACE),)
    seen = HomeView((), (a_character(face=a_face()),), Decimal(0), Decimal(20), 1, shelves=shelves)
    view = home(seen, {"r1": Sight(file_id="F0RECORDRECORD")}, {})
    assert view.has_pictures
    assert len(view.without_pictures().blocks) == len(view.blocks)


def test_the_closing_time_is_shown_in_each_readers_zone() -> None:
    closes_at = NOW + timedelta(hours=24)
    view = message(shown(voting(closes_at=closes_at)))
    assert f"<!date^{int(closes_at.timestamp())}^{{date_short_pretty}} at {{time}}|25 Nov 09:00 UTC>" in str(
        view.blocks
    )


def test_a_tally_of_nobody_is_still_a_view() -> None:
    assert problems(message(shown(closed({}, 0, tally=Tally({}, 0))))) == []
