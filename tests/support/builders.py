"""Builders of rounds, faces and view data with defaults."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.domain.ballot import Tally
from bot.domain.brief import Brief
from bot.domain.catalogue import Catalogue, ModelSpec, Size
from bot.domain.face import Character, Face, Portrait
from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.routing.reason import RoutingReason
from bot.domain.slot import Slot, SlotFailure, SlotState
from bot.domain.timeline import TimelineEvent
from bot.usecases.history import CharacterHistory
from bot.usecases.recall import RecallResult
from handlers.text.model_titles import Titles
from handlers.views.round.shared import RoundViewData

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
PLACE = ChannelRef("T1", "C1")
LEAD = "U0LEAD"
HOSTILE = "<!channel> *b* _i_ ~s~ `c` <https://evil.example|x> & <@U0X> >q"
PORTRAIT = Portrait("k", "image/png", 1024, 1365, 2_000_000, "ab" * 32)


def make_model(provider: str, name: str, title: str, price: str) -> ModelSpec:
    sizes = {Size.DRAFT: "1024x1365", Size.FOUR_K: "3072x4096"}
    return ModelSpec(provider, name, f"{name}-wire", title, "", dict.fromkeys(Size, Decimal(price)), sizes)


CATALOGUE = Catalogue(
    (
        make_model("easel", "easel", "Easel Four", "0.0401"),
        make_model("lumen", "lumen", "Lumen Two", "0.0339"),
    ),
    frozenset({"easel", "lumen"}),
)
TITLES = Titles(CATALOGUE)
MODEL_IDS = [m.id for m in CATALOGUE.models]


def make_slot(position: int, **changes: object) -> Slot:
    model = CATALOGUE.models[position // 2 % 2]
    slot = Slot(f"r1-{position}", "r1", position, model.id, model.prices[Size.DRAFT], 7)
    return replace(slot, **changes)  # type: ignore[arg-type]


def make_candidate(position: int, number: int | None) -> Slot:
    price = CATALOGUE.models[position // 2 % 2].prices[Size.DRAFT]
    return make_slot(
        position,
        state=SlotState.CANDIDATE,
        number=number,
        portrait=PORTRAIT,
        cost=price,
        cost_source="listed",
        file_id=f"F0CANDIDATE{position}",
    )


def make_failed_slot(position: int, kind: str = "refused", detail: str = "", paid: str = "no") -> Slot:
    cost = make_slot(position).price if paid != "no" else Decimal(0)
    return make_slot(position, state=SlotState.FAILED, failure=SlotFailure(kind, detail, paid), cost=cost)  # type: ignore[arg-type]


def make_round(name: str = "Maya", text: str = "a fisherwoman, 60, blood on her sleeve", **changes: object) -> Round:
    round_ = Round(
        id="r1",
        place=PLACE,
        character_id="c1",
        lead=LEAD,
        brief=Brief(name, text),
        prompt=f"Photographic casting portrait.\n{text}",
        prompt_version="portrait-1",
        routing_reason=RoutingReason("look"),
        order_seed=1,
        opened_at=NOW,
        patience_until=NOW + timedelta(minutes=2),
        message_ts="1764000000.000100",
        slots=tuple(make_slot(n) for n in range(4)),
    )
    return replace(round_, **changes)  # type: ignore[arg-type]


def make_voting_round(candidates: int = 4, **changes: object) -> Round:
    """A round in voting, with its contact sheet."""
    slots = tuple(make_candidate(n, n + 1) for n in range(candidates))
    defaults = {
        "state": RoundState.VOTING,
        "slots": slots,
        "sheet_file": "F0SHEETSHEET",
        "closes_at": NOW + timedelta(hours=24),
    }
    return make_round(**{**defaults, **changes})  # type: ignore[arg-type]


def make_closed_round(votes: dict[int, int], voters: int, **changes: object) -> Round:
    return make_voting_round(len(votes), **{"state": RoundState.CLOSED, "tally": Tally(votes, voters), **changes})


def make_locked_round(votes: dict[int, int], **changes: object) -> Round:
    """A round of four voters, locked on its first candidate."""
    return make_closed_round(votes, 4, **{"state": RoundState.LOCKED, "locked_slot": "r1-0", **changes})


def make_view_data(
    round_: Round, votes: dict[int, int] | None = None, voters: int = 0, face: Face | None = None
) -> RoundViewData:
    tally = round_.tally or Tally(votes or dict.fromkeys(round_.slot_id_by_number, 0), voters)
    return RoundViewData(round_, tally, TITLES, face, current_face=face if face and not face.unlocked else None)


def make_face(character: str = "Maya", brief: str = "a fisherwoman, 60", **changes: object) -> Face:
    face = Face(
        round_id="r1",
        character_id="c1",
        character=character,
        place=PLACE,
        version=1,
        slot_id="r1-0",
        number=1,
        model=MODEL_IDS[0],
        portrait=PORTRAIT,
        prompt=f"Photographic casting portrait.\n{brief}",
        prompt_version="portrait-1",
        brief=brief,
        seed=7,
        request_id="q1",
        cost=Decimal("0.04"),
        cost_source="exact",
        tally={1: 3, 2: 1},
        voters=4,
        decided_by_lead=False,
        lead=LEAD,
        locked_by=LEAD,
        locked_at=NOW,
        message_ts="1764000000.000100",
    )
    return replace(face, **changes)  # type: ignore[arg-type]


def make_character(name: str = "Maya", number: int = 1, face: Face | None = None) -> Character:
    return Character(f"c{number}", name, PLACE, face, None)


RECORD_VOTES = {1: 3, 2: 0, 3: 1, 4: 2}


def make_record(**changes: object) -> Round:
    return make_locked_round(RECORD_VOTES, **{"record_file": "F0RECORDRECORD", **changes})


def make_event(hours_ago: int, **changes: Any) -> TimelineEvent:
    event = TimelineEvent("started", NOW - timedelta(hours=hours_ago), PLACE, "r1", (LEAD,), usd=Decimal("0.20"))
    return replace(event, **changes)


def make_history(*events: TimelineEvent, **changes: Any) -> CharacterHistory:
    character = Character("c1", "Maya", PLACE, make_face(), None)
    found = RecallResult("face", "Maya", (character,), (make_face(),))
    return CharacterHistory(replace(found, **changes), events, 1, Decimal("0.38"))
