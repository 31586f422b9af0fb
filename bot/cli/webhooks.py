"""Webhooks for operators: endpoints, deliveries with their attempts, and replays. The bots may be running."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.domain.webhook import Delivery, DeliveryState, WebhookEndpoint
from bot.settings import Settings
from storage import open_existing_storage

# Undelivered events that a replay of a whole endpoint finds at once.
_MAX_REPLAYED = 10_000
_UNDELIVERED = (DeliveryState.FAILED, DeliveryState.MISSED)


class NothingToReplay(Exception):
    """No delivery has one of these ids, or nothing of this endpoint is undelivered, or it is off."""


async def list_endpoints(settings: Settings) -> list[dict[str, Any]]:
    """Return every endpoint without its secret; raises StorageUnavailable."""
    async with open_existing_storage(settings, settings.now) as storage:
        return [_endpoint_json(endpoint) for endpoint in await storage.webhook_endpoints.list_all()]


async def list_deliveries(settings: Settings, endpoint_id: str, state: str, limit: int) -> list[dict[str, Any]]:
    """Return the newest deliveries; raises StorageUnavailable, and ValueError for an unknown state."""
    wanted = DeliveryState(state) if state else None
    async with open_existing_storage(settings, settings.now) as storage:
        found = await storage.webhook_deliveries.list_deliveries(endpoint_id, wanted, limit)
    return [_delivery_json(delivery) for delivery in found]


async def replay(settings: Settings, delivery_ids: Sequence[str], endpoint_id: str) -> Sequence[str]:
    """Make deliveries due again, with their webhook-id; return their ids. A running bot sends them within seconds.

    With an endpoint, all of it that is failed or missed. Raises NothingToReplay, StorageUnavailable.
    """
    async with open_existing_storage(settings, settings.now) as storage:
        ids = list(delivery_ids)
        if endpoint_id:
            for state in _UNDELIVERED:
                found = await storage.webhook_deliveries.list_deliveries(endpoint_id, state, _MAX_REPLAYED)
                ids += [delivery.id for delivery in found][::-1]
        replayed = await storage.webhook_deliveries.replay(ids, settings.now())
    if not replayed:
        raise NothingToReplay
    return replayed


def endpoint_line(endpoint: dict[str, Any]) -> str:
    """Return `whe_1 on hooks.example.com T1/C1 face.locked round.closed`."""
    state = f"off ({endpoint['off']})" if endpoint["off"] else "on"
    place = f"{endpoint['workspace']}/{endpoint['channel']}"
    return "  ".join((endpoint["id"], state, endpoint["host"], place, " ".join(endpoint["events"])))


def delivery_line(delivery: dict[str, Any]) -> str:
    """Return `dlv_1 waiting face.locked of r1 to hooks.example.com: 503 at ...; next at ...`."""
    outcomes = [f"{each['status'] or _words(each['problem'])} at {each['at']}" for each in delivery["attempts"]]
    last = outcomes[-1] if outcomes else "no attempt yet"
    count = f"{len(outcomes)} attempts, the last one {last}" if len(outcomes) > 1 else last
    note = delivery["attempts"][-1]["note"] if outcomes else ""
    due = f"; next at {delivery['next_at']}" if delivery["state"] == DeliveryState.WAITING else ""
    text = f"{delivery['id']}  {delivery['state']}  {delivery['type']} of {delivery['round']} to {delivery['host']}"
    return f"{text}: {count}{due}{f' (target states {_words(note)})' if note else ''}"


def _words(code: str) -> str:
    return code.replace("_", " ").replace(":", " ")


def _endpoint_json(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "workspace": endpoint.place.team,
        "channel": endpoint.place.channel,
        "host": endpoint.host,
        "events": [type_.value for type_ in endpoint.events],
        "off": endpoint.off_reason.value if endpoint.off_reason else None,
        "set_up_by": endpoint.person,
        "set_up_at": endpoint.created_at.isoformat(),
        "last_accepted_at": _iso(endpoint.last_success_at),
        "two_secrets_until": _iso(endpoint.previous_until),
    }


def _delivery_json(delivery: Delivery) -> dict[str, Any]:
    event = delivery.event
    return {
        "id": delivery.id,
        "webhook_id": event.id,
        "type": event.type.value,
        "round": event.round_id,
        "at": event.at.isoformat(),
        "endpoint": delivery.endpoint.id,
        "host": delivery.endpoint.host,
        "state": delivery.state.value,
        "next_at": delivery.next_at.isoformat(),
        "attempts": [
            {"at": each.at.isoformat(), "status": each.status, "problem": each.problem, "note": each.note}
            for each in delivery.attempts
        ],
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
