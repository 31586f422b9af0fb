"""The round before and the round after: what a message shows of them, and the way there."""

from bot.opening import child_round_id
from bot.ports import RoundRepository
from bot.round import Round, RoundState
from handlers.blocks.shown import RelatedRound
from handlers.links import Permalinks


class RelatedRounds:
    """Finds a round's parent and child."""

    def __init__(self, permalinks: Permalinks, rounds: RoundRepository) -> None:
        self._permalinks = permalinks
        self._rounds = rounds

    async def parent_of(self, round_: Round) -> RelatedRound | None:
        """The round whose place this one took, with its votes as far as anybody may see them."""
        return await self._related(round_.parent) if round_.parent else None

    async def child_of(self, round_: Round) -> RelatedRound | None:
        """The round that took this one's place."""
        return await self._related(child_round_id(round_.place.team, round_.id)) if round_.state is RoundState.VOID else None

    async def _related(self, round_id: str) -> RelatedRound | None:
        try:
            related = await self._rounds.get(round_id)
        except KeyError:
            return None
        tally = related.visible_tally(
            related.count_votes(
                await self._rounds.list_vote_inputs(related.id), await self._rounds.list_submissions(related.id)
            )
        )
        return RelatedRound(related, tally, await self._permalinks.get(related))
