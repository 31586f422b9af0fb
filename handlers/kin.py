"""The round before and the round after: what a message shows of them, and the way there."""

from bot.opening import child_id
from bot.ports import Rounds
from bot.round import Round, State
from handlers.blocks.shown import Kin
from handlers.links import Links


class Kinship:
    """Finds a round's parent and child."""

    def __init__(self, links: Links, rounds: Rounds) -> None:
        self._links = links
        self._rounds = rounds

    async def before(self, round_: Round) -> Kin | None:
        """The round whose place this one took, with its votes as far as anybody may see them."""
        return await self._kin(round_.parent) if round_.parent else None

    async def after(self, round_: Round) -> Kin | None:
        """The round that took this one's place."""
        return await self._kin(child_id(round_)) if round_.state is State.VOID else None

    async def _kin(self, round_id: str) -> Kin | None:
        try:
            kin = await self._rounds.get(round_id)
        except KeyError:
            return None
        tally = kin.shown(kin.count(await self._rounds.marks(kin.id), await self._rounds.papers(kin.id)))
        return Kin(kin, tally, await self._links.of(kin))
