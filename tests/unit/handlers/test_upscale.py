"""Upscales: the record, the buttons, and the download."""

from dataclasses import replace
from decimal import Decimal

from bot.domain.budget import Charge
from bot.domain.errors import CannotUpscale
from bot.domain.face import Portrait
from bot.domain.slot import SlotFailure
from bot.domain.upscale import Upscale, UpscaleMethod, UpscalePlan, UpscaleState
from bot.ports.ledger import UpscaleStart
from bot.usecases.download import FaceArchive
from handlers.views.builder import View
from handlers.views.recall import facts, full_size
from handlers.views.round import round_message
from handlers.views.round.shared import RoundViewData
from tests.support.builders import (
    HOSTILE,
    MODEL_IDS,
    NOW,
    TITLES,
    make_closed_round,
    make_face,
    make_locked_round,
    make_round,
    make_view_data,
)
from tests.support.in_memory import InMemoryRepositories
from tests.support.listener_harness import listener_harness
from tests.support.rendered_views import actions_by_id, visible_text
from tests.support.slack_limits import iter_objects, limit_problems
from tests.support.slack_payloads import message_press

UPSCALE_PLAN = UpscalePlan(UpscaleMethod.UPSCALER, MODEL_IDS[0], Decimal("0.004"), reaches_4k=True)
REDRAW_PLAN = UpscalePlan(UpscaleMethod.REDRAW, MODEL_IDS[1], Decimal("0.25"), reaches_4k=False)
LARGE_PORTRAIT = Portrait("k2", "image/png", 3018, 4096, 9_000_000, "cd" * 32)
SMALLER_PORTRAIT = replace(LARGE_PORTRAIT, width=1792, height=2432)
REQUESTED_UPSCALE = Upscale(
    "r1-f1", "r1", 1, UpscaleMethod.UPSCALER, MODEL_IDS[0], Decimal("0.004"), "ab" * 32, "", None, "U0ANY", NOW
)
KEPT_UPSCALE = REQUESTED_UPSCALE.with_portrait(LARGE_PORTRAIT, Charge(Decimal("0.004"), "exact"), 3)
OFFERED_UPSCALE = replace(REQUESTED_UPSCALE, method=UpscaleMethod.REDRAW).with_portrait(
    SMALLER_PORTRAIT, Charge(Decimal("0.25"), "listed"), 3
)


def render_record(*upscales: Upscale, plan: UpscalePlan | None = UPSCALE_PLAN, name: str = "Maya") -> View:
    round_ = make_locked_round({1: 3, 2: 1}, record_file="F0RECORDRECORD")
    round_ = replace(round_, brief=replace(round_.brief, name=name))
    view = round_message(replace(make_view_data(round_, face=make_face(name)), upscales=upscales, upscale_plan=plan))
    assert limit_problems(view) == []
    return view


def test_record_offers_4k_upscale_with_its_price() -> None:
    button = actions_by_id(render_record())["finish"]
    assert (button["text"]["text"], button["value"]) == ("Finish at 4K · $0.004", f"r1 1 {MODEL_IDS[0]}")
    assert "enlarges the picture for $0.004" in button["confirm"]["text"]["text"]


def test_upscale_below_4k_is_not_labelled_4k() -> None:
    button = actions_by_id(render_record(plan=REDRAW_PLAN))["finish"]
    assert button["text"]["text"] == "Finish larger · $0.25"
    assert (
        "larger, but short of 4K, with this picture as its reference, for up to $0.25"
        in (button["confirm"]["text"]["text"])
    )


def test_4k_face_offers_no_upscale() -> None:
    assert "finish" not in actions_by_id(render_record(plan=None))


def test_running_upscale_hides_the_upscale_button() -> None:
    view = render_record(REQUESTED_UPSCALE)
    assert "Easel Four is finishing it, as <@U0ANY> asked, for up to $0.004." in visible_text(view)
    assert "finish" not in actions_by_id(view)


def test_kept_upscale_shows_its_actual_size() -> None:
    view = render_record(KEPT_UPSCALE)
    assert "Finish: 3018 × 4096, 4K by Easel Four for $0.004" in visible_text(view)
    assert "finish" not in actions_by_id(view)
    assert "4K" not in visible_text(render_record(replace(KEPT_UPSCALE, portrait=SMALLER_PORTRAIT)))
    assert "1792 × 2432" in visible_text(render_record(replace(KEPT_UPSCALE, portrait=SMALLER_PORTRAIT)))


def test_redrawn_face_is_shown_beside_the_original_for_a_decision() -> None:
    view = render_record(replace(OFFERED_UPSCALE, pair_file="F0PAIRPAIRPAIR"))
    pictures = [p["slack_file"]["id"] for p in iter_objects(view) if "slack_file" in p]
    assert sorted(pictures) == ["F0PAIRPAIRPAIR", "F0RECORDRECORD"]
    assert actions_by_id(view)["keep_finish"]["value"] == actions_by_id(view)["keep_original"]["value"] == "r1 r1-f1"
    assert "Still the same face? 1792 × 2432 by Easel Four for $0.25." in visible_text(view)


