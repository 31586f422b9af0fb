"""Expected failures of Slack, of the database and of the portraits store, as kinds with values.

CastingError
    SlackUnavailable              Slack did not answer a required call
        SlackRejected             Slack refused it; a retry would fail as well
            MessageDeleted        a user deleted the round's message
            ChannelClosed         the conversation is archived, or the bot was removed from it
        NotInstalled              the bot has no token for the workspace, so nothing can be sent there
    StorageUnavailable            database or portraits cannot be read or written
    PortraitMissing               a recorded picture is not in the store
"""

from bot.domain.errors import CastingError


class SlackUnavailable(CastingError):
    """Slack could not be reached for `operation`."""

    operation: str


class SlackRejected(SlackUnavailable):
    """Slack refused `operation` with its error `code`; a retry does not help."""

    code: str = ""


class NotInstalled(SlackUnavailable):
    """The bot has no token for the workspace; a retry helps only after an installation."""


class MessageDeleted(SlackRejected):
    """The round's message no longer exists."""


class ChannelClosed(SlackRejected):
    """The conversation is archived, or the bot was removed from it."""


class StorageUnavailable(CastingError):
    """Data could not be read or written; nothing was overwritten.

    `component` is database, engine or portraits. `reason` is full, read_only, locked (by another process), damaged,
    away, newer (written by a later version), older, pre_release, missing or unfinished (a move or restore into it has
    not ended). `detail` is the driver's message, `path` a file or folder.
    """

    component: str
    reason: str
    detail: str = ""
    path: str = ""


class PortraitMissing(CastingError, KeyError):
    """The portraits store has no picture under `key`."""

    key: str

    def __str__(self) -> str:
        return CastingError.__str__(self)
