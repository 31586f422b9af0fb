"""Tables of what leaves for pipelines and comes back: webhooks, their events and deliveries, and reports of targets."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from bot.domain.target import ReportSource, TargetState
from bot.domain.webhook import Attempt, DeliveryState, EventType
from storage.db.columns import EnumText, JsonValue, UtcMicros
from storage.db.tables import metadata, one_of

# `secret` and `previous_secret` are encrypted; `key_id` names the key of both. `off_reason` is empty while it is on.
webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", Text, primary_key=True),
    Column("team", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("previous_secret", Text, nullable=False),
    Column("previous_until", UtcMicros),
    Column("key_id", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("created_at", UtcMicros, nullable=False),
    Column("off_reason", Text, nullable=False),
    Column("off_at", UtcMicros),
    Column("told_at", UtcMicros),
    Column("last_success_at", UtcMicros),
    Index("ix_webhook_endpoints_team_channel", "team", "channel"),
)

# Ids only: no name, text or person. `at` is when it happened.
webhook_events = Table(
    "webhook_events",
    metadata,
    Column("id", Text, primary_key=True),
    Column("type", EnumText[EventType](EventType), nullable=False),
    Column("team", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("production_id", Text, nullable=False),
    Column("character_id", Text, nullable=False),
    Column("round_id", Text, nullable=False),
    Column("version", Integer),
    Column("at", UtcMicros, nullable=False),
    Index("ix_webhook_events_at", "at"),
)

# `next_at` is when a waiting one is due; while an attempt runs, when it counts as cut off.
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("event_id", ForeignKey("webhook_events.id", ondelete="CASCADE"), nullable=False),
    Column("endpoint_id", ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), nullable=False),
    Column("state", EnumText[DeliveryState](DeliveryState), nullable=False),
    Column("next_at", UtcMicros, nullable=False),
    Column("started", Integer, nullable=False),
    Column("attempts", JsonValue[tuple[Attempt, ...]](tuple[Attempt, ...]), nullable=False),
    UniqueConstraint("event_id", "endpoint_id"),
    Index("ix_webhook_deliveries_state_next_at", "state", "next_at"),
    Index("ix_webhook_deliveries_endpoint_id", "endpoint_id"),
)

# The newest report about a face in a target. `person` said so, or set the program up that did (`reporter`).
face_targets = Table(
    "face_targets",
    metadata,
    Column("round_id", ForeignKey("faces.round_id", ondelete="CASCADE"), primary_key=True),
    Column("target_key", Text, primary_key=True),
    Column("target", Text, nullable=False),
    Column("state", EnumText[TargetState](TargetState), nullable=False),
    Column("external_id", Text, nullable=False),
    Column("at", UtcMicros, nullable=False),
    Column("source", EnumText[ReportSource](ReportSource), nullable=False),
    Column("person", Text, nullable=False),
    Column("reporter", Text, nullable=False),
    one_of("state", TargetState),
    one_of("source", ReportSource),
)
