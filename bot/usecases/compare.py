"""Comparing candidates: one large, or several side by side at the same crop and size."""

from collections.abc import Collection
from dataclasses import dataclass

from bot.domain.round import Round
from bot.domain.slot import Slot
from bot.usecases.ports import Ports

_PAIR_SIZE = 2


@dataclass(frozen=True)
class ComparisonResult:
    """A round and the chosen candidates, by number."""

    round: Round
    chosen: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Selects candidates to compare; changes nothing."""

    ports: Ports

    async def compare_first_two(self, round_id: str) -> ComparisonResult:
        """Select the two candidates to compare first."""
        round_ = await self.ports.storage.rounds.get(round_id)
        return ComparisonResult(round_, tuple(round_.candidate_by_number(number) for number in first_two(round_)))

    async def compare(self, round_id: str, slot_ids: Collection[str]) -> ComparisonResult:
        """Select the candidates of the round that are in `slot_ids`."""
        round_ = await self.ports.storage.rounds.get(round_id)
        return ComparisonResult(round_, tuple(slot for slot in round_.candidates if slot.id in slot_ids))


def first_two(round_: Round) -> tuple[int, ...]:
    """Return the two candidates with the most votes after the close, and 1 and 2 before it, to hide the tally."""
    votes = round_.tally.votes if round_.tally else {}
    top = sorted(round_.slot_id_by_number, key=lambda number: (-votes.get(number, 0), number))[:_PAIR_SIZE]
    return tuple(sorted(top))
