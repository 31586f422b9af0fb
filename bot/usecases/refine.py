"""Refining: a child round with a changed brief replaces its parent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.ballot import FlawTag, Tally
from bot.domain.comment import Comment
from bot.domain.errors import AlreadyCasting, BriefError, PriceIncreased
from bot.domain.flaw_tags import OfferedWords, offer_words, remedies, shares, totals
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.ports.rounds import StartResult
from bot.usecases.comments import Comments
from bot.usecases.start_round import StartingUseCase
from bot.usecases.vote import load_votes


@dataclass(frozen=True)
class RefineForm:
    """What the form shows: the round, the price in dollars of its brief, the voters' flaws and visible comments.

    `offers` are words for the most frequent flaws.
    """

    round: Round
    price: Decimal
    flaw_counts: Mapping[FlawTag, int]
    comments: tuple[Comment, ...] = ()
    offers: tuple[OfferedWords, ...] = ()


@dataclass(frozen=True, slots=True)
class Refine(StartingUseCase):
    """Refines briefs, for the lead."""

    comments: Comments

    async def form(self, round_id: str, person: str) -> RefineForm:
        """Return the contents of the form; raises what a submit would raise now."""
        round_ = await self.permissions.get_led(round_id, person, "refine")
        round_.require_casting("refine")
        await self.permissions.require_spend(round_.place, person)
        round_.require_accepts_slots("refine")
        price = self.quotes.price_of(round_.brief, await self.quotes.caps_for(round_.place))
        tally = await self._tally_with_flaws(round_)
        counts = totals(tally.flaws) if tally else {}
        offers = offer_words(counts, round_.brief.text)
        return RefineForm(round_, price, counts, await self.comments.visible(round_), offers)

    async def refine(
        self,
        round_id: str,
        person: str,
        text: str,
        added_comments: Collection[tuple[str, int]] = (),
        added_tags: Sequence[FlawTag] = (),
    ) -> StartResult:
        """Void the round and start a child for `text`, in one transaction; a repeated submit starts one child.

        `added_comments` are slot and timestamp of comments whose words are added to the brief. `added_tags` are flaws
        whose words the person put into the text; the child remembers what is left of them.

        If the new text costs more than the form showed, raises PriceIncreased; a second submit accepts the price.
        Raises BriefError and what starting a round raises.
        """
        round_ = await self.permissions.get_led(round_id, person, "refine")
        round_.require_casting("refine")
        brief = round_.brief.with_text(await self._with_comments(round_, text, added_comments))
        if child := await self.start_round.get_child(round_):
            if child.brief.text == brief.text:
                return StartResult(child, created=False)
            raise AlreadyCasting(round_.character, child.id)
        round_.require_accepts_slots("refine")
        if brief.text == round_.brief.text:
            raise BriefError("brief", "same")
        caps = await self.quotes.caps_for(round_.place)
        shown_price, price = self.quotes.price_of(round_.brief, caps), self.quotes.price_of(brief, caps)
        if price > shown_price and not await self.start_round.price_confirmed_before(brief, round_, person, price):
            raise PriceIncreased(price, shown_price)
        before = shares(await self._tally_with_flaws(round_))
        kept = remedies(added_tags, round_.brief.text, brief.text, before)
        result = await self.start_round.start_child(round_, person, brief, kept)
        self.ports.publisher.schedule_redraw(round_id)
        return result

    async def _with_comments(self, round_: Round, text: str, added_comments: Collection[tuple[str, int]]) -> str:
        visible = await self.comments.visible(round_) if added_comments else ()
        added = [c.text for c in visible if (c.slot_id, c.event_ts_us) in added_comments]
        return "\n".join([text.rstrip(), *added]) if added else text

    async def _tally_with_flaws(self, round_: Round) -> Tally | None:
        """Return the first ballot's tally; of an open ballot also before its close. None while nobody may know it."""
        if round_.first_tally or round_.is_sealed or round_.state is not RoundState.VOTING:
            return round_.first_tally
        flaw_answers = await self.storage.flaw_answers.list_for_round(round_.id)
        return round_.count_votes(*await load_votes(self.storage, round_.id), flaw_answers)
