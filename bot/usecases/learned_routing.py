"""What a production's votes taught about models, for the routing of its next round."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from cachetools import TTLCache

from bot.domain.ids import ChannelRef
from bot.domain.routing.learned import table_prior
from bot.domain.standings.preferences import ContextRound, Preferences, learn
from bot.domain.standings.report import FinishedRound, SetAside, count_round
from bot.usecases.ports import UseCase
from bot.usecases.standings import list_finished

# A form asks at each choice; a round that closed in the meantime counts for the next one.
_CACHE_SECONDS, _MAX_CACHED = 60.0, 256


@dataclass(frozen=True)
class LearnedRouting(UseCase):
    """Preferences of productions that switched learning on; they are kept for a minute."""

    _cache: TTLCache[str, Preferences] = field(
        default_factory=lambda: TTLCache(_MAX_CACHED, _CACHE_SECONDS), init=False
    )

    async def preferences(self, place: ChannelRef) -> Preferences | None:
        """Return what the votes of the production's closed blind rounds taught; None where learning is off."""
        production = await self.storage.productions.get(place)
        if not production.settings.learn_routing:
            return None
        if production.id not in self._cache:
            finished = await list_finished(self.ports, place.team, production)
            self._cache[production.id] = await asyncio.to_thread(self._learn, finished)
        return self._cache.get(production.id)

    def _learn(self, finished: Sequence[FinishedRound]) -> Preferences:
        rounds = []
        for one in finished:
            counted = count_round(one)
            if not isinstance(counted, SetAside):
                rounds.append(ContextRound(counted, one.round.routing_reason.context))
        return learn(rounds, table_prior(self.ports.catalogue))
