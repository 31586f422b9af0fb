"""Delivery of webhooks: at least once, with one id for all attempts, by the schedule of `bot/domain/webhook.py`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.domain.audit import AuditEvent
from bot.domain.erasure import is_pseudonym
from bot.domain.errors import BriefError, NotAvailableHere
from bot.domain.service_errors import SlackUnavailable
from bot.domain.target import Reporter, ReportSource
from bot.domain.webhook import (
    ATTEMPT_LEASE,
    GONE,
    SCHEDULE,
    Attempt,
    Delivery,
    DeliveryState,
    EventType,
    OffReason,
    WebhookEndpoint,
    next_attempt_at,
    signed_headers,
)
from bot.domain.webhook_answer import AnswerRefused, parse_answer
from bot.ports.installations import UnreadableToken
from bot.ports.messaging import Recipient
from bot.ports.webhooks import AddressRefused, Unreachable, WebhookResponse
from bot.telemetry import metrics
from bot.usecases.access import PermittedUseCase, is_visible_to_all
from bot.usecases.targets import Targets
from bot.usecases.webhooks import WEBHOOKS

log = structlog.get_logger()

_VISIBILITY_PAUSE, _VISIBILITY_PATIENCE = timedelta(minutes=30), timedelta(days=1)
_ANSWERED_EVENTS = (EventType.FACE_LOCKED, EventType.FACE_FINISHED)


@dataclass(frozen=True, slots=True)
class WebhookDelivery(PermittedUseCase):
    """Makes the attempts, takes target states from answers, and tells the owner when an endpoint is switched off."""

    targets: Targets

    async def deliver(self, delivery_id: str) -> None:
        """Make one attempt if it is due and no other process makes it; a failure is stored, not raised."""
        now = self.ports.now()
        delivery = await self.storage.webhook_deliveries.claim(delivery_id, now, now + ATTEMPT_LEASE)
        if delivery is None or not await self._is_visible(delivery):
            return
        attempt, response = await self._attempt(delivery)
        if attempt.is_success and response:
            noted = replace(attempt, note=await self._take_answer(delivery, response))
            await self.storage.webhook_deliveries.record(delivery_id, noted, DeliveryState.DELIVERED)
        else:
            await self._record_failure(delivery, attempt, response)
        type_, status, problem = delivery.event.type.value, attempt.status, attempt.problem
        log.info("webhook_attempted", type=type_, host=delivery.endpoint.host, status=status, problem=problem)
        metrics.webhook_attempts.labels(type_, "delivered" if attempt.is_success else "failed").inc()

    async def tell_owners(self) -> None:
        """Tell in Slack about endpoints that were switched off, once each; later if Slack does not answer."""
        endpoints = self.storage.webhook_endpoints
        for endpoint in await endpoints.list_untold():
            if not await endpoints.mark_told(endpoint.id, self.ports.now()):
                continue
            try:
                for person in await self._owners(endpoint):
                    recipient = Recipient(endpoint.place.team, person)
                    await self.ports.direct_messages.send_webhook_off(recipient, endpoint)
            except SlackUnavailable:
                await endpoints.release_told(endpoint.id)

    async def _is_visible(self, delivery: Delivery) -> bool:
        """Return whether everybody in the endpoint's channel may see the event's channel now.

        Slack's silence looks like a refusal, so the delivery waits; after a day it is withheld.
        """
        event, endpoint, now = delivery.event, delivery.endpoint, self.ports.now()
        if await is_visible_to_all(self.ports.channel_access, event.place, endpoint.place):
            return True
        if now < event.at + _VISIBILITY_PATIENCE:
            await self.storage.webhook_deliveries.postpone(delivery.id, now + _VISIBILITY_PAUSE)
        else:
            attempt = Attempt(now, problem="not_visible")
            await self.storage.webhook_deliveries.record(delivery.id, attempt, DeliveryState.WITHHELD)
        return False

    async def _attempt(self, delivery: Delivery) -> tuple[Attempt, WebhookResponse | None]:
        now, body = self.ports.now(), delivery.event.body
        try:
            valid_secrets = await self.storage.webhook_endpoints.secrets(delivery.endpoint.id, now)
            headers = signed_headers(delivery.event.id, body, valid_secrets, now)
            response = await self.ports.webhook_sender.send(delivery.endpoint.url, headers, body)
        except UnreadableToken:
            return Attempt(now, problem="no_key"), None
        except (AddressRefused, Unreachable) as error:
            return Attempt(now, problem=error.problem), None
        return Attempt(now, response.status), response

    async def _record_failure(self, delivery: Delivery, attempt: Attempt, response: WebhookResponse | None) -> None:
        deliveries = self.storage.webhook_deliveries
        retry_after = response.retry_after if response else timedelta(0)
        next_at = next_attempt_at(delivery.started, self.ports.now(), retry_after)
        if attempt.status == GONE:
            await deliveries.record(delivery.id, attempt, DeliveryState.FAILED)
            await self._switch_off(delivery.endpoint, OffReason.GONE)
        elif next_at:
            await deliveries.record(delivery.id, attempt, DeliveryState.WAITING, next_at)
        else:
            await deliveries.record(delivery.id, attempt, DeliveryState.FAILED)
            if await self._is_failing(delivery, attempt):
                await self._switch_off(delivery.endpoint, OffReason.FAILING)

    async def _is_failing(self, delivery: Delivery, attempt: Attempt) -> bool:
        """Return whether the endpoint accepted nothing since this delivery's schedule began."""
        schedule = (*delivery.attempts, attempt)[-len(SCHEDULE) :]
        endpoint = await self.storage.webhook_endpoints.get(delivery.endpoint.id)
        last_success_at = endpoint.last_success_at if endpoint else None
        return last_success_at is None or last_success_at < schedule[0].at

    async def _switch_off(self, endpoint: WebhookEndpoint, reason: OffReason) -> None:
        now: datetime = self.ports.now()
        event = AuditEvent(WEBHOOKS, endpoint.place, "", now, detail=f"{endpoint.host}\n{endpoint.host} (off)")
        if await self.storage.webhook_endpoints.switch(endpoint.id, reason, now, event):
            log.warning("webhook_switched_off", host=endpoint.host, reason=reason.value)
            await self.tell_owners()

    async def _owners(self, endpoint: WebhookEndpoint) -> Sequence[str]:
        """Return who set the endpoint up; if that person left, who may change settings, else who leads there."""
        owner, place = endpoint.person, endpoint.place
        if not is_pseudonym(owner) and not await self.permissions.is_deactivated(place, owner):
            return (owner,)
        named = (await self.settings_of(place)).may_change_settings
        people = named or await self.storage.rounds.list_leads(place.team, (place.channel,))
        return [person for person in people if not await self.permissions.is_deactivated(place, person)]

    async def _take_answer(self, delivery: Delivery, response: WebhookResponse) -> str:
        """Store the target states in the answer; return a note for the list of deliveries.

        `taken:1 refused:not_used`: how many were stored, and why each other one was not; empty without any.
        """
        event = delivery.event
        if event.type not in _ANSWERED_EVENTS:
            return ""
        try:
            reports = parse_answer(response.body, response.content_type)
        except AnswerRefused as error:
            return f"refused:{error.problem}"
        face = await self.storage.roster.get_face(event.round_id) if reports else None
        if face is None:
            return "refused:deleted" if reports else ""
        reporter = Reporter(ReportSource.WEBHOOK, delivery.endpoint.person, delivery.endpoint.host)
        taken, refused = 0, []
        for report in reports:
            try:
                await self.targets.report_by_program(face, report, reporter)
                taken += 1
            except BriefError as error:
                refused.append(error.problem)
            except NotAvailableHere:
                refused.append("not_available")
        counts = [f"taken:{taken}"] if taken else []
        return " ".join([*counts, *(f"refused:{problem}" for problem in refused)])
