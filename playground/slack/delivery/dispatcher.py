"""Delivers commands, interactions and events to the app over its current transport."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Literal, Protocol

from playground.slack.core.background import Background
from playground.slack.core.ids import new_id
from playground.slack.core.settings import Settings
from playground.slack.core.store import Json

EnvelopeKind = Literal["slash_commands", "interactive", "events_api"]

_MAX_DELIVERIES = 5000
_MAX_WAITING = 1000


class UnreachableError(Exception):
    """The app is not connected, disconnected before its ack, or refused; `reason` is Slack's retry reason."""

    def __init__(self, reason: str, retry: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry = retry


@dataclass(frozen=True, slots=True)
class Envelope:
    """One attempt at a delivery."""

    id: str
    kind: EnvelopeKind
    payload: Json
    attempt: int = 0
    reason: str = ""


class Transport(Protocol):
    """The connection to the app."""

    @property
    def connected(self) -> bool: ...

    async def wait_until_connected(self) -> None:
        """Wait until the app is connected."""

    async def send(self, envelope: Envelope) -> Json | None:
        """Send the envelope and return the payload of the ack; raises UnreachableError."""


@dataclass(eq=False, slots=True)
class Delivery:
    """The record of an envelope, shown by the control API."""

    id: str
    kind: EnvelopeKind
    about: str
    payload: Json
    tries: int = 0
    sent_at: float | None = None
    acked_at: float | None = None
    ack_ms: float | None = None
    ack: Json | None = None
    error: str | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def to_json(self) -> Json:
        """Return the record without its internal event."""
        fields = ("id", "kind", "about", "tries", "sent_at", "acked_at", "ack_ms", "ack", "error", "payload")
        return {name: getattr(self, name) for name in fields}


class DeliveryDispatcher:
    """Sends commands and interactions once; events wait for a connection and are sent up to four times."""

    def __init__(self, transport: Transport, background: Background, settings: Settings) -> None:
        self.settings = settings
        self.deliveries: deque[Delivery] = deque(maxlen=_MAX_DELIVERIES)
        self.transport = transport
        self._background = background
        self._waiting = 0

    async def deliver(self, kind: EnvelopeKind, about: str, payload: Json) -> Delivery:
        """Deliver something a person waits for; `error` is what Slack would show them."""
        delivery = self._record(kind, about, payload)
        try:
            await self._attempt(delivery)
        except TimeoutError:
            delivery.error = "operation_timeout"
        except UnreachableError:
            delivery.error = "dispatch_failed"
        delivery.done.set()
        return delivery

    def deliver_later(self, about: str, payload: Json) -> Delivery:
        """Deliver an event in the background."""
        delivery = self._record("events_api", about, payload)
        if self._waiting >= _MAX_WAITING:
            delivery.error = "too_many_waiting"
            delivery.done.set()
        else:
            self._background.start(self._deliver_when_connected(delivery))
        return delivery

    def redeliver(self, delivery: Delivery) -> None:
        """Send an event again although it may have arrived, as Slack does after a missed ack."""
        self._background.start(self._attempt_with_retries(delivery, len(self.settings.retry_seconds), "http_timeout"))

    async def wait_for_outcome(self, delivery: Delivery) -> None:
        """Wait for the first outcome of an event, at most as long as a person would wait."""
        if self.transport.connected:
            try:
                async with asyncio.timeout(self.settings.ack_seconds):
                    await delivery.done.wait()
            except TimeoutError:
                return

    def _record(self, kind: EnvelopeKind, about: str, payload: Json) -> Delivery:
        delivery = Delivery(new_id("D"), kind, about, payload)
        self.deliveries.append(delivery)
        return delivery

    async def _deliver_when_connected(self, delivery: Delivery) -> None:
        self._waiting += 1
        try:
            await self.transport.wait_until_connected()
        finally:
            self._waiting -= 1
        await self._attempt_with_retries(delivery, 0, "")
        delivery.done.set()

    async def _attempt_with_retries(self, delivery: Delivery, first_attempt: int, reason: str) -> None:
        delays = (0.0, *self.settings.retry_seconds)
        for attempt in range(first_attempt, len(delays)):
            await asyncio.sleep(delays[attempt] if attempt > first_attempt else 0)
            try:
                await self._attempt(delivery, attempt, reason)
            except TimeoutError:
                delivery.error = reason = "timeout"
            except UnreachableError as error:
                delivery.error = reason = error.reason
                if not error.retry:
                    return
            else:
                delivery.error = None
                return

    async def _attempt(self, delivery: Delivery, attempt: int = 0, reason: str = "") -> None:
        delivery.tries += 1
        delivery.sent_at = time.time()
        started = time.perf_counter()
        envelope = Envelope(new_id("N"), delivery.kind, delivery.payload, attempt, reason)
        async with asyncio.timeout(self.settings.ack_seconds):
            delivery.ack = await self.transport.send(envelope)
        delivery.acked_at = time.time()
        delivery.ack_ms = round((time.perf_counter() - started) * 1000, 2)
