"""Standings: what the votes of finished blind rounds say about the models, for one person or for a channel."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.domain.ids import ChannelRef
from bot.domain.production import Production
from bot.domain.standings.report import FinishedRound, StandingsReport, standings_report
from bot.usecases.access import PermittedUseCase, visible_channels
from bot.usecases.ports import Ports

# The newest finished rounds of a workspace: older ones say little about today's models.
_MAX_ROUNDS = 400

Scope = Literal["production", "workspace"]


@dataclass(frozen=True)
class Standings:
    """A report over the rounds of one production, or of all channels that the reader may see."""

    scope: Scope
    production_name: str
    report: StandingsReport


@dataclass(frozen=True, slots=True)
class ShowStandings(PermittedUseCase):
    """Builds standings. They hold no names and no votes of single people."""

    async def for_person(self, person: str, place: ChannelRef, scope: Scope) -> Standings:
        """Return the standings over the rounds of channels that the person may see; the person is in `place`.

        Raises SlackUnavailable, StorageUnavailable.
        """
        production = await self.storage.productions.get(place)
        finished = await list_finished(self.ports, place.team, production if scope == "production" else None)
        channels = {one.round.place for one in finished}
        visible = await visible_channels(self.ports.channel_access, channels, person, place)
        return await _build(production, scope, [one for one in finished if one.round.place in visible])

    async def for_channel(self, person: str, place: ChannelRef) -> Standings:
        """Return the standings to post in `place`, over the rounds of that channel alone.

        Raises PermissionDenied unless the person may change the production's settings.
        """
        await self.permissions.require_settings_change(place, person)
        production = await self.storage.productions.get(place)
        finished = await list_finished(self.ports, place.team, production)
        return await _build(production, "production", [one for one in finished if one.round.place == place])


async def list_finished(ports: Ports, team: str, production: Production | None = None) -> Sequence[FinishedRound]:
    """Return the newest finished rounds of a workspace, or of one production in it."""
    finished = await ports.storage.ballots.list_finished(team, _MAX_ROUNDS)
    return [one for one in finished if production is None or one.round.place.channel in production.channels]


async def _build(production: Production, scope: Scope, finished: Sequence[FinishedRound]) -> Standings:
    return Standings(scope, production.name, await asyncio.to_thread(standings_report, finished))
