"""The form of a round: within Slack's limits, plain at its fields, and never behind the newest choice."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.brief import NAME_LIMIT, Brief
from bot.catalogue import ModelFacts, Size
from bot.draft import Draft, Whose
from bot.drafting import Form, Ready, Suggested
from bot.errors import (
    Absent,
    AlreadyCast,
    AlreadyCasting,
    Barred,
    BriefError,
    CastingError,
    Dearer,
    NoModels,
    NotHere,
    NotYours,
    OverBudget,
    Overspent,
    Unavailable,
    Unready,
)
from bot.opening import Quote
from bot.ports import Opened, Wanted
from bot.round import Reason
from handlers.blocks import form as blocks
from handlers.blocks.view import View
from handlers.words import form as words
from tests.unit.handlers.limits import problems
from tests.unit.handlers.memory import Memory
from tests.unit.handlers.play import a_play
from tests.unit.handlers.stories import HOSTILE, NOW, PLACE, TITLES, a_round

NAME = (HOSTILE * 2)[:NAME_LIMIT]
PRICE = {Size.DRAFT: Decimal("0.05"), Size.FOUR_K: Decimal("0.2")}
HEARD = Reason("words", heard=(("skin", (HOSTILE, HOSTILE)),), absent=(Absent(NAME, "down", instead=NAME),))
QUOTE = Quote(("a:b", "a:b", "c:d", "c:d"), HEARD, Decimal("12.345"), Decimal("0.9"))
ERRORS: tuple[CastingError, ...] = (
    BriefError("models", "unknown", "unknown-9", ("recraft",)),
    BriefError("name", "control", "U+202E"),
    BriefError("like", "unknown", "Rui"),
    AlreadyCasting("Maya", "r1"),
    Barred("start", ("U1", "U2")),
    Barred("start", guest=True),
    Dearer(Decimal("0.6"), Decimal("0.2"), ("Nano Banana Pro",)),
    Dearer(Decimal("0.6"), Decimal(0), ("Nano Banana Pro",)),
    NoModels(("x",), ()),
    Unavailable(("GPT",), (), (Absent("GPT", "no_key", Decimal(1), "Pro", Decimal(2)),)),
    NotHere("private"),
    NotYours("recast", "U1"),
    OverBudget("day", Decimal(1), Decimal(20), Decimal("0.1"), NOW),
    Overspent(Decimal("0.4"), ("U1",)),
)


def a_form(draft: Draft | None = None, quote: Quote | CastingError = QUOTE, models: int = 3) -> Form:
    facts = (
        ModelFacts("a", f"b{n}", f"b{n}", NAME, "", PRICE, {Size.DRAFT: "1x1", Size.FOUR_K: "1x1"}, seeds=False)
        for n in range(models)
    )
    return Form("w1", PLACE, draft or Draft(until=NOW), tuple(facts), quote)


@pytest.mark.parametrize("like", list(Whose))
@pytest.mark.parametrize("quote", [QUOTE, *ERRORS[:2]])
def test_the_form_is_within_the_limits_of_a_modal_whatever_stands_in_it(like: Whose, quote: Any) -> None:
    full = Draft(NAME, (HOSTILE * 100)[:3000], like=like, face=NAME, until=NOW, quorum=99, voters=("U1",) * 50)
    modal = blocks.form(a_form(full, quote, 120), TITLES)
    assert problems(View("a form", modal["blocks"]), most_blocks=100, most_text=None) == []
    assert len(modal["title"]["text"]) <= 24
    assert len(modal["submit"]["text"]) <= 24
    inputs = [b for b in modal["blocks"] if b["type"] == "input"]
    assert len({b["block_id"] for b in inputs}) == len(inputs)
    for block in inputs:
        assert len(block["element"].get("options", [])) <= 100
        assert len(block["element"].get("initial_value", "")) <= 3000


def test_a_field_keeps_its_id_and_its_choices_whatever_is_chosen() -> None:
    """By its id Slack keeps what stands in it, and a choice only if it reads as before."""

    def fields(draft: Draft) -> dict[str, str]:
        found = [b for b in blocks.form(a_form(draft), TITLES)["blocks"] if b["type"] == "input"]
        return {b["block_id"]: b["element"]["action_id"] + json.dumps(b["element"].get("options")) for b in found}

    plain = fields(Draft(until=NOW))
    for other in (
        Draft(until=NOW, size=Size.FOUR_K, each=3),
        Draft("Maya", "x", like=Whose.PICTURE, until=NOW + timedelta(days=1)),
        Draft("Maya", "x", like=Whose.FACE, models=("a:b0",)),
    ):
        assert plain.items() <= fields(other).items()


@pytest.mark.parametrize("error", ERRORS)
def test_what_stands_at_a_field_is_plain_text_and_says_what_to_do_about_it(error: CastingError) -> None:
    told = words.wrong(error)
    assert told
    for markup in ("<@", "<!", "`", "|", "&lt;", "Nothing was started"):
        assert markup not in told
    assert "(" not in told or ")" in told
    estimate = words.estimate(error, TITLES, Size.DRAFT)
    assert estimate.startswith("*No price yet*: ")
    assert "<!" not in estimate.replace("&lt;", "")


@pytest.mark.parametrize(
    ("error", "like", "field"),
    [
        (AlreadyCasting("Maya", "r1"), Whose.NOBODY, "name"),
        (BriefError("brief", "missing"), Whose.NOBODY, "text"),
        (BriefError("each", "too_many"), Whose.NOBODY, "each"),
        (BriefError("like", "unknown"), Whose.FACE, "face"),
        (BriefError("like", "bad_picture"), Whose.PICTURE, "picture"),
        (NotHere("private"), Whose.FACE, "face"),
        (OverBudget("day", Decimal(1), Decimal(1), Decimal(0)), Whose.NOBODY, "models"),
        (NoModels((), ()), Whose.NOBODY, "models"),
    ],
)
def test_every_refusal_has_its_field(error: CastingError, like: Whose, field: str) -> None:
    assert blocks.field_of(error, Draft(like=like)) == f"cast_{field}"


def test_a_suggestion_says_what_the_name_stands_for_within_slacks_limits() -> None:
    kinds: tuple[Any, ...] = ("new", "cast", "casting", "elsewhere")
    offered = blocks.options(blocks.names([Suggested("x" * 200, kind) for kind in kinds]))
    assert all(len(o["text"]["text"]) <= 75 and 0 < len(o["value"]) <= 150 for o in offered)
    told = [o["text"]["text"] for o in blocks.options(blocks.names([Suggested("Maya", kind) for kind in kinds]))]
    assert told == [
        "Cast “Maya”",
        "Maya · cast already",
        "Maya · being cast now",
        "Maya · from another production, new here",
    ]


# What Slack sends, and what becomes of it.

WISH = Wanted("w1", PLACE, "U0LEAD", Brief("", ""))


def interaction(kind: str, **more: Any) -> dict[str, Any]:
    values = {"cast_name": {"cast_name": {"selected_option": {"value": "Maya"}}}, "cast_like": {"chosen": {}}}
    view = {"id": "V1", "hash": "1.a", "type": "modal", "private_metadata": "w1", "callback_id": "form"}
    body = {"type": kind, "team": {"id": "T1"}, "user": {"id": "U0LEAD", "team_id": "T1"}, "api_app_id": "A1"}
    return body | {"trigger_id": "5.6", "view": view | {"state": {"values": values}}} | more


def choice(stamp: str = "1764000001.000200") -> dict[str, Any]:
    entry = {"type": "static_select", "selected_option": {"value": "2"}}
    action = {"action_id": "cast_each", "block_id": "cast_each", "action_ts": stamp, **entry}
    return interaction("block_actions", container={"type": "view", "view_id": "V1"}, actions=[action])


async def test_a_choice_is_priced_in_the_view_it_was_made_in() -> None:
    async with a_play(Memory(a_round(), wish=WISH), drafting__touched=a_form()) as play:
        await play.send(choice())
        (sent,) = play.slack.called("views.update")
    assert (sent["view_id"], sent["hash"]) == ("V1", "1.a")
    assert play.script.asked == [("drafting.touched", "w1", "U0LEAD", Draft(name="Maya"), 1_764_000_001_000_200)]


async def test_where_another_update_came_first_the_newest_choice_is_shown_all_the_same() -> None:
    async with a_play(Memory(a_round(), wish=WISH), drafting__touched=a_form()) as play:
        play.slack.says["views.update"] = [{"error": "hash_conflict"}, {}]
        await play.send(choice())
        sent = play.slack.called("views.update")
    assert [bool(s.get("hash")) for s in sent] == [True, False]
    assert len(play.script.asked) == 2, "the second time it asks again whether it is the newest"


async def test_a_choice_that_a_later_one_overtook_shows_nothing() -> None:
    async with a_play(Memory(a_round(), wish=WISH), drafting__touched=None) as play:
        await play.send(choice())
        assert play.slack.called("views.update") == []


async def test_a_form_of_another_workspace_is_neither_priced_nor_sent() -> None:
    foreign = replace(WISH, place=replace(PLACE, team="T2"))
    async with a_play(Memory(a_round(), wish=foreign)) as play:
        await play.send(choice())
        response = await play.send(interaction("view_submission"))
        offered = await play.send(interaction("block_suggestion", action_id="cast_name", block_id="x", value="Ma"))
        assert play.script.asked == []
    assert "no longer here" in json.loads(response.body)["errors"]["cast_name"]
    assert json.loads(offered.body)["options"] == []


async def test_an_error_at_a_field_that_never_came_stands_where_it_would_come_from() -> None:
    missing = Unready({"picture": BriefError("picture", "missing"), "name": BriefError("name", "missing")})
    async with a_play(Memory(a_round(), wish=WISH), drafting__ready=missing) as play:
        answer = json.loads((await play.send(interaction("view_submission"))).body)
    assert answer == {
        "response_action": "errors",
        "errors": {"cast_like": "Attach the picture.", "cast_name": "Give the character a name."},
    }


async def test_a_form_that_can_be_cast_closes_and_its_round_begins() -> None:
    ready = Ready(WISH, Brief("Maya", "a pilot"))
    opened = Opened(a_round(), fresh=True)
    async with a_play(Memory(a_round(), wish=WISH), drafting__ready=ready, drafting__open=opened) as play:
        response = await play.send(interaction("view_submission"))
    assert not response.body
    assert [name for name, *_ in play.script.asked] == ["drafting.ready", "drafting.open", "opening.begin"]


async def test_a_re_cast_is_asked_on_top_of_the_form_and_a_refusal_of_it_is_told_there() -> None:
    cast = AlreadyCast("Maya", "w2", Decimal("0.22"))
    over = OverBudget("day", Decimal(1), Decimal(20), Decimal("0.1"))
    async with a_play(Memory(a_round(), wish=WISH), drafting__ready=cast, opening__recast=over) as play:
        pushed = json.loads((await play.send(interaction("view_submission"))).body)
        assert pushed["response_action"] == "push"
        view = pushed["view"]
        assert (view["private_metadata"], view["submit"]["text"]) == ("w2", "Re-cast for $0.22")
        yes = interaction("view_submission")
        yes["view"] |= {"callback_id": view["callback_id"], "state": {"values": {}}}
        refused = json.loads((await play.send(yes)).body)
    assert refused["response_action"] == "update"
    assert "$20.00" in json.dumps(refused["view"])


async def test_an_unexpected_failure_still_answers_the_form() -> None:
    async with a_play(Memory(a_round(), wish=WISH), drafting__ready=RuntimeError("bug")) as play:
        answer = json.loads((await play.send(interaction("view_submission"))).body)
    assert "Something failed on my side" in answer["errors"]["cast_name"]