def test_failed_upscale_shows_reason_and_charge_and_allows_a_retry() -> None:
    view = render_record(REQUESTED_UPSCALE.with_failure(SlotFailure("unknown", paid="maybe")))
    assert "The finish failed: Easel Four was called just before a restart" in visible_text(view)
    assert "It may have been charged: up to $0.004." in visible_text(view)
    assert actions_by_id(view)["finish"]["value"] == f"r1 2 {MODEL_IDS[0]}"


def test_declined_upscale_keeps_the_original_and_allows_a_retry() -> None:
    declined = replace(OFFERED_UPSCALE, state=UpscaleState.DECLINED, decided_by="U0LEAD")
    assert "<@U0LEAD> did not keep the finish" in visible_text(render_record(declined))
    assert "finish" in actions_by_id(render_record(declined))


def test_record_with_upscale_escapes_names() -> None:
    assert "<!channel>" not in visible_text(render_record(KEPT_UPSCALE, name=HOSTILE)).replace(HOSTILE, "")


def test_facts_and_full_size_show_both_pictures() -> None:
    facts_text = visible_text(facts(make_face(), TITLES, upscale=KEPT_UPSCALE))
    assert "*Finish:* 3018 × 4096, 4K, image/png, enlarged from the original" in facts_text
    assert f"*Finish SHA-256:* `{'cd' * 32}`" in facts_text
    assert f"*From:* `{'ab' * 32}`" in facts_text
    both = visible_text(full_size(make_face(), "https://x/1", KEPT_UPSCALE, "https://x/2"))
    assert "<https://x/1|Open the original>" in both
    assert "Finish: 3018 × 4096 pixels, PNG, 9.0 MB. <https://x/2|Open the finish>" in both


async def test_upscale_press_is_saved_acknowledged_and_started() -> None:
    async with listener_harness(start_upscale__reserve=UpscaleStart(REQUESTED_UPSCALE, created=True)) as harness:
        response = await harness.send(message_press("finish", f"r1 1 {MODEL_IDS[0]}"))
    assert response.status == 200
    assert harness.use_cases.calls == [
        ("start_upscale.reserve", "r1", 1, MODEL_IDS[0], "U0LEAD"),
        ("start_upscale.enqueue", REQUESTED_UPSCALE),
    ]
    assert harness.slack.responses == []


async def test_second_press_says_nothing_more_is_charged() -> None:
    async with listener_harness(start_upscale__reserve=UpscaleStart(REQUESTED_UPSCALE, created=False)) as harness:
        await harness.send(message_press("finish", f"r1 1 {MODEL_IDS[0]}"))
    assert harness.slack.responses[0]["text"].startswith("Already requested; nothing more is charged.")


async def test_changed_upscale_offer_is_reported() -> None:
    async with listener_harness(start_upscale__reserve=CannotUpscale("changed", "Maya")) as harness:
        await harness.send(message_press("finish", f"r1 1 {MODEL_IDS[0]}"))
    assert harness.slack.responses[0]["text"].startswith("The model for finishes and its price have changed")


async def test_first_upscale_decision_counts() -> None:
    declined = replace(OFFERED_UPSCALE, state=UpscaleState.DECLINED, decided_by="U0LEAD")
    async with listener_harness(start_upscale__decide=declined) as harness:
        await harness.send(message_press("keep_finish", "r1 r1-f1"))
        await harness.send(message_press("keep_original", "r1 r1-f1"))
    assert len(harness.slack.responses) == 1
    assert "did not keep" in harness.slack.responses[0]["text"]


async def test_disabled_uploads_are_reported() -> None:
    async with listener_harness(face_download__archive=FaceArchive(make_face(), None, "Maya-1.zip", b"zip")) as harness:
        harness.slack.replies["files.getUploadURLExternal"] = [{"error": "file_uploads_disabled"}]
        await harness.send(message_press("take", "r1"))
        assert "uploads are turned off in this workspace" in harness.slack.responses[0]["text"]


async def test_upscale_of_another_workspace_is_ignored() -> None:
    async with listener_harness(
        InMemoryRepositories(make_round(place=replace(make_round().place, team="T2")))
    ) as harness:
        await harness.send(message_press("finish", f"r1 1 {MODEL_IDS[0]}"))
    assert harness.use_cases.calls == []


def test_unlocked_round_offers_no_upscale() -> None:
    view = round_message(
        RoundViewData(
            make_closed_round({1: 3, 2: 1}, 4),
            make_view_data(make_closed_round({1: 3, 2: 1}, 4)).tally,
            TITLES,
            upscale_plan=UPSCALE_PLAN,
        )
    )
    assert "finish" not in actions_by_id(view)
