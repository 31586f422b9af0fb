"""Webhooks by Standard Webhooks 1.0.0: events, signatures and the schedule of attempts.

Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
"""

import hmac
import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from urllib.parse import urlsplit

from bot.domain.ids import ChannelRef

SECRET_PREFIX = "whsec_"  # noqa: S105 - the standard's prefix, not a secret
MIN_SECRET_BYTES, MAX_SECRET_BYTES = 24, 64
_NEW_SECRET_BYTES = 32
ENDPOINT_LIMIT = 10
URL_LIMIT = 500
# Pauses before each attempt, the first one at once: the standard's example schedule, 75 hours 35 minutes in all.
SCHEDULE = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
MAX_RETRY_AFTER = timedelta(hours=24)
# Of an attempt: the timeout of 20 s, the resolution of the name and some reserve.
ATTEMPT_LEASE = timedelta(seconds=60)
GONE = 410


class EventType(StrEnum):
    """What is told to pipelines."""

    FACE_LOCKED = "face.locked"
    FACE_UNLOCKED = "face.unlocked"
    FACE_FINISHED = "face.finished"
    ROUND_CLOSED = "round.closed"


class DeliveryState(StrEnum):
    """State of a delivery; all but the first are final until somebody replays it."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"  # every attempt of the schedule failed
    MISSED = "missed"  # the endpoint was off
    WITHHELD = "withheld"  # not everybody in the endpoint's channel may see the event's channel


class OffReason(StrEnum):
    """Why an endpoint is off."""

    GONE = "gone"  # it answered 410
    FAILING = "failing"  # a whole schedule passed without one success
    PERSON = "person"  # somebody switched it off


@dataclass(frozen=True)
class WebhookEndpoint:
    """Where events of a production are sent, as far as `place` may see them. Without its secrets.

    `person` set it up. `previous_until` is set while two secrets sign. `off_reason` is None while it is on.
    """

    id: str
    place: ChannelRef
    url: str
    events: tuple[EventType, ...]
    person: str
    created_at: datetime
    previous_until: datetime | None = None
    off_reason: OffReason | None = None
    off_at: datetime | None = None
    last_success_at: datetime | None = None

    @property
    def host(self) -> str:
        """The host, and the port if it is not the usual one: the part of the address that is shown and logged."""
        return urlsplit(self.url).netloc.rpartition("@")[2]


@dataclass(frozen=True)
class WebhookEvent:
    """Something that happened, as ids: who asks for more passes the checks of the doors.

    `version` is a face's; None for a closed round.
    """

    id: str
    type: EventType
    place: ChannelRef
    production_id: str
    character_id: str
    round_id: str
    version: int | None
    at: datetime

    @property
    def body(self) -> bytes:
        """The payload; each attempt sends the same bytes."""
        data: dict[str, str | int] = {"production_id": self.production_id, "character_id": self.character_id}
        data["round_id"] = self.round_id
        if self.version is not None:
            data |= {"face_id": self.round_id, "version": self.version}
        timestamp = self.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        payload = {"type": self.type.value, "timestamp": timestamp, "data": data}
        return json.dumps(payload, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Attempt:
    """One attempt: the HTTP status, or 0 and the `problem` (timed_out, not_public ...).

    `note` says how many target states of the answer were taken, and why others were refused.
    """

    at: datetime
    status: int = 0
    problem: str = ""
    note: str = ""

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Delivery:
    """One event for one endpoint. `started` counts attempts, also those that a crash cut off."""

    id: str
    event: WebhookEvent
    endpoint: WebhookEndpoint
    state: DeliveryState
    next_at: datetime
    started: int = 0
    attempts: tuple[Attempt, ...] = ()


def new_secret() -> str:
    return SECRET_PREFIX + b64encode(secrets.token_bytes(_NEW_SECRET_BYTES)).decode()


def secret_key(secret: str) -> bytes:
    """Return the key of a secret; raises ValueError unless it is whsec_ with 24 to 64 bytes in base64."""
    key = b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    if not secret.startswith(SECRET_PREFIX) or not MIN_SECRET_BYTES <= len(key) <= MAX_SECRET_BYTES:
        raise ValueError("not a webhook secret")
    return key


def signed_headers(event_id: str, body: bytes, valid_secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """Return the headers of a request; each secret gives one signature, newest first."""
    timestamp = str(int(now.timestamp()))
    content = b".".join((event_id.encode(), timestamp.encode(), body))
    digests = [hmac.new(secret_key(secret), content, sha256).digest() for secret in valid_secrets]
    return {
        "content-type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{b64encode(digest).decode()}" for digest in digests),
    }


def next_attempt_at(started: int, now: datetime, retry_after: timedelta) -> datetime | None:
    """Return when the next attempt is due after `started` ones failed; None after the last one.

    `retry_after` is what the endpoint asked for, 0 for nothing; at most a day of it is heeded.
    """
    if started >= len(SCHEDULE):
        return None
    return now + max(SCHEDULE[started], min(retry_after, MAX_RETRY_AFTER))
