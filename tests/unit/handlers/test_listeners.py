"""What a person who types, presses, reacts or asks gets back, and what the use cases are asked in what order."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import structlog
from slack_bolt.response import BoltResponse

import handlers.delivery
from bot.brief import Brief
from bot.errors import (
    Absent,
    AlreadyCast,
    AlreadyCasting,
    BriefError,
    Dearer,
    NotHere,
    NotYours,
    NoWinner,
    Offered,
    OverBudget,
    RoundClosed,
    Unavailable,
    Unreachable,
)
from bot.face import Place
from bot.home import HomeView
from bot.looking import Closer
from bot.ports import Opened, Page, Shelf
from bot.recall import Recalled
from bot.refining import Refinement
from bot.rerolling import Choice, Offer
from bot.round import State
from bot.voting import Clicked
from tests.unit.handlers.envelopes import command, mention, picked, press, reaction, submission, visit
from tests.unit.handlers.memory import Memory
from tests.unit.handlers.play import Play, a_play
from tests.unit.handlers.stories import PLACE, a_character, a_face, a_round, a_slot, closed, voting

LINE = "Maya: a fisherwoman, 60"
OPENED = Opened(a_round(), fresh=True)
FACE = Recalled("face", "Maya", (a_character(face=a_face()),), (a_face(),))
DISMISSED = {"text": "", "delete_original": True}
NOBODY = Recalled("nothing", "Mayra")
LOCKED = closed(
    {1: 3, 2: 1},
    4,
    state=State.LOCKED,
    locked_slot="r1-0",
    record_file="F0RECORDRECORD",
)


def told(response: BoltResponse) -> dict[str, Any]:
    """What the ack itself said."""
    body: dict[str, Any] = json.loads(response.body) if response.body else {}
    return body


async def answered(play: Play, body: dict[str, Any]) -> dict[str, Any]:
    """What a person is told at once: one sentence by the ack, and all else right after it."""
    response = await play.send(body)
    if said := told(response):
        return said
    (after,) = play.slack.responses
    play.slack.responses.clear()
    return after


def deeds(play: Play) -> list[str]:
    return [name for name, *_ in play.script.asked]


async def test_a_brief_is_saved_acknowledged_silently_and_then_begun() -> None:
    async with a_play(opening__open_round=OPENED) as play:
        response = await play.send(command(LINE))
    assert response.status == 200
    assert told(response) == {}
    assert play.script.asked == [
        ("opening.open_round", Brief("Maya", "a fisherwoman, 60"), Place("T1", "C1"), "U0LEAD", "11.22.aa"),
        ("opening.begin", "r1"),
    ]


async def test_a_bad_line_is_answered_privately_with_one_that_works_and_opens_nothing() -> None:
    async with a_play() as play:
        answer = await answered(play, command("Maya: a fisherwoman --look pretty"))
    assert answer["response_type"] == "ephemeral"
    assert answer["text"].startswith("I know the looks skin, literal and balanced, but not pretty.")
    assert "/cast Maya: a fisherwoman --look skin" in json.dumps(answer["blocks"])
    assert play.script.asked == []


async def test_where_the_bot_is_not_invited_nothing_is_spent_and_the_line_can_be_copied() -> None:
    async with a_play() as play:
        play.slack.says["conversations.info"] = [{"error": "channel_not_found"}]
        answer = await answered(play, command(LINE))
    assert "/invite @Castroom" in answer["text"]
    assert f"/cast {LINE}" in json.dumps(answer["blocks"])
    assert play.script.asked == []


async def test_in_other_peoples_messages_the_bot_asks_for_a_channel_instead() -> None:
    async with a_play() as play:
        play.slack.says["conversations.info"] = [{"error": "channel_not_found"}]
        answer = await answered(play, command(LINE, channel="D9"))
    assert answer["text"].startswith("I can't post in this conversation.")


async def test_a_cast_character_is_re_cast_only_after_a_yes_to_the_price() -> None:
    async with a_play(opening__open_round=AlreadyCast("Maya", "w1", Decimal("0.15")), opening__recast=OPENED) as play:
        answer = await answered(play, command(LINE))
        asked = json.dumps(answer["blocks"])
        assert '"Re-cast Maya for $0.15"' in asked
        assert '"value": "w1"' in asked
        assert deeds(play) == ["opening.open_round"]
        await play.send(press("recast", "w1", is_ephemeral=True))
    assert play.script.asked[1:] == [("opening.recast", "w1", "U0LEAD"), ("opening.begin", "r1")]
    assert play.slack.responses == [DISMISSED]


async def test_what_is_not_to_be_had_is_told_with_prices_and_cast_otherwise_only_after_a_press() -> None:
    gone = Absent("GPT-Image-2", "no_key", Decimal("0.066"), "Nano Banana Pro", Decimal("0.15"))
    offers = (
        Offered("instead", ("Recraft V4.1", "Nano Banana Pro"), Decimal("0.47"), "w1"),
        Offered("only", ("Recraft V4.1",), Decimal("0.14"), "w2"),
    )
    unavailable = Unavailable(("GPT-Image-2",), ("recraft",), (gone,), offers)
    async with a_play(opening__open_round=unavailable, opening__accept=OPENED) as play:
        answer = await answered(play, command(LINE))
        assert answer["response_type"] == "ephemeral"
        assert answer["text"] == (
            "GPT-Image-2 is not available now (no key). "
            "Nano Banana Pro instead costs up to $0.15 a portrait instead of $0.07. Nothing was started."
        )
        presses = [(e["text"]["text"], e["action_id"], e["value"]) for e in answer["blocks"][1]["elements"]]
        assert presses == [
            ("Cast with it for up to $0.47", "cast_with:instead", "w1"),
            ("Only with Recraft V4.1 for up to $0.14", "cast_with:only", "w2"),
        ]
        assert deeds(play) == ["opening.open_round"]
        await play.send(press("cast_with:only", "w2", is_ephemeral=True))
    assert play.script.asked[1:] == [("opening.accept", "w2", "U0LEAD"), ("opening.begin", "r1")]
    assert play.slack.responses == [DISMISSED]


async def test_an_open_round_is_answered_with_the_way_there() -> None:
    busy = AlreadyCasting("Maya", "r1")
    async with a_play(Memory(voting()), opening__open_round=busy) as play:
        answer = told(await play.send(command(LINE)))
    assert answer["text"] == ("Maya is being cast right now. <https://harbour.slack.com/archives/C1/p1|Go there>")


async def test_a_cap_is_answered_privately() -> None:
    over = OverBudget("round", Decimal("2.4"), Decimal(2), Decimal(2))
    async with a_play(opening__open_round=over) as play:
        assert "MAX_USD_PER_ROUND" in told(await play.send(command(LINE)))["text"]
    assert deeds(play) == ["opening.open_round"]


async def test_a_failure_nobody_expected_still_acknowledges_and_says_so() -> None:
    async with a_play(opening__open_round=RuntimeError("bug")) as play:
        response = await play.send(command(LINE))
    assert response.status == 200
    assert told(response)["text"].startswith("Something failed on my side")


async def test_help_is_given_to_those_who_ask() -> None:
    async with a_play() as play:
        answers = [(await answered(play, command(line)))["text"] for line in ("help", "?")]
    assert answers == ["Cast a face together."] * 2


async def test_a_list_shows_who_is_cast() -> None:
    page = Page((a_character(face=a_face()), a_character("Rui", 2)), 2)
    async with a_play(recall__listing=page) as play:
        answer = await answered(play, command("list"))
    assert answer["text"] == "2 characters that you may see"
    assert "Rui · <#C1> · being cast" in json.dumps(answer["blocks"], ensure_ascii=False)


async def test_a_name_shows_the_face_to_the_person_alone() -> None:
    async with a_play(Memory(LOCKED), recall__recall=FACE, recall__visible_answer=True, recall__for_all=FACE) as play:
        await play.send(command("Maya"))
        (sent,) = play.slack.called("chat.postEphemeral")
    assert (sent["channel"], sent["user"]) == ("C1", "U0LEAD")
    assert [b["slack_file"]["id"] for b in sent["blocks"] if b["type"] == "image"] == ["F0RECORDRECORD"]
    assert "share" in [e["action_id"] for b in sent["blocks"] if b["type"] == "actions" for e in b["elements"]]


async def test_a_face_that_not_everybody_may_see_is_not_offered_to_be_shared() -> None:
    async with a_play(Memory(LOCKED), recall__recall=FACE, recall__visible_answer=False) as play:
        await play.send(command("Maya"))
        (sent,) = play.slack.called("chat.postEphemeral")
    assert "share" not in json.dumps(sent["blocks"])


async def test_where_the_bot_may_not_write_the_face_is_described_through_slacks_own_door() -> None:
    async with a_play(Memory(LOCKED), recall__recall=FACE, recall__visible_answer=True, recall__for_all=FACE) as play:
        play.slack.says["chat.postEphemeral"] = [{"error": "channel_not_found"}]
        await play.send(command("Maya"))
    (answer,) = play.slack.responses
    assert answer["text"].startswith("Maya: Cast in <#C1>")
    assert '"image"' not in json.dumps(answer)


async def test_a_picture_that_is_gone_does_not_take_the_answer_with_it() -> None:
    async with a_play(Memory(LOCKED), recall__recall=FACE, recall__visible_answer=True, recall__for_all=FACE) as play:
        play.slack.says["chat.postEphemeral"] = [{"error": "invalid_blocks"}, {}]
        await play.send(command("Maya"))
        sent = play.slack.called("chat.postEphemeral")
    assert ['"image"' in json.dumps(s) for s in sent] == [True, False]


async def test_a_press_on_a_number_is_a_vote_with_a_receipt() -> None:
    async with a_play(voting__click=Clicked(2, True, False, "Maya", True)) as play:
        await play.send(press("vote:2", "r1-1"))
    assert play.script.asked == [("voting.click", "r1-1", "U0LEAD", 1_764_000_001_000_200)]
    (answer,) = play.slack.responses
    assert answer["text"].startswith("You vote for 2 as Maya.")
    assert (answer["response_type"], answer["replace_original"]) == ("ephemeral", False)


async def test_a_press_delivered_twice_is_answered_once() -> None:
    async with a_play(voting__click=Clicked(2, True, False, "Maya", changed=False)) as play:
        await play.send(press("vote:2", "r1-1"))
    assert play.slack.responses == []


async def test_a_vote_after_the_close_is_told_so() -> None:
    async with a_play(voting__click=RoundClosed("vote", "closed", "Maya")) as play:
        await play.send(press("vote:2", "r1-1"))
    assert play.slack.responses[0]["text"] == "Voting on Maya is closed."


async def test_an_old_button_whose_round_is_unknown_says_so() -> None:
    async with a_play(voting__click=KeyError("r0-1")) as play:
        await play.send(press("vote:2", "r0-1"))
    assert play.slack.responses[0]["text"].startswith("This is no longer here")


@pytest.mark.parametrize("added", [True, False])
async def test_a_number_reaction_is_a_mark(added: bool) -> None:
    async with a_play() as play:
        await play.send(reaction("three", added=added))
    stamp = 1_764_000_002_000_300
    assert play.script.asked == [("voting.react", PLACE, "1764000000.000100", 3, "U0MEI", added, stamp)]


async def test_reactions_of_other_bots_and_other_emoji_are_not_votes() -> None:
    async with a_play() as play:
        play.slack.says["users.info"] = [{"user": {"is_bot": True}}]
        await play.send(reaction("three", person="U0OTHERBOT"))
        await play.send(reaction("heart"))
    assert play.script.asked == []


@pytest.mark.parametrize(("value", "seen"), [("r1 r1-0", "r1-0"), ("r1", None)])
async def test_the_lock_says_which_leader_the_lead_saw(value: str, seen: str | None) -> None:
    async with a_play() as play:
        await play.send(press("lock", value))
    assert play.script.asked == [("locking.lock", "r1", seen, "U0LEAD")]
    assert play.slack.responses == []


async def test_a_lock_without_a_winner_is_explained_to_the_lead() -> None:
    async with a_play(locking__lock=NoWinner((1, 4))) as play:
        await play.send(press("lock", "r1"))
    assert play.slack.responses[0]["text"].startswith("1 and 4 are level, so nothing is locked.")


async def test_the_lead_decides_from_a_menu() -> None:
    body = press("decide", "-")
    body["actions"][0] |= {"type": "static_select", "selected_option": {"value": "r1-2"}}
    async with a_play() as play:
        await play.send(body)
    assert play.script.asked == [("locking.decide", "r1-2", "U0LEAD")]


@pytest.mark.parametrize(
    ("action", "deed"),
    [
        ("open_now", "audition.open_now"),
        ("cancel", "audition.cancel"),
        ("close", "voting.close"),
        ("extend", "voting.extend"),
        ("drop", "voting.drop"),
    ],
)
async def test_the_lead_steers_and_nobody_else(action: str, deed: str) -> None:
    async with a_play() as play:
        await play.send(press(action, "r1"))
        play.script.answers[deed] = NotYours(action, "U0LEAD")
        await play.send(press(action, "r1", person="U0MEI"))
    assert play.script.asked == [(deed, "r1", "U0LEAD"), (deed, "r1", "U0MEI")]
    assert [r["text"][:19] for r in play.slack.responses] == ["Only <@U0LEAD> can "]


async def test_a_re_roll_is_offered_with_its_price_before_anything_is_drawn() -> None:
    each = tuple(Choice(slot, Decimal("0.05")) for slot in voting().candidates)
    offer = Offer(voting(), Decimal("0.15"), each, (), (), 5)
    async with a_play(rerolling__offer=offer) as play:
        await play.send(press("reroll", "r1"))
    asked = json.dumps(play.slack.responses[0], ensure_ascii=False)
    assert "All again · up to $0.15" in asked
    assert "3 again · up to $0.05" in asked
    assert deeds(play) == ["rerolling.offer"]


async def test_all_again_begins_the_new_round() -> None:
    child = Opened(a_round(id="r2"), fresh=True)
    async with a_play(rerolling__all=child) as play:
        await play.send(press("reroll_all", "r1", is_ephemeral=True))
    assert play.script.asked == [("rerolling.all", "r1", "U0LEAD"), ("opening.begin", "r2")]
    assert play.slack.responses == [DISMISSED]


async def test_one_again_pressed_twice_asks_for_the_same_slot() -> None:
    async with a_play(rerolling__one=a_slot(4)) as play:
        for ts in ("1764000001.1", "1764000001.2"):
            await play.send(press("reroll_one:3", "r1-2", action_ts=ts))
    first, _, second, _ = play.script.asked
    assert first == second
    assert deeds(play)[:2] == ["rerolling.one", "rerolling.begin"]
    assert play.slack.responses == []


async def test_a_variation_is_reserved_before_the_ack_and_begun_after_it() -> None:
    async with a_play(rerolling__vary=a_slot(4)) as play:
        await play.send(press("vary", "r1-2", is_ephemeral=True))
    assert deeds(play) == ["rerolling.vary", "rerolling.begin"]
    assert play.slack.responses == [DISMISSED]


async def test_refining_opens_a_form_and_only_then_takes_the_choice_away() -> None:
    begun = Refinement(voting(), Decimal("0.15"), {})
    async with a_play(refining__begin=begun) as play:
        await play.send(press("refine", "r1", is_ephemeral=True))
        (opened,) = play.slack.called("views.open")
    assert "up to $0.15" in json.dumps(opened["view"])
    assert opened["view"]["private_metadata"] == "r1"
    assert play.slack.responses == [DISMISSED]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (BriefError("brief", "same"), "These are the words as they were."),
        (OverBudget("day", Decimal(1), Decimal(20), Decimal("0.1")), "This would cost up to $1.00"),
        (Dearer(Decimal("0.20"), Decimal("0.15")), "up to $0.20 instead of $0.15"),
        (AlreadyCasting("Maya", "r9"), "is being cast right now"),
        (RoundClosed("refine", "void", "Maya"), "has ended"),
    ],
)
async def test_what_is_wrong_with_a_refined_brief_stands_at_its_field(error: Exception, said: str) -> None:
    async with a_play(refining__refine=error) as play:
        answer = told(await play.send(submission("refine", "r1", brief="a fisherwoman, 70")))
    assert answer["response_action"] == "errors"
    assert said in answer["errors"]["brief"]
    assert deeds(play) == ["refining.refine"]


async def test_a_refined_brief_is_saved_before_the_form_closes_and_then_begun() -> None:
    async with a_play(refining__refine=Opened(a_round(id="r2"), fresh=True)) as play:
        assert told(await play.send(submission("refine", "r1", brief="a fisherwoman, 70"))) == {}
    assert play.script.asked == [("refining.refine", "r1", "U0LEAD", "a fisherwoman, 70"), ("opening.begin", "r2")]


async def test_a_refined_brief_of_another_workspace_finds_nothing() -> None:
    async with a_play() as play:
        answer = told(await play.send(submission("refine", "r1", team="T2", brief="x")))
    assert answer["errors"]["brief"].startswith("This is no longer here")
    assert play.script.asked == []


async def test_a_look_without_the_way_to_its_pictures_still_opens() -> None:
    round_ = voting()
    async with a_play(looking__begin=Closer(round_, round_.candidates[:2])) as play:
        play.slack.says["files.info"] = [{"error": "internal_error"}, {"error": "file_deleted"}]
        await play.send(press("look", "r1"))
        (opened,) = play.slack.called("views.open")
    pictures = [b["slack_file"]["id"] for b in opened["view"]["blocks"] if b["type"] == "image"]
    assert pictures == ["F0CANDIDATE0", "F0CANDIDATE1"]
    assert "Open 1 alone" not in json.dumps(opened["view"])


async def test_a_choice_in_a_look_that_was_closed_meanwhile_is_nobodys_trouble() -> None:
    round_ = voting()
    async with a_play(looking__at=Closer(round_, ())) as play:
        play.slack.says["views.update"] = [{"error": "not_found"}]
        with structlog.testing.capture_logs() as logged:
            await play.send(picked("look_at", "r1", look_at=["r1-0"]))
    assert play.script.asked == [("looking.at", "r1", ("r1-0",))]
    assert logged == []


async def test_a_mention_is_answered_for_all_where_all_may_see_it() -> None:
    async with a_play(Memory(LOCKED), recall__recall=FACE, recall__visible_answer=True, recall__for_all=FACE) as play:
        await play.send(mention("<@U0BOT> who is Maya?", thread_ts="1764000000.5"))
        (sent,) = play.slack.called("chat.postMessage")
    assert sent["thread_ts"] == "1764000000.5"
    assert play.script.asked[0] == ("recall.recall", "Maya", "U0MEI", PLACE)
    assert "share" not in json.dumps(sent["blocks"])


@pytest.mark.parametrize(("found", "all_may_see"), [(FACE, False), (NOBODY, True)])
async def test_a_mention_is_answered_privately_otherwise(found: Recalled, all_may_see: bool) -> None:
    async with a_play(
        Memory(LOCKED), recall__recall=found, recall__visible_answer=all_may_see, recall__for_all=found
    ) as play:
        await play.send(mention("<@U0BOT> who is Maya?"))
        assert play.slack.called("chat.postMessage") == []
        (sent,) = play.slack.called("chat.postEphemeral")
    assert sent["user"] == "U0MEI"


async def test_a_mention_delivered_twice_is_answered_once() -> None:
    async with a_play(Memory(LOCKED), recall__recall=FACE, recall__visible_answer=True, recall__for_all=FACE) as play:
        for event in ("Ev1", "Ev1", "Ev2"):
            await play.send(mention("<@U0BOT> Maya", event_id=event))
        assert len(play.slack.called("chat.postMessage")) == 2


async def test_a_mention_without_a_name_gets_help() -> None:
    async with a_play() as play:
        await play.send(mention("<@U0BOT>"))
        (sent,) = play.slack.called("chat.postEphemeral")
    assert sent["text"] == "Cast a face together."


async def test_a_face_is_shared_where_everybody_may_see_it() -> None:
    async with a_play(Memory(LOCKED), recall__show=FACE, recall__visible_answer=True, recall__for_all=FACE) as play:
        await play.send(press("share", "c1", is_ephemeral=True))
        (sent,) = play.slack.called("chat.postMessage")
    assert sent["channel"] == "C1"
    assert play.slack.responses == [DISMISSED]


async def test_a_private_face_is_not_shared_elsewhere() -> None:
    async with a_play(Memory(LOCKED), recall__show=FACE, recall__visible_answer=False) as play:
        await play.send(press("share", "c1", is_ephemeral=True))
        assert play.slack.called("chat.postMessage") == []
    assert "shown only there" in play.slack.responses[0]["text"]


async def test_a_suggestion_shows_the_face_it_names() -> None:
    async with a_play(Memory(LOCKED), recall__show=FACE, recall__visible_answer=True, recall__for_all=FACE) as play:
        await play.send(press("recall:2", "c1", is_ephemeral=True))
        assert len(play.slack.called("chat.postEphemeral")) == 1
    assert play.script.asked[0] == ("recall.show", "c1", "U0LEAD", PLACE)


async def test_full_size_leads_to_the_original_in_the_thread() -> None:
    slots = (replace(voting().slots[0], original_file="F0ORIGINAL00"),)
    memory = Memory(closed({1: 1}, 1, state=State.LOCKED, locked_slot="r1-0", slots=slots))
    async with a_play(memory, recall__face=a_face()) as play:
        await play.send(press("full", "r1"))
        (asked,) = play.slack.called("files.info")
    assert asked["file"] == "F0ORIGINAL00"
    assert "1024 × 1365 pixels, PNG, 2.0 MB" in play.slack.responses[0]["text"]
    assert "<https://harbour.slack.com/files/F1|Open the original>" in play.slack.responses[0]["text"]


async def test_facts_show_prompt_model_and_hash() -> None:
    async with a_play(recall__face=a_face()) as play:
        await play.send(press("facts", "r1"))
    said = json.dumps(play.slack.responses[0])
    for fact in ("Photographic casting portrait.", "easel:easel-wire", "ab" * 32, "portrait-1"):
        assert fact in said


@pytest.mark.parametrize("action", ["facts", "full"])
async def test_where_a_face_came_from_is_told_only_to_those_who_may_see_it(action: str) -> None:
    async with a_play(Memory(LOCKED), recall__face=NotHere("unknown")) as play:
        await play.send(press(action, "r1", person="U0OUTSIDE"))
        assert play.slack.called("files.info") == []
    assert play.slack.responses[0]["text"].startswith("I have no face here that you may see.")


async def test_a_visit_shows_what_waits_and_who_is_cast() -> None:
    faces = (a_character(face=a_face(round_id="r3")),)
    shelves = (Shelf("p1", "Harbour", PLACE),)
    seen = HomeView((voting(),), faces, Decimal("1.2"), Decimal(20), 1, shelves=shelves)
    rounds = Memory(voting(), closed({1: 1}, 1, id="r3", record_file="F0RECORDRECORD"))
    async with a_play(rounds, home__home=seen) as play:
        await play.send(visit("home"))
        (sent,) = play.slack.called("views.publish")
    said = json.dumps(sent["view"], ensure_ascii=False)
    assert sent["user_id"] == "U0MEI"
    for part in ("|Vote>", "F0RECORDRECORD", "$1.20 of $20.00"):
        assert part in said


async def test_the_messages_tab_is_no_visit() -> None:
    async with a_play() as play:
        await play.send(visit("messages"))
    assert play.script.asked == []


async def test_a_payload_slack_should_not_send_is_answered_and_changes_nothing() -> None:
    async with a_play() as play:
        body = press("vote:1", "s")
        del body["actions"][0]["action_ts"]
        response = await play.send(body)
    assert response.status == 200
    assert play.script.asked == []
    assert play.slack.responses[0]["text"].startswith("Something failed on my side")


# Slack is slow, refuses or hangs up


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less of it, so that a slow Slack need not be waited for."""
    monkeypatch.setattr(handlers.delivery, "_PATIENCE", 0.05)


