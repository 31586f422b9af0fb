"""Who calls a door, and what they may see: holders of access tokens, and people whose Slack id is signed by Slack.

A token never sees more than everyone in its channel does, and nothing that its maker does not. A person asking over
Slack sees what they see in Slack.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.domain.audit import DOOR_USED, AuditEvent
from bot.domain.door_token import DoorToken, Scope, hash_secret
from bot.domain.errors import DoorRefused
from bot.domain.ids import ChannelRef
from bot.ports.messaging import ChannelAccess
from bot.usecases.access import is_visible_to_all
from bot.usecases.door_tokens import is_channel_member
from bot.usecases.ports import Ports, UseCase


@dataclass(frozen=True)
class Caller:
    """Who calls a door, checked now. `place` is the token's channel; without a token its channel is empty.

    `channels` are those that cast for the token's production.
    """

    person: str
    place: ChannelRef
    token: DoorToken | None = None
    channels: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        """A text for each token and each person of a workspace."""
        return f"token:{self.token.id}" if self.token else f"slack:{self.place.team}:{self.person}"

    @property
    def production_id(self) -> str:
        """The only production that the caller sees; empty for all."""
        return self.token.production_id if self.token else ""

    def require_scope(self, scope: Scope) -> None:
        """Raise DoorRefused if the caller's token lacks the scope; people may do what Slack lets them do."""
        if self.token:
            self.token.require_scope(scope)


@dataclass(frozen=True, slots=True)
class DoorAccess(UseCase):
    """Lets callers in. Each call asks the database and Slack again."""

    async def find_token(self, secret: str) -> DoorToken:
        """Return the live token with this text; raises DoorRefused."""
        token = await self.storage.door_tokens.find(hash_secret(secret))
        if token is None:
            raise DoorRefused("unknown")
        token.require_live(self.ports.now())
        return token

    async def get_token(self, token_id: str) -> DoorToken:
        """Return the live token with this id, which a signed link names; raises DoorRefused."""
        token = await self.storage.door_tokens.get(token_id)
        if token is None:
            raise DoorRefused("unknown")
        token.require_live(self.ports.now())
        return token

    async def admit_token(self, token: DoorToken) -> Caller:
        """Check the person who made the token, and its channel; raises DoorRefused, SlackUnavailable."""
        await self._require_active(token.place.team, token.person)
        if not await is_channel_member(self.ports, token.person, token.place):
            raise DoorRefused("left")
        production = await self.storage.productions.get(token.place)
        if production.id != token.production_id:
            raise DoorRefused("moved")
        return Caller(token.person, token.place, token, frozenset(production.channels))

    async def admit_person(self, team: str, person: str) -> Caller:
        """Check a person whom Slack's signature names; raises DoorRefused, SlackUnavailable."""
        await self._require_active(team, person)
        return Caller(person, ChannelRef(team, ""))

    async def record_use(self, token: DoorToken, call: str) -> None:
        """Write a call to the audit log; `call` names what was called, and no text of a request."""
        now = self.ports.now()
        audit_event = AuditEvent(DOOR_USED, token.place, token.person, now, detail=f"{token.id} {call}")
        await self.storage.door_tokens.record_use(token.id, now, audit_event)

    async def _require_active(self, team: str, person: str) -> None:
        user = await self.ports.user_directory.get_user(team, person)
        if user.is_deactivated or user.is_unknown or not user.is_human:
            raise DoorRefused("inactive")


@dataclass(frozen=True, slots=True)
class CallerAccess:
    """What a caller may see of the conversations that Slack reports. Implements the port ChannelAccess."""

    channel_access: ChannelAccess
    caller: Caller

    async def can_see(self, person: str, place: ChannelRef) -> bool:
        """Return whether the caller sees the conversation; for a token, also everyone in its channel must."""
        if place.team != self.caller.place.team:
            return False
        if self.caller.token is None:
            return await self.channel_access.can_see(person, place)
        if place == self.caller.place:
            return True
        return (
            place.channel in self.caller.channels
            and await is_visible_to_all(self.channel_access, place, self.caller.place)
            and await self.channel_access.can_see(person, place)
        )

    async def is_private(self, place: ChannelRef) -> bool:
        return await self.channel_access.is_private(place)

    async def has_outsiders(self, place: ChannelRef) -> bool:
        return await self.channel_access.has_outsiders(place)

    async def can_post(self, place: ChannelRef) -> bool:
        return await self.channel_access.can_post(place)

    async def channel_name(self, place: ChannelRef) -> str:
        return await self.channel_access.channel_name(place)

    async def list_channels(self, team: str, person: str) -> Mapping[str, str]:
        return await self.channel_access.list_channels(team, person)


def ports_for(ports: Ports, caller: Caller) -> Ports:
    """Return the ports with the caller's view of the conversations."""
    return replace(ports, channel_access=CallerAccess(ports.channel_access, caller))
