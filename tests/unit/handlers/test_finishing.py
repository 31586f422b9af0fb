"""Finishes in front of people: what the record says and offers, what a press answers, and the ZIP's way."""

from dataclasses import replace
from decimal import Decimal

from bot.budget import Charge
from bot.errors import CannotFinish, NotHere
from bot.face import Portrait
from bot.finish import Finish, FinishState, FinishWay, Plan
from bot.ports import Begun
from bot.round import State
from bot.slot import Miss
from bot.taking import Parcel
from handlers.blocks.facts import facts
from handlers.blocks.recall import full
from handlers.blocks.rounds import message
from handlers.blocks.shown import Shown
from handlers.blocks.view import View
from tests.unit.handlers.envelopes import press
from tests.unit.handlers.limits import parts, problems
from tests.unit.handlers.memory import Memory
from tests.unit.handlers.play import a_play
from tests.unit.handlers.stories import HOSTILE, IDS, NOW, TITLES, a_face, a_round, closed, shown
from tests.unit.handlers.test_blocks_rounds import presses, words

UPSCALING = Plan(FinishWay.UPSCALE, IDS[0], Decimal("0.004"), reaches_4k=True)
DRAWING = Plan(FinishWay.REDRAW, IDS[1], Decimal("0.25"), reaches_4k=False)
LARGE = Portrait("k2", "image/png", 3018, 4096, 9_000_000, "cd" * 32)
SMALLER = replace(LARGE, width=1792, height=2432)
ASKED = Finish("r1-f1", "r1", 1, FinishWay.UPSCALE, IDS[0], Decimal("0.004"), "ab" * 32, "", None, "U0ANY", NOW)
KEPT = ASKED.landed(LARGE, Charge(Decimal("0.004"), "exact"), 3)
OFFERED = replace(ASKED, way=FinishWay.REDRAW).landed(SMALLER, Charge(Decimal("0.25"), "listed"), 3)


def record(*finishes: Finish, plan: Plan | None = UPSCALING, name: str = "Maya") -> View:
    round_ = closed({1: 3, 2: 1}, 4, state=State.LOCKED, locked_slot="r1-0", record_file="F0RECORDRECORD")
    round_ = replace(round_, brief=replace(round_.brief, name=name))
    view = message(replace(shown(round_, face=a_face(name)), finishes=finishes, plan=plan))
    assert problems(view) == []
    return view


def test_a_record_offers_to_finish_at_4k_and_says_first_what_that_does_and_costs() -> None:
    button = presses(record())["finish"]
    assert (button["text"]["text"], button["value"]) == ("Finish at 4K · $0.004", f"r1 1 {IDS[0]}")
    assert "enlarges this very picture for $0.004" in button["confirm"]["text"]["text"]


def test_what_stays_under_4k_is_not_offered_as_4k() -> None:
    button = presses(record(plan=DRAWING))["finish"]
    assert button["text"]["text"] == "Finish larger · $0.25"
    assert (
        "larger, but short of 4K, with this picture as its reference, for up to $0.25"
        in (button["confirm"]["text"]["text"])
    )


def test_a_face_that_is_4k_is_offered_no_finish() -> None:
    assert "finish" not in presses(record(plan=None))


def test_while_a_finish_is_made_nobody_is_asked_for_another() -> None:
    view = record(ASKED)
    assert "Easel Four is finishing it, as <@U0ANY> asked, for up to $0.004." in words(view)
    assert "finish" not in presses(view)


def test_a_kept_finish_is_told_with_its_true_size() -> None:
    view = record(KEPT)
    assert "Finish: 3018 × 4096, 4K by Easel Four for $0.004" in words(view)
    assert "finish" not in presses(view)
    assert "4K" not in words(record(replace(KEPT, portrait=SMALLER)))
    assert "1792 × 2432" in words(record(replace(KEPT, portrait=SMALLER)))


def test_a_face_drawn_again_is_shown_beside_the_original_and_asks_for_one_yes_or_no() -> None:
    view = record(replace(OFFERED, pair_file="F0PAIRPAIRPAIR"))
    pictures = [p["slack_file"]["id"] for p in parts(view) if "slack_file" in p]
    assert sorted(pictures) == ["F0PAIRPAIRPAIR", "F0RECORDRECORD"]
    assert presses(view)["keep_finish"]["value"] == presses(view)["keep_original"]["value"] == "r1 r1-f1"
    assert "Still the same face? 1792 × 2432 by Easel Four for $0.25." in words(view)


def test_a_miss_tells_why_and_what_was_charged_and_the_next_press_is_another_attempt() -> None:
    view = record(ASKED.missed(Miss("unknown", paid="maybe")))
    assert "No finish came: Easel Four was asked just before a restart" in words(view)
    assert "It may have been charged: up to $0.004." in words(view)
    assert presses(view)["finish"]["value"] == f"r1 2 {IDS[0]}"


