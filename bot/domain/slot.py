"""A slot: one portrait to be drawn by one model, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain.errors import PaidStatus
from bot.domain.face import Portrait


class SlotState(StrEnum):
    """Where one slot stands; candidate and miss are final."""

    WAITING = "waiting"
    REQUESTED = "requested"
    PAUSED = "paused"
    CANDIDATE = "candidate"
    FAILED = "failed"


@dataclass(frozen=True)
class SlotFailure:
    """Why a slot gave no portrait. `kind` is a ModelError's kind, or unknown (asked before a crash, never answered).

    `until` is when a model that kept failing is asked again.
    """

    kind: str
    detail: str = ""
    paid: PaidStatus = "no"
    retry_at: datetime | None = None


@dataclass(frozen=True)
class Slot:
    """One portrait to be drawn by one model. `price` in dollars is reserved; `cost` is what it came to.

    `number` is what people see; a portrait that came after the ballot opened has none until the close. `again_for` is
    the slot this one re-rolls, `vary_of` the candidate it varies, with a `prompt` of its own. `paused_until` is the end
    of a wait: for the account's turn, or, once it was asked, the one the vendor asked for. `ticket` fetches the answer
    of a model behind a queue, which has taken the ask and is paid for it.
    """

    id: str
    round_id: str
    position: int
    model: str
    price: Decimal
    seed: int
    state: SlotState = SlotState.WAITING
    rerolls_slot_id: str | None = None
    number: int | None = None
    requested_at: datetime | None = None
    wait_until: datetime | None = None
    seconds: float | None = None
    cost: Decimal | None = None
    cost_source: str = ""
    request_id: str = ""
    portrait: Portrait | None = None
    failure: SlotFailure | None = None
    file_id: str | None = None
    original_file: str | None = None
    provider_job_id: str | None = None
    variation_of_slot_id: str | None = None
    prompt: str = ""

    @property
    def is_final(self) -> bool:
        return self.state in (SlotState.CANDIDATE, SlotState.FAILED)

    @property
    def is_extra(self) -> bool:
        """Whether it was asked for later than the round, and gets a number as soon as it lands."""
        return bool(self.rerolls_slot_id or self.variation_of_slot_id)