@pytest.mark.usefixtures("patience")
async def test_while_slack_is_too_slow_to_say_where_a_round_may_stand_nothing_is_opened_and_the_person_knows() -> None:
    async with a_play(opening__open_round=OPENED) as play:
        play.slack.says["conversations.info"] = [{"after": 0.4}]
        answer = told(await play.send(command(LINE)))
    assert answer["text"].endswith("nothing was changed. Try again in a minute.")
    assert play.script.asked == []


@pytest.mark.usefixtures("patience")
async def test_a_link_that_takes_too_long_is_left_out() -> None:
    async with a_play(Memory(voting()), opening__open_round=AlreadyCasting("Maya", "r1")) as play:
        play.slack.says["chat.getPermalink"] = [{"after": 0.4}]
        answer = told(await play.send(command(LINE)))
    assert answer["text"] == "Maya is being cast right now."


async def test_a_mention_that_cannot_be_answered_privately_leads_to_a_way_that_reveals_nothing() -> None:
    async with a_play(Memory(LOCKED), recall__recall=FACE, recall__visible_answer=False) as play:
        play.slack.says["chat.postEphemeral"] = [{"error": "user_not_in_channel"}]
        await play.send(mention("<@U0BOT> who is Maya?"))
        (sent,) = play.slack.called("chat.postMessage")
    assert sent["channel"] == "U0MEI"
    assert "Type /cast" in sent["text"]
    assert "Maya" not in json.dumps(sent)


