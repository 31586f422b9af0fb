"""The round form: Slack's limits, plain-text errors, and the newest choice wins."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.brief import NAME_LIMIT, Brief
from bot.domain.catalogue import ModelSpec, Size
from bot.domain.errors import (
    AlreadyCast,
    AlreadyCasting,
    BriefError,
    CastingError,
    FormErrors,
    ModelsUnavailable,
    NoModels,
    NotAvailableHere,
    NotLead,
    OverBudget,
    PermissionDenied,
    PriceIncreased,
    UnacknowledgedOverspend,
    UnavailableModel,
)
from bot.domain.round_form import Draft, ReferenceKind
from bot.domain.routing.reason import RoutingReason
from bot.ports.rounds import RoundDraft, StartResult
from bot.usecases.quotes import Quote
from bot.usecases.round_form import NameSuggestion, RoundFormState, ValidatedForm
from handlers.text import round_form as round_form_text
from handlers.views import round_form as round_form_views
from handlers.views.builder import View
from tests.support.builders import HOSTILE, NOW, PLACE, TITLES, make_round
from tests.support.in_memory import InMemoryRepositories
from tests.support.listener_harness import listener_harness
from tests.support.slack_limits import limit_problems

NAME = (HOSTILE * 2)[:NAME_LIMIT]
PRICES = {Size.DRAFT: Decimal("0.05"), Size.FOUR_K: Decimal("0.2")}
ROUTING_REASON = RoutingReason(
    "words",
    matched_rules=(("skin", (HOSTILE, HOSTILE)),),
    unavailable=(UnavailableModel(NAME, "down", substitute=NAME),),
)
QUOTE = Quote(("a:b", "a:b", "c:d", "c:d"), ROUTING_REASON, Decimal("12.345"), Decimal("0.9"))
ERRORS: tuple[CastingError, ...] = (
    BriefError("models", "unknown", "unknown-9", ("recraft",)),
    BriefError("name", "control", "U+202E"),
    BriefError("like", "unknown", "Rui"),
    AlreadyCasting("Maya", "r1"),
    PermissionDenied("start", ("U1", "U2")),
    PermissionDenied("start", is_guest=True),
    PriceIncreased(Decimal("0.6"), Decimal("0.2"), ("Nano Banana Pro",)),
    PriceIncreased(Decimal("0.6"), Decimal(0), ("Nano Banana Pro",)),
    NoModels(("x",), ()),
    ModelsUnavailable(("GPT",), (), (UnavailableModel("GPT", "no_key", Decimal(1), "Pro", Decimal(2)),)),
    NotAvailableHere("private"),
    NotLead("recast", "U1"),
    OverBudget("day", Decimal(1), Decimal(20), Decimal("0.1"), NOW),
    UnacknowledgedOverspend(Decimal("0.4"), ("U1",)),
)


def make_form_state(draft: Draft | None = None, quote: Quote | CastingError = QUOTE, models: int = 3) -> RoundFormState:
    specs = (
        ModelSpec("a", f"b{n}", f"b{n}", NAME, "", PRICES, {Size.DRAFT: "1x1", Size.FOUR_K: "1x1"})
        for n in range(models)
    )
    return RoundFormState("w1", PLACE, draft or Draft(closes_at=NOW), tuple(specs), quote)


@pytest.mark.parametrize("like", list(ReferenceKind))
@pytest.mark.parametrize("quote", [QUOTE, *ERRORS[:2]])
def test_form_fits_a_modal_with_any_content(like: ReferenceKind, quote: Any) -> None:
    full = Draft(
        NAME,
        (HOSTILE * 100)[:3000],
        reference_kind=like,
        reference_character=NAME,
        closes_at=NOW,
        quorum=99,
        voters=("U1",) * 50,
    )
    modal = round_form_views.form(make_form_state(full, quote, 120), TITLES)
    assert limit_problems(View("a form", modal["blocks"]), max_blocks=100, max_text=None) == []
    assert len(modal["title"]["text"]) <= 24
    assert len(modal["submit"]["text"]) <= 24
    inputs = [b for b in modal["blocks"] if b["type"] == "input"]
    assert len({b["block_id"] for b in inputs}) == len(inputs)
    for block in inputs:
        assert len(block["element"].get("options", [])) <= 100
        assert len(block["element"].get("initial_value", "")) <= 3000


def test_field_ids_and_options_do_not_depend_on_choices() -> None:
    """Slack keeps a field's content by its block id, and a choice only while its option is unchanged."""

    def fields(draft: Draft) -> dict[str, str]:
        found = [b for b in round_form_views.form(make_form_state(draft), TITLES)["blocks"] if b["type"] == "input"]
        return {b["block_id"]: b["element"]["action_id"] + json.dumps(b["element"].get("options")) for b in found}

    plain = fields(Draft(closes_at=NOW))
    for other in (
        Draft(closes_at=NOW, size=Size.FOUR_K, per_model=3),
        Draft("Maya", "x", reference_kind=ReferenceKind.PICTURE, closes_at=NOW + timedelta(days=1)),
        Draft("Maya", "x", reference_kind=ReferenceKind.FACE, models=("a:b0",)),
    ):
        assert plain.items() <= fields(other).items()


