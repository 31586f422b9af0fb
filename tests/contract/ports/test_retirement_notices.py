"""The port `RetirementNotices`: a model's recipients, each notified once."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from bot.domain.slot import SlotFailure
from bot.ports.messaging import Recipient
from storage import Storage
from tests.support import storage_builders
from tests.support.storage_builders import CAPS, NOW, make_round

clock, storage = storage_builders.clock, storage_builders.storage
MODEL = "gemini:ending"


def round_with_model(round_id: str, lead: str, hours: int = 0, team: str = "T1", model: str = MODEL) -> Round:
    """Open a round with `model`, so many hours ago."""
    new = make_round(round_id, f"Maya {round_id}", place=ChannelRef(team, "C1"))
    slots = tuple(replace(slot, model=model) for slot in new.slots)
    return replace(new, lead=lead, opened_at=NOW - timedelta(hours=hours), slots=slots)


async def open_rounds(storage: Storage, *rounds: Round) -> None:
    for new in rounds:
        await storage.rounds.open(new, CAPS, recast=False)


async def test_unused_model_has_no_recipients(storage: Storage) -> None:
    await open_rounds(storage, round_with_model("r1", "U1", model="recraft:other"))
    assert await storage.retirement_notices.recipients(MODEL) == []


async def test_leads_of_open_rounds_are_recipients_once(storage: Storage) -> None:
    await open_rounds(
        storage,
        round_with_model("r1", "U2", 1),
        round_with_model("r2", "U1", 2),
        round_with_model("r3", "U1", 3),
        round_with_model("r4", "U3"),
    )
    await storage.rounds.void("r4", "dropped")
    assert await storage.retirement_notices.recipients(MODEL) == [Recipient("T1", "U1"), Recipient("T1", "U2")]


async def test_lead_of_the_newest_round_is_recipient_without_open_rounds(storage: Storage) -> None:
    await open_rounds(
        storage, round_with_model("r1", "U1", 5), round_with_model("r2", "U2", 1), round_with_model("r3", "U3", 3)
    )
    for round_id in ("r1", "r2", "r3"):
        await storage.rounds.void(round_id, "dropped")
    assert await storage.retirement_notices.recipients(MODEL) == [Recipient("T1", "U2")]


async def test_no_recipients_while_an_open_ballot_hides_the_model(storage: Storage) -> None:
    await open_rounds(
        storage, round_with_model("r1", "U1"), round_with_model("r2", "U2"), round_with_model("r3", "U8", team="T2")
    )
    await storage.rounds.record_failure(round_with_model("r1", "U1").slots[0].id, SlotFailure("retired"), None, 1.0)
    assert await storage.retirement_notices.recipients(MODEL) == [Recipient("T2", "U8")]
    await storage.rounds.void("r1", "dropped")
    assert await storage.retirement_notices.recipients(MODEL) == [Recipient("T1", "U2"), Recipient("T2", "U8")]


async def test_recipients_are_chosen_per_workspace(storage: Storage) -> None:
    await open_rounds(
        storage,
        round_with_model("r1", "U1", 5),
        round_with_model("r2", "U8", 1, team="T2"),
        round_with_model("r3", "U9", 2, team="T2"),
    )
    for round_id in ("r1", "r2", "r3"):
        await storage.rounds.void(round_id, "dropped")
    assert await storage.retirement_notices.recipients(MODEL) == [Recipient("T1", "U1"), Recipient("T2", "U8")]


async def test_recent_retired_error_is_detected(storage: Storage) -> None:
    await open_rounds(storage, round_with_model("r1", "U1"))
    first, second, third, *_ = [slot.id for slot in round_with_model("r1", "U1").slots]
    for slot_id in (first, second, third):
        await storage.rounds.mark_requested(slot_id, NOW)
    await storage.rounds.record_failure(first, SlotFailure("refused"), None, 1.0)
    assert not await storage.retirement_notices.has_recent_retired_error(NOW)
    await storage.rounds.record_failure(second, SlotFailure("retired", "NOT_FOUND"), None, 1.0)
    assert await storage.retirement_notices.has_recent_retired_error(NOW)
    assert not await storage.retirement_notices.has_recent_retired_error(NOW + timedelta(seconds=1))


async def test_notice_is_claimed_once_until_it_is_released(storage: Storage) -> None:
    recipient = Recipient("T1", "U1")
    assert await storage.retirement_notices.claim(recipient, MODEL, NOW)
    assert not await storage.retirement_notices.claim(recipient, MODEL, NOW)
    assert await storage.retirement_notices.claim(recipient, "gemini:another", NOW)
    assert await storage.retirement_notices.claim(Recipient("T2", "U1"), MODEL, NOW)
    await storage.retirement_notices.release(recipient, MODEL)
    assert await storage.retirement_notices.claim(recipient, MODEL, NOW)