async def test_what_slack_refuses_or_cuts_is_one_line_in_the_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    seen = HomeView((), (), Decimal(0), Decimal(20))
    answers = {"recall__recall": FACE, "recall__visible_answer": True, "recall__for_all": FACE, "home__home": seen}
    async with a_play(Memory(LOCKED), **answers, voting__click=Clicked(2, True, False, "Maya", True)) as play:
        refused = [{"error": "restricted_action"}]
        play.slack.says |= {"chat.postEphemeral": refused, "chat.postMessage": refused, "views.publish": refused}
        play.slack.cuts_responses = True
        for happening in (command("Maya"), mention("<@U0BOT> Maya"), visit("home"), press("vote:2", "r1-1")):
            await play.send(happening)
    logged = capsys.readouterr().out
    assert "views.publish: restricted_action" in logged
    assert "not_answered" in logged
    assert "unexpected" not in logged
    assert "Traceback" not in logged


async def test_a_refusal_nobody_foresaw_is_not_told_as_silence() -> None:
    async with a_play(Memory(LOCKED), recall__recall=FACE, recall__visible_answer=True, recall__for_all=FACE) as play:
        play.slack.says["chat.postEphemeral"] = [{"error": "restricted_action"}]
        await play.send(command("Maya"))
    assert play.slack.responses[0]["text"].startswith("Slack does not let me do this (restricted_action).")


