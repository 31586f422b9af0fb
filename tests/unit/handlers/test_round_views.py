"""The round message in each state: what it shows, offers, and hides until the close."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.brief import Ground
from bot.domain.errors import UnavailableModel
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.routing.reason import RoutingReason
from bot.domain.slot import SlotState
from handlers.text import round as round_text
from handlers.text.model_titles import Titles
from handlers.views.builder import View
from handlers.views.round import round_message
from tests.support.builders import (
    CATALOGUE,
    NOW,
    make_candidate,
    make_closed_round,
    make_face,
    make_failed_slot,
    make_locked_round,
    make_round,
    make_slot,
    make_view_data,
    make_voting_round,
)
from tests.support.rendered_views import actions_by_id, visible_text

TIED_VOTES = {1: 3, 2: 0, 3: 1, 4: 3}
LEADING_VOTES = {1: 3, 2: 0, 3: 1, 4: 2}


def render_round(round_: Round, votes: dict[int, int] | None = None, voters: int = 0) -> View:
    return round_message(make_view_data(round_, votes, voters))


def test_drawing_message_shows_models_reason_progress_and_price() -> None:
    slots = (make_candidate(0, None), make_candidate(1, None), make_candidate(2, None), make_slot(3))
    text = visible_text(render_round(make_round(slots=slots)))
    assert "Easel Four and Lumen Two get the same brief (skin and wardrobe both matter here)." in text
    assert "▰▰▰▱  3 of 4 in · up to $0.15 for all 4 · voting opens when all are in" in text


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (RoutingReason("named"), "get the same brief, as asked."),
        (RoutingReason("look", "skin"), "(skin comes first here)"),
        (
            RoutingReason("look", unavailable=(UnavailableModel("Brush", "no_key"),)),
            "Brush has no account here, so it was left out.",
        ),
        (
            RoutingReason("words", matched_rules=(("skin", ("pores",)), ("era", ("1920s", "*wartime*")))),
            "(skin: “pores”; era: “1920s”, “\u2217wartime\u2217”)",
        ),
        (
            RoutingReason(
                "named",
                unavailable=(
                    UnavailableModel("Brush", "down", substitute="Pen"),
                    UnavailableModel("Ink", "no_reference"),
                ),
            ),
            "as asked. Brush does not respond right now, so Pen draws instead. "
            "Ink takes no reference image here, so it was left out.",
        ),
    ],
)
def test_routing_reason_is_shown(reason: RoutingReason, sentence: str) -> None:
    assert sentence in visible_text(render_round(make_round(routing_reason=reason)))


def test_unusual_frame_and_background_are_named_while_models_draw() -> None:
    round_ = make_round()
    usual = visible_text(render_round(round_))
    assert "16:9" not in usual
    assert "background" not in usual
    brief = replace(round_.brief, aspect="16:9", ground=Ground.WHITE)
    assert "16:9 · plain white background" in visible_text(render_round(replace(round_, brief=brief)))


def test_a_round_with_one_model_says_that_it_is_not_blind() -> None:
    slots = tuple(make_slot(n) for n in (0, 1))
    assert "not blind" in visible_text(
        render_round(
            make_round(
                slots=slots,
                routing_reason=RoutingReason("only_one", unavailable=(UnavailableModel("Lumen Two", "no_key"),)),
            )
        )
    )
    assert "not blind" in visible_text(render_round(make_voting_round(2)))


def test_voting_may_be_opened_early_from_two_candidates_on() -> None:
    one = make_round(slots=(make_candidate(0, None), make_slot(1), make_slot(2)))
    two = make_round(slots=(make_candidate(0, None), make_candidate(1, None), make_slot(2)))
    assert "open_now" not in actions_by_id(render_round(one))
    assert "open_now" in actions_by_id(render_round(two))


def test_vendor_wait_is_announced_without_naming_the_vendor() -> None:
    waiting = make_slot(0, state=SlotState.PAUSED, requested_at=NOW, wait_until=NOW + timedelta(seconds=20))
    text = visible_text(render_round(make_round(slots=(waiting, make_slot(3)))))
    assert "A model is busy" in text
    assert "limit" not in text


def test_rate_limited_slots_show_the_limit_and_the_time() -> None:
    paused = [make_slot(n, state=SlotState.PAUSED, wait_until=NOW + timedelta(seconds=20 * n)) for n in (2, 3)]
    provider = paused[0].model.partition(":")[0]
    titles = Titles(replace(CATALOGUE, images_per_minute={provider: 5}))
    (text,) = round_text.wait_notes(make_round(slots=(make_slot(0), *paused)), titles)
    assert text.startswith("2 wait for lumen's limit of 5 images a minute; the last is asked at <!date^")
    assert str(int((NOW + timedelta(seconds=60)).timestamp())) in text


def test_round_without_portraits_shows_charges_and_offers_reroll() -> None:
    view = render_round(make_round(slots=(make_failed_slot(0, "unknown", paid="maybe"),)))
    assert "up to $0.05 may have been charged" in visible_text(view)
    assert "reroll" in actions_by_id(view)


def test_every_candidate_has_a_button_with_its_votes() -> None:
    view = render_round(make_voting_round(), LEADING_VOTES, 4)
    labels = [actions_by_id(view)[f"vote:{n}"]["text"]["text"] for n in range(1, 5)]
    assert labels == ["1 · 3", "2", "3 · 1", "4 · 2"]
    assert "4 people voted · closes" in visible_text(view)


def test_buttons_contain_only_opaque_ids() -> None:
    view = render_round(make_voting_round(), LEADING_VOTES, 4)
    values = {action: p["value"] for action, p in actions_by_id(view).items() if "value" in p}
    assert values["vote:2"] == "r1-1"
    assert values["close"] == values["reroll"] == "r1"
    assert values["lock"] == "r1 r1-0"


def test_lock_confirm_shows_the_current_votes() -> None:
    confirm = actions_by_id(render_round(make_voting_round(), LEADING_VOTES, 4))["lock"]["confirm"]
    assert confirm["title"]["text"] == "Lock candidate 1 as Maya?"
    assert confirm["text"]["text"].startswith("3 of 4 people voted for it.")


@pytest.mark.parametrize("votes", [TIED_VOTES, {1: 0, 2: 0}])
def test_lock_without_a_leader_asks_at_the_press(votes: dict[int, int]) -> None:
    lock = actions_by_id(render_round(make_voting_round(len(votes)), votes, 4))["lock"]
    assert lock["value"] == "r1"
    assert "confirm" not in lock


def test_failure_is_explained_and_can_be_rerolled() -> None:
    view = render_round(
        make_voting_round(
            slots=(
                make_candidate(0, 1),
                make_candidate(1, 2),
                make_candidate(2, 3),
                make_failed_slot(3, "refused", "blood"),
            )
        )
    )
    text = "One of 4 is missing: a model declined the brief (its filter flagged “blood”). Nothing was charged for it."
    assert text in visible_text(view)
    assert actions_by_id(view)["reroll_one:1"]["text"]["text"] == "Re-roll it for up to $0.05"


def test_filter_code_is_hidden_before_the_close_unless_in_the_brief() -> None:
    slots = (make_candidate(0, 1), make_candidate(2, 2), make_failed_slot(1, "refused", "NUDITY"))
    assert "NUDITY" not in json.dumps(render_round(make_voting_round(slots=slots)).blocks)
    assert "NUDITY" in json.dumps(render_round(make_closed_round({1: 1, 2: 0}, 1, slots=slots)).blocks)


def test_with_eight_candidates_nothing_can_be_added() -> None:
    slots = (*(make_candidate(n, n + 1) for n in range(8)), make_failed_slot(8))
    assert "reroll_one:1" not in actions_by_id(render_round(make_voting_round(slots=slots)))


@pytest.mark.parametrize("votes", [LEADING_VOTES, TIED_VOTES, dict.fromkeys(range(1, 5), 0)])
def test_open_round_never_names_a_model(votes: dict[int, int]) -> None:
    paid = [
        make_failed_slot(n, kind, CATALOGUE.models[0].title, "yes")
        for n, kind in enumerate(("provider_down", "timed_out"), start=4)
    ]
    view = render_round(make_voting_round(slots=(*(make_candidate(n, n + 1) for n in range(4)), *paid)), votes, 4)
    text = (view.text + json.dumps(view.blocks)).casefold()
    for model in CATALOGUE.models:
        for name in (model.title, model.name, model.provider, model.wire_id, str(next(iter(model.prices.values())))):
            assert name.casefold() not in text


def test_blind_failures_show_one_price() -> None:
    cheap, dear = make_failed_slot(2, paid="maybe"), make_failed_slot(0, paid="maybe")
    assert cheap.price != dear.price
    rounds = [
        make_voting_round(slots=(make_candidate(1, 1), make_candidate(3, 2), failed_slot))
        for failed_slot in (cheap, dear)
    ]
    rendered = [
        json.dumps(render_round(r).blocks).replace(m.id, "it") for r, m in zip(rounds, (cheap, dear), strict=True)
    ]
    assert rendered[0] == rendered[1]


def test_after_the_close_every_candidate_is_named() -> None:
    text = visible_text(render_round(make_closed_round(LEADING_VOTES, 4)))
    assert "1 leads: 3 of 4 people voted for it." in text
    assert "*1* · Easel Four · 3 votes · $0.05\n*4* · Lumen Two" in text, "the most votes first"
    assert "*3* · Lumen Two · 1 vote · $0.04" in text
    assert "1 and 2 by `easel:easel-wire` · 3 and 4 by `lumen:lumen-wire`" in text


def test_late_candidate_is_labelled_in_list_and_menu() -> None:
    view = render_round(
        make_closed_round(LEADING_VOTES, 4, slots=(*(make_candidate(n, n + 1) for n in range(4)), make_candidate(4, 5)))
    )
    assert "*5* · Easel Four · arrived after the vote" in visible_text(view)
    assert actions_by_id(view)["decide"]["options"][4]["text"]["text"] == "5 · Easel Four · arrived after the vote"


def test_closed_round_has_two_rows_of_lead_actions() -> None:
    rows = [b for b in render_round(make_closed_round(TIED_VOTES, 4)).blocks if b["type"] == "actions"]
    assert [[e["action_id"] for e in row["elements"]] for row in rows] == [
        ["run_off", "decide"],
        ["extend", "reroll", "refine", "callback", "drop"],
    ]


def test_a_closed_ballot_with_a_leader_can_be_locked() -> None:
    assert actions_by_id(render_round(make_closed_round(LEADING_VOTES, 4)))["lock"]["value"] == "r1 r1-0"


@pytest.mark.parametrize(
    ("votes", "voters", "text"),
    [(TIED_VOTES, 4, "1 and 4 are tied with 3 votes each."), (dict.fromkeys(range(1, 5), 0), 0, "No votes.")],
)
def test_closed_round_without_winner_offers_decide_extend_drop(votes: dict[int, int], voters: int, text: str) -> None:
    view = render_round(make_closed_round(votes, voters))
    assert text in visible_text(view)
    action_ids = {"decide", "extend", "drop", "reroll", "refine", "callback", "look"}
    assert set(actions_by_id(view)) == action_ids | ({"run_off", "who_voted"} if voters else set())
    assert [o["value"] for o in actions_by_id(view)["decide"]["options"]] == ["r1-0", "r1-1", "r1-2", "r1-3"]


def test_record_shows_winner_locker_and_runner_up() -> None:
    text = visible_text(
        round_message(make_view_data(make_locked_round(LEADING_VOTES), face=make_face(tally=LEADING_VOTES)))
    )
    assert "Maya is cast." in text
    assert "*Candidate 1 · Easel Four* · 3 of 4 votes · $0.04\nLocked by <@U0LEAD> on" in text
    assert "On hold: *4* · Lumen Two · 2 votes · $0.04" in text
    assert "3 · Lumen Two · 1 vote · $0.04\n2 · Easel Four · 0 votes · $0.05" in text
    assert "4 portraits for $0.15" in text


def test_a_record_says_when_the_lead_decided() -> None:
    text = visible_text(
        round_message(make_view_data(make_locked_round(LEADING_VOTES), face=make_face(decided_by_lead=True, number=3)))
    )
    assert "Decided by <@U0LEAD>" in text


@pytest.mark.parametrize(("record_file", "shows"), [("F0RECORDRECORD", "F0RECORDRECORD"), (None, "F0CANDIDATE0")])
def test_record_shows_the_candidate_until_its_picture_is_uploaded(record_file: str | None, shows: str) -> None:
    view = round_message(make_view_data(make_locked_round(LEADING_VOTES, record_file=record_file), face=make_face()))
    assert [b["slack_file"]["id"] for b in view.blocks if b["type"] == "image"] == [shows]


@pytest.mark.parametrize(
    ("reason", "text", "offered"),
    [
        ("cancelled", "The lead cancelled the round.", set()),
        ("dropped", "The lead cancelled the round.", set()),
        ("rerolled", "The lead redrew all portraits", {"look"}),
        ("refined", "The lead refined the brief", {"look"}),
        ("no_candidate", "No portrait arrived", set()),
    ],
)
def test_void_round_says_why_and_offers_only_a_comparison(reason: str, text: str, offered: set[str]) -> None:
    view = render_round(replace(make_voting_round(), state=RoundState.VOID, void_reason=reason))
    assert text in visible_text(view)
    assert set(actions_by_id(view)) == offered


def test_round_without_portraits_lists_each_failure_with_its_model() -> None:
    text = visible_text(
        render_round(
            make_round(
                state=RoundState.VOID,
                void_reason="no_candidate",
                slots=(make_failed_slot(0, "provider_down"), make_failed_slot(2, "authentication_failed")),
            )
        )
    )
    assert "Missing, 1 of 2: Easel Four failed on its side. Nothing was charged for it." in text
    assert "Missing, 2 of 2: Lumen Two rejected our key" in text


@pytest.mark.parametrize("sheet_file", [None, "F0SHEETSHEET"])
def test_ballot_without_a_contact_sheet_says_why(sheet_file: str | None) -> None:
    view = round_message(
        make_view_data(make_voting_round(sheet_file=sheet_file, sheet_refused="file_uploads_disabled"))
    )
    text = json.dumps(view.blocks)
    assert "The portraits cannot be shown here: uploads are turned off in this workspace." in text
    assert "vote:4" in text


def test_message_shows_votes_to_change_lead_and_price_of_another_round() -> None:
    assert "One more vote could change the leader · another round costs up to $0.15" in visible_text(
        render_round(make_voting_round(), {1: 2, 2: 1}, 2)
    )
    assert "3 more votes could change the leader" in visible_text(render_round(make_voting_round(), {1: 3, 2: 0}, 3))
    assert "change this" not in visible_text(render_round(make_voting_round(), {1: 0, 2: 0}, 0))
