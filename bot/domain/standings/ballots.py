"""What standings are computed from: the ballots of finished blind rounds, as sets of ticked candidates."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Ticks = tuple[int, ...]


@dataclass(frozen=True)
class BlindRound:
    """One finished blind round: which models drew how many candidates, and how many of each every voter ticked.

    Candidates of one model count alike, so a ballot is the number of ticks for each model, in the order of `models`.
    """

    id: str
    models: tuple[str, ...]
    candidates: tuple[int, ...]
    ballots: tuple[Ticks, ...]

    @classmethod
    def from_votes(cls, round_id: str, slots: Mapping[str, str], votes: Sequence[frozenset[str]]) -> "BlindRound":
        """Count ticks: `slots` maps candidates' slot ids to exact model ids, `votes` has the slot ids of each voter."""
        drawn = Counter(slots.values())
        models = tuple(sorted(drawn))
        ticked = [Counter(slots[slot_id] for slot_id in chosen if slot_id in slots) for chosen in votes]
        ballots = tuple(tuple(counted[model] for model in models) for counted in ticked)
        return cls(round_id, models, tuple(drawn[model] for model in models), ballots)

    @property
    def informative_ballots(self) -> tuple[Ticks, ...]:
        """The ballots that compare models: who ticked all candidates, or none, compared nothing."""
        total = sum(self.candidates)
        return tuple(ballot for ballot in self.ballots if 0 < sum(ballot) < total) if len(self.models) > 1 else ()

    def ticks_of(self, model: str) -> tuple[int, int]:
        """Return the ticks that the model's candidates got, and the ticks that they could have got."""
        if model not in self.models:
            return 0, 0
        index = self.models.index(model)
        return sum(ballot[index] for ballot in self.ballots), self.candidates[index] * len(self.ballots)


def sum_ticks(rounds: Iterable[BlindRound], model: str) -> tuple[int, int]:
    """Return the ticks and the possible ticks of a model in all of the rounds."""
    counts = [round_.ticks_of(model) for round_ in rounds]
    return sum(ticks for ticks, _ in counts), sum(possible for _, possible in counts)