# Slack no longer has the picture


GONE_FILES: list[dict[str, Any]] = [
    {"error": "file_not_found"},
    {"error": "file_deleted"},
    {"file": {"mode": "hidden_by_limit"}},
]


@pytest.mark.parametrize("gone", GONE_FILES, ids=str)
async def test_a_picture_slack_has_no_longer_is_brought_again_once(gone: dict[str, Any]) -> None:
    answers = {"recall__recall": FACE, "recall__visible_answer": True, "recall__hang_again": "F0NEWRECORD1"}
    async with a_play(Memory(LOCKED), **answers) as play:
        play.slack.says["files.info"] = [gone]
        await play.send(command("Maya"))
        (sent,) = play.slack.called("chat.postEphemeral")
    assert deeds(play).count("recall.hang_again") == 1
    assert ("recall.hang_again", "r1", "U0LEAD", "F0RECORDRECORD") in play.script.asked
    assert [b["slack_file"]["id"] for b in sent["blocks"] if b["type"] == "image"] == ["F0NEWRECORD1"]


async def test_where_it_cannot_be_brought_again_the_face_is_told_in_words() -> None:
    answers = {"recall__recall": FACE, "recall__visible_answer": True, "recall__hang_again": Unreachable("upload")}
    async with a_play(Memory(LOCKED), **answers) as play:
        play.slack.says["files.info"] = GONE_FILES[:1]
        await play.send(command("Maya"))
        (sent,) = play.slack.called("chat.postEphemeral")
    assert "image" not in [b["type"] for b in sent["blocks"]]
    assert sent["text"].startswith("Maya: Cast in <#C1>")


async def test_a_slack_that_does_not_say_is_no_reason_to_bring_a_picture_again() -> None:
    async with a_play(Memory(LOCKED), recall__recall=FACE, recall__visible_answer=True, recall__for_all=FACE) as play:
        play.slack.says["files.info"] = [{"error": "internal_error"}]
        await play.send(command("Maya"))
    assert "recall.hang_again" not in deeds(play)
