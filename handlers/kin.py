"""The round before and the round after: what a message shows of them, and the way there."""

from bot.errors import Unreachable
from bot.opening import child_id
from bot.ports import Rounds
from bot.round import Round, State
from handlers.blocks.shown import Kin
from handlers.clients import Clients
from handlers.sights import permalink

_REMEMBERED = 1_000


class Kinship:
    """Finds a round's parent and child. An address never changes, so each is asked of Slack once."""

    def __init__(self, clients: Clients, rounds: Rounds) -> None:
        self._clients = clients
        self._rounds = rounds
        self._links: dict[tuple[str, str], str] = {}

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
        return Kin(kin, tally, await self._link(kin))

    async def _link(self, kin: Round) -> str:
        """Empty while there is none: a message without the way there is still a message."""
        if not kin.message_ts:
            return ""
        key = (kin.place.channel, kin.message_ts)
        if key not in self._links:
            try:
                link = await permalink(self._clients.of(kin.place.team), *key)
            except Unreachable:
                return ""
            if len(self._links) >= _REMEMBERED:
                self._links.clear()
            self._links[key] = link
        return self._links[key]
