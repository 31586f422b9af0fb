"""Names of people and channels for commands that run beside the bot."""

from functools import partial

from bot.domain.service_errors import SlackUnavailable
from bot.ports.installations import Installations
from bot.settings import Settings
from bot.usecases.download import NameOf, name_lookup
from handlers.slack.clients import Clients
from handlers.slack.diagnostics import slack_client
from handlers.slack.directory import SlackDirectory
from handlers.slack.installed_workspaces import InstalledWorkspaces


async def open_names(settings: Settings, installations: Installations) -> NameOf | None:
    """Return a lookup of the name of a person, or of the channel itself; None without a workspace that answers."""
    settings.scrub_proxy_env()
    tokens = [token.get_secret_value() for token in settings.slack_bot_tokens]
    try:
        clients = await Clients.open([slack_client(settings, token) for token in tokens])
    except SlackUnavailable:
        return None
    clients.serve_installed(InstalledWorkspaces(installations, partial(slack_client, settings), None))
    directory = SlackDirectory(clients, cached=3_600)
    return name_lookup(directory, directory) if clients.teams or settings.uses_oauth else None
