"""The record after its lock, and the re-cast form."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.ballot import FlawTag, SealedResults, Tally
from bot.domain.brief import NAME_LIMIT, REASON_LIMIT, TEXT_LIMIT, BallotMode, Brief
from bot.domain.errors import (
    AlreadyCasting,
    BriefError,
    NotLead,
    OverBudget,
    PermissionDenied,
    PriceIncreased,
    RoundClosed,
)
from bot.domain.face import Character, Face, Unlock
from bot.domain.round_state import RECAST
from bot.usecases.recall import RecallResult
from bot.usecases.recast import RecastMode, RecastOptions, RecastRequest, RecastResult
from handlers.features.recast import recast_request_from
from handlers.slack.payloads.values import FormSubmission
from handlers.views.builder import View
from handlers.views.history import history, versions
from handlers.views.recall import Location, recalled
from handlers.views.recast import form
from handlers.views.round import round_message
from handlers.views.round.shared import RoundViewData
from tests.support.builders import (
    HOSTILE,
    LEAD,
    NOW,
    PLACE,
    RECORD_VOTES,
    TITLES,
    make_event,
    make_face,
    make_history,
    make_record,
    make_view_data,
    make_voting_round,
)
from tests.support.in_memory import InMemoryRepositories
from tests.support.listener_harness import listener_harness
from tests.support.rendered_views import action_ids, blocks_json
from tests.support.slack_limits import iter_objects, limit_problems
from tests.support.slack_payloads import message_press, view_action

UNLOCK = Unlock("U2", NOW + timedelta(days=1), "too young for act three")


def render_record(face: Face, **changes: Any) -> View:
    return round_message(replace(make_view_data(make_record(), face=face), **changes))


def test_sealed_record_lists_flaw_tags() -> None:
    results = SealedResults({1: 4, 4: 2}, {1: 3, 4: 2}, {1: {FlawTag.EYES: 1}, 4: {FlawTag.TOO_SMOOTH: 2}}, 0)
    brief = Brief("Maya", "a fisherwoman", ballot=BallotMode.SEALED)
    text = blocks_json(
        round_message(
            make_view_data(
                make_record(brief=brief, tally=Tally(RECORD_VOTES, 4, results)), face=make_face(tally=RECORD_VOTES)
            )
        )
    )
    assert "looks human 4, right for Maya 3 · eyes 1" in text
    assert "On hold: *4* · Lumen Two · 2 votes · $0.04\\nlooks human 2, right for Maya 2 · too smooth 2" in text


def test_face_decided_by_the_lead_has_no_understudy() -> None:
    view = round_message(
        make_view_data(make_record(locked_slot="r1-2"), face=make_face(number=3, decided_by_lead=True))
    )
    assert "On hold" not in blocks_json(view)


def test_record_actions_depend_on_the_current_face() -> None:
    first = make_face()
    second = make_face(round_id="r2", version=2)
    assert action_ids(render_record(first)) == ["full", "facts", "take", "recast_face", "callback", "report"]
    assert action_ids(render_record(first, current_face=second, version_count=2)) == [
        "full",
        "facts",
        "take",
        "versions",
        "report",
    ]
    unlocked_face = replace(first, unlocked=UNLOCK)
    assert action_ids(render_record(unlocked_face, current_face=None)) == [
        "full",
        "facts",
        "take",
        "recast_face",
        "report",
    ]
    assert action_ids(render_record(unlocked_face, current_face=second, version_count=2)) == [
        "full",
        "facts",
        "take",
        "versions",
        "report",
    ]


def test_unlocked_record_shows_the_unlock_and_the_current_face() -> None:
    unlocked_face = replace(make_face(version=2), unlocked=UNLOCK)
    text = blocks_json(render_record(unlocked_face, current_face=None))
    assert "Unlocked by <@U2> on <!date^" in text
    assert "too young for act three. Maya has no face now." in text
    assert "Maya is cast" not in text
    before = make_face(round_id="r0", version=1)
    text = blocks_json(render_record(unlocked_face, current_face=before, links={"r0": "https://x/1"}))
    assert "<https://x/1|Version 1> is Maya's face again." in text


def test_open_recast_shows_its_reason_and_the_previous_face() -> None:
    round_ = make_voting_round(origin=RECAST, parent="r0", recast_reason="too young <!channel>")
    before = make_face(round_id="r0")
    view = round_message(replace(make_view_data(round_), recast_face=before, links={"r0": "https://x/1"}))
    assert "Re-cast: too young &lt;!channel&gt; · <https://x/1|version 1> stays until another face" in blocks_json(view)
    view = round_message(replace(make_view_data(round_), recast_face=replace(before, unlocked=UNLOCK)))
    assert "version 1 was unlocked" in blocks_json(view)


def test_ordinary_round_does_not_mention_a_recast() -> None:
    assert "Re-cast" not in blocks_json(round_message(RoundViewData(make_voting_round(), Tally({}, 0), TITLES)))


def make_recast_options(**changes: Any) -> RecastOptions:
    options = RecastOptions(make_record(), make_face(), tuple(RecastMode), Decimal("0.20"))
    return replace(options, **changes)


def test_recast_form_has_three_priced_modes() -> None:
    modal = form(make_recast_options(), "17")
    assert modal["private_metadata"] == "r1 17 0.20"
    fields = {b["block_id"]: b for b in modal["blocks"] if b["type"] == "input"}
    assert list(fields) == ["how", "reason", "brief"]
    modes = [o["text"]["text"] for o in fields["how"]["element"]["options"]]
    assert modes == [
        "Keep it until a new face is locked (up to $0.20)",
        "Unlock it now and re-cast (up to $0.20)",
        "Unlock only ($0)",
    ]
    assert fields["brief"]["element"]["initial_value"] == make_record().brief.text
    assert not fields["reason"]["optional"]


def test_recast_form_without_budget_only_unlocks() -> None:
    refused = OverBudget("day", Decimal("0.20"), Decimal(1), Decimal("0.10"))
    modal = form(make_recast_options(modes=(RecastMode.ONLY_UNLOCK,), price=None, refusal=refused), "17")
    assert [b["block_id"] for b in modal["blocks"] if b["type"] == "input"] == ["reason"]
    assert "of today's $1.00 there is $0.10 left" in json.dumps(modal)
    assert "Version 1 can still be unlocked." in json.dumps(modal)
    assert modal["submit"]["text"] == "Unlock"


@pytest.mark.parametrize(
    ("private_metadata", "chosen", "mode", "agreed_price"),
    [
        ("r1 17 0.20", {"how": ("unlock",), "reason": ("x",), "brief": ("y",)}, RecastMode.UNLOCK, "0.20"),
        ("r1 17 0.20", {"reason": ("x",), "brief": ("y",)}, RecastMode.KEEP, "0.20"),
        ("r1 17 -", {"reason": ("x",)}, RecastMode.ONLY_UNLOCK, "0"),
    ],
)
def test_recast_form_is_parsed_into_a_request(
    private_metadata: str, chosen: dict[str, tuple[str, ...]], mode: RecastMode, agreed_price: str
) -> None:
    filled, request = recast_request_from(FormSubmission(PLACE, "U1", private_metadata, chosen))
    assert (filled.id, request.round_id, request.key) == ("r1", "r1", "17")
    assert (request.mode, request.agreed_price, request.reason) == (mode, Decimal(agreed_price), "x")
    assert request.text == ("y" if "brief" in chosen else None)


def test_full_recast_views_are_within_slacks_limits() -> None:
    name, reason = (HOSTILE * 2)[:NAME_LIMIT], (HOSTILE * 9)[:REASON_LIMIT]
    face = make_face(name, HOSTILE, unlocked=replace(UNLOCK, reason=reason))
    other = make_face(name, HOSTILE, round_id="r0", version=2)
    round_ = make_record(name=name, recast_reason=reason)
    links = {"r0": "https://harbour.slack.com/archives/C1/p1764000000000100"}
    views = [
        round_message(
            replace(
                make_view_data(round_, face=face), current_face=other, recast_face=other, version_count=9, links=links
            )
        ),
        round_message(replace(make_view_data(make_voting_round(recast_reason=reason)), recast_face=other, links=links)),
        history(
            make_history(*(make_event(n, kind="recast", detail=reason) for n in range(60))), 0, {"r1": links["r0"]}
        ),
        recalled(
            RecallResult(
                "unlocked", name, (Character("c1", name, PLACE, None, None, last_unlocked_face=face),), (face, other)
            ),
            Location(),
            TITLES,
            can_share=False,
        ),
    ]
    for view in views:
        assert limit_problems(view) == []
        marked = [part["text"] for part in iter_objects(view) if part.get("type") == "mrkdwn"]
        assert "<!channel>" not in " ".join([view.text, *marked])
    for modal in (
        form(make_recast_options(face=face, round=round_), "17", reason, "x" * TEXT_LIMIT),
        versions((other, face), (other, face), {}, {}, TITLES),
    ):
        assert limit_problems(View("x", tuple(modal["blocks"])), max_text=None) == []
        assert len(modal["title"]["text"]) <= 24


def recast_submission(private_metadata: str = "r1 17 0.20", team: str = "T1", **fields: str) -> dict[str, Any]:
    values: dict[str, Any] = {name: {"chosen": {"value": text}} for name, text in fields.items() if name != "how"}
    if "how" in fields:
        values |= {"how": {"chosen": {"selected_option": {"value": fields["how"]}}}}
    view: dict[str, Any] = {
        "id": "V1",
        "type": "modal",
        "callback_id": "recast_face",
        "private_metadata": private_metadata,
    }
    view |= {"state": {"values": values}}
    return {"type": "view_submission", "team": {"id": team}, "user": {"id": LEAD, "team_id": team}, "view": view}


def ack_body(response: Any) -> dict[str, Any]:
    return dict(json.loads(response.body)) if response.body else {}


FORM_INPUTS = {"how": "keep", "reason": "too young", "brief": "a fisherwoman"}


async def test_recast_press_opens_the_form_for_the_lead_only() -> None:
    async with listener_harness(InMemoryRepositories(make_record()), recast__options=make_recast_options()) as harness:
        await harness.send(message_press("recast_face", "r1"))
        (opened,) = [call for call in harness.slack.calls if call[0] == "views.open"]
        assert "Re-cast Maya" in json.dumps(opened)
    async with listener_harness(
        InMemoryRepositories(make_record()), recast__options=NotLead("recast_face", LEAD)
    ) as harness:
        await harness.send(message_press("recast_face", "r1", person="U0MEI"))
        assert "Only <@U0LEAD> can re-cast or unlock this face." in json.dumps(harness.slack.responses)


@pytest.mark.parametrize(
    ("error", "field"),
    [
        (BriefError("reason", "missing"), "reason"),
        (BriefError("brief", "control"), "brief"),
        (OverBudget("day", Decimal("0.20"), Decimal(1), Decimal(0)), "how"),
        (AlreadyCasting("Maya", "r2"), "how"),
        (PermissionDenied("spend", ("U9",)), "how"),
    ],
)
async def test_recast_errors_are_shown_at_their_field(error: Exception, field: str) -> None:
    async with listener_harness(InMemoryRepositories(make_record()), recast__apply=error) as harness:
        reply = ack_body(await harness.send(recast_submission(**FORM_INPUTS)))
        assert (reply["response_action"], list(reply["errors"])) == ("errors", [field])
        assert "recast.publish" not in [call[0] for call in harness.use_cases.calls]


async def test_price_increase_reopens_the_form_with_its_inputs() -> None:
    async with listener_harness(
        InMemoryRepositories(make_record()),
        recast__apply=PriceIncreased(Decimal("0.30"), Decimal("0.20")),
        recast__options=make_recast_options(),
    ) as harness:
        reply = ack_body(await harness.send(recast_submission(**FORM_INPUTS | {"how": "unlock"})))
        assert reply["response_action"] == "update"
        modal = reply["view"]
        assert modal["private_metadata"] == "r1 17 0.30"
        text = json.dumps(modal)
        assert "the price is now up to $0.30" in text
        assert '"initial_value": "too young"' in text
        assert (
            '"initial_option": {"text": {"type": "plain_text", "text": "Unlock it now and re-cast (up to $0.30)"'
            in text
        )


async def test_already_unlocked_face_replaces_the_form() -> None:
    error = RoundClosed("unlock", "unlocked", "Maya")
    async with listener_harness(InMemoryRepositories(make_record()), recast__apply=error) as harness:
        reply = ack_body(await harness.send(recast_submission(**FORM_INPUTS)))
        assert "This version of Maya was unlocked already." in json.dumps(reply["view"])


async def test_recast_is_published_after_the_ack() -> None:
    recast_result = RecastResult(make_face(), None)
    async with listener_harness(InMemoryRepositories(make_record()), recast__apply=recast_result) as harness:
        assert ack_body(await harness.send(recast_submission(**FORM_INPUTS))) == {}
        expected = RecastRequest("r1", LEAD, RecastMode.KEEP, "too young", "a fisherwoman", "17", Decimal("0.20"))
        assert harness.use_cases.calls == [("recast.apply", expected), ("recast.publish", recast_result)]


async def test_recast_form_of_another_workspace_is_rejected() -> None:
    async with listener_harness(
        InMemoryRepositories(make_record()), recast__apply=RecastResult(make_face(), None)
    ) as harness:
        await harness.send(recast_submission(team="T2", **FORM_INPUTS))
        assert harness.use_cases.calls == []


@pytest.mark.parametrize(("mode", "label"), [("keep", "Re-cast"), ("unlock", "Re-cast"), ("only_unlock", "Unlock")])
async def test_submit_button_says_what_the_chosen_mode_does(mode: str, label: str) -> None:
    options = RecastOptions(make_record(), make_face(), tuple(RecastMode), Decimal("0.20"))
    body = view_action("how", mode, private_metadata="r1 17 0.20", view="modal")
    body["view"]["state"]["values"] = {"how": {"how": {"type": "radio_buttons", "selected_option": {"value": mode}}}}
    async with listener_harness(InMemoryRepositories(make_record()), recast__options=options) as harness:
        await harness.send(body)
        (updated,) = harness.slack.calls_to("views.update")
    assert updated["view"]["submit"]["text"] == label
