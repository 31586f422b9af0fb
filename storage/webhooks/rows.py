"""Rows of webhooks as domain values."""

from typing import Any

from sqlalchemy import RowMapping, Select, select

from bot.domain.ids import ChannelRef
from bot.domain.webhook import Delivery, EventType, OffReason, WebhookEndpoint, WebhookEvent
from storage.db.webhook_tables import webhook_deliveries, webhook_endpoints, webhook_events

# Without secrets: they are read where a request is signed, and nowhere else.
_ENDPOINT_NAMES = (
    *("id", "team", "channel", "url", "events", "person", "created_at"),
    *("previous_until", "off_reason", "off_at", "last_success_at"),
)
ENDPOINT_COLUMNS = [webhook_endpoints.c[name] for name in _ENDPOINT_NAMES]


def delivery_query() -> Select[Any]:
    """Select deliveries, each with its event and endpoint."""
    columns = [
        *(column.label(f"delivery_{column.name}") for column in webhook_deliveries.c),
        *(column.label(f"event_{column.name}") for column in webhook_events.c),
        *(column.label(f"endpoint_{column.name}") for column in ENDPOINT_COLUMNS),
    ]
    joined = webhook_deliveries.join(webhook_events).join(webhook_endpoints)
    return select(*columns).select_from(joined)


def endpoint_from_row(row: RowMapping, prefix: str = "") -> WebhookEndpoint:
    values = {name: row[f"{prefix}{name}"] for name in _ENDPOINT_NAMES}
    place = ChannelRef(values.pop("team"), values.pop("channel"))
    events = tuple(EventType(name) for name in values.pop("events").split())
    off_reason = OffReason(text) if (text := values.pop("off_reason")) else None
    return WebhookEndpoint(place=place, events=events, off_reason=off_reason, **values)


def delivery_from_row(row: RowMapping) -> Delivery:
    event = {column.name: row[f"event_{column.name}"] for column in webhook_events.c}
    place = ChannelRef(event.pop("team"), event.pop("channel"))
    return Delivery(
        row["delivery_id"],
        WebhookEvent(place=place, **event),
        endpoint_from_row(row, "endpoint_"),
        row["delivery_state"],
        row["delivery_next_at"],
        row["delivery_started"],
        row["delivery_attempts"],
    )
