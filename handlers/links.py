"""Where rounds' messages are, asked of Slack once for each."""

from collections import OrderedDict

from bot.errors import Unreachable
from bot.round import Round
from handlers.clients import Clients
from handlers.sights import permalink

_REMEMBERED = 1_000


class Links:
    """Permalinks. What Slack does not tell is left out, and asked again the next time."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._known: OrderedDict[tuple[str, str, str], str] = OrderedDict()

    async def of(self, round_: Round) -> str:
        """The address of a round's message; empty when it has none, or Slack does not say."""
        if not round_.message_ts:
            return ""
        key = (round_.place.team, round_.place.channel, round_.message_ts)
        if key not in self._known:
            try:
                self._known[key] = await permalink(self._clients.of(round_.place.team), *key[1:])
            except Unreachable:
                return ""
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return self._known[key]