def test_a_declined_finish_leaves_the_original_and_another_try() -> None:
    declined = replace(OFFERED, state=FinishState.DECLINED, decided_by="U0LEAD")
    assert "was not kept, so <@U0LEAD> decided" in words(record(declined))
    assert "finish" in presses(record(declined))


def test_hostile_names_stay_harmless_in_records_with_finishes() -> None:
    assert "<!channel>" not in words(record(KEPT, name=HOSTILE)).replace(HOSTILE, "")


def test_facts_and_full_size_tell_of_both_pictures() -> None:
    told = words(facts(a_face(), TITLES, finish=KEPT))
    assert "*Finish:* 3018 × 4096, 4K, image/png, enlarged from the original" in told
    assert f"*Finish SHA-256:* `{'cd' * 32}`" in told
    assert f"*From:* `{'ab' * 32}`" in told
    both = words(full(a_face(), "https://x/1", KEPT, "https://x/2"))
    assert "<https://x/1|Open the original>" in both
    assert "Finish: 3018 × 4096 pixels, PNG, 9.0 MB. <https://x/2|Open the finish>" in both


async def test_a_press_is_saved_acknowledged_and_then_started() -> None:
    async with a_play(finishing__begin=Begun(ASKED, fresh=True)) as play:
        response = await play.send(press("finish", f"r1 1 {IDS[0]}"))
    assert response.status == 200
    assert play.script.asked == [("finishing.begin", "r1", 1, IDS[0], "U0LEAD"), ("finishing.start", ASKED)]
    assert play.slack.responses == []


async def test_who_pressed_second_is_told_that_nothing_more_is_charged() -> None:
    async with a_play(finishing__begin=Begun(ASKED, fresh=False)) as play:
        await play.send(press("finish", f"r1 1 {IDS[0]}"))
    assert play.slack.responses[0]["text"].startswith("Somebody pressed before you, and nothing more is charged.")


async def test_another_price_than_shown_is_told() -> None:
    async with a_play(finishing__begin=CannotFinish("changed", "Maya")) as play:
        await play.send(press("finish", f"r1 1 {IDS[0]}"))
    assert play.slack.responses[0]["text"].startswith("What finishes faces here changed meanwhile")


async def test_the_first_answer_counts_and_a_later_other_one_is_told_so() -> None:
    declined = replace(OFFERED, state=FinishState.DECLINED, decided_by="U0LEAD")
    async with a_play(finishing__decide=declined) as play:
        await play.send(press("keep_finish", "r1 r1-f1"))
        await play.send(press("keep_original", "r1 r1-f1"))
    assert len(play.slack.responses) == 1
    assert "was not kept" in play.slack.responses[0]["text"]


async def test_the_zip_goes_into_the_persons_own_messages_and_never_into_the_channel() -> None:
    parcel = Parcel(a_face(HOSTILE), KEPT, "Maya-1.zip", b"zip" * 100)
    async with a_play(taking__parcel=parcel) as play:
        play.slack.says["chat.postMessage"] = [{"ts": "9.9", "channel": "D0MINE"}]
        await play.send(press("take", "r1"))
        (message,) = play.slack.called("chat.postMessage")
        (shared,) = play.slack.called("files.completeUploadExternal")
        assert (message["channel"], shared["channel_id"], shared["thread_ts"]) == ("U0LEAD", "D0MINE", "9.9")
        assert list(play.slack.uploaded.values()) == [parcel.data]
        assert "<!channel>" not in message["text"]
        assert "is in your messages with me" in play.slack.responses[0]["text"]


async def test_who_may_not_see_a_face_is_handed_nothing() -> None:
    async with a_play(taking__parcel=NotHere("unknown")) as play:
        await play.send(press("take", "r1"))
        assert play.slack.uploaded == {}
        assert "I have no face here that you may see" in play.slack.responses[0]["text"]


async def test_where_uploads_are_switched_off_that_is_told() -> None:
    async with a_play(taking__parcel=Parcel(a_face(), None, "Maya-1.zip", b"zip")) as play:
        play.slack.says["files.getUploadURLExternal"] = [{"error": "file_uploads_disabled"}]
        await play.send(press("take", "r1"))
        assert "uploads are switched off in this workspace" in play.slack.responses[0]["text"]


async def test_a_finish_in_another_workspace_is_gone() -> None:
    async with a_play(Memory(a_round(place=replace(a_round().place, team="T2")))) as play:
        await play.send(press("finish", f"r1 1 {IDS[0]}"))
    assert play.script.asked == []


def test_a_round_that_is_not_locked_knows_no_finish() -> None:
    view = message(Shown(closed({1: 3, 2: 1}, 4), shown(closed({1: 3, 2: 1}, 4)).tally, TITLES, plan=UPSCALING))
    assert "finish" not in presses(view)
