"""Webhooks: endpoints and deliveries, implemented in storage/, and the sender, implemented in providers/."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.audit import AuditEvent
from bot.domain.ids import ChannelRef
from bot.domain.webhook import Attempt, Delivery, DeliveryState, OffReason, WebhookEndpoint
from bot.ports.installations import KeyRotation


@dataclass(frozen=True)
class WebhookResponse:
    """An answer: at most 64 kB of its body, empty where it is longer."""

    status: int
    retry_after: timedelta = timedelta(0)
    body: bytes = field(default=b"", repr=False)
    content_type: str = ""


@dataclass(eq=False)
class AddressRefused(Exception):
    """Nothing is sent to this address; `problem` is not_https, malformed, not_public or not_found."""

    problem: str


@dataclass(eq=False)
class Unreachable(Exception):
    """No answer; `problem` is timed_out, connection_failed, tls_failed or connection_lost."""

    problem: str


class WebhookSender(Protocol):
    """Sends requests to addresses that people typed, and to nothing inside the network of the bot."""

    async def check(self, url: str) -> None:
        """Resolve the host; raises AddressRefused."""

    async def send(self, url: str, headers: dict[str, str], body: bytes) -> WebhookResponse:
        """Post once, to an address that was checked just now, without redirects; raises AddressRefused, Unreachable."""


class WebhookEndpoints(Protocol):
    """Endpoints by the channel they were set up in. Every method raises StorageUnavailable."""

    @property
    def can_store_secrets(self) -> bool:
        """Whether there are keys (TOKEN_KEYS) that encrypt secrets; without them no endpoint is added."""

    async def add(self, endpoint: WebhookEndpoint, secret: str, limit: int, audit_event: AuditEvent) -> bool:
        """Store an endpoint; False if its channel has `limit` endpoints."""

    async def get(self, endpoint_id: str) -> WebhookEndpoint | None: ...

    async def list_for_channel(self, place: ChannelRef) -> Sequence[WebhookEndpoint]:
        """List the endpoints that were set up in a channel, oldest first."""

    async def list_all(self) -> Sequence[WebhookEndpoint]: ...

    async def rotate(self, endpoint_id: str, secret: str, previous_until: datetime, audit_event: AuditEvent) -> bool:
        """Sign with a new secret, and until then with the one before as well; False without such an endpoint."""

    async def switch(self, endpoint_id: str, off: OffReason | None, at: datetime, audit_event: AuditEvent) -> bool:
        """Switch an endpoint on (None) or off; what waits for one that is off counts as missed.

        False if it is so already or does not exist.
        """

    async def delete(self, endpoint_id: str, audit_event: AuditEvent) -> bool:
        """Delete an endpoint with its deliveries; False without such an endpoint."""

    async def secrets(self, endpoint_id: str, now: datetime) -> Sequence[str]:
        """Return the secrets that sign now, newest first; raises UnreadableToken."""

    async def list_untold(self) -> Sequence[WebhookEndpoint]:
        """List endpoints that the bot switched off and nobody was told about."""

    async def mark_told(self, endpoint_id: str, at: datetime) -> bool:
        """Record that somebody is told now; False if that is recorded."""

    async def release_told(self, endpoint_id: str) -> None:
        """Delete the record of a message that was not sent."""

    async def clear_expired(self, now: datetime) -> None:
        """Delete previous secrets whose overlap is over."""

    async def reencrypt(self) -> KeyRotation:
        """Encrypt all secrets with the newest key; safe while bots run."""


class WebhookDeliveries(Protocol):
    """Deliveries of events, which changes of rounds and faces write in their own transactions."""

    async def list_due(self, now: datetime, limit: int) -> Sequence[str]:
        """List waiting deliveries of endpoints that are on, the oldest first."""

    async def claim(self, delivery_id: str, now: datetime, until: datetime) -> Delivery | None:
        """Begin an attempt of a due delivery; None if it is not due: another process makes it or has made it.

        If this process ends during the attempt, the delivery is due again `until` then.
        """

    async def record(
        self, delivery_id: str, attempt: Attempt, state: DeliveryState, next_at: datetime | None = None
    ) -> None:
        """Store how an attempt ended; `next_at` is when the next one is due."""

    async def postpone(self, delivery_id: str, next_at: datetime) -> None:
        """Take back the claim of an attempt that sent nothing."""

    async def list_deliveries(
        self, endpoint_id: str = "", state: DeliveryState | None = None, limit: int = 50
    ) -> Sequence[Delivery]:
        """List deliveries, newest event first."""

    async def replay(self, ids: Sequence[str], now: datetime) -> Sequence[str]:
        """Make deliveries due with a whole schedule before them; return those that exist and whose endpoint is on."""

    async def purge(self, before: datetime) -> int:
        """Delete events of before then with their deliveries; return how many."""
