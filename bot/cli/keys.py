"""Keys of the tokens and webhook secrets in the database: makes one, and moves all rows to the newest."""

import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass

from bot.ports.installations import KeyRotation
from bot.settings import Settings
from storage import open_existing_storage
from storage.installations.token_cipher import key_id


@dataclass(frozen=True)
class RotationReport:
    """The lines to print; complete if every row is encrypted with the newest key."""

    lines: tuple[str, ...]
    is_complete: bool


def new_key() -> str:
    """Return a key as Fernet takes it: 32 random bytes in URL-safe base64."""
    return urlsafe_b64encode(secrets.token_bytes(32)).decode()


async def rotate_keys(settings: Settings) -> RotationReport:
    """Encrypt every token and webhook secret with the first key of TOKEN_KEYS; raises StorageUnavailable."""
    if not settings.token_key_list:
        return RotationReport(("TOKEN_KEYS is not set, so no token is stored in the database.",), is_complete=False)
    async with open_existing_storage(settings) as storage:
        installations = await storage.installations.reencrypt()
        webhooks = await storage.webhook_endpoints.reencrypt()
    configured = [key_id(key.get_secret_value()) for key in settings.token_key_list]
    return _report(installations, webhooks, configured)


def _report(installations: KeyRotation, webhooks: KeyRotation, configured: list[str]) -> RotationReport:
    newest, *older = configured
    results = {"installations": installations, "webhooks": webhooks}
    lines: list[str] = []
    for noun, result in results.items():
        total = sum(result.key_ids.values())
        if noun == "installations" or total:
            lines.append(f"Re-encrypted with the key {newest}: {result.changed} of {total} {noun}.")
            lines += [f"In use: key {key}, {count} {noun}" for key, count in sorted(result.key_ids.items())]
    lines += [
        f"{installation}: none of the keys in TOKEN_KEYS opens its token. Add the key, or install the app again."
        for installation in installations.unreadable
    ]
    lines += [
        f"{endpoint}: none of the keys in TOKEN_KEYS opens its secret. Add the key, or set the webhook up again."
        for endpoint in webhooks.unreadable
    ]
    used = set(installations.key_ids) | set(webhooks.key_ids)
    if others := used - {newest} - set(older):
        lines.append(f"Missing in TOKEN_KEYS: {', '.join(sorted(others))}")
    is_complete = used <= {newest}
    if older and is_complete:
        lines.append(f"Not used any more: {', '.join(older)}. Remove them from TOKEN_KEYS of every process.")
    elif not is_complete and not installations.unreadable and not webhooks.unreadable:
        lines.append("A process stored tokens with an older key meanwhile: run this again.")
    return RotationReport(tuple(lines), is_complete)
