"""What `doctor` says of the workspaces that installed the app by OAuth."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack

from bot.domain.service_errors import StorageUnavailable
from bot.ports.installations import InstallationStatus, UnreadableToken
from bot.settings import Settings
from handlers.slack.diagnostics import check_installed_token
from storage import Storage, open_existing_storage

_CONCURRENT_CALLS = 5
_INSTALL_AGAIN = "the workspace must install the app again"


async def installation_lines(settings: Settings) -> Sequence[str]:
    """Return a line for all installations, and one for each that does not work; none without OAuth."""
    if not settings.uses_oauth:
        return ()
    async with AsyncExitStack() as stack:
        try:
            storage = await stack.enter_async_context(open_existing_storage(settings))
        except StorageUnavailable:
            return (f"ok      oauth: nothing is installed yet; {_page(settings)}",)
        statuses = await storage.installations.list_statuses()
        slots = asyncio.Semaphore(_CONCURRENT_CALLS)
        problems = await asyncio.gather(*(_problem(settings, storage, status, slots) for status in statuses))
    return (
        f"ok      oauth: {len(statuses)} installed; {_page(settings)}",
        *(
            f"warning oauth: {status.id} ({status.name}): {problem}"
            for status, problem in zip(statuses, problems, strict=True)
            if problem
        ),
        *_key_lines(settings, statuses),
    )


async def _problem(settings: Settings, storage: Storage, status: InstallationStatus, slots: asyncio.Semaphore) -> str:
    """Return what is wrong with an installation, empty if nothing."""
    if status.refresh_error:
        return f"Slack refused to refresh its token ({status.refresh_error}): {_INSTALL_AGAIN}"
    try:
        installation = await storage.installations.get(status.id)
    except UnreadableToken as error:
        return f"its token is encrypted with the key {error.key_id}, which is not in TOKEN_KEYS: add it"
    if installation is None:
        return ""
    async with slots:
        code = await check_installed_token(settings, installation.token)
    return f"Slack turns its token down ({code}): {_INSTALL_AGAIN}" if code else ""


def _key_lines(settings: Settings, statuses: Sequence[InstallationStatus]) -> Iterator[str]:
    from storage.installations.token_cipher import key_id

    newest = key_id(settings.token_key_list[0].get_secret_value())
    counts = Counter(status.key_id for status in statuses)
    used = ", ".join(f"{key} ({count})" for key, count in sorted(counts.items()))
    if set(counts) - {newest}:
        yield f"note    oauth: keys in use: {used}; the newest is {newest}: run `python -m bot keys rotate`"


def _page(settings: Settings) -> str:
    return f"users install at {settings.public_url}/slack/install"
