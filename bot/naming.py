"""Other names: a character answers to its aliases as to its own name."""

from dataclasses import dataclass

import structlog

from bot.deed import Deed
from bot.errors import BriefError
from bot.face import Character, Place
from bot.permits import Permits
from bot.ports import Clock, Productions, Roster
from bot.recall import Recall

log = structlog.get_logger()


@dataclass(frozen=True)
class Named:
    """`character` (a name) answers to `alias` now; with `dropped` it does no longer. `aliases` are all it has."""

    character: str
    alias: str
    aliases: tuple[str, ...] = ()
    dropped: bool = False


class Aliases:
    """Gives aliases and takes them away, for whoever may start rounds."""

    def __init__(self, roster: Roster, productions: Productions, recall: Recall, permits: Permits, now: Clock) -> None:
        self._roster = roster
        self._productions = productions
        self._recall = recall
        self._permits = permits
        self._now = now

    async def give(self, name: str, alias: str, person: str, place: Place) -> Named:
        """Let the character `name` of this channel's production answer to `alias`; raises Barred, BriefError."""
        await self._permits.start(place, person)
        character = await self._own(name, person, place)
        deed = Deed("alias", place, person, self._now(), character.id, note=alias)
        if taken := await self._roster.name(character, alias, deed):
            raise BriefError("alias", "own" if taken == character.name else "taken", alias, (taken,))
        log.info("alias_given", character=character.id)
        known = await self._roster.character(character.id)
        return Named(character.name, alias, known.aliases if known else ())

    async def drop(self, alias: str, person: str, place: Place) -> Named:
        """Take an alias of this channel's production away; raises Barred, BriefError."""
        await self._permits.start(place, person)
        production = (await self._productions.of(place)).id
        deed = Deed("unalias", place, person, self._now(), note=alias)
        if not (name := await self._roster.unname(production, alias, deed)):
            raise BriefError("alias", "none", alias)
        return Named(name, alias, dropped=True)

    async def _own(self, name: str, person: str, place: Place) -> Character:
        """The character of this channel's production that is called so; raises BriefError."""
        production = (await self._productions.of(place)).id
        alike = [c for c in await self._roster.named(place.team, name) if c.production == production]
        if not (seen := await self._recall.visible(alike, person, place)):
            raise BriefError("alias", "unknown", name)
        return seen[0]
