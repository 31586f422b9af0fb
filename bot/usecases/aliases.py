"""Other names: a character answers to its aliases as to its own name."""

from dataclasses import dataclass

import structlog

from bot.domain.audit import AuditEvent
from bot.domain.errors import BriefError
from bot.domain.face import Character
from bot.domain.ids import ChannelRef
from bot.ports.clock import Now
from bot.ports.roster import Roster
from bot.ports.storage import Productions
from bot.usecases.access import Permissions
from bot.usecases.recall import Recall

log = structlog.get_logger()


@dataclass(frozen=True)
class AliasChange:
    """`character` (a name) answers to `alias` now; with `dropped` it does no longer. `aliases` are all it has."""

    character: str
    alias: str
    aliases: tuple[str, ...] = ()
    removed: bool = False


class Aliases:
    """Gives aliases and takes them away, for whoever may start rounds."""

    def __init__(
        self, roster: Roster, productions: Productions, recall: Recall, permissions: Permissions, now: Now
    ) -> None:
        self._roster = roster
        self._productions = productions
        self._recall = recall
        self._permissions = permissions
        self._now = now

    async def add(self, name: str, alias: str, person: str, place: ChannelRef) -> AliasChange:
        """Let the character `name` of this channel's production answer to `alias`; raises Barred, BriefError."""
        await self._permissions.require_start(place, person)
        character = await self._find_character(name, person, place)
        audit_event = AuditEvent("alias", place, person, self._now(), character.id, detail=alias)
        if taken_by := await self._roster.add_alias(character, alias, audit_event):
            raise BriefError("alias", "own" if taken_by == character.name else "taken", alias, (taken_by,))
        log.info("alias_given", character=character.id)
        updated = await self._roster.get(character.id)
        return AliasChange(character.name, alias, updated.aliases if updated else ())

    async def remove(self, alias: str, person: str, place: ChannelRef) -> AliasChange:
        """Take an alias of this channel's production away; raises Barred, BriefError."""
        await self._permissions.require_start(place, person)
        production = (await self._productions.get(place)).id
        audit_event = AuditEvent("unalias", place, person, self._now(), detail=alias)
        if not (name := await self._roster.remove_alias(production, alias, audit_event)):
            raise BriefError("alias", "none", alias)
        return AliasChange(name, alias, removed=True)

    async def _find_character(self, name: str, person: str, place: ChannelRef) -> Character:
        """The character of this channel's production that is called so; raises BriefError."""
        production = (await self._productions.get(place)).id
        matches = [c for c in await self._roster.by_name(place.team, name) if c.production_id == production]
        if not (visible := await self._recall.visible_characters(matches, person, place)):
            raise BriefError("alias", "unknown", name)
        return visible[0]
