"""Access tokens of the doors: who may change a channel's settings makes, lists and revokes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from bot.domain.audit import AuditEvent
from bot.domain.door_token import DoorToken, TokenRequest, hash_secret, new_secret
from bot.domain.errors import NotAvailableHere
from bot.domain.ids import ChannelRef
from bot.domain.service_errors import SlackRejected
from bot.usecases.access import PermittedUseCase
from bot.usecases.ports import Ports

MADE, REVOKED = "door_token_made", "door_token_revoked"


@dataclass(frozen=True)
class TokenList:
    """The tokens of a channel, newest first, as they are at `now`."""

    place: ChannelRef
    channel: str
    tokens: Sequence[DoorToken]
    now: datetime
    doors_url: str


@dataclass(frozen=True)
class NewToken:
    """A token and its text, which is shown once and stored nowhere."""

    token: DoorToken
    secret: str
    doors_url: str


@dataclass(frozen=True, slots=True)
class DoorTokenEditor(PermittedUseCase):
    """Makes, lists and revokes tokens."""

    async def list_tokens(self, place: ChannelRef, person: str) -> TokenList:
        """Return the channel's tokens; raises PermissionDenied, SlackUnavailable."""
        await self.permissions.require_settings_change(place, person)
        tokens = await self.storage.door_tokens.list_for_channel(place)
        name = await self.ports.channel_access.channel_name(place)
        return TokenList(place, name, tokens, self.ports.now(), self.ports.doors_url)

    async def make(self, place: ChannelRef, person: str, request: TokenRequest) -> NewToken:
        """Store a new token for the channel's production and return its text.

        Raises PermissionDenied, NotAvailableHere unless the person is a member, BriefError with too many tokens.
        """
        place = await self.storage.productions.current_channel(place)
        await self.permissions.require_settings_change(place, person)
        if not await is_channel_member(self.ports, person, place):
            raise NotAvailableHere("not_member")
        now, secret = self.ports.now(), new_secret()
        token = DoorToken(
            id=f"k{uuid4().hex[:12]}",
            place=place,
            production_id="",
            person=person,
            name=request.name,
            scopes=request.scopes,
            month_cap=request.month_cap,
            created_at=now,
            expires_at=now + request.lifetime,
        )
        audit_event = AuditEvent(MADE, place, person, now, detail=f"{token.id} {token.name}")
        stored = await self.storage.door_tokens.add(token, hash_secret(secret), audit_event)
        return NewToken(stored, secret, self.ports.doors_url)

    async def revoke(self, token_id: str, place: ChannelRef, person: str) -> DoorToken:
        """Revoke a token of this channel; a repeated call does nothing. It is refused from the next call on.

        Who made it may revoke it too. Raises PermissionDenied, and KeyError for a token of another channel.
        """
        token = await self.storage.door_tokens.get(token_id)
        if token is None or token.place != place:
            raise KeyError(token_id)
        if person != token.person:
            await self.permissions.require_settings_change(place, person)
        now = self.ports.now()
        audit_event = AuditEvent(REVOKED, place, person, now, detail=f"{token.id} {token.name}")
        await self.storage.door_tokens.revoke(token_id, person, now, audit_event)
        return token


async def is_channel_member(ports: Ports, person: str, place: ChannelRef) -> bool:
    """Return whether the person is in the channel itself, also in a public or archived one; raises SlackUnavailable.

    Slack may refuse to list the channels of people of other organizations; there it decides who sees the channel.
    """
    try:
        return place.channel in await ports.channel_access.list_channels(place.team, person)
    except SlackRejected:
        return await ports.channel_access.can_see(person, place)