@pytest.mark.parametrize("error", ERRORS)
def test_field_errors_are_plain_text(error: CastingError) -> None:
    text = round_form_text.field_error(error)
    assert text
    for markup in ("<@", "<!", "`", "|", "&lt;", "Nothing was started"):
        assert markup not in text
    assert "(" not in text or ")" in text
    estimate = round_form_text.estimate(error, TITLES, Size.DRAFT)
    assert estimate.startswith("*No price yet*: ")
    assert "<!" not in estimate.replace("&lt;", "")


@pytest.mark.parametrize(
    ("error", "reference_kind", "field"),
    [
        (AlreadyCasting("Maya", "r1"), ReferenceKind.NONE, "name"),
        (BriefError("brief", "missing"), ReferenceKind.NONE, "text"),
        (BriefError("each", "too_many"), ReferenceKind.NONE, "each"),
        (BriefError("like", "unknown"), ReferenceKind.FACE, "face"),
        (BriefError("like", "bad_picture"), ReferenceKind.PICTURE, "picture"),
        (NotAvailableHere("private"), ReferenceKind.FACE, "face"),
        (OverBudget("day", Decimal(1), Decimal(1), Decimal(0)), ReferenceKind.NONE, "models"),
        (NoModels((), ()), ReferenceKind.NONE, "models"),
    ],
)
def test_every_error_maps_to_a_field(error: CastingError, reference_kind: ReferenceKind, field: str) -> None:
    assert round_form_views.block_id_for(error, Draft(reference_kind=reference_kind)) == f"cast_{field}"


def test_name_suggestions_are_labelled_and_within_limits() -> None:
    kinds: tuple[Any, ...] = ("new", "cast", "casting", "elsewhere")
    offered = round_form_views.options(
        round_form_views.name_choices([NameSuggestion("x" * 200, kind) for kind in kinds])
    )
    assert all(len(o["text"]["text"]) <= 75 and 0 < len(o["value"]) <= 150 for o in offered)
    texts = [
        o["text"]["text"]
        for o in round_form_views.options(
            round_form_views.name_choices([NameSuggestion("Maya", kind) for kind in kinds])
        )
    ]
    assert texts == [
        "Cast “Maya”",
        "Maya · already cast",
        "Maya · being cast now",
        "Maya · from another production, new here",
    ]


DRAFT = RoundDraft("w1", PLACE, "U0LEAD", Brief("", ""))


def interaction(kind: str, **extra: Any) -> dict[str, Any]:
    values = {"cast_name": {"cast_name": {"selected_option": {"value": "Maya"}}}, "cast_like": {"chosen": {}}}
    view = {"id": "V1", "hash": "1.a", "type": "modal", "private_metadata": "w1", "callback_id": "form"}
    body = {"type": kind, "team": {"id": "T1"}, "user": {"id": "U0LEAD", "team_id": "T1"}, "api_app_id": "A1"}
    return body | {"trigger_id": "5.6", "view": view | {"state": {"values": values}}} | extra


def choice_payload(action_ts: str = "1764000001.000200") -> dict[str, Any]:
    entry = {"type": "static_select", "selected_option": {"value": "2"}}
    action = {"action_id": "cast_each", "block_id": "cast_each", "action_ts": action_ts, **entry}
    return interaction("block_actions", container={"type": "view", "view_id": "V1"}, actions=[action])


