"""Where rounds' messages are, asked of Slack once for each."""

from collections import OrderedDict

from bot.errors import Unreachable
from bot.round import Round
from handlers.asking import asking
from handlers.clients import Clients

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
                self._known[key] = await self._ask(*key)
            except Unreachable:
                return ""
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return self._known[key]

    async def _ask(self, team: str, channel: str, message_ts: str) -> str:
        with asking("chat.getPermalink"):
            answer = await self._clients.of(team).chat_getPermalink(channel=channel, message_ts=message_ts)
        return str(answer["permalink"])
