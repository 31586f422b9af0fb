"""What a round's message says and offers in each state, and what it keeps to itself until the close."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import Absent
from bot.round import Reason, Round, State
from bot.slot import SlotState
from handlers.blocks.rounds import message
from handlers.blocks.view import View
from handlers.words import rounds
from handlers.words.titles import Titles
from tests.unit.handlers.limits import parts
from tests.unit.handlers.stories import (
    CATALOGUE,
    NOW,
    a_candidate,
    a_face,
    a_miss,
    a_round,
    a_slot,
    closed,
    shown,
    voting,
)

TIE = {1: 3, 2: 0, 3: 1, 4: 3}
AHEAD = {1: 3, 2: 0, 3: 1, 4: 2}


def words(view: View) -> str:
    """All a person can read, in order."""
    read: list[str] = []

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            if isinstance(part.get("text"), str):
                read.append(part["text"])
            for value in part.values():
                walk(value)
        elif isinstance(part, list | tuple):
            for value in part:
                walk(value)

    walk(view.blocks)
    return "\n".join(read)


def presses(view: View) -> dict[str, dict[str, Any]]:
    return {p["action_id"]: p for p in parts(view) if "action_id" in p}


def told(round_: Round, votes: dict[int, int] | None = None, voters: int = 0) -> View:
    return message(shown(round_, votes, voters))


def test_while_drawing_the_message_tells_models_reason_progress_and_price() -> None:
    slots = (a_candidate(0, None), a_candidate(1, None), a_candidate(2, None), a_slot(3))
    said = words(told(a_round(slots=slots)))
    assert "Easel Four and Lumen Two get the same words (skin and wardrobe both matter here)." in said
    assert "▰▰▰▱  3 of 4 in · up to $0.15 for all 4 · voting opens when all are in" in said


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (Reason("named"), "get the same words, as asked."),
        (Reason("look", "skin"), "(skin comes first here)"),
        (Reason("look", absent=(Absent("Brush", "no_key"),)), "Brush has no account here, so it was left out."),
        (
            Reason("words", heard=(("skin", ("pores",)), ("era", ("1920s", "*wartime*")))),
            "(skin: “pores”; era: “1920s”, “\u2217wartime\u2217”)",
        ),
        (
            Reason("named", absent=(Absent("Brush", "down", instead="Pen"), Absent("Ink", "no_reference"))),
            "as asked. Brush does not answer at the moment, so Pen draws instead. "
            "Ink takes no reference here, so it was left out.",
        ),
    ],
)
def test_the_reason_for_the_models_is_told(reason: Reason, sentence: str) -> None:
    assert sentence in words(told(a_round(reason=reason)))


def test_a_round_with_one_model_says_that_it_is_not_blind() -> None:
    slots = tuple(a_slot(n) for n in (0, 1))
    assert "not blind" in words(
        told(a_round(slots=slots, reason=Reason("only_one", absent=(Absent("Lumen Two", "no_key"),))))
    )
    assert "not blind" in words(told(voting(2)))


def test_voting_may_be_opened_early_from_two_candidates_on() -> None:
    one = a_round(slots=(a_candidate(0, None), a_slot(1), a_slot(2)))
    two = a_round(slots=(a_candidate(0, None), a_candidate(1, None), a_slot(2)))
    assert "open_now" not in presses(told(one))
    assert "open_now" in presses(told(two))


def test_a_wait_the_vendor_asks_for_is_announced_without_the_vendor() -> None:
    waiting = a_slot(0, state=SlotState.PAUSED, asked_at=NOW, paused_until=NOW + timedelta(seconds=20))
    said = words(told(a_round(slots=(waiting, a_slot(3)))))
    assert "A model asks for patience" in said
    assert "limit" not in said


def test_who_waits_in_the_line_before_an_account_is_told_with_its_limit_and_until_when() -> None:
    paused = [a_slot(n, state=SlotState.PAUSED, paused_until=NOW + timedelta(seconds=20 * n)) for n in (2, 3)]
    provider = paused[0].model.partition(":")[0]
    titles = Titles(replace(CATALOGUE, per_minute={provider: 5}))
    (said,) = rounds.pauses(a_round(slots=(a_slot(0), *paused)), titles)
    assert said.startswith("2 wait for lumen's limit of 5 images a minute; the last is asked at <!date^")
    assert str(int((NOW + timedelta(seconds=60)).timestamp())) in said


def test_a_stranded_round_says_what_may_have_been_charged_and_offers_to_draw_again() -> None:
    view = told(a_round(slots=(a_miss(0, "unknown", paid="maybe"),)))
    assert "up to $0.05 may have been charged" in words(view)
    assert "reroll" in presses(view)


def test_every_candidate_has_a_button_with_its_votes() -> None:
    view = told(voting(), AHEAD, 4)
    labels = [presses(view)[f"vote:{n}"]["text"]["text"] for n in range(1, 5)]
    assert labels == ["1 · 3", "2", "3 · 1", "4 · 2"]
    assert "4 people voted · closes" in words(view)


def test_a_button_carries_opaque_ids_and_nothing_else() -> None:
    view = told(voting(), AHEAD, 4)
    values = {action: p["value"] for action, p in presses(view).items() if "value" in p}
    assert values["vote:2"] == "r1-1"
    assert values["close"] == values["reroll"] == "r1"
    assert values["lock"] == "r1 r1-0"


def test_lock_asks_once_with_the_votes_as_they_stand() -> None:
    confirm = presses(told(voting(), AHEAD, 4))["lock"]["confirm"]
    assert confirm["title"]["text"] == "Lock candidate 1 as Maya?"
    assert confirm["text"]["text"].startswith("3 of 4 people voted for it.")


@pytest.mark.parametrize(("votes", "said"), [(TIE, "1 and 4 are level"), ({1: 0, 2: 0}, "Nobody has voted yet")])
def test_without_a_leader_the_lock_carries_no_candidate_and_says_why(votes: dict[int, int], said: str) -> None:
    lock = presses(told(voting(len(votes)), votes, 4))["lock"]
    assert lock["value"] == "r1"
    assert said in lock["confirm"]["text"]["text"]


def test_a_missing_portrait_is_explained_and_can_be_drawn_again_at_the_dearest_price() -> None:
    view = told(voting(slots=(a_candidate(0, 1), a_candidate(1, 2), a_candidate(2, 3), a_miss(3, "refused", "blood"))))
    said = "One of 4 is missing: a model declined the brief (its filter flagged “blood”). Nothing was charged for it."
    assert said in words(view)
    assert presses(view)["reroll_one:1"]["text"]["text"] == "Re-roll it for up to $0.05"


def test_the_filters_word_is_kept_back_before_the_close_unless_the_brief_has_it() -> None:
    slots = (a_candidate(0, 1), a_candidate(2, 2), a_miss(1, "refused", "NUDITY"))
    assert "NUDITY" not in json.dumps(told(voting(slots=slots)).blocks)
    assert "NUDITY" in json.dumps(told(closed({1: 1, 2: 0}, 1, slots=slots)).blocks)


def test_with_eight_candidates_nothing_can_be_added() -> None:
    slots = (*(a_candidate(n, n + 1) for n in range(8)), a_miss(8))
    assert "reroll_one:1" not in presses(told(voting(slots=slots)))


@pytest.mark.parametrize("votes", [AHEAD, TIE, dict.fromkeys(range(1, 5), 0)])
def test_until_the_close_nothing_names_a_model(votes: dict[int, int]) -> None:
    paid = [a_miss(n, kind, CATALOGUE.models[0].title, "yes") for n, kind in enumerate(("down", "timed_out"), start=4)]
    view = told(voting(slots=(*(a_candidate(n, n + 1) for n in range(4)), *paid)), votes, 4)
    said = (view.text + json.dumps(view.blocks)).casefold()
    for model in CATALOGUE.models:
        for name in (model.title, model.name, model.provider, model.wire_id, str(next(iter(model.prices.values())))):
            assert name.casefold() not in said


def test_all_misses_cost_the_same_to_look_at() -> None:
    cheap, dear = a_miss(2, paid="maybe"), a_miss(0, paid="maybe")
    assert cheap.price != dear.price
    rounds = [voting(slots=(a_candidate(1, 1), a_candidate(3, 2), miss)) for miss in (cheap, dear)]
    seen = [json.dumps(told(r).blocks).replace(m.id, "it") for r, m in zip(rounds, (cheap, dear), strict=True)]
    assert seen[0] == seen[1]


def test_after_the_close_every_candidate_is_named() -> None:
    said = words(told(closed(AHEAD, 4)))
    assert "1 leads: 3 of 4 people voted for it." in said
    assert "*1* · Easel Four · 3 votes · $0.05\n*4* · Lumen Two" in said, "the most votes first"
    assert "*3* · Lumen Two · 1 vote · $0.04" in said
    assert "1 and 2 by `easel:easel-wire` · 3 and 4 by `lumen:lumen-wire`" in said


def test_who_came_after_the_vote_is_said_to_have_in_the_list_and_in_the_leads_choice() -> None:
    view = told(closed(AHEAD, 4, slots=(*(a_candidate(n, n + 1) for n in range(4)), a_candidate(4, 5))))
    assert "*5* · Easel Four · came after the vote" in words(view)
    assert presses(view)["decide"]["options"][4]["text"]["text"] == "5 · Easel Four · came after the vote"


def test_what_the_lead_can_do_after_the_close_fits_two_rows() -> None:
    rows = [b for b in told(closed(TIE, 4)).blocks if b["type"] == "actions"]
    assert [[e["action_id"] for e in row["elements"]] for row in rows] == [
        ["run_off", "decide"],
        ["extend", "reroll", "refine", "drop"],
    ]


def test_a_closed_ballot_with_a_leader_can_be_locked() -> None:
    assert presses(told(closed(AHEAD, 4)))["lock"]["value"] == "r1 r1-0"


@pytest.mark.parametrize(
    ("votes", "voters", "said"),
    [(TIE, 4, "1 and 4 are level with 3 votes each."), (dict.fromkeys(range(1, 5), 0), 0, "Nobody voted.")],
)
def test_without_a_winner_the_lead_decides_extends_or_drops(votes: dict[int, int], voters: int, said: str) -> None:
    view = told(closed(votes, voters))
    assert said in words(view)
    ways = {"decide", "extend", "drop", "reroll", "refine", "look"}
    assert set(presses(view)) == ways | ({"run_off"} if voters else set())
    assert [o["value"] for o in presses(view)["decide"]["options"]] == ["r1-0", "r1-1", "r1-2", "r1-3"]


def locked(**changes: object) -> Round:
    return closed(AHEAD, 4, **{"state": State.LOCKED, "locked_slot": "r1-0", **changes})


def test_the_record_tells_who_was_cast_by_whom_and_against_whom() -> None:
    said = words(message(shown(locked(), face=a_face(tally=AHEAD))))
    assert "Maya is cast." in said
    assert "*Candidate 1 · Easel Four* · 3 of 4 votes · $0.04\nLocked by <@U0LEAD> on" in said
    assert "On hold: *4* · Lumen Two · 2 votes · $0.04" in said
    assert "3 · Lumen Two · 1 vote · $0.04\n2 · Easel Four · 0 votes · $0.05" in said
    assert "4 portraits for $0.15" in said


def test_a_record_says_when_the_lead_decided() -> None:
    said = words(message(shown(locked(), face=a_face(decided_by_lead=True, number=3))))
    assert "Decided by <@U0LEAD>" in said


@pytest.mark.parametrize(("record_file", "shows"), [("F0RECORDRECORD", "F0RECORDRECORD"), (None, "F0CANDIDATE0")])
def test_the_record_shows_the_large_picture_until_its_own_hangs(record_file: str | None, shows: str) -> None:
    view = message(shown(locked(record_file=record_file), face=a_face()))
    assert [b["slack_file"]["id"] for b in view.blocks if b["type"] == "image"] == [shows]


@pytest.mark.parametrize(
    ("why", "said", "offered"),
    [
        ("cancelled", "The lead cancelled the round.", set()),
        ("dropped", "The lead dropped the round.", set()),
        ("rerolled", "The lead asked for all portraits again", {"look"}),
        ("refined", "The lead refined the brief", {"look"}),
        ("no_candidate", "No portrait came", set()),
    ],
)
def test_a_round_that_ended_says_why_and_offers_no_more_than_a_look_back(
    why: str, said: str, offered: set[str]
) -> None:
    view = told(replace(voting(), state=State.VOID, why_void=why))
    assert said in words(view)
    assert set(presses(view)) == offered


def test_a_round_without_any_portrait_gives_every_reason_with_its_model() -> None:
    said = words(
        told(a_round(state=State.VOID, why_void="no_candidate", slots=(a_miss(0, "down"), a_miss(2, "bad_key"))))
    )
    assert "Missing, 1 of 2: Easel Four failed on its side. Nothing was charged for it." in said
    assert "Missing, 2 of 2: Lumen Two did not take our key" in said


@pytest.mark.parametrize("sheet_file", [None, "F0SHEETSHEET"])
def test_a_ballot_without_its_newest_sheet_says_why_and_who_can_help(sheet_file: str | None) -> None:
    view = message(shown(voting(sheet_file=sheet_file, sheet_refused="file_uploads_disabled")))
    said = json.dumps(view.blocks)
    assert "The portraits cannot be shown here: uploads are switched off in this workspace." in said
    assert "vote:4" in said


def test_the_stop_sign_says_how_far_the_vote_is_from_turning_and_what_another_round_costs() -> None:
    assert "One more vote could change this · another round costs up to $0.15" in words(told(voting(), {1: 2, 2: 1}, 2))
    assert "It takes 3 more votes to change this" in words(told(voting(), {1: 3, 2: 0}, 3))
    assert "change this" not in words(told(voting(), {1: 0, 2: 0}, 0))
