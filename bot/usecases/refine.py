"""Refining: a child round with a changed brief replaces its parent."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.ballot import FlawTag
from bot.domain.comment import Comment
from bot.domain.errors import AlreadyCasting, BriefError, PriceIncreased
from bot.domain.round import Round
from bot.ports.rounds import StartResult
from bot.usecases.access import Permissions
from bot.usecases.comments import Comments
from bot.usecases.ports import Ports
from bot.usecases.quotes import Quotes
from bot.usecases.start_round import StartRound


@dataclass(frozen=True)
class RefineForm:
    """What the form shows: the round, the price in dollars of its brief, the voters' flaws and visible comments."""

    round: Round
    price: Decimal
    flaw_counts: Mapping[FlawTag, int]
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True, slots=True)
class Refine:
    """Refines briefs, for the lead."""

    ports: Ports
    start_round: StartRound
    quotes: Quotes
    permissions: Permissions
    comments: Comments

    async def form(self, round_id: str, person: str) -> RefineForm:
        """Return the contents of the form; raises what a submit would raise now."""
        round_ = await self.ports.storage.rounds.get(round_id)
        await self.permissions.require_lead(round_, person, "refine")
        await self.permissions.require_spend(round_.place, person)
        round_.require_accepts_slots("refine")
        price = self.quotes.price_of(round_.brief, await self.quotes.caps_for(round_.place))
        return RefineForm(round_, price, _flaw_counts(round_), await self.comments.visible(round_))

    async def refine(
        self, round_id: str, person: str, text: str, added_comments: Collection[tuple[str, int]] = ()
    ) -> StartResult:
        """Void the round and start a child for `text`, in one transaction; a repeated submit starts one child.

        `added_comments` are slot and timestamp of comments whose words are added to the brief.

        If the new text costs more than the form showed, raises PriceIncreased; a second submit accepts the price.
        Raises BriefError and what starting a round raises.
        """
        round_ = await self.ports.storage.rounds.get(round_id)
        await self.permissions.require_lead(round_, person, "refine")
        brief = round_.brief.with_text(await self._with_comments(round_, text, added_comments))
        if child := await self.start_round.get_child(round_):
            if child.brief.text == brief.text:
                return StartResult(child, created=False)
            raise AlreadyCasting(round_.character, child.id)
        round_.require_accepts_slots("refine")
        if brief.text == round_.brief.text:
            raise BriefError("brief", "same")
        caps = await self.quotes.caps_for(round_.place)
        shown_price, price = (
            self.quotes.price_of(round_.brief, caps),
            self.quotes.price_of(brief, caps),
        )
        if price > shown_price and not await self.start_round.price_confirmed_before(brief, round_, person, price):
            raise PriceIncreased(price, shown_price)
        result = await self.start_round.start_child(round_, person, brief)
        self.ports.publisher.schedule_redraw(round_id)
        return result

    async def _with_comments(self, round_: Round, text: str, added_comments: Collection[tuple[str, int]]) -> str:
        visible = await self.comments.visible(round_) if added_comments else ()
        added = [c.text for c in visible if (c.slot_id, c.event_ts_us) in added_comments]
        return "\n".join([text.rstrip(), *added]) if added else text


def _flaw_counts(round_: Round) -> Mapping[FlawTag, int]:
    """Count the flaws that a closed sealed vote reported for all candidates, most frequent first."""
    sealed_results = round_.tally.sealed_results if round_.tally else None
    totals: Counter[FlawTag] = Counter()
    for counts in sealed_results.flaw_tags.values() if sealed_results else ():
        totals.update(counts)
    return dict(totals.most_common())
