"""Where rounds' messages are, asked of Slack once for each."""

from collections import OrderedDict

from bot.errors import SlackUnavailable
from bot.round import Round
from handlers.clients import Clients
from handlers.sights import permalink

_CACHE_SIZE = 1_000


class Permalinks:
    """Permalinks. What Slack does not tell is left out, and asked again the next time."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._cache: OrderedDict[tuple[str, str, str], str] = OrderedDict()

    async def get(self, round_: Round) -> str:
        """The address of a round's message; empty when it has none, or Slack does not say."""
        if not round_.message_ts:
            return ""
        key = (round_.place.team, round_.place.channel, round_.message_ts)
        if key not in self._cache:
            try:
                self._cache[key] = await permalink(self._clients.for_team(round_.place.team), *key[1:])
            except SlackUnavailable:
                return ""
            if len(self._cache) > _CACHE_SIZE:
                self._cache.popitem(last=False)
        return self._cache[key]
