"""Webhook endpoints of a production: set up, rotated, switched and deleted by people who may change its settings."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from bot.domain.audit import AuditEvent
from bot.domain.errors import BriefError, NotAvailableHere
from bot.domain.ids import ChannelRef
from bot.domain.webhook import ENDPOINT_LIMIT, EventType, OffReason, WebhookEndpoint, new_secret
from bot.ports.installations import UnreadableToken
from bot.ports.webhooks import AddressRefused
from bot.usecases.access import PermittedUseCase
from bot.usecases.production_settings import SET_PREFIX

WEBHOOKS, WEBHOOK_SECRET = f"{SET_PREFIX}webhooks", f"{SET_PREFIX}webhook_secret"


@dataclass(frozen=True)
class WebhookList:
    """The endpoints of a channel; without keys (TOKEN_KEYS) none can be added.

    `overlap_hours` is how long two secrets sign after a rotation.
    """

    place: ChannelRef
    endpoints: tuple[WebhookEndpoint, ...]
    can_add: bool
    has_keys: bool
    overlap_hours: int


@dataclass(frozen=True)
class NewSecret:
    """An endpoint and its secret, which is shown once. `previous_until` is set while the one before signs too."""

    endpoint: WebhookEndpoint
    secret: str
    previous_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class WebhookSettings(PermittedUseCase):
    """Changes endpoints; every change is in the audit log, and every method raises PermissionDenied."""

    async def list_for(self, place: ChannelRef, person: str) -> WebhookList:
        """List the endpoints of a channel."""
        place = await self._allowed(place, person)
        endpoints = tuple(await self.storage.webhook_endpoints.list_for_channel(place))
        has_keys = self.storage.webhook_endpoints.can_store_secrets
        hours = int(self.ports.webhook_overlap / timedelta(hours=1))
        return WebhookList(place, endpoints, has_keys and len(endpoints) < ENDPOINT_LIMIT, has_keys, hours)

    async def add(self, place: ChannelRef, person: str, url: str, events: tuple[str, ...]) -> NewSecret:
        """Add an endpoint; raises BriefError (fields webhook_url, webhook_events)."""
        place = await self._allowed(place, person)
        if not self.storage.webhook_endpoints.can_store_secrets:
            raise BriefError("webhook_url", "no_keys")
        types = tuple(type_ for type_ in EventType if type_.value in events)
        if not types:
            raise BriefError("webhook_events", "none")
        try:
            await self.ports.webhook_sender.check(url.strip())
        except AddressRefused as error:
            raise BriefError("webhook_url", error.problem) from error
        now, secret = self.ports.now(), new_secret()
        endpoint = WebhookEndpoint(f"whe_{uuid4().hex}", place, url.strip(), types, person, now)
        event = AuditEvent(WEBHOOKS, place, person, now, detail=f"\n{endpoint.host}")
        if not await self.storage.webhook_endpoints.add(endpoint, secret, ENDPOINT_LIMIT, event):
            raise BriefError("webhook_url", "too_many", limit=ENDPOINT_LIMIT)
        return NewSecret(endpoint, secret)

    async def rotate(self, place: ChannelRef, person: str, endpoint_id: str) -> NewSecret:
        """Sign with a new secret, and for the overlap with the one before too; raises KeyError, NotAvailableHere."""
        endpoint = await self._get(place, person, endpoint_id)
        now, secret = self.ports.now(), new_secret()
        until = now + self.ports.webhook_overlap
        event = AuditEvent(WEBHOOK_SECRET, endpoint.place, person, now, detail=f"\n{endpoint.host}")
        try:
            if not await self.storage.webhook_endpoints.rotate(endpoint_id, secret, until, event):
                raise KeyError(endpoint_id)
        except UnreadableToken as error:
            raise NotAvailableHere("no_keys") from error
        return NewSecret(replace(endpoint, previous_until=until), secret, until)

    async def switch(self, place: ChannelRef, person: str, endpoint_id: str, *, on: bool) -> None:
        """Switch an endpoint on or off; a repeated call changes nothing. Raises KeyError."""
        endpoint = await self._get(place, person, endpoint_id)
        off = None if on else OffReason.PERSON
        old, new = (f"{endpoint.host} (off)", endpoint.host) if on else (endpoint.host, f"{endpoint.host} (off)")
        event = AuditEvent(WEBHOOKS, endpoint.place, person, self.ports.now(), detail=f"{old}\n{new}")
        await self.storage.webhook_endpoints.switch(endpoint_id, off, self.ports.now(), event)

    async def delete(self, place: ChannelRef, person: str, endpoint_id: str) -> None:
        """Delete an endpoint with what waits for it; raises KeyError."""
        endpoint = await self._get(place, person, endpoint_id)
        event = AuditEvent(WEBHOOKS, endpoint.place, person, self.ports.now(), detail=f"{endpoint.host}\n")
        await self.storage.webhook_endpoints.delete(endpoint_id, event)

    async def _get(self, place: ChannelRef, person: str, endpoint_id: str) -> WebhookEndpoint:
        """Return an endpoint of this channel; one of another channel counts as unknown."""
        place = await self._allowed(place, person)
        endpoint = await self.storage.webhook_endpoints.get(endpoint_id)
        if endpoint is None or endpoint.place != place:
            raise KeyError(endpoint_id)
        return endpoint

    async def _allowed(self, place: ChannelRef, person: str) -> ChannelRef:
        place = await self.storage.productions.current_channel(place)
        await self.permissions.require_settings_change(place, person)
        return place
