"""Aliases: other names that a character is found by."""

from dataclasses import dataclass

import structlog

from bot.domain.audit import AuditEvent
from bot.domain.errors import BriefError
from bot.domain.face import Character
from bot.domain.ids import ChannelRef
from bot.usecases.access import PermittedUseCase, visible_characters
from bot.usecases.near_names import near_characters

log = structlog.get_logger()


@dataclass(frozen=True)
class AliasChange:
    """An alias that was added or removed; `aliases` are all that the character has now."""

    character: str
    alias: str
    aliases: tuple[str, ...] = ()
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Aliases(PermittedUseCase):
    """Adds and removes aliases, for people who may start rounds."""

    async def add(self, name: str, alias: str, person: str, place: ChannelRef) -> AliasChange:
        """Add an alias to a character of this channel's production; raises PermissionDenied, BriefError."""
        await self.permissions.require_start(place, person)
        character = await self._find_character(name, person, place)
        audit_event = AuditEvent("alias", place, person, self.ports.now(), character.id, detail=alias)
        if taken_by := await self.storage.roster.add_alias(character, alias, audit_event):
            raise BriefError("alias", "own" if taken_by == character.name else "taken", alias, (taken_by,))
        log.info("alias_added", character=character.id)
        updated = await self.storage.roster.get(character.id)
        return AliasChange(character.name, alias, updated.aliases if updated else ())

    async def remove(self, alias: str, person: str, place: ChannelRef) -> AliasChange:
        """Remove an alias from this channel's production; raises PermissionDenied, BriefError."""
        await self.permissions.require_start(place, person)
        production = (await self.storage.productions.get(place)).id
        audit_event = AuditEvent("unalias", place, person, self.ports.now(), detail=alias)
        if not (name := await self.storage.roster.remove_alias(production, alias, audit_event)):
            raise BriefError("alias", "none", alias)
        return AliasChange(name, alias, removed=True)

    async def _find_character(self, name: str, person: str, place: ChannelRef) -> Character:
        """Return the character of this channel's production with that name; raises BriefError."""
        production = (await self.storage.productions.get(place)).id
        matches = [c for c in await self.storage.roster.by_name(place.team, name) if c.production_id == production]
        if not (visible := await visible_characters(self.ports.channel_access, matches, person, place)):
            near = await near_characters(self.ports, name, person, place, production_id=production)
            raise BriefError("alias", "unknown", name, tuple(character.name for character in near[:1]))
        return visible[0]
