"""Why a round has its models, in values; the sentence is made in handlers/text."""

from dataclasses import dataclass

from bot.domain.errors import UnavailableModel


@dataclass(frozen=True)
class LearnedChoice:
    """Why routing that learns gave a model (exact id) its place: votes, not_drawn (for 24 rounds) or words.

    `ticks` of `possible` are those in `rounds` rounds of the same look.
    """

    model: str
    why: str
    ticks: int = 0
    possible: int = 0
    rounds: int = 0


@dataclass(frozen=True)
class RoutingReason:
    """Why these models were chosen.

    `kind` is named, usual (from settings), look, words (of the brief) or only_one. `matched_rules` pairs each rule with
    the words of the brief it matched; `unavailable` are requested models that were not used. `learned` is empty unless
    the production's votes took part; `table_models` are then the exact ids that the table alone would have chosen.
    """

    kind: str
    look: str = ""
    matched_rules: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unavailable: tuple[UnavailableModel, ...] = ()
    learned: tuple[LearnedChoice, ...] = ()
    table_models: tuple[str, ...] = ()

    @property
    def context(self) -> str:
        """The look, or the rule of the brief's words, in which votes are compared; empty without either."""
        return self.look or (self.matched_rules[0][0] if self.matched_rules else "")
