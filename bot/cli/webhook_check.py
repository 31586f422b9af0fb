"""What doctor says about webhooks: how many are set up, which are off, and which secrets no key opens."""

from collections.abc import Sequence

from bot.domain.service_errors import StorageUnavailable
from bot.domain.webhook import WebhookEndpoint
from bot.ports.installations import UnreadableToken
from bot.settings import Settings
from storage import Storage, open_existing_storage


async def webhook_lines(settings: Settings) -> Sequence[str]:
    """Return a line for all webhooks, and one for each that does not work; none where none is set up."""
    try:
        async with open_existing_storage(settings) as storage:
            endpoints = await storage.webhook_endpoints.list_all()
            problems = [await _problem(settings, storage, endpoint) for endpoint in endpoints]
    except StorageUnavailable:
        return ()  # the lines of the storage say what is wrong
    if not endpoints:
        return ()
    off = sum(endpoint.off_reason is not None for endpoint in endpoints)
    return (f"ok      webhooks: {len(endpoints)} set up, {off} off", *filter(None, problems))


async def _problem(settings: Settings, storage: Storage, endpoint: WebhookEndpoint) -> str:
    """Return what is wrong with a webhook, empty if nothing."""
    name = f"warning webhooks: {endpoint.id} ({endpoint.host})"
    try:
        await storage.webhook_endpoints.secrets(endpoint.id, settings.now())
    except UnreadableToken as error:
        return f"{name}: its secret is encrypted with the key {error.key_id}, which is not in TOKEN_KEYS: add it"
    if endpoint.off_reason in ("gone", "failing"):
        return f"{name}: it was switched off ({endpoint.off_reason}); /cast settings switches it on"
    return ""