async def test_choice_updates_the_price_in_its_view() -> None:
    async with listener_harness(
        InMemoryRepositories(make_round(), draft=DRAFT), round_form__reprice=make_form_state()
    ) as harness:
        await harness.send(choice_payload())
        (sent,) = harness.slack.calls_to("views.update")
    assert (sent["view_id"], sent["hash"]) == ("V1", "1.a")
    assert harness.use_cases.calls == [
        ("round_form.reprice", "w1", "U0LEAD", Draft(name="Maya"), 1_764_000_001_000_200)
    ]


async def test_hash_conflict_is_retried_without_the_hash() -> None:
    async with listener_harness(
        InMemoryRepositories(make_round(), draft=DRAFT), round_form__reprice=make_form_state()
    ) as harness:
        harness.slack.replies["views.update"] = [{"error": "hash_conflict"}, {}]
        await harness.send(choice_payload())
        sent = harness.slack.calls_to("views.update")
    assert [bool(s.get("hash")) for s in sent] == [True, False]
    assert len(harness.use_cases.calls) == 2, "the retry checks again whether it is the newest"


async def test_superseded_choice_updates_nothing() -> None:
    async with listener_harness(InMemoryRepositories(make_round(), draft=DRAFT), round_form__reprice=None) as harness:
        await harness.send(choice_payload())
        assert harness.slack.calls_to("views.update") == []


async def test_form_of_another_workspace_is_rejected() -> None:
    foreign = replace(DRAFT, place=replace(PLACE, team="T2"))
    async with listener_harness(InMemoryRepositories(make_round(), draft=foreign)) as harness:
        await harness.send(choice_payload())
        response = await harness.send(interaction("view_submission"))
        offered = await harness.send(interaction("block_suggestion", action_id="cast_name", block_id="x", value="Ma"))
        assert harness.use_cases.calls == []
    assert "no longer available" in json.loads(response.body)["errors"]["cast_name"]
    assert json.loads(offered.body)["options"] == []


async def test_error_of_a_hidden_field_is_shown_at_its_parent() -> None:
    missing = FormErrors({"picture": BriefError("picture", "missing"), "name": BriefError("name", "missing")})
    async with listener_harness(
        InMemoryRepositories(make_round(), draft=DRAFT), round_form__validate=missing
    ) as harness:
        reply = json.loads((await harness.send(interaction("view_submission"))).body)
    assert reply == {
        "response_action": "errors",
        "errors": {"cast_like": "Attach the picture.", "cast_name": "Give the character a name."},
    }


async def test_valid_form_closes_and_starts_the_round() -> None:
    ready = ValidatedForm(DRAFT, Brief("Maya", "a pilot"))
    opened = StartResult(make_round(), created=True)
    async with listener_harness(
        InMemoryRepositories(make_round(), draft=DRAFT), round_form__validate=ready, round_form__submit=opened
    ) as harness:
        response = await harness.send(interaction("view_submission"))
    assert not response.body
    assert [name for name, *_ in harness.use_cases.calls] == [
        "round_form.validate",
        "round_form.submit",
        "start_round.enqueue",
    ]


async def test_recast_is_confirmed_in_a_pushed_modal() -> None:
    already_cast = AlreadyCast("Maya", "w2", Decimal("0.22"))
    over = OverBudget("day", Decimal(1), Decimal(20), Decimal("0.1"))
    async with listener_harness(
        InMemoryRepositories(make_round(), draft=DRAFT),
        round_form__validate=already_cast,
        start_round__confirm_recast=over,
    ) as harness:
        pushed = json.loads((await harness.send(interaction("view_submission"))).body)
        assert pushed["response_action"] == "push"
        view = pushed["view"]
        assert (view["private_metadata"], view["submit"]["text"]) == ("w2", "Re-cast for $0.22")
        yes = interaction("view_submission")
        yes["view"] |= {"callback_id": view["callback_id"], "state": {"values": {}}}
        refused = json.loads((await harness.send(yes)).body)
    assert refused["response_action"] == "update"
    assert "$20.00" in json.dumps(refused["view"])


async def test_unexpected_error_is_shown_in_the_form() -> None:
    async with listener_harness(
        InMemoryRepositories(make_round(), draft=DRAFT), round_form__validate=RuntimeError("bug")
    ) as harness:
        reply = json.loads((await harness.send(interaction("view_submission"))).body)
    assert "Something went wrong on my side" in reply["errors"]["cast_name"]
