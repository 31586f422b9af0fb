"""Refining: the same character again for other words, in a child round that takes its parent's place."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from bot.ballot import Tell
from bot.errors import AlreadyCasting, BriefError, Dearer
from bot.opening import Opening
from bot.permits import Permits
from bot.ports import Opened, Rounds, Stage
from bot.round import Round


@dataclass(frozen=True)
class Refinement:
    """What a brief can be refined with: the round it stands in, what its words would cost again in dollars, and what
    the vote said gave its faces away."""

    round: Round
    price: Decimal
    tells: Mapping[Tell, int]


class Refining:
    """Refines briefs, for the lead."""

    def __init__(self, rounds: Rounds, stage: Stage, opening: Opening, permits: Permits) -> None:
        self._rounds = rounds
        self._stage = stage
        self._opening = opening
        self._permits = permits

    async def begin(self, round_id: str, person: str) -> Refinement:
        """What the form is filled with; raises what sending it in now would, so that nobody fills it in in vain."""
        round_ = await self._rounds.get(round_id)
        await self._permits.lead(round_, person, "refine")
        await self._permits.spend(round_.place, person)
        round_.must_take_more("refine")
        price = self._opening.price_of(round_.brief, await self._opening.caps_in(round_.place))
        return Refinement(round_, price, _tells(round_))

    async def refine(self, round_id: str, person: str, text: str) -> Opened:
        """End the round and open a child for `text`, both or neither; sent in twice it opens one child.

        Other words may be for other models. Where that is dearer than what the form showed, nothing is opened and
        Dearer raised; sent in once more it is agreed to. Raises BriefError and all that opening a round does.
        """
        round_ = await self._rounds.get(round_id)
        await self._permits.lead(round_, person, "refine")
        brief = round_.brief.worded(text)
        if child := await self._opening.child(round_):
            if child.brief.text == brief.text:
                return Opened(child, fresh=False)
            raise AlreadyCasting(round_.character, child.id)
        round_.must_take_more("refine")
        if brief.text == round_.brief.text:
            raise BriefError("brief", "same")
        caps = await self._opening.caps_in(round_.place)
        shown, price = self._opening.price_of(round_.brief, caps), self._opening.price_of(brief, caps)
        if price > shown and not await self._opening.told(brief, round_, person, price):
            raise Dearer(price, shown)
        opened = await self._opening.open_child(round_, person, brief)
        self._stage.refresh(round_id)
        return opened


def _tells(round_: Round) -> Mapping[Tell, int]:
    """What gave faces away in a closed vote, all candidates together, the most often said first."""
    answers = round_.tally.answers if round_.tally else None
    told: Counter[Tell] = Counter()
    for counted in answers.tells.values() if answers else ():
        told.update(counted)
    return dict(told.most_common())
