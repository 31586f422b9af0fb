"""A closer look at candidates, for anybody: one large, or several at one crop and size."""

from collections.abc import Collection
from dataclasses import dataclass

from bot.ports import Rounds
from bot.round import Round
from bot.slot import Slot

_PAIR = 2


@dataclass(frozen=True)
class Closer:
    """A round and the candidates of it that somebody looks at, by number."""

    round: Round
    chosen: tuple[Slot, ...]


class Looking:
    """Looks; changes nothing."""

    def __init__(self, rounds: Rounds) -> None:
        self._rounds = rounds

    async def begin(self, round_id: str) -> Closer:
        """The two to look at first."""
        round_ = await self._rounds.get(round_id)
        return Closer(round_, tuple(round_.numbered(number) for number in first_two(round_)))

    async def at(self, round_id: str, slot_ids: Collection[str]) -> Closer:
        """Those of the round's candidates that are among `slot_ids`."""
        round_ = await self._rounds.get(round_id)
        return Closer(round_, tuple(slot for slot in round_.candidates if slot.id in slot_ids))


def first_two(round_: Round) -> tuple[int, ...]:
    """After the close the two with the most votes; before it simply 1 and 2, which tells nothing of a tally."""
    votes = round_.tally.votes if round_.tally else {}
    front = sorted(round_.slot_of, key=lambda number: (-votes.get(number, 0), number))[:_PAIR]
    return tuple(sorted(front))
