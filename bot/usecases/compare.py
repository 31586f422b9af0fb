"""A closer look at candidates, for anybody: one large, or several at one crop and size."""

from collections.abc import Collection
from dataclasses import dataclass

from bot.domain.round import Round
from bot.domain.slot import Slot
from bot.ports.storage import StoragePorts

_PAIR_SIZE = 2


@dataclass(frozen=True)
class ComparisonResult:
    """A round and the candidates of it that somebody looks at, by number."""

    round: Round
    chosen: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Looks; changes nothing."""

    storage: StoragePorts

    async def compare_first_two(self, round_id: str) -> ComparisonResult:
        """The two to look at first."""
        round_ = await self.storage.rounds.get(round_id)
        return ComparisonResult(round_, tuple(round_.candidate_by_number(number) for number in first_two(round_)))

    async def compare(self, round_id: str, slot_ids: Collection[str]) -> ComparisonResult:
        """Those of the round's candidates that are among `slot_ids`."""
        round_ = await self.storage.rounds.get(round_id)
        return ComparisonResult(round_, tuple(slot for slot in round_.candidates if slot.id in slot_ids))


def first_two(round_: Round) -> tuple[int, ...]:
    """After the close the two with the most votes; before it simply 1 and 2, which tells nothing of a tally."""
    votes = round_.tally.votes if round_.tally else {}
    top = sorted(round_.slot_id_by_number, key=lambda number: (-votes.get(number, 0), number))[:_PAIR_SIZE]
    return tuple(sorted(top))
